"""What is drawn of a window: phased spectra that add up."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import NOISE_SD, PLAN, make_course

from monitor.analysis.course.course import Course
from monitor.analysis.course.curves import (
    last_curves,
    reference_curves,
    strip_of,
    window_curves,
)
from monitor.analysis.course.fitting import refit
from monitor.analysis.fit.curves import Curves
from monitor.analysis.fit.model import PHASE

PHASE_RAD = 0.4
"""Of the transients of `course_cases`."""


@pytest.fixture(scope="module")
def course() -> Course:
    made = make_course()
    refit(made, PLAN)
    return made


def phased_mean(course: Course, first: int, stop: int) -> np.ndarray:
    """Real spectrum of the mean of transients, turned back by what they were."""
    mean = np.mean(course.fids[first:stop], axis=0)
    return (course.grids[0].in_band(mean) * np.exp(-1j * PHASE_RAD)).real


def check_sums(found: Curves) -> None:
    parts = np.sum(list(found.components.values()), axis=0)
    np.testing.assert_allclose(found.model, found.baseline + parts, atol=0.02)
    np.testing.assert_allclose(found.residual, found.data - found.model, atol=0.02)


@pytest.mark.parametrize("number", [0, -1])
def test_a_window_is_drawn_as_it_was_measured(course: Course, number: int) -> None:
    fitted = course.fitted[number]
    window = fitted.average.window
    found = window_curves(course, fitted)
    measured = phased_mean(course, window.first, window.stop)
    # The fit's phase is a little off the true one, the water filter takes a little.
    assert np.abs(found.data - measured).max() < 0.05 * measured.max()
    check_sums(found)
    noise = NOISE_SD * math.sqrt(course.grids[0].points / 16)
    assert np.std(found.residual) < 1.5 * noise
    assert found.ppm[0] < found.ppm[-1]


def test_a_spectrum_of_any_phase_is_drawn_upright(course: Course) -> None:
    found = window_curves(course, course.fitted[0])
    near = np.abs(found.ppm - 2.01) < 0.1
    assert found.components["NAA"].max() > 0.8 * found.data[near].max()
    assert found.data[near].min() > 0


def test_the_baseline_of_the_session_is_drawn_below_each_window(course: Course) -> None:
    session, fitted = course.sessions[0], course.fitted[0]
    found = window_curves(course, fitted)
    phase = session.fit.theta[PHASE] + fitted.phase_rad
    whole = (session.baseline * np.exp(-1j * phase)).real
    scale = found.data.max()
    # A window departs from it as far as its noise has it, and no further.
    assert np.abs(found.baseline - whole).max() < 0.03 * scale
    added = np.abs(found.baseline + whole).max()
    assert added > np.abs(found.baseline - whole).max()


def test_what_was_taken_off_for_the_fit_is_drawn_again(course: Course) -> None:
    session, fitted = course.sessions[0], course.fitted[0]
    more = 0.2 * np.abs(session.offset).max() + 100.0
    other = replace(session, offset=session.offset + more)
    drawn = window_curves(course, fitted)
    again = window_curves(replace(course, sessions={0: other}), fitted)
    np.testing.assert_allclose(again.data, drawn.data, atol=1e-3)


def test_the_newest_window_is_the_last_that_was_fitted(course: Course) -> None:
    last = last_curves(course)
    assert last is not None
    np.testing.assert_array_equal(
        last.data, window_curves(course, course.fitted[-1]).data
    )
    assert last_curves(make_course()) is None


def test_the_reference_period_is_drawn_as_its_mean(course: Course) -> None:
    found = reference_curves(course)
    assert found is not None
    mean = phased_mean(course, 0, 32)
    assert np.abs(found.data - mean).max() < 0.05 * mean.max()
    check_sums(found)
    assert reference_curves(make_course()) is None


def drawn_strip(course: Course, height: float, phase_rad: float) -> np.ndarray:
    """Strip of one point of height 4."""
    model = course.grids[0]
    spectrum = np.zeros(model.points, complex)
    spectrum[model.band.start + 5] = 4.0 * np.exp(1j * 0.5)
    preparation = SimpleNamespace(
        line=SimpleNamespace(height=height),
        absolute=SimpleNamespace(phase_rad=phase_rad),
    )
    return strip_of(spectrum, model, preparation)


def test_a_strip_has_the_templates_naa_at_1_whatever_its_phase(course: Course) -> None:
    strip = drawn_strip(course, 4.0, 0.5)
    assert strip[5] == pytest.approx(1.0)
    assert strip.size == course.grids[0].ppm.size


@pytest.mark.parametrize("height", [0.0, -4.0, math.nan, math.inf])
def test_a_strip_keeps_its_scale_where_no_line_is_found(
    course: Course, height: float
) -> None:
    assert drawn_strip(course, height, 0.5)[5] == pytest.approx(4.0)
