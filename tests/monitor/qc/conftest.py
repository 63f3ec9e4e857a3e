"""One short recorded session, judged once."""

from pathlib import Path

import pytest

from monitor.choose import Wishes
from monitor.qc.one import Judged, judge

SHORT = {"window": 8, "step": 4}
RECORDINGS = Path(__file__).parents[3] / "recordings"


@pytest.fixture(scope="session")
def infusion_short() -> Path:
    return RECORDINGS / "infusion-short.mcap"


@pytest.fixture(scope="session")
def judged(infusion_short: Path) -> Judged:
    return judge(infusion_short, Wishes(changes=SHORT))


@pytest.fixture(scope="session")
def blinded(infusion_short: Path) -> Judged:
    return judge(infusion_short, Wishes(changes={**SHORT, "outcome_hidden": True}))
