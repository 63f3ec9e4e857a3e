"""A course of known transients: its epochs, its windows, its session models."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import PLAN, make_course, quality
from fit_cases import make_model

from monitor.analysis.course.course import Course
from monitor.analysis.course.plan import Plan
from monitor.analysis.course.session_models import donor
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.window import Window

FID = np.ones(4, np.complex64)


@pytest.fixture(scope="module")
def model() -> Model:
    return make_model()


def bare(model: Model, epochs: list[int], times_s: list[float] | None = None) -> Course:
    """A course whose transients hold nothing."""
    course = Course(Freedom())
    for epoch in sorted(set(epochs)):
        course.begin_epoch(epoch, model)
    for i, epoch in enumerate(epochs):
        time_s = 2.0 * i if times_s is None else times_s[i]
        course.append(FID, quality(i, epoch, time_s=time_s), 1.0)
    return course


def made_from(stop: int) -> SimpleNamespace:
    """As much of a session model as says which transients it was made from."""
    return SimpleNamespace(mean=SimpleNamespace(window=Window(0, stop)))


def test_an_epoch_that_goes_on_takes_its_transients_along(model: Model) -> None:
    course = bare(model, [0, 0, 1, 1, 2])
    course.waters = {0: 5.0, 1: 7.0}
    course.join_epoch(1, 0, declared=False)
    assert course.epochs == [0, 0, 0, 0, 2]
    assert course.water == 5.0
    assert course.waters == {0: 5.0}
    assert list(course.grids) == [0, 2]
    assert course.transients_of(0) == range(4)
    assert course.joins.places == [2]


def test_an_epoch_that_was_declared_to_go_on_has_no_join(model: Model) -> None:
    course = bare(model, [0, 0, 1])
    course.join_epoch(1, 0, declared=True)
    assert course.joins.places == []


def test_the_interval_is_that_of_the_newest_transients(model: Model) -> None:
    assert bare(model, [0]).interval_s == 0.0
    # An hour at 2 s, then another repetition time for longer than it looks back.
    times_s = [2.0 * i for i in range(236)] + [472.0 + 3.0 * i for i in range(64)]
    assert bare(model, [0] * 300, times_s).interval_s == 3.0


def test_no_window_is_completed_in_an_epoch_that_is_left_out(model: Model) -> None:
    course = bare(model, [0] * 20 + [1] * 16)
    assert course.window_completed(PLAN) == Window(20, 36, True)
    course.rejected = frozenset({1})
    assert course.window_completed(PLAN) is None
    course.rejected = frozenset({0})
    assert course.window_completed(PLAN) == Window(20, 36, True)


class Means:
    """In the place of the session models: keeps what one is made from."""

    def made(self, epoch: int, means: object) -> object:
        self.epoch, self.means = epoch, means
        return "made"


@pytest.mark.parametrize(
    ("length", "firsts"), [(16, [8, 24]), (10, [8, 18, 28]), (90, [8])]
)
def test_a_session_model_is_made_from_a_mean_and_its_whole_parts(
    length: int, firsts: list[int]
) -> None:
    course = make_course()
    course._models = Means()
    course.make_session(0, Window(8, 40), length)
    means = course._models.means
    parts = [
        np.mean(course.fids[first : first + min(length, 32)], axis=0)
        for first in firsts
    ]
    np.testing.assert_allclose(means.windows, parts, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(means.mean, np.mean(course.fids[8:40], 0), atol=1e-4)
    assert means.window_noise == pytest.approx(min(length, 32) ** -0.5)
    assert course.sessions == {0: "made"}


def left_out(course: Course, transients: range) -> Course:
    """A course whose transients in a range do not count, and are huge and noisy."""
    for i in transients:
        course.qualities[i] = replace(course.qualities[i], weight=0.0)
        course.fids[i], course.noises[i] = 1e6 * course.fids[i], 1e6
    course._models = Means()
    return course


@pytest.mark.parametrize(
    ("out", "firsts"),
    [(range(16, 32), [0, 32]), (range(16, 25), [0, 32]), (range(16, 24), [0, 16, 32])],
    ids=["whole", "more than half", "half"],
)
def test_no_part_of_a_mean_is_made_of_what_is_left_out(
    out: range, firsts: list[int]
) -> None:
    course = left_out(make_course(), out)
    course.make_session(0, Window(0, 48), 16)
    means = course._models.means
    assert len(means.windows) == len(firsts)
    assert np.abs(means.windows).max() < 1e5
    assert means.noise_sd < 1e5
    counting = [max(0, 16 - len(set(range(f, f + 16)) & set(out))) for f in firsts]
    expected = np.mean([1 / n for n in counting]) ** 0.5
    assert means.window_noise == pytest.approx(expected)


def test_the_noise_is_that_of_what_counts() -> None:
    course = left_out(make_course(), range(16, 48))
    course.make_session(0, Window(0, 48), 24)
    assert course._models.means.noise_sd < 1e5
    assert len(course._models.means.windows) == 1


def test_without_a_reference_period_no_epoch_is_off_another(model: Model) -> None:
    course = bare(model, [0, 1])
    assert course.home is None
    assert course.offset_covariance(1) is None
    course.reference = SimpleNamespace(first=0)
    course.offsets = SimpleNamespace(covariance=lambda home, epoch, of: (home, epoch))
    assert course.offset_covariance(1) == (0, 1)


@pytest.mark.parametrize(
    ("home", "model_of", "count", "outgrown"),
    [
        (0, 1, 31, False),
        (0, 1, 32, True),
        (0, 1, 33, True),
        (1, 1, 64, False),  # the reference period's mean stays what it is
        (None, 1, 64, False),
        (0, None, 64, False),
    ],
)
def test_a_newest_epoch_of_twice_the_transients_has_outgrown_its_model(
    model: Model, home: int | None, model_of: int | None, count: int, outgrown: bool
) -> None:
    course = bare(model, [0, 0] + [1] * count)
    if home is not None:
        course.reference = SimpleNamespace(first=2 * home)
    course.sessions = {0: made_from(2)}
    if model_of is not None:
        course.sessions[1] = made_from(16)
    assert course.outgrown is outgrown


def test_a_model_of_no_mean_is_not_outgrown(model: Model) -> None:
    course = bare(model, [0, 1, 1])
    course.reference = SimpleNamespace(first=0)
    course.sessions = {1: SimpleNamespace(mean=None)}
    assert not course.outgrown


def fitted_well(found: bool = True) -> SimpleNamespace:
    return SimpleNamespace(found=found)


def test_choices_are_taken_over_from_the_reference_periods_epoch(model: Model) -> None:
    course = bare(model, [0, 1, 2])
    course.sessions = {e: fitted_well() for e in (0, 1, 2)}
    course.reference = SimpleNamespace(first=1)

    def brain(epoch: int):
        return donor(course.sessions, epoch, course.home, course.rejected)

    assert brain(2) is course.sessions[1]
    assert brain(1) is course.sessions[0]
    course.reference = None
    assert brain(0) is course.sessions[1]
    course.sessions[1] = fitted_well(found=False)
    assert brain(0) is course.sessions[2]
    course.rejected = frozenset({2})
    assert brain(0) is None
    assert brain(2) is course.sessions[0]
    course.rejected, course.sessions = frozenset(), {0: fitted_well()}
    assert brain(0) is None


def test_independent_windows_share_no_transient(model: Model) -> None:
    course = bare(model, [0] * 50)
    plan = replace(PLAN, boundaries_s=(40.0,))
    found = course.independent_windows(plan)
    assert [(w.first, w.stop) for w in found] == [(0, 16), (20, 36)]
    assert course.independent_windows(Plan(60, 8)) == [Window(0, 50, True)]
