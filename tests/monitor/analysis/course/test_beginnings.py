"""When a template is judged: seldom, and that of each epoch by itself."""

from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import fid_of, quality
from fit_cases import make_model

from monitor.analysis.contamination.stretch import ENOUGH
from monitor.analysis.course.beginnings import (
    EARLIEST,
    FIRST,
    Beginnings,
    apart_in,
    as_it_came,
)
from monitor.analysis.course.gains import Gains
from monitor.analysis.signal.spectrum import moved


class Judge:
    """A judge that finds the good part from some place on, or some unlike the rest."""

    def __init__(self, good: int | None = None, out: range = range(0)) -> None:
        self.good, self.out = good, out

    def good_from(self, epoch, begun_at, least):
        return self.good

    def left_out(self, epoch):
        return frozenset(self.out)


def test_it_is_judged_again_only_after_some_more_transients():
    one = Beginnings()
    assert not one.due(0, EARLIEST - 1)
    assert one.due(0, EARLIEST)
    assert not one.due(0, EARLIEST + FIRST - 1)
    assert one.due(0, 4 * EARLIEST + FIRST)
    assert not one.due(0, 4 * EARLIEST + FIRST + 1)
    assert not one.due(0, 4 * EARLIEST + 2 * FIRST + int(0.1 * FIRST))
    assert one.due(0, int(1.1 * (4 * EARLIEST + FIRST)) + 1)
    assert one.due(1, EARLIEST)


def test_the_first_epoch_may_have_any_number():
    for epoch in (0, 1, 2):
        assert not Beginnings().due(epoch, EARLIEST - 1)


def taught(numbers, begun_at: int = 0):
    return SimpleNamespace(begun_at=begun_at, taught=list(numbers))


def test_an_epoch_that_began_badly_has_its_first_transients_apart():
    own = range(100, 160)
    judge = Judge(good=20, out=range(130, 150))
    assert apart_in(judge, taught(own), 0, own) == frozenset(range(20))


@pytest.mark.parametrize(("stretch", "is_apart"), [(8, True), (5, True), (3, False)])
def test_a_stretch_is_apart_where_the_template_has_enough_of_it(stretch, is_apart):
    own = range(100, 200)
    judge = Judge(out=range(150, 150 + stretch))
    found = apart_in(judge, taught(range(100, 180)), 0, own)
    assert found == (frozenset(range(50, 50 + stretch)) if is_apart else frozenset())


def test_a_stretch_behind_the_template_or_out_of_it_already_is_left_alone():
    own = range(100, 200)
    behind = Judge(out=range(180, 200))
    assert apart_in(behind, taught(range(100, 180)), 0, own) == frozenset()
    known = Judge(out=range(120, 160))
    without = [*range(100, 120), *range(160, 180)]
    assert apart_in(known, taught(without), 0, own) == frozenset()


def test_what_was_apart_at_the_beginning_stays_apart():
    own = range(100, 200)
    judge = Judge(out=range(150, 170))
    found = apart_in(judge, taught(range(110, 180), begun_at=10), 0, own)
    assert found == frozenset(range(10)) | frozenset(range(50, 70))


class Preparing(SimpleNamespace):
    """Keeps what it was asked to prepare anew."""

    def begin_again(self, epoch, apart):
        self.apart = apart
        return [None for _ in epoch]


@pytest.mark.parametrize(
    ("good", "done"), [(None, False), (20, True), (EARLIEST - ENOUGH + 1, False)]
)
def test_enough_of_the_good_part_must_have_come(good, done):
    model = make_model()
    none = np.zeros(model.points, complex)
    course = SimpleNamespace(
        transients_of=lambda _: range(EARLIEST),
        qualities=[quality(i, 0) for i in range(EARLIEST)],
        fids=[none] * EARLIEST,
        grids={0: model},
        gains=Gains(),
    )
    preparation = Preparing(begun_at=0, taught=[])
    given = course, Judge(good), preparation, 0, [0] * EARLIEST, True
    assert bool(Beginnings().prepared_anew(*given)) == done


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
        qualities={3: q},
        fids={3: held.astype(np.complex64)},
        grids={1: model},
        gains=Gains(),
    )
    place, fid = as_it_came(course, 3, 2, aligned)
    np.testing.assert_allclose(fid, came, atol=1e-5 * np.abs(came).max() + 1e-12)
    assert (place.index, place.seq, place.epoch, place.time_s) == (3, 3, 1, 6.0)
    assert (place.settling, place.saturated, place.step) == (True, False, 2)


def test_a_transient_that_was_clipped_stays_so():
    model = make_model()
    q = quality(0, 0, flags=("saturated", "lipid"))
    fid = np.zeros(model.points, np.complex64)
    course = SimpleNamespace(qualities=[q], fids=[fid], grids={0: model}, gains=Gains())
    place, _ = as_it_came(course, 0, 0, aligned=True)
    assert (place.settling, place.saturated) == (False, True)


def test_a_good_part_that_is_not_due_prepares_nothing():
    course = SimpleNamespace(transients_of=lambda _: range(10))
    preparation = Preparing(begun_at=0, taught=[])
    given = course, Judge(5), preparation, 0, list(range(10)), True
    assert Beginnings().prepared_anew(*given) == []
