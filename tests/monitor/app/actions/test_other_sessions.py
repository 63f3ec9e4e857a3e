"""Other sessions in the place of this one: what is asked, kept, and stays hidden."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_session import SETTINGS
from PyQt6.QtGui import QDropEvent
from screen_cases import LIVE

from monitor.app.actions import sessions as module
from monitor.app.actions.sessions import Sessions
from monitor.app.actions.state import State
from monitor.app.sheets.confirm import CLOSE, LEAVE
from monitor.run.identity import IDENTITY, Identity
from monitor.run.worker_messages import SendEvent
from monitor.screen.sheets.new_session import Opening
from monitor.screen.state import SessionState
from streams.errors import InputError

HERE, THERE = "tcp://127.0.0.1:5555", "tcp://127.0.0.1:6666"


class Whole:
    """A window that lends what is asked of it, and what came of it."""

    def __init__(self, running: bool = False, hidden: bool = False) -> None:
        state = SessionState(SETTINGS, LIVE)
        state.hidden = hidden
        state.newest = SimpleNamespace(time_s=2.0) if running else None
        self.told: list[str] = []
        self.opened: list[Opening] = []
        self.asked: list[str] = []
        self.begun: list[tuple[Opening, str]] = []
        said = SimpleNamespace(show_text=self.told.append)
        operations = SimpleNamespace(
            folder=Path("/there"),
            begin=SimpleNamespace(said=said),
            show_beginning=lambda *given: self.begun.append(given),
        )
        host = SimpleNamespace(
            page=None,
            session=SimpleNamespace(state=state),
            operations=operations,
            tell=self.told.append,
        )
        self.state, self.operations = state, operations
        self.sessions = Sessions(host, State(stream=HERE, streams=f"{HERE} {THERE}"))
        self.sessions.open_session = self.opened.append
        self.sessions.ask_to_leave = self.answer
        self.leaves = True

    def answer(self, question: str) -> bool:
        self.asked.append(question)
        return self.leaves


def test_a_window_that_opens_nothing_says_so() -> None:
    whole = Whole()
    whole.sessions.open_session = None
    assert "opens no other sessions" in whole.sessions.open(Opening("a.mcap"))


@pytest.mark.parametrize(
    ("opening", "state", "expected"),
    [
        (False, False, False),
        (True, False, True),
        (False, True, True),
        (True, True, True),
    ],
)
def test_what_was_hidden_stays_hidden_whatever_is_opened(opening, state, expected):
    whole = Whole(hidden=state)
    whole.sessions.opening = Opening("old.mcap", hidden=opening, view=True)
    assert whole.sessions.open(Opening("new.mcap", who=Identity("07"))) == ""
    (found,) = whole.opened
    assert found == Opening("new.mcap", hidden=expected, view=True, who=Identity("07"))
    assert whole.sessions.opening == found


@pytest.mark.parametrize("leaves", [True, False])
def test_a_run_is_left_only_for_who_says_so(leaves) -> None:
    whole = Whole(running=True)
    whole.leaves = leaves
    said = whole.sessions.open(Opening("new.mcap"))
    assert whole.asked == [LEAVE]
    assert len(whole.opened) == leaves
    assert (said == "") is leaves
    idle = Whole()
    assert idle.sessions.may_leave(CLOSE)
    assert idle.asked == []


def test_one_that_cannot_be_opened_leaves_what_was(monkeypatch) -> None:
    whole = Whole()
    before = whole.sessions.opening

    def refuse(_: Opening) -> None:
        raise InputError("no recording")

    whole.sessions.open_session = refuse
    assert whole.sessions.open(Opening(THERE)) == "no recording"
    assert whole.sessions.opening == before
    assert whole.sessions.stream == HERE
    whole.sessions.open_another(Path("x.mcap"))
    whole.sessions.begin_asked(Opening(THERE))
    assert whole.told == ["no recording"] * 2


def test_streams_are_remembered_and_recordings_are_not() -> None:
    sessions = Whole().sessions
    assert (sessions.stream, sessions.streams) == (HERE, f"{HERE} {THERE}")
    sessions.open(Opening("a.mcap"))
    assert (sessions.stream, sessions.streams) == (HERE, f"{HERE} {THERE}")
    sessions.open(Opening(THERE))
    assert (sessions.stream, sessions.streams) == (THERE, f"{THERE} {HERE}")
    sessions.open(Opening("b.mcap"))
    assert (sessions.stream, sessions.streams) == (THERE, f"{THERE} {HERE}")


def test_the_beginning_offers_a_stream_where_a_recording_was_open() -> None:
    whole = Whole()
    for place, newest_first in ((THERE, [HERE, THERE]), ("b.mcap", [THERE, HERE])):
        whole.sessions.open(Opening(place, protocol="p"))
        whole.sessions.show_beginning()
        opening, used = whole.begun[-1]
        assert (opening.place, opening.protocol) == (THERE, "p")
        assert used.split() == newest_first


def test_a_recording_is_chosen_or_dropped_with_the_protocol_that_was(monkeypatch):
    whole = Whole()
    whole.sessions.opening = Opening(HERE, protocol="p", key="k")
    answers = [None, Path("/there/a/b.mcap")]
    monkeypatch.setattr(module, "ask_for_file", lambda *_: answers.pop(0))
    whole.sessions.choose_file()
    assert (whole.opened, whole.operations.folder) == ([], Path("/there"))
    whole.sessions.choose_file()
    assert whole.opened == [Opening("/there/a/b.mcap", "p")]
    assert whole.operations.folder == Path("/there/a")
    event = SimpleNamespace(acceptProposedAction=lambda: None, spec=QDropEvent)
    for path in (None, Path("c.mcap")):
        monkeypatch.setattr(module, "dropped", lambda _, path=path: path)
        whole.sessions.take_dropped(event)
    assert whole.told == ["one file at a time can be opened"]
    assert whole.opened[-1] == Opening("c.mcap", "p")


@pytest.mark.parametrize("view", [True, False])
def test_only_a_window_that_does_not_just_look_on_says_who_is_measured(view) -> None:
    whole, sent = Whole(), []
    whole.sessions.opening = Opening(HERE, view=view, who=Identity("07", "2"))
    whole.state.quality.append_named(
        dict.fromkeys(
            ("time_s", "shift_hz", "fwhm_hz", "snr", "weight", "water", "lipid"), 1.0
        )
    )
    whole.sessions.identify(sent.append)
    assert sent == ([] if view else [SendEvent(IDENTITY, Identity("07", "2").text)])
