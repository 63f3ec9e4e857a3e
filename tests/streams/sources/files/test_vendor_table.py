"""The table in `docs/qc.md` of what was read of each vendor says what is read."""

from pathlib import Path

import pytest
from vendor_table import HEAD, MADE_FILE, REAL, REAL_FILE, made_rows, real_rows

for extra in ("spec2nii", "mapvbvd"):
    pytest.importorskip(extra, reason="needs the extra vendor")
DOCUMENT = Path(__file__).parents[4] / "docs" / "qc.md"
# pyMapVBVD leaves its file to the garbage collector
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


def documented(of: str) -> list[str]:
    """The rows of the table that are of such files."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    after = lines[lines.index(HEAD[0]) + len(HEAD) :]
    rows = after[: after.index("")]
    assert all(row.endswith((f"| {REAL_FILE} |", f"| {MADE_FILE} |")) for row in rows)
    return [row for row in rows if row.endswith(f"| {of} |")]


def test_the_rows_of_made_up_files(tmp_path):
    assert documented(MADE_FILE) == list(made_rows(tmp_path))


def test_the_rows_of_real_files(shared_data):
    absent = [place for place in REAL if not (shared_data / "real" / place).exists()]
    if absent:
        pytest.skip(f"absent below {shared_data}/real: {', '.join(absent)}")
    assert documented(REAL_FILE) == list(real_rows(shared_data / "real"))
