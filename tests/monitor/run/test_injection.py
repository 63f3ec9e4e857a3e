"""A known change put into copies of a session's transients."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_sessions import CHANGES, bodies_of
from threadpoolctl import threadpool_limits

from monitor.analysis.choices import Choices
from monitor.analysis.tracking import free_baseline
from monitor.protocol.choose import Wishes
from monitor.run import injection
from monitor.run.injection import halves_in, inject
from monitor.run.known_change import (
    LEAST,
    PERCENT,
    RISE,
    STEP,
    Halves,
    Injection,
    halves_before,
)
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import Event, Message, Transient, number

START_S = 110.0
WISHES = Wishes(changes={**CHANGES, "infusion_s": (START_S, 500.0)})


def messages(coils: int) -> list[Message]:
    return list(number(bodies_of(5, coils), "session"))


@lru_cache(maxsize=2)
def run(coils: int) -> SessionRun:
    session = SessionRun(WISHES, live=False)
    with threadpool_limits(1):
        for message in messages(coils):
            session.push(message)
    return session


@lru_cache(maxsize=4)
def injected(coils: int, kept: bool = False) -> Injection:
    halves = halves_in(run(coils).finish()[1])
    source = run(coils).kept if kept else messages(coils)
    with threadpool_limits(1):
        found = inject(lambda: source, WISHES, halves)
    assert found is not None
    return found


def test_what_is_put_in_as_a_step_is_read() -> None:
    step = injected(4).recoveries[0]
    assert step.course == STEP
    assert 0.5 * PERCENT < step.put < PERCENT  # of Glx/tNAA: glutamine has a share
    assert 0.3 * step.put < step.read < 1.05 * step.put  # in 50 s the tracker lags
    assert step.windows_put == step.put
    assert step.windows_read == pytest.approx(step.put, rel=0.05)
    assert injected(4).windows.hold
    assert injected(4).windows.sd > injected(4).tracker.sd > 0


def test_a_rise_is_read_as_one() -> None:
    step, rise = injected(4).recoveries
    assert rise.course == RISE
    assert rise.put == step.put
    assert 0.1 * step.put < rise.windows_put < 0.6 * step.put  # no window at its end
    assert rise.windows_read == pytest.approx(rise.windows_put, rel=0.05)
    assert rise.read < step.read


def test_coils_apart_and_combined_ones_give_the_same() -> None:
    for raw, kept in zip(
        injected(4).recoveries, injected(4, kept=True).recoveries, strict=True
    ):
        assert kept.read == pytest.approx(raw.read, abs=1e-4)
        assert kept.windows_read == pytest.approx(raw.windows_read, abs=1e-4)


def test_nothing_since_the_infusion_is_in_it() -> None:
    def other() -> Iterator[Message]:
        for message in messages(4):
            body = message.body
            if isinstance(body, Transient) and body.time_s >= START_S:
                body = replace(body, fid=np.array(3 * body.fid))
            yield replace(message, body=body)

    halves = halves_in(run(4).finish()[1])
    assert halves.end_s < START_S
    with threadpool_limits(1):
        assert inject(other, WISHES, halves) == injected(4)


def test_marks_of_the_session_do_not_move_the_copies_periods() -> None:
    marks = [Event(60.0, "reference", "20:50"), Event(70.0, "infusion_start")]
    bodies = list(bodies_of(5, 4))
    place = next(
        i for i, b in enumerate(bodies) if isinstance(b, Transient) and b.time_s > 70
    )
    marked = list(number([*bodies[:place], *marks, *bodies[place:]], "session"))
    halves = halves_in(run(4).finish()[1])
    with threadpool_limits(1):
        assert inject(lambda: marked, WISHES, halves) == injected(4)


def test_copies_hold_what_the_one_without_decided_and_pause_at_each_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = itertools.cycle((True, False))  # as where it stands on the edge
    monkeypatch.setattr(free_baseline, "_any_bent", lambda *_: next(asked))
    chose: list[Choices] = []

    def spy(plain: Result, read: dict[str, Result], halves: Halves) -> None:
        ran = (plain, *read.values())
        chose.extend(Choices.of(one.course, one.tracking) for one in ran)

    monkeypatch.setattr(injection, "_compare", spy)
    pauses: list[None] = []
    halves = halves_in(run(1).finish()[1])
    with threadpool_limits(1):
        inject(lambda: messages(1), WISHES, halves, lambda: pauses.append(None))
    assert [one.bending for one in chose] == [True] * 3
    assert len({one.noise for one in chose}) == 1
    before = [m for m in messages(1) if getattr(m.body, "time_s", 0) <= halves.end_s]
    assert len(pauses) == 3 * (len(before) - 1)  # but the end, which is not before


def test_without_a_reference_period_there_are_no_halves() -> None:
    result = replace(run(1).finish()[1], reference_s=None)
    assert halves_in(result) is None


qualities = run(1).finish()[1].qualities
"""Of 96 transients."""


@given(
    epochs=st.lists(st.integers(1, 60), min_size=1, max_size=3),
    until=st.floats(0, 250),
)
def test_halves_are_of_the_last_epoch_before_the_infusion(
    epochs: list[int], until: float
) -> None:
    numbers = np.repeat(range(len(epochs)), epochs)
    own = [
        replace(qualities[0], epoch=int(epoch), time_s=2.0 * i)
        for i, epoch in enumerate(numbers)
    ]
    found = halves_before(own, None, until)
    before = [q for q in own if q.time_s < until]
    last = [q.time_s for q in before if q.epoch == before[-1].epoch]
    if len(last) < LEAST:
        assert found is None
        return
    assert (found.start_s, found.end_s, found.transients) == (
        last[0],
        last[-1],
        len(last),
    )
    early = sum(time_s < found.middle_s for time_s in last)
    assert early in (len(last) // 2, len(last) - len(last) // 2)


def test_a_step_and_a_rise_end_at_the_same_height() -> None:
    halves = Halves(0.0, 100.0, 200.0, 101)
    for course in (STEP, RISE):
        assert halves.percent(course, 200.0) == PERCENT
        assert halves.percent(course, 99.0) == halves.percent(course, 201.0) == 0
    assert halves.percent(RISE, 150.0) == PERCENT / 2
    assert halves.percent(STEP, 150.0) == PERCENT
