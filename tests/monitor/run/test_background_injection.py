"""Known changes put into copies of a session while it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from marked_sessions import CHANGES, bodies_of
from threadpoolctl import threadpool_limits

from monitor.protocol.choose import Wishes
from monitor.run.background_injection import LEAST_LIVE, BackgroundInjection
from monitor.run.feed import replay_feed
from monitor.run.injection import inject
from monitor.run.known_change import (
    STEP,
    Copies,
    Halves,
    Injection,
    Intervals,
    Recovery,
)
from monitor.run.session_run import SessionRun
from monitor.run.worker import Worker
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import PutIn
from streams.errors import InputError
from streams.messages.transient import Event, Transient, number

FOUND = Injection(
    "Glu/tCr",
    Halves(0.0, 1.0, 2.0, 80),
    (Recovery(STEP, 4.0, 4.0, 4.0, 4.0),),
    Intervals(2.0, ()),
    Intervals(1.0, ()),
    5.0,
)


def copies(transients: int, infused: bool = False) -> Copies:
    return Copies(Halves(0.0, 1.0, 2.0, transients), infused, Wishes(), lambda: ())


def until(found: Callable[[], object], timeout_s: float = 30.0) -> object:
    """The first thing that is found."""
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        if (value := found()) is not None:
            return value
        time.sleep(0.005)
    raise TimeoutError


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Halves]:
    """What injections were asked for; each gives `FOUND` at once."""
    halves: list[Halves] = []

    def at_once(_messages, _wishes, asked_for, _pause):
        halves.append(asked_for)
        return FOUND

    monkeypatch.setattr("monitor.run.injection.inject", at_once)
    return halves


def test_when_it_is_done(asked: list[Halves]) -> None:
    beside = BackgroundInjection()

    def told(have: Copies | None) -> None:
        assert beside.turn(have) is None
        assert until(lambda: beside.turn(None)) is FOUND

    assert beside.turn(copies(LEAST_LIVE - 1)) is None
    assert not asked
    told(copies(LEAST_LIVE))
    assert beside.turn(copies(2 * LEAST_LIVE - 1)) is None
    assert len(asked) == 1
    told(copies(2 * LEAST_LIVE))
    told(copies(2 * LEAST_LIVE + 7, infused=True))
    assert beside.turn(copies(2 * LEAST_LIVE + 7, infused=True)) is None
    told(copies(2 * LEAST_LIVE + 3, infused=True))  # the mark was moved
    assert [h.transients for h in asked] == [64, 128, 135, 131]


def test_what_cannot_be_done_is_not_told_and_the_next_one_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_args):
        raise InputError("no such basis set")

    beside = BackgroundInjection()
    with monkeypatch.context() as patch:
        patch.setattr("monitor.run.injection.inject", refused)
        beside.turn(copies(64))
        until(lambda: None if _working() else True)
    monkeypatch.setattr("monitor.run.injection.inject", lambda *_args: FOUND)
    assert beside.turn(copies(128)) is None
    assert until(lambda: beside.turn(None)) is FOUND


def _working() -> bool:
    return any(thread.name == "injection" for thread in threading.enumerate())


def test_it_works_a_tenth_of_the_time_and_ends_when_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[float, float]] = []

    def working(_messages, _wishes, _halves, pause):
        while True:
            began = time.thread_time()
            while time.thread_time() < began + 0.01:
                pass
            pause()
            seen.append((time.thread_time(), time.monotonic()))

    monkeypatch.setattr("monitor.run.injection.inject", working)
    beside = BackgroundInjection()
    beside.turn(copies(64))
    until(lambda: True if len(seen) > 4 else None)
    beside.stop()
    until(lambda: None if _working() else True)
    worked_s, took_s = seen[-1][0] - seen[0][0], seen[-1][1] - seen[0][1]
    assert worked_s <= 0.12 * took_s
    assert beside.turn(None) is None


@pytest.mark.slow
def test_the_worker_of_a_window_tells_it(infusion_short: Path) -> None:
    feed = partial(replay_feed, infusion_short, None, 1e6)
    worker = Worker(WorkerConfig(feed, partial(SessionRun, Wishes())))

    def told() -> Injection | None:
        reports = worker.receive(0.05)
        return next((one.found for one in reports if isinstance(one, PutIn)), None)

    try:
        found = until(told, 120.0)
    finally:
        worker.stop()
    assert isinstance(found, Injection)
    assert found.halves.end_s < 78.0  # the infusion's start
    step = found.recoveries[0]
    assert step.windows_read == pytest.approx(step.windows_put, rel=0.05)


def test_of_a_session_that_goes_on_it_finds_what_a_file_gives() -> None:
    wishes = Wishes(changes=CHANGES)
    run = SessionRun(wishes)
    assert run.copies() is None
    beside, found = BackgroundInjection(share=1.0), None
    with threadpool_limits(1):
        bodies = [b for b in bodies_of(5) if getattr(b, "time_s", 0.0) < 150.0]
        messages = list(number(bodies, "session"))
        for message in messages:
            run.push(message)
        have = run.copies()
        assert have is not None
        assert have.halves.transients >= LEAST_LIVE
        assert not have.infused
        beside.turn(have)
        last = messages[-1]
        start = Event(120.0, "infusion_start")
        run.push(type(last)("session", last.seq + 1, last.epoch, start))
        found = until(lambda: beside.turn(None))
        assert found == inject(lambda: messages, wishes, have.halves)
    after = run.copies()
    assert after is not None
    assert after.infused
    assert after.halves.end_s < 120.0 < have.halves.end_s
    assert sum(isinstance(m.body, Transient) for m in run.kept) > 64
