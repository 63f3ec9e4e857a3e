"""How many transients never came: one figure on the screen, in files and reports."""

import io
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from free_ports import free_endpoint
from rich.console import Console
from typer.testing import CliRunner

from monitor.cli import app
from monitor.commands import headless
from monitor.commands.headless import Headless
from monitor.judge.criteria import criteria
from monitor.judge.followed_session import follow
from monitor.protocol.choose import Wishes
from monitor.report.result_tables import session_summary
from monitor.run.analyse import analyse
from monitor.run.feed import ReplayFeed
from monitor.run.remarks import remarks
from monitor.screen.display import Display
from monitor.screen.sheets.summary import summary_of
from streams.messages.transient import Start, Transient
from streams.recording.reading import read_messages
from streams.relay.relay import run_relay
from streams.sources.recording import Player, bodies

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"
LOST, SPOILT = (12, 13, 40), (20, 59)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 transients, of which three never came and two are refused by the relay."""
    path = tmp_path_factory.mktemp("missing") / "visit.mcap"
    run_relay(source(), path, free_endpoint(), linger_s=0.0)
    return path


def source():
    for body in bodies(RECORDING):
        count = getattr(body, "count", None)
        if isinstance(body, Transient) and count in SPOILT:
            fid = np.array(body.fid)
            fid[0, 5] = np.inf
            body = Transient(body.count, body.time_s, body.kind, fid)
        if count not in LOST and (isinstance(body, Start) or count is not None):
            yield body
        if count == 59:
            return


def test_every_place_says_the_same(recording: Path):
    outcome = analyse(recording, Wishes())
    found = session_summary(outcome, "x")["counts"]
    assert found["transients"] == 60 - 5 - 1 - found["water_references"]  # 1 of noise
    assert (found["missing"], found["doubled"]) == (5, 0)
    assert found["missing_messages"] == 0
    assert found["unusable"] == 2
    said = [note.text for note in remarks(outcome)]
    assert said[0].startswith("3 transients of the session never")
    assert any(text.startswith("2 transients came and could not be") for text in said)
    followed = follow(recording, Wishes())
    assert asdict(followed.result.counts) == found
    (criterion,) = [
        c for c in criteria(followed, 1.0, None) if c.key == "missing_percent"
    ]
    assert criterion.measured == pytest.approx(100 * 5 / 60)


def test_info_tells_what_came_spoilt_from_what_never_came(recording: Path):
    said = CliRunner().invoke(app, ["info", str(recording)]).stdout
    assert "; 3 transients never came; 2 transients came and could not be used" in said


def test_the_screen_and_the_terminal_say_the_same(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(headless, "SAY_EVERY_S", 0.0)
    console = Console(file=io.StringIO(), width=200)
    feed = ReplayFeed(Player(lambda: read_messages(recording), math.inf))
    followed = Headless(feed, Wishes(), tmp_path / "out", console)
    followed._follow("replay", None)
    said = console.file.getvalue().splitlines()
    assert said[-1].startswith("52 transients (5 missing), ")
    display = followed._display
    assert isinstance(display, Display)
    (line,) = [
        line
        for line in summary_of(display.state, 0.0).session
        if line.name == "missing transients"
    ]
    assert line.figure == "5"
