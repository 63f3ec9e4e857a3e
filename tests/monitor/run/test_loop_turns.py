"""What the worker's loop does in one turn, with a feed and a run in the test's hand."""

import math
from collections import deque
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from monitor.run import loop as loops
from monitor.run.loop import AHEAD, ALIVE_S, GATHER_S, MOST_REPORTS, Loop
from monitor.run.outbox import Delivered
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import (
    Again,
    Began,
    ChangeSettings,
    Computed,
    Heard,
    Inspect,
    Inspected,
    Play,
    PutIn,
    Rewound,
    Seek,
    SendEvent,
    Sent,
    SetSpeed,
    Waiting,
)
from streams.errors import InputError
from streams.messages.requests import EventRequest
from streams.messages.transient import (
    Acquisition,
    Event,
    Heartbeat,
    Kind,
    Message,
    Start,
    Transient,
)

START = Start(Acquisition(123.25, "1H", 5e-4, 4, 1, 0.03), "here")


class Run:
    """Notes what it is pushed."""

    def __init__(self) -> None:
        self.pushed: list[Message] = []
        self.error: Exception | None = None
        self.settings: Settings | None = None

    def push(self, message: Message) -> Update:
        if self.error is not None:
            raise self.error
        self.pushed.append(message)
        return Update(message.seq, message.epoch, settings=self.settings)

    def copies(self) -> str:
        return "copies"

    def curves_between(self, start_s: float, end_s: float) -> tuple[float, float]:
        return start_s, end_s


class Feed:
    """Gives what it is told to; a replay if it is one."""

    def __init__(self, replay: object = None, recorder: object = None) -> None:
        self.replay, self.recorder = replay, recorder
        self.coming: list[Message] = []
        self.asked: list[float] = []
        self.state = Stream(connected=True)

    def poll(self, timeout_s: float) -> list[Message]:
        self.asked.append(timeout_s)
        coming, self.coming = self.coming, []
        return coming

    def stream(self, waiting: int) -> Stream:
        return replace(self.state, lag=waiting)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    one = SimpleNamespace(now=100.0)
    monkeypatch.setattr(loops.time, "monotonic", lambda: one.now)
    return one


def loop_of(feed: Feed) -> Loop:
    return Loop(SimpleNamespace(open_run=Run), feed, Run())


def message(seq: int, body=None, session: str = "one") -> Message:
    return Message(session, seq, 0, body or Event(float(seq), "note"))


def transient(seq: int, time_s: float) -> Message:
    return message(seq, Transient(seq, time_s, Kind.METABOLITE, np.ones((1, 4), "c8")))


def of_kind(loop: Loop, kind: type) -> list:
    return [report for report in loop.reports if isinstance(report, kind)]


def test_a_live_stream_is_asked_before_the_last_of_a_backlog(clock) -> None:
    feed = Feed()
    loop = loop_of(feed)
    loop._take_in(0.5)
    loop.waiting = deque(message(i) for i in range(AHEAD - 1))
    loop._take_in(0.5)
    loop.waiting = deque(message(i) for i in range(AHEAD))
    loop._take_in(0.5)
    assert feed.asked == [0.5, 0.0]


def test_a_replay_is_asked_once_all_is_done(clock) -> None:
    feed = Feed(SimpleNamespace(paused=False))
    loop = loop_of(feed)
    loop.waiting = deque([message(0)])
    loop._take_in(0.5)
    assert feed.asked == []
    loop.waiting.clear()
    loop._take_in(0.5)
    assert feed.asked == [0.5]


def test_a_turn_ends_with_its_time_or_its_parcel(clock, monkeypatch) -> None:
    loop = loop_of(Feed())
    worked: list[int] = []

    def work(one: Message) -> None:
        worked.append(one.seq)
        clock.now += 0.6 * GATHER_S

    monkeypatch.setattr(loop, "_work", work)
    loop.waiting = deque(message(i) for i in range(2 * AHEAD))
    loop.turn(0.0)
    assert worked == [0, 1]
    loop.reports = [None] * (MOST_REPORTS - 1)
    loop.turn(0.0)
    assert worked == [0, 1, 2, 3]
    loop.reports = [None] * MOST_REPORTS
    loop.turn(0.0)
    assert worked == [0, 1, 2, 3]


def test_sessions_and_messages_that_come_again(clock) -> None:
    loop = loop_of(Feed())
    first = loop.run
    stopped: list[bool] = []
    loop.injections = SimpleNamespace(stop=lambda: stopped.append(True))
    for one in (message(0, START), transient(1, 5.0), transient(1, 5.0)):
        loop._work(one)
    assert loop.run is first
    assert stopped == []
    assert of_kind(loop, Began) == [Began("one")]
    assert of_kind(loop, Again) == [Again(1)]
    assert [r.update.seq for r in of_kind(loop, Computed)] == [0, 1]
    loop._work(message(2, Heartbeat(2, 0, 0)))
    assert loop.done_seq == 1
    loop._work(message(0, START, "two"))
    assert loop.run is not first
    assert stopped == [True]
    assert (loop.session, loop.done_seq) == ("two", 0)


def test_scanner_time_is_that_of_the_newest_transient(clock) -> None:
    loop = loop_of(Feed())
    for one in (message(0, START), transient(1, 5.0), transient(2, 7.0)):
        loop._work(one)
    loop._work(message(3, Event(900.0, "note")))
    assert (loop.time_s, loop.reached_s) == (7.0, 7.0)
    loop._work(transient(1, 5.0))
    assert (loop.time_s, loop.reached_s) == (7.0, 5.0)


def test_a_start_that_cannot_be_used_ends_it(clock) -> None:
    loop = loop_of(Feed())
    loop.run.error = InputError("why")
    loop._work(transient(0, 1.0))
    (computed,) = of_kind(loop, Computed)
    assert [note.text for note in computed.update.notes] == ["why"]
    with pytest.raises(InputError, match="why"):
        loop._work(message(1, START))


def test_the_lock_goes_into_the_recording_with_the_start(clock, monkeypatch) -> None:
    asked: list = []

    def lock(recorder, settings) -> str:
        asked.append(settings)
        return "refused"

    monkeypatch.setattr(loops, "lock_recorded", lock)
    loop = loop_of(Feed())
    loop._work(message(0, START))
    loop.run.settings = Settings()
    loop._work(transient(1, 1.0))
    assert asked == []
    loop._work(message(2, START))
    assert asked == [Settings()]
    assert of_kind(loop, Sent)[-1].refused == "refused"


# -- events ----------------------------------------------------------------------------


def test_what_nobody_records_is_applied_here(clock) -> None:
    loop = loop_of(Feed())
    loop.obey(SendEvent("reference", "1:4"))
    refused = "a closed recording takes no events"
    assert of_kind(loop, Sent)[-1].refused == refused  # nothing has come yet
    for one in (message(0, START), transient(1, 5.0)):
        loop._work(one)
    loop.obey(SendEvent("note", "x"))
    assert of_kind(loop, Sent)[-1].refused == refused
    loop.obey(ChangeSettings({"window": 3}))
    assert loop.run.pushed[-1].body.text == '{"window": 3}'
    loop.obey(SendEvent("reference", "1:4"))
    assert loop.run.pushed[-1].body.time_s == 5.0
    loop.obey(SendEvent("reference", "1:4", time_s=2.0))
    assert loop.run.pushed[-1].body.time_s == 2.0
    assert of_kind(loop, Sent)[-1].here
    assert of_kind(loop, Computed)[-1].here


class Outbox:
    """Delivers what it is told to."""

    def __init__(self) -> None:
        self.waiting: tuple = ()
        self.folder, self.followed = "folder", []
        self.delivered: list[Delivered] = []

    def add(self, unsent) -> None:
        self.waiting = (*self.waiting, unsent)

    def follow(self, session: str) -> None:
        self.followed.append(session)

    def send(self, recorder, session: str) -> list[Delivered]:
        delivered, self.delivered = self.delivered, []
        return delivered


def test_what_waits_for_the_relay_is_told_once(clock) -> None:
    loop = loop_of(Feed(recorder=object()))
    loop.outbox = Outbox()
    loop.obey(SendEvent("note", "x", ago_s=3.0, replaces=True))
    (unsent,) = loop.outbox.waiting
    request = unsent.request
    assert (request.kind, request.text, request.author) == ("note", "x", "operator")
    assert (request.ago_s, request.replaces) == (3.0, True)
    assert of_kind(loop, Waiting) == [Waiting((unsent,), "folder")]
    loop._deliver()
    assert len(of_kind(loop, Waiting)) == 1
    loop.outbox.waiting = ()
    loop.outbox.delivered = [Delivered(EventRequest("note", "x"), "no")]
    loop._deliver()
    assert of_kind(loop, Waiting)[-1] == Waiting((), "folder")
    assert of_kind(loop, Sent) == [Sent("note", "no", text="x")]
    loop._work(message(0, START))
    assert loop.outbox.followed == ["one"]
    without = loop_of(Feed())
    without.outbox = Outbox()
    without.outbox.waiting = (unsent,)
    without._work(message(0, START))
    without._deliver()
    assert without.outbox.followed == []
    assert of_kind(without, Waiting) == []


def test_what_is_sent_waits_for_a_connection(clock) -> None:
    feed = Feed(recorder=object())
    loop = loop_of(feed)
    loop.outbox = Outbox()
    loop.outbox.delivered = [Delivered(EventRequest("note", "x"))]
    feed.state = Stream(connected=False)
    loop.listen()
    assert of_kind(loop, Sent) == []
    feed.state = Stream(connected=True)
    loop.listen()
    assert of_kind(loop, Sent) == [Sent("note", text="x")]


# -- what the window hears -------------------------------------------------------------


def test_the_state_is_told_where_it_changed_or_is_overdue(clock) -> None:
    feed = Feed()
    loop = loop_of(feed)

    def told() -> bool:
        loop.reports = []
        loop.listen()
        return bool(of_kind(loop, Heard))

    assert told()
    assert not told()
    clock.now += 0.9 * ALIVE_S
    assert not told()
    clock.now += 0.1 * ALIVE_S
    assert told()
    loop.waiting.append(message(0))
    assert told()
    assert told()  # as long as something waits
    loop.waiting.clear()
    assert told()
    feed.state = Stream(connected=False)
    assert told()


@pytest.mark.parametrize(
    ("playing", "speed", "waits", "paused", "position_s", "plays"),
    [
        (True, 2.0, False, False, 50.0, True),
        (True, math.inf, False, False, 20.0, True),
        (False, 2.0, True, False, 20.0, True),
        (False, 2.0, True, True, 20.0, False),
        (False, math.inf, False, False, 50.0, False),
    ],
)
def test_a_player_that_is_ahead_is_where_the_analysis_is(
    clock, playing, speed, waits, paused, position_s, plays
) -> None:
    feed = Feed(SimpleNamespace(paused=paused))
    loop = loop_of(feed)
    loop.reached_s = 20.0
    if waits:
        loop.waiting.append(message(0))
    feed.state = Stream(connected=True, playback=Playback(playing, speed, 50.0, 99.0))
    loop.listen()
    found = loop.heard.playback
    assert (found.position_s, found.playing) == (position_s, plays)


def test_controls_of_a_replay_do_nothing_to_a_live_stream(clock) -> None:
    live = loop_of(Feed())
    for command in (Play(True), SetSpeed(2.0), Seek(5.0)):
        live.obey(command)
    assert of_kind(live, Rewound) == []
    done: list = []
    replay = SimpleNamespace(
        paused=False,
        resume=lambda: done.append("resume"), pause=lambda: done.append("pause"),
        set_speed=done.append, seek=done.append,
    )  # fmt: skip
    loop = loop_of(Feed(replay))
    loop.waiting.append(message(0))
    for command in (Play(True), Play(False), SetSpeed(2.0), Seek(5.0)):
        loop.obey(command)
    assert done == ["resume", "pause", 2.0, 5.0]
    assert not loop.waiting
    assert of_kind(loop, Rewound) == [Rewound(5.0)]


def test_curves_that_are_asked_for(clock) -> None:
    loop = loop_of(Feed())
    spans = ((0.0, 5.0), (5.0, 9.0))
    loop.obey(Inspect(spans))
    assert of_kind(loop, Inspected) == [Inspected(spans, spans)]


def test_copies_are_given_once_for_each_message(clock) -> None:
    loop = loop_of(Feed())
    loop._inject()
    assert loop.reports == []
    given, found = [], iter([None, "found", None])

    def turn(copies):
        given.append(copies)
        return next(found)

    loop.injections = SimpleNamespace(turn=turn, stop=lambda: None)
    loop._inject()
    loop._work(message(0, START))
    loop._inject()
    loop._inject()
    assert given == [None, "copies", None]
    assert of_kind(loop, PutIn) == [PutIn("found")]
