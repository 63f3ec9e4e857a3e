"""When a baseline is asked whether it bends, of which transients, and by which fit."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import quality

from monitor.analysis.contamination.gain_steps import Gain
from monitor.analysis.course.course import Course
from monitor.analysis.course.plan import Plan
from monitor.analysis.fit.epoch_model import DEPARTURE_STIFFNESS
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.window import Window
from monitor.analysis.tracking import free_baseline
from monitor.analysis.tracking.difference import SURELY
from monitor.analysis.tracking.free_baseline import FEWEST, LAST, SURELY_NOT


def course_of(weights: np.ndarray, bending: bool = False) -> Course:
    """Transients 2 s apart, of one epoch."""
    course = Course(Freedom(), bending=bending)
    for i, weight in enumerate(weights.tolist()):
        course.append(np.ones(2, np.complex64), quality(i, 0, weight=weight), 1.0)
    course.sessions = {0: SimpleNamespace(stiffness=2 * DEPARTURE_STIFFNESS)}
    return course


@pytest.fixture
def bent(monkeypatch) -> list[list[Window]]:
    """Windows that were asked; all of them bend."""
    asked: list[list[Window]] = []

    def any_bent(_course, _plan, windows) -> bool:
        asked.append(list(windows))
        return True

    monkeypatch.setattr(free_baseline, "_any_bent", any_bent)
    return asked


@pytest.mark.parametrize(
    ("count", "asked"), [(80, True), (75, False), (70, False), (60, True), (40, False)]
)
def test_only_an_independent_window_that_was_completed_just_now_is_asked(
    bent, count, asked
) -> None:
    plan = Plan(20, 10, (), (0.0, 50.0))  # before the 26th transient
    course = course_of(np.ones(count))
    windows = free_baseline._asked_at(course, plan)
    assert free_baseline.bends_now(course, plan) is asked
    assert bent == ([windows[-1:]] if asked else [])
    assert not free_baseline.bends_now(course, replace(plan, reference_s=None))
    course.bending = True
    assert not free_baseline.bends_now(course, plan)


@pytest.mark.parametrize("before", [True, False])
def test_a_decision_is_new_where_it_differs(monkeypatch, bent, before) -> None:
    monkeypatch.setattr(free_baseline, "_asked_at", lambda *_: [])
    course = course_of(np.ones(80), before)
    assert free_baseline.decide_bending(course, None) is not before
    assert course.bending is True


def test_it_bends_where_the_signal_has_stepped_and_the_baseline_has_not_followed(
    monkeypatch,
) -> None:
    followed = [False]
    monkeypatch.setattr(free_baseline, "_any_bent", lambda *_: False)
    monkeypatch.setattr(free_baseline, "has_followed", lambda *_: followed[0])
    course, plan = course_of(np.ones(80)), Plan(20, 10, (), (0.0, 50.0))
    course.take_gains([Gain(40, 0.7, 0.7)])
    assert not free_baseline.decide_bending(course, plan)
    course.take_gains([Gain(40, 0.7, 1.0, 0.5)])
    assert free_baseline.bends_now(course, plan)
    assert free_baseline.decide_bending(course, plan)
    assert not free_baseline.bends_now(course, plan)
    followed[0] = True  # as more transients may say
    assert free_baseline.bends_now(course, plan)
    assert free_baseline.decide_bending(course, plan)
    assert not course.bending


@pytest.mark.parametrize(
    ("near", "full", "said", "fitted"),
    [
        (None, 1.01 * SURELY, True, 1),
        (None, 0.99 * SURELY, False, 1),
        (0.99 * SURELY_NOT, 2 * SURELY, False, 0),
        (-1.01 * SURELY_NOT, -2 * SURELY, True, 1),
        (1.01 * SURELY_NOT, 0.0, False, 1),
    ],
)
def test_the_fit_in_full_is_asked_where_the_subspace_does_not_say_no(
    monkeypatch, near, full, said, fitted
) -> None:
    fits: list[int] = []
    monkeypatch.setattr(
        free_baseline, "_in_full", lambda *_: fits.append(1) or ("full", full)
    )
    monkeypatch.setattr(
        free_baseline, "_departures", lambda *given: {"Glu": (2.0 * given[-1][1], 2.0)}
    )
    nearly = None if near is None else ("near", near)
    assert free_baseline._is_bent(None, None, None, nearly) is said
    assert len(fits) == fitted


def test_means_whose_answer_is_known_are_not_fitted_again(monkeypatch) -> None:
    course, fitted = course_of(np.ones(80)), []

    def in_subspace(_course, asked):
        fitted.extend(average.window.stop for _, average in asked)
        return [None] * len(asked)

    monkeypatch.setattr(free_baseline, "_in_subspace", in_subspace)
    course.bends = SimpleNamespace(
        has=lambda _, average: average.window.stop == 40, of=lambda *_: False
    )
    windows = [Window(0, 40), Window(40, 80)]
    plan = SimpleNamespace(reference_s=(0.0, 0.0))
    assert not free_baseline._any_bent(course, plan, windows)
    assert fitted == [80]


def test_the_last_mean_is_of_so_much_weight_and_not_of_less() -> None:
    rising = np.linspace(0.2, 1.0, 300)
    average = free_baseline._last_mean(course_of(rising), 0.0, 300)
    own = rising[average.window.first :]
    assert LAST <= own.sum() < LAST + 1
    assert average.window.stop == 300
    few = course_of(np.ones(40))
    assert free_baseline._last_mean(few, 2.0 * (40 - FEWEST), 40) is not None
    assert free_baseline._last_mean(few, 2.0 * (41 - FEWEST), 40) is None
    assert free_baseline._last_mean(few, 200.0, 40) is None


@pytest.mark.parametrize(
    ("stiff", "loose", "there"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_only_what_both_fits_reach_is_told(monkeypatch, stiff, loose, there) -> None:
    def fits(subspace, *_):
        return SimpleNamespace(
            amplitudes=np.full((1, 2), subspace.height),
            covariance=np.eye(6)[None],
            converged=np.array([subspace.reached]),
        )

    def subspace(height: float, reached: bool) -> SimpleNamespace:
        return SimpleNamespace(height=height, reached=reached)

    session = SimpleNamespace(
        asked=subspace(1.0, stiff),
        free=subspace(2.0, loose),
        projected_in=lambda _, fids: fids,
    )
    monkeypatch.setattr(free_baseline, "warm_fits", fits)
    monkeypatch.setattr(free_baseline, "mean_fid", lambda *_: np.ones(4))
    course = SimpleNamespace(fids=[])
    (found,) = free_baseline._in_subspace(
        course, [(session, SimpleNamespace(noise=1.0))]
    )
    assert (found is not None) is there
    if there:
        assert [one[0].tolist() for one in found] == [[1.0, 1.0], [2.0, 2.0]]
        assert found[0][1].shape == (2, 2)


def test_a_departure_is_of_the_stiff_fit_and_needs_more_doubt_in_the_loose(
    monkeypatch,
) -> None:
    values = {"stiff": (2.0, 0.3), "loose": (2.2, 0.5), "low": (-2.0, 0.3)}
    monkeypatch.setattr(free_baseline, "_value", lambda _c, _o, fit: values[fit])
    off, sd = free_baseline._apart(None, "Glu", "stiff", "loose", 4.0)
    assert off == pytest.approx(10.0)
    assert sd == pytest.approx(100 * np.sqrt(0.16 * 4.0) / 2.0)
    for stiff, loose in (("loose", "stiff"), ("low", "loose")):
        assert np.isnan(free_baseline._apart(None, "Glu", stiff, loose, 4.0)).all()
