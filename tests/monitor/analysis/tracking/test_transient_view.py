"""Transients as the tracker sees them: their places, weights and sides of marks."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import quality

from monitor.analysis.course.course import Course
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.tracking.transient_view import (
    FLOOR_SHARE,
    Observed,
    Observer,
    unchanged,
)


def observer(times_s: list[float], marks_s=(), **others: object) -> Observer:
    """Of a course with transients at these times, the first four its reference."""
    course = Course(Freedom())
    for i, time_s in enumerate(times_s):
        q = replace(quality(i, time_s=time_s), **others)
        course.append(np.zeros(2, np.complex64), q, 1.0)
    course.reference = SimpleNamespace(first=0, stop=4, amplitudes=np.ones(2))
    still = SimpleNamespace(c0=np.ones(2))
    return Observer.of(course, still, tuple(marks_s))


def seen(one: Observer) -> list[Observed]:
    found: list[Observed] = []
    for i in range(len(one.course.fids)):
        found.append(one._one(i, np.ones(3), found[-1] if found else None))
    return found


def test_transients_that_never_came_are_counted_in() -> None:
    found = seen(observer([0, 2, 4, 6, 8, 16, 18, 18.5]))
    assert [o.place for o in found] == [0, 1, 2, 3, 4, 8, 9, 10]


def test_a_first_transient_has_nobody_before_it() -> None:
    lone = observer([7.0])
    assert lone.interval_s == 0.0
    assert seen(lone)[0].place == 0
    at_once = observer([7.0, 7.0, 7.0])
    assert [o.place for o in seen(at_once)] == [0, 1, 2]


def test_parts_begin_with_each_mark() -> None:
    found = seen(observer([0, 2, 4, 6, 8, 10, 12, 16], marks_s=(6.0, 11.0)))
    assert [o.part for o in found] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert [o.since for o in found] == [0, 1, 2, 0, 1, 2, 0, 2]
    assert [o.infused for o in found] == [False] * 3 + [True] * 5


def test_the_reference_period_ends_with_its_last_transient() -> None:
    found = seen(observer([0, 2, 4, 6, 8, 10]))
    assert [o.reference for o in found] == [True] * 4 + [False] * 2


def test_what_says_nothing_has_no_weight() -> None:
    assert seen(observer([0, 2], weight=0.5))[1].weight == 0.5
    assert seen(observer([0, 2], weight=FLOOR_SHARE))[1].weight == FLOOR_SHARE
    assert seen(observer([0, 2], weight=0.99 * FLOOR_SHARE))[1].weight == 0.0
    left_out = observer([0, 2])
    left_out.course.rejected = frozenset({0})
    assert seen(left_out)[1].weight == 0.0
    broken = left_out._one(0, np.array([1.0, np.nan]), None)
    assert broken.weight == 0.0
    assert broken.o.tolist() == [0.0, 0.0]


def test_an_epoch_is_foreign_unless_the_reference_period_lies_in_it() -> None:
    one = observer([0, 2, 4, 6, 8, 10])
    one.course.qualities[5] = quality(5, 1)
    assert [o.foreign for o in seen(one)] == [False] * 5 + [True]


@pytest.mark.parametrize(
    "other",
    [
        {"weight": 0.5}, {"epoch": 1}, {"place": 9}, {"time_s": 5.0},
        {"reference": True}, {"part": 1}, {"since": 3}, {"foreign": True},
        {"o": np.array([1.0, 2.5])},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_what_differs_in_anything_is_not_the_same(other: dict[str, object]) -> None:
    made = [
        Observed(i, 0, 2.0 * i, i, np.array([1.0, 2.0]), 1.0, False) for i in range(5)
    ]
    changed = list(made)
    changed[3] = replace(made[3], **other)
    assert unchanged(made, changed, ()) == 3
    assert unchanged(made, made, ()) == 5
    assert unchanged(made[:2], made, ()) == 2


def test_epochs_that_are_seen_anew_are_not_the_same() -> None:
    made = [Observed(i, i // 2, 0.0, i, np.ones(1), 1.0, False) for i in range(4)]
    assert unchanged(made, made, {1}) == 2
    assert unchanged(made, made, {7}) == 4


def test_an_epoch_is_seen_anew_by_another_model_or_offset() -> None:
    before, now = observer([0, 2]), observer([0, 2])
    model, offset = object(), np.eye(2)
    for one in (before, now):
        one._sessions = {0: model, 1: model, 2: model}
        one.offsets = {0: None, 1: offset, 2: np.eye(2)}
    assert now.changed(before) == set()
    now._sessions[0] = object()
    assert now.changed(before) == {0}
    now.offsets[2] = 2 * np.eye(2)
    assert now.changed(before) == {0, 2}
    now.offsets[1] = None
    assert now.changed(before) == {0, 1, 2}
    now._sessions[3], now.offsets[3] = object(), None
    before.offsets[3] = None
    assert 3 in now.changed(before)


def test_it_begins_as_another_with_the_same_reference_period() -> None:
    before, now = observer([0, 2]), observer([0, 2])
    model = object()
    for one in (before, now):
        one._sessions, one.offsets = {0: model}, {0: None}
    assert now.begins_as(before)
    now.course.reference.amplitudes = np.array([1.0, 1.1])
    assert not now.begins_as(before)
    now.course.reference.amplitudes = np.ones(2)
    now._sessions = {0: object()}
    assert not now.begins_as(before)
    now._sessions = {0: model}
    now.course.reference = None
    assert not now.begins_as(before)


def test_an_epoch_without_a_fit_is_not_seen(monkeypatch) -> None:
    course = observer([0, 2, 4]).course
    for epoch, found in ((1, False), (0, True)):
        course.sessions[epoch] = SimpleNamespace(found=found)
    begun = []
    monkeypatch.setattr(Observer, "begin", lambda self, epoch: begun.append(epoch))
    Observer.of(course, SimpleNamespace(c0=np.ones(2)), ())
    assert begun == [0]
