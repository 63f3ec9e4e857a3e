"""When the beginning of an epoch is judged: seldom, and of each epoch by itself."""

from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import fid_of, quality
from fit_cases import make_model

from monitor.analysis.contamination.states import ENOUGH
from monitor.analysis.course.beginnings import (
    EARLIEST,
    FIRST,
    Beginnings,
    as_it_came,
)
from monitor.analysis.signal.spectrum import moved


class Judge:
    """Counts how often it is asked."""

    asked = 0

    def good_from(self, epoch, begun_at, least):
        self.asked += 1


def test_it_is_judged_again_only_after_some_more_transients():
    one, judge = Beginnings(), Judge()

    def asked(count: int, epoch: int = 0) -> int:
        course = SimpleNamespace(transients_of=lambda _: range(count))
        one.good_from(course, judge, epoch, 0)
        return judge.asked

    assert asked(EARLIEST - 1) == 0
    assert asked(EARLIEST) == 1
    assert asked(EARLIEST + FIRST - 1) == 1
    assert asked(4 * EARLIEST + FIRST) == 2
    assert asked(4 * EARLIEST + FIRST + 1) == 2
    assert asked(4 * EARLIEST + 2 * FIRST + int(0.1 * FIRST)) == 2
    assert asked(int(1.1 * (4 * EARLIEST + FIRST)) + 1) == 3
    assert asked(EARLIEST, epoch=1) == 4


class Finds:
    """A judge that finds the good part from some place on."""

    def __init__(self, good: int | None) -> None:
        self.good = good

    def good_from(self, epoch, begun_at, least):
        return self.good


@pytest.mark.parametrize(
    ("good", "found"),
    [(None, None), (20, 20), (EARLIEST - ENOUGH, EARLIEST - ENOUGH), (40, None)],
)
def test_enough_of_the_good_part_must_have_come(good, found):
    course = SimpleNamespace(transients_of=lambda _: range(EARLIEST))
    assert Beginnings().good_from(course, Finds(good), 0, 0) == found


def test_the_first_epoch_may_have_any_number():
    for epoch in (0, 1, 2):
        course = SimpleNamespace(transients_of=lambda _: range(EARLIEST - 1))
        assert Beginnings().good_from(course, Finds(5), epoch, 0) is None


@pytest.mark.parametrize(
    ("aligned", "empty"), [(True, False), (False, False), (True, True)]
)
def test_a_transient_is_prepared_anew_as_it_came(aligned, empty):
    """What its alignment has done is undone, where there was any."""
    model = make_model()
    came = np.zeros(model.points, complex) if empty else fid_of(model, 1)
    q = quality(3, 1, shift_hz=4.0, phase_rad=0.7, flags=("settling",))
    held = came
    if aligned:
        held = moved(np.asarray(came), model.dwell_time_s, -4.0, -0.7)
    course = SimpleNamespace(
        qualities={3: q}, fids={3: held.astype(np.complex64)}, grids={1: model}
    )
    place, fid = as_it_came(course, 3, 2, aligned)
    np.testing.assert_allclose(fid, came, atol=1e-5 * np.abs(came).max() + 1e-12)
    assert (place.index, place.seq, place.epoch, place.time_s) == (3, 3, 1, 6.0)
    assert (place.settling, place.saturated, place.step) == (True, False, 2)


def test_a_transient_that_was_clipped_stays_so():
    model = make_model()
    q = quality(0, 0, flags=("saturated", "lipid"))
    fid = np.zeros(model.points, np.complex64)
    course = SimpleNamespace(qualities=[q], fids=[fid], grids={0: model})
    place, _ = as_it_came(course, 0, 0, aligned=True)
    assert (place.settling, place.saturated) == (False, True)


def test_a_good_part_that_is_not_due_prepares_nothing():
    course = SimpleNamespace(transients_of=lambda _: range(10))
    preparation = SimpleNamespace(begun_at=0)
    given = course, Finds(5), preparation, 0, list(range(10)), True
    assert Beginnings().prepared_anew(*given) == []
