"""What is fitted when a course is done again, and with which session models."""

from dataclasses import replace

import pytest
from course_cases import PLAN, make_course

from monitor.analysis.course import fitting
from monitor.analysis.course.course import Course
from monitor.analysis.course.fitting import begin_session, fit_newest, refit
from monitor.analysis.course.plan import Plan
from monitor.analysis.fit.window import Window

asked: list[tuple[int, Window]] = []


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course that says what its session models are made from, and fits nothing."""
    asked.clear()

    def make(course: Course, epoch: int, window: Window, length: int) -> object:
        asked.append((epoch, window))
        course.sessions[epoch] = object()
        return course.sessions[epoch]

    monkeypatch.setattr(Course, "make_session", make)
    monkeypatch.setattr(Course, "fit_windows", lambda course, windows: list(windows))
    monkeypatch.setattr(fitting, "estimates_of", lambda course, fitted: tuple(fitted))
    monkeypatch.setattr(fitting, "reference_of", lambda *given: given[1:3])
    return make_course()


def test_the_reference_periods_epoch_is_made_first_and_of_it_alone(bare) -> None:
    refit(bare, replace(PLAN, reference_s=(100.0, 140.0)))
    assert asked == [(1, Window(50, 70)), (0, Window(0, 48))]
    assert bare.reference == (Window(50, 70), (100.0, 140.0))
    assert list(bare.sessions) == [0, 1]


def test_without_it_each_epoch_is_made_of_all_that_it_has(bare) -> None:
    refit(bare, Plan(16, 8))
    assert asked == [(0, Window(0, 48)), (1, Window(48, 80))]
    assert bare.reference is None


def test_one_that_is_left_out_is_made_last(bare) -> None:
    """Else what was chosen in it would hold for the others."""
    bare.rejected = frozenset({0})
    refit(bare, Plan(16, 8))
    assert [epoch for epoch, _ in asked] == [1, 0]


def test_a_reference_period_without_transients_is_none(bare) -> None:
    refit(bare, replace(PLAN, reference_s=(900.0, 990.0)))
    assert asked == [(0, Window(0, 48)), (1, Window(48, 80))]
    assert bare.reference is None


def test_what_stands_is_kept_where_nothing_else_has_changed(bare) -> None:
    refit(bare, PLAN)
    held = dict(bare.sessions)
    refit(bare, PLAN, anew=False)
    assert bare.sessions == held
    refit(bare, PLAN)
    assert len(asked) == 4


def test_the_newest_window_is_the_last_in_time(bare) -> None:
    found = refit(bare, PLAN)
    assert bare.last_fitted == found[-1] == Window(64, 80, True)
    bare.rejected = frozenset({0, 1})
    assert refit(bare, PLAN) == ()
    assert bare.last_fitted is None


def test_a_session_model_is_made_from_the_first_window_and_kept(bare) -> None:
    window = Window(0, 16)
    made = begin_session(bare, PLAN, window)
    assert asked == [(0, window)]
    assert begin_session(bare, PLAN, Window(8, 24)) is made
    begin_session(bare, PLAN, Window(48, 64))
    assert asked == [(0, window), (1, Window(48, 64))]


def test_only_a_window_that_is_complete_is_fitted() -> None:
    course, whole = make_course(), make_course()
    for kept in (course.fids, course.qualities, course.noises, course._epochs):
        del kept[16:]
    del course._times_s[16:]
    found = fit_newest(course, PLAN)
    assert found is not None
    estimate, fitted = found
    assert fitted.average.window == Window(0, 16, True)
    assert course.last_fitted is fitted
    assert (estimate.window, estimate.time_end_s) == (0, 30.0)
    i = 16
    course.append(whole.fids[i], whole.qualities[i], whole.noises[i])
    assert fit_newest(course, PLAN) is None
