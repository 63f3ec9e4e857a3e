"""One short recorded session, judged once, and a shorter one for many."""

from pathlib import Path

import pytest

from monitor.judge.session import JudgedSession, judge
from monitor.protocol.choose import Wishes
from streams.messages import wire
from streams.messages.transient import Body, End, Transient, number
from streams.recording.journal import Journal
from streams.sources.files.open_file import open_source

SHORT = {"window": 8, "step": 4}
RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture(scope="session")
def infusion_short() -> Path:
    return RECORDINGS / "infusion-short.mcap"


@pytest.fixture(scope="session")
def tiny(infusion_short: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 24 transients of that session: quick, and without an infusion."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.mcap"
    taken: list[Body] = []
    for body in open_source(infusion_short).bodies:
        taken.append(body)
        if sum(isinstance(b, Transient) for b in taken) == 24:
            break
    with Journal.create(path) as journal:
        for message in number([*taken, End(24, "stopped")]):
            journal.append(wire.encode(message))
    return path


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of this process without their figures, which cost more than the rest."""
    monkeypatch.setattr("monitor.report.page.svg_of", lambda name, drawn: "<svg/>")


@pytest.fixture(scope="session")
def judged(infusion_short: Path) -> JudgedSession:
    return judge(infusion_short, Wishes(changes=SHORT))


@pytest.fixture(scope="session")
def blinded(infusion_short: Path) -> JudgedSession:
    return judge(infusion_short, Wishes(changes={**SHORT, "outcome_hidden": True}))
