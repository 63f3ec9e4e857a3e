"""What every test may use."""

import os
import tempfile
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Simulated basis sets are kept among tests, apart from the user's own.
KEPT = Path(tempfile.gettempdir(), "mrs-monitor-tests")
os.environ["XDG_CACHE_HOME"] = str(KEPT)

# Programs that tests start are compiled once, even where nothing may be written beside
# the sources: else a fifth of their time is compiling.
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(KEPT / "compiled"))
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# On a busy machine any example may be slow: that is no fault of what is tested.
hypothesis.settings.register_profile(
    "shared machine",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("shared machine")

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Files are shared out in their order, the long ones of `acceptance` first.

    pytest-xdist would begin with those that have the most tests, and at the end all but
    one of the workers would wait for a file of few long ones.
    """
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real and simulated sessions that are not part of the project."""
    folder = Path(os.environ.get("MRS_MONITOR_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: set MRS_MONITOR_DATA to the folder of data")
    return folder
