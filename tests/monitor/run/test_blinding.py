"""The lock of a blinded protocol stays with the recording."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from worked_through import result_of

from monitor.analysis.note import RULES, Note, NoteKind
from monitor.analysis.update import Update
from monitor.commands import scanner
from monitor.protocol.blinding import KIND, insert_lock, lock_recorded
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.report.result_tables import write_tables
from monitor.run.loop import Loop
from monitor.run.session_run import SessionRun
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import Computed, Rewound, Sent
from monitor.screen.display import Display
from monitor.screen.rewindable import Session
from streams.errors import InputError
from streams.messages.requests import EventRequest
from streams.messages.transient import Body, Event, Message, Start, Transient, number
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"
BLIND = Settings(name="trial", outcome_hidden=True)
LOCKED_AT = 45  # messages before the lock, the start of the infusion among them
SMALL = {"window": 8, "step": 4}


class Feed:
    """A feed that takes events, or refuses them."""

    def __init__(self, refuse: str = "") -> None:
        self.refuse, self.sent = refuse, []
        self.recorder, self.replay = self, None

    def poll(self, timeout_s: float) -> list[Message]:
        return []

    def send_event(self, kind: str, text: str = "") -> None:
        if self.refuse:
            raise InputError(self.refuse)
        self.sent.append((kind, text))

    def record_event(self, request: EventRequest, timeout_s: float) -> None:
        self.send_event(request.kind, request.text)


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    return [message.body for message in messages(RECORDING)]


@pytest.fixture(scope="module")
def recorded(bodies: list[Body]) -> list[Message]:
    """The recording, blinded while the reference period was measured."""
    before = [b for b in bodies[:LOCKED_AT] if isinstance(b, Transient)]
    lock = Event(before[-1].time_s, KIND, "protocol trial", "operator")
    return list(number([*bodies[:LOCKED_AT], lock, *bodies[LOCKED_AT:]]))


def kinds(found: Iterator[Body]) -> list[str]:
    return [body.kind for body in found if isinstance(body, Event)]


def test_the_relay_locks_a_source_before_its_first_transient(bodies):
    found = list(insert_lock(iter(bodies), BLIND))
    place = next(i for i, b in enumerate(found) if isinstance(b, Transient))
    assert found[place - 1] == Event(
        found[place].time_s, KIND, "protocol trial", "relay"
    )
    assert kinds(iter(found)).count(KIND) == 1
    assert list(insert_lock(iter(bodies), Settings())) == bodies


@pytest.mark.parametrize("blind", [True, False])
def test_a_protocol_given_to_the_relay_locks_what_comes(
    bodies, tmp_path, monkeypatch, blind
):
    protocol = tmp_path / "trial.toml"
    protocol.write_text(f"outcome_hidden = {str(blind).lower()}\n", encoding="utf-8")
    monkeypatch.setattr(scanner, "_folder", lambda *_: iter(bodies))
    site = scanner.Site("", "", str(protocol), tmp_path / "a.mcap", print)
    found = scanner.site_bodies("folder:/inbox", site, threading.Event())
    assert kinds(found).count(KIND) == blind


def test_who_follows_a_session_blinded_has_that_recorded():
    feed = Feed()
    assert lock_recorded(feed, BLIND) == ""
    assert feed.sent == [(KIND, "protocol trial")]
    assert lock_recorded(feed, Settings()) == ""
    assert lock_recorded(None, BLIND) == ""  # a closed recording takes no events
    assert len(feed.sent) == 1
    assert lock_recorded(Feed("may listen only"), BLIND) == "may listen only"


def test_a_locked_recording_is_hidden_under_any_protocol(recorded, tmp_path):
    outcome = result_of(recorded, **SMALL)
    write_tables(outcome, tmp_path, "a.mcap", spectra=True)
    session = json.loads((tmp_path / "session.json").read_text())
    assert session["outcome_hidden"]
    assert "Tracker" not in str(session)  # which ran before the lock
    assert "Glx" not in (tmp_path / "estimates.csv").read_text().splitlines()[0]
    assert not (tmp_path / "joint.csv").exists()
    assert not list(tmp_path.glob("*.nii.gz"))


def test_results_of_an_earlier_run_do_not_stay_beside(recorded, tmp_path):
    for name in ("joint.csv", "joint_course.csv"):
        (tmp_path / name).write_text("of an unlocked run")
    mine = tmp_path / "transients.nii.gz"
    mine.write_bytes(b"what is analysed, perhaps")
    write_tables(result_of(recorded[:60], **SMALL), tmp_path, "a.mcap")
    assert not list(tmp_path.glob("joint*.csv"))
    assert mine.exists()


def test_only_a_reason_lifts_the_lock(recorded):
    wishes = Wishes(changes={**SMALL, "outcome_hidden": False})  # what --unlock asks
    outcome = result_of(recorded[:60], wishes)
    assert not outcome.hidden


def test_a_lock_before_the_start_holds(recorded):
    start = next(m for m in recorded if isinstance(m.body, Start))
    analysis = SessionRun(Wishes())
    analysis.push(Message(start.session, 0, 0, Event(0.0, KIND)))
    assert analysis.push(start).settings.outcome_hidden


def test_a_window_is_blinded_by_the_recording_and_stays_so(recorded):
    """Through another look from the beginning, too."""
    analysis, session = SessionRun(Wishes(changes=SMALL)), Session(Settings())
    session._can_go_back = True
    hidden = []
    for message in recorded[: LOCKED_AT + 10]:
        session.take(Computed(analysis.push(message)), 0.0)
        hidden.append(session.state.hidden)
    assert hidden == [False] * LOCKED_AT + [True] * 10
    session.take(Rewound(10.0), 1.0)
    assert session.state.time_s < 20.0
    assert session.state.hidden
    assert session.screen(1.0).headline.number == "hidden"


@pytest.mark.parametrize("refuse", ["", "This key may listen only."])
def test_the_worker_has_the_lock_recorded_once(recorded, refuse):
    feed = Feed(refuse)
    wishes = Wishes(changes={**SMALL, "outcome_hidden": True})
    loop = Loop(WorkerConfig(lambda: feed, lambda: None), feed, SessionRun(wishes))
    for message in recorded[: LOCKED_AT + 3]:
        loop._work(message)
    sent = [r for r in loop.reports if isinstance(r, Sent)]
    assert len(feed.sent) == (0 if refuse else 1)
    assert sent == ([Sent(KIND, refuse)] if refuse else [])


class NotingPipeline:
    """Notes something of every kind with each message."""

    refused = 0

    def __init__(self) -> None:
        self.settings = Settings()

    def kept(self, message: Message) -> Message:
        return message

    def push(self, message: Message) -> Update:
        notes = tuple(Note(kind, f"about {kind}") for kind in NoteKind)
        return Update(message.seq, message.epoch, notes=notes)


@pytest.mark.parametrize("kind", NoteKind)
def test_a_late_lock_takes_back_what_tells_the_outcome(kind):
    """In the notes that are kept, in what comes later, and on the screen."""
    run, display = SessionRun(Wishes()), Display(Settings())
    run._analysis.pipeline = NotingPipeline()
    events = (Event(1.0, "note"), Event(2.0, KIND), Event(3.0, "note"))
    for seq, event in enumerate(events):
        display.fold(run.push(Message("session", seq, 0, event)), float(seq))
    wanted = not RULES[kind].tells_outcome
    logged = " ".join(
        m.condition + m.action for _, m in display.state.messages_so_far()
    )
    assert display.state.hidden
    assert (Note(kind, f"about {kind}") in run.notes) == wanted
    assert (f"about {kind}" in logged) == wanted


def test_what_follows_the_outcome_is_marked_so():
    """The tracker's noise and the fit's negative components are measured."""
    telling = {kind for kind, rule in RULES.items() if rule.tells_outcome}
    follows = {NoteKind.TRACKER, NoteKind.COMPONENTS, NoteKind.LEVEL}
    assert telling == {*follows, NoteKind.AGREEMENT}
    assert set(RULES) == set(NoteKind)
