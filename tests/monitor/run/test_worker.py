"""The process beside the window: its loop without a process, then a spawned one."""

import json
import math
import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from fake_session import SETTINGS, FakeFeed, FakePipeline, FakePlayer, messages

from monitor.analysis.note import Note, NoteKind
from monitor.run.feed import ReplayFeed, playback_of, stream_of
from monitor.run.loop import ALIVE_S, Loop
from monitor.run.outbox import Unsent
from monitor.run.stream_state import Stream
from monitor.run.worker import NOBODY, Worker, _without_answered
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import (
    Again,
    Began,
    ChangeSettings,
    Computed,
    Failed,
    Heard,
    Play,
    Rewound,
    Seek,
    SendEvent,
    Sent,
    SetSpeed,
    Stop,
    Waiting,
)
from monitor.screen.rewindable import Session
from streams.errors import InputError
from streams.messages.requests import EventRequest
from streams.messages.transient import Heartbeat, Message
from streams.sources.recording import Player
from streams.subscription.health import StreamHealth


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def loop_with(feed) -> Loop:
    return Loop(WorkerConfig(lambda: feed, FakePipeline), feed, FakePipeline())


def run_until(loop: Loop, done, timeout_s: float = 20.0) -> list:
    """Reports of turns until one satisfies `done`."""
    reports: list = []
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        loop.turn(0.0)
        reports += loop.reports
        loop.reports = []
        if done(reports):
            return reports
    raise TimeoutError(f"{len(reports)} reports, not what was waited for")


def computed(reports: list) -> list[int]:
    return [r.update.seq for r in reports if isinstance(r, Computed)]


def test_every_message_is_worked_through_once_and_in_order():
    wanted = [m.seq for m in messages(5.0)]
    clock = Clock()
    loop = loop_with(FakeFeed(1.0, 5.0, clock))
    clock.now = 1e6
    reports = run_until(loop, lambda r: len(computed(r)) == len(wanted))
    assert computed(reports) == wanted
    assert isinstance(reports[0], Heard)
    assert reports[1] == Began("fake")


def test_a_turn_does_a_little_and_comes_back():
    clock = Clock()
    loop = loop_with(FakeFeed(1.0, 50.0, clock))
    clock.now = 1e6
    began = time.perf_counter()
    loop.turn(0.0)
    assert time.perf_counter() - began < 1.0
    assert 0 < len(loop.reports) < 1500
    assert isinstance(loop.reports[0], Heard)


def test_heartbeats_cause_no_update():
    loop = loop_with(FakePlayer(speed=0.0))
    loop.waiting.append(Message("fake", 3, 0, Heartbeat(3, 100, 10**9)))
    loop.turn(0.0)
    assert not computed(loop.reports)


def test_another_session_gets_another_pipeline():
    loop = loop_with(FakeFeed())
    first = loop.run
    start, *_ = messages(1.0)
    loop._work(start)
    loop._work(Message("another", 0, 0, start.body))
    assert loop.run is not first
    assert [r for r in loop.reports if isinstance(r, Began)] == [
        Began("fake"),
        Began("another"),
    ]
    assert computed(loop.reports) == [0, 0]


def test_an_event_goes_through_the_feed_and_is_acknowledged():
    feed = FakeFeed()
    loop = loop_with(feed)
    loop.obey(SendEvent("note", "coughed"))
    loop.obey(ChangeSettings({"window": 64}))
    assert [(e.kind, e.text) for e in feed.sent] == [
        ("note", "coughed"),
        ("settings", json.dumps({"window": 64})),
    ]
    assert loop.reports == [Sent("note"), Sent("settings")]


def test_an_event_that_is_refused_says_why():
    class Closed(FakeFeed):
        def send_event(self, kind, text="", author=""):
            raise InputError("The relay does not answer: is it running?")

    loop = loop_with(Closed())
    loop.obey(SendEvent("note", "x"))
    assert loop.reports == [Sent("note", "The relay does not answer: is it running?")]


def test_a_recording_takes_no_events():
    loop = loop_with(ReplayFeed(Player(lambda: messages(1.0))))
    loop.obey(SendEvent("infusion_start"))
    assert loop.reports[-1].refused


def test_replay_forwards_runs_at_once_and_backwards_only_tells():
    loop = loop_with(
        ReplayFeed(Player(lambda: messages(10.0), speed=1.0, duration_s=598.0))
    )
    loop.obey(Seek(400.0))
    reports = run_until(loop, lambda r: len(computed(r)) >= 202)
    assert Rewound(400.0) in reports
    pushed = len(loop.run.qualities)
    loop.obey(Seek(100.0))
    again = run_until(loop, lambda r: sum(isinstance(x, Again) for x in r) >= 51)
    assert Rewound(100.0) in again
    assert not computed(again)
    assert len(loop.run.qualities) == pushed


def test_controls_reach_the_player_and_come_back_as_state():
    player = Player(lambda: messages(1.0), speed=1.0, duration_s=58.0)
    loop = loop_with(ReplayFeed(player))
    loop.obey(Play(False))
    loop.obey(SetSpeed(20.0))
    playback = playback_of(player)
    assert playback is not None
    assert (playback.playing, playback.speed, playback.length_s) == (False, 20.0, 58.0)
    loop.obey(Play(True))
    assert playback_of(player).playing
    loop.obey(Stop())
    assert loop.stopped


def test_a_replay_at_once_says_how_far_it_has_come():
    player = Player(lambda: messages(5.0), speed=math.inf, duration_s=298.0)
    loop = loop_with(ReplayFeed(player))
    seen = []
    while not any(isinstance(r, Computed) and r.update.ended for r in loop.reports):
        loop.reports = []
        loop.turn(0.0)
        last = next((r for r in loop.reports[::-1] if isinstance(r, Computed)), None)
        loop.listen()
        playback = playback_of(player)
        assert loop.heard is not None
        assert loop.heard.playback is not None
        assert playback is not None
        if last is not None and last.update.quality is not None:
            seen.append(loop.heard.playback)
            assert seen[-1].position_s == last.update.quality.time_s
    assert len(seen) > 1
    assert seen[0].position_s < 298.0  # the player itself has none at this speed
    assert all(p.playing for p in seen[:-1])
    assert not loop.waiting
    loop.listen()
    loop.obey(Play(False))
    assert not loop.heard.playback.playing


def test_the_window_hears_something_even_where_nothing_changes():
    loop = loop_with(ReplayFeed(Player(lambda: messages(1.0), speed=1.0)))
    loop.obey(Play(False))
    loop.listen()
    loop.reports = []
    loop.listen()
    assert not loop.reports
    loop.told_at -= ALIVE_S
    loop.listen()
    assert len(loop.reports) == 1


def test_a_message_that_cannot_be_used_is_told_and_left():
    class Picky(FakePipeline):
        def _event(self, blank, event):
            raise InputError("A reference event must say START:END.")

    loop = loop_with(FakeFeed())
    loop.run = Picky()
    start, *_, event = (m for m in messages(11.0) if m.seq == 0 or m.seq == 301)
    loop._work(start)
    loop._work(event)
    assert loop.reports[-1].update.notes == (
        Note(NoteKind.REFUSED, "A reference event must say START:END."),
    )


@pytest.mark.parametrize(
    ("health", "connected", "recording"),
    [
        (StreamHealth("tcp://127.0.0.1:5555", problem="Nobody listens"), False, False),
        (
            StreamHealth("tcp://127.0.0.1:5555", connected=True, heard_s=0.1),
            False,
            False,
        ),
        (
            StreamHealth(
                "tcp://127.0.0.1:5555", connected=True, heard_s=0.1, refetch=True
            ),
            True,
            True,
        ),
        (
            StreamHealth(
                "tcp://127.0.0.1:5555", connected=True, heard_s=0.1, refetch=False
            ),
            True,
            False,
        ),
        (
            StreamHealth(
                "tcp://127.0.0.1:5555", connected=True, heard_s=0.1, recording=False
            ),
            True,
            False,
        ),
    ],
)
def test_state_of_a_subscription(health, connected, recording):
    stream = stream_of(health, 2)
    assert (stream.connected, stream.recording) == (connected, recording)
    assert (stream.lag, stream.said) == (2, health.problem)


def test_a_replay_counts_what_waits():
    assert ReplayFeed(Player(lambda: messages(1.0))).stream(7).lag == 7


def test_what_was_refused_and_why_reaches_the_window():
    health = StreamHealth("x", connected=True, refused=3, refusal="lacks seq")
    stream = stream_of(health, 0)
    assert (stream.refused, stream.refusal) == (3, "lacks seq")


def test_a_relay_that_is_deaf_reaches_the_window():
    health = StreamHealth("x", connected=True, deaf="start the relay again")
    assert stream_of(health, 0).deaf == "start the relay again"


class Backlog(FakeFeed):
    """A relay with a backlog; the scanner goes on, which is known once it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._all = list(messages(25.0, end=False))
        self.exist, self._given = 400, 0

    def poll(self, timeout_s):
        """All that there is by now."""
        found = self._all[self._given : self.exist]
        self._given = self.exist
        return found

    def stream(self, waiting):
        """As it was when it was last asked."""
        return replace(self.health, lag=waiting)


def test_a_window_that_catches_up_never_takes_a_parcel_for_the_end():
    feed = Backlog()
    loop, session = loop_with(feed), Session(SETTINGS)
    late = 0
    for turn in range(400):
        loop.turn(0.0)
        feed.exist = min(feed.exist + 3, 740)
        for report in loop.reports:
            session.take(report, 0.01 * turn)
            late += session.state.catching_up() is not None
            behind = feed.exist - session.state.seq - 1
            if session.state.catching_up() is None and session.state.quality.rows:
                assert behind <= 8
        loop.reports = []
        if session.state.seq + 1 >= 740:
            break
    assert late > 300
    assert session.state.catching_up() is None


# -- with a process --------------------------------------------------------------------


def refusing_feed():
    raise InputError("No recording: give another file.")


class BrokenPipeline(FakePipeline):
    """Fails at the first transient."""

    def _transient(self, blank, body):
        raise RuntimeError("broken on purpose")


def collect(worker: Worker, done, timeout_s: float = 60.0) -> list:
    reports: list = []
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        reports += worker.receive(0.05)
        if done(reports):
            return reports
        time.sleep(0.005)
    raise TimeoutError(f"{len(reports)} reports, not what was waited for")


def at_once():
    return ReplayFeed(Player(lambda: messages(5.0), math.inf))


def test_spawned_worker_reports_everything_and_stops():
    worker = Worker(WorkerConfig(at_once, FakePipeline))
    try:
        wanted = [m.seq for m in messages(5.0)]
        reports = collect(worker, lambda r: len(computed(r)) == len(wanted))
        assert computed(reports) == wanted
        estimates = [r for r in reports if isinstance(r, Computed) and r.update.curves]
        assert len(estimates) == (150 - 32) // 4 + 1
    finally:
        worker.stop()
    assert not worker.alive


def test_spawned_worker_takes_events():
    worker = Worker(WorkerConfig(partial(FakeFeed, 20.0, 5.0), FakePipeline))
    try:
        worker.send(SendEvent("note", "hello"))

        def arrived(reports):
            return any(
                isinstance(r, Computed) and r.update.event and r.update.event.text
                for r in reports
            )

        reports = collect(worker, arrived)
        assert Sent("note") in reports
        heard = next(r for r in reports if isinstance(r, Heard))
        assert heard.stream == Stream(True, True, disk_free_bytes=10**11)
    finally:
        worker.stop()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (WorkerConfig(refusing_feed, FakePipeline), "No recording"),
        (WorkerConfig(at_once, BrokenPipeline), "broken on purpose"),
    ],
)
def test_worker_that_cannot_go_on_says_so_and_ends(config, words):
    worker = Worker(config)
    reports = collect(worker, lambda r: any(isinstance(x, Failed) for x in r))
    worker._process.join(20.0)
    reports += worker.receive(
        0.01
    )  # that the pipe has ended must not replace the words
    (failed,) = [r for r in reports if isinstance(r, Failed)]
    assert words in failed.sentence
    worker.stop()
    assert not worker.alive
    worker.send(Play(True))  # heard by nobody, and no error


def test_what_a_worker_was_asked_for_and_never_did_is_told():
    """Seen: F5 after the analysis had stopped was "sent", and nobody had it."""
    worker = Worker(WorkerConfig(refusing_feed, FakePipeline))
    worker.send(SendEvent("infusion_start"))  # while it fails
    reports = collect(worker, lambda r: any(isinstance(x, Sent) for x in r))
    assert Sent("infusion_start", NOBODY) in reports
    worker.send(SendEvent("note", "arm moved"))
    assert worker.receive(0.0) == [Sent("note", NOBODY, text="arm moved")]
    assert worker.receive(0.0) == []
    worker.stop()


def test_last_words_are_heard_after_something_was_asked_of_a_worker_that_went():
    """Else the window would never say that the analysis has stopped, nor why."""
    worker = Worker(WorkerConfig(refusing_feed, FakePipeline))
    try:
        worker._process.join(20.0)
        worker.send(SendEvent("note", "dose given"))
        reports = worker.receive(5.0) + worker.receive(5.0)
        assert [type(r) for r in reports if isinstance(r, Failed)] == [Failed]
        assert [r for r in reports if isinstance(r, Sent)] == [
            Sent("note", NOBODY, text="dose given")
        ]
    finally:
        worker.stop()


class Killed(FakeFeed):
    """A live stream whose relay's answer is never waited for: the process is killed."""

    def record_event(self, request, timeout_s):
        os._exit(9)


class KilledLater(FakeFeed):
    """Killed once the event is recorded, before the window can hear of it."""

    def poll(self, timeout_s):
        if self.sent:
            os._exit(9)
        return super().poll(timeout_s)


@pytest.mark.parametrize("feed", [Killed, KilledLater])
def test_what_was_kept_before_the_worker_was_killed_is_not_called_lost(
    feed, tmp_path, monkeypatch
):
    """The next window sends it: the operator must not give it once more."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    worker = Worker(WorkerConfig(feed, FakePipeline))
    try:
        collect(worker, lambda r: any(isinstance(x, Began) for x in r))
        asked = SendEvent("note", "dose given")
        worker.send(asked)
        reports = collect(worker, lambda r: any(isinstance(x, Failed) for x in r))
        reports += worker.receive(0.0)
        assert not [r for r in reports if isinstance(r, Sent)]
        (waiting,) = [r for r in reports if isinstance(r, Waiting)]
        (kept,) = waiting.unsent
        assert (kept.request.id, kept.request.text) == (asked.id, "dose given")
        assert Path(waiting.folder).is_dir()
    finally:
        worker.stop()


def test_what_became_of_an_event_is_not_told_twice():
    asked = [SendEvent("note", "a"), SendEvent("note", "b"), SendEvent("note", "c")]
    request = EventRequest("note", "b", id=asked[1].id)
    kept = Waiting((Unsent(request, 0.0),))
    assert _without_answered(asked, [Sent("note", text="a"), kept]) == asked[2:]


def test_stop_ends_a_replay_in_full_flow():
    worker = Worker(WorkerConfig(partial(FakePlayer, 1e6), FakePipeline))
    collect(worker, lambda r: len(computed(r)) > 10)
    worker.stop()
    assert not worker.alive
