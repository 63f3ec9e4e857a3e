"""Estimates of windows whose truth is known, in two epochs of another gain."""

import math
from dataclasses import replace

import numpy as np
import pytest
from course_cases import GAIN, PLAN, fid_of, make_course

from monitor.analysis.course.course import Course
from monitor.analysis.course.estimates import estimates_of
from monitor.analysis.course.fitting import refit
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.response import Estimate


@pytest.fixture(scope="module")
def course() -> Course:
    made = make_course()
    refit(made, PLAN)
    return made


@pytest.fixture(scope="module")
def found(course: Course) -> tuple[Estimate, ...]:
    return estimates_of(course, course.fitted)


def of_window(found: tuple[Estimate, ...], first: int) -> Estimate:
    """The estimate of the window that begins with a transient."""
    return next(e for e in found if e.time_start_s == 2.0 * first)


def test_windows_are_numbered_and_placed_in_time(found) -> None:
    assert [e.window for e in found] == list(range(len(found)))
    one = of_window(found, 8)
    assert (one.time_start_s, one.time_end_s) == (16.0, 46.0)
    assert (one.n_transients, one.n_effective) == (16, pytest.approx(16.0))
    assert not one.independent
    assert of_window(found, 16).independent
    assert [e.epoch for e in found] == [0] * 5 + [1] * 3


def test_amplitudes_are_those_of_the_transients_on_their_own_scale(found) -> None:
    before, risen, other = (of_window(found, first) for first in (0, 32, 64))
    assert before.values["Glu"] == pytest.approx(9.5, rel=0.05)
    assert risen.values["Glu"] == pytest.approx(9.5 * 1.2, rel=0.05)
    assert other.values["Glu"] == pytest.approx(GAIN * 9.5 * 1.2, rel=0.05)
    assert other.values["Glu/tCr"] == pytest.approx(risen.values["Glu/tCr"], rel=0.03)


def test_what_the_session_holds_is_in_the_level_and_not_in_the_change(
    course: Course, found
) -> None:
    glu, session = course.names.index("Glu"), course.sessions[0]
    more = np.zeros_like(session.common)
    more[glu, glu] = 4.0
    held = replace(session, common=session.common + more)
    other = replace(course, sessions={**course.sessions, 0: held})
    (one,) = estimates_of(other, course.fitted[:1])
    assert one.sds["Glu"] == pytest.approx(math.hypot(found[0].sds["Glu"], 2.0))
    assert one.change_sds_percent == pytest.approx(found[0].change_sds_percent)


def test_a_change_across_epochs_is_one_of_ratios_alone(found) -> None:
    at_home, across = of_window(found, 32), of_window(found, 64)
    for one in (at_home, across):
        assert one.changes_percent["Glu/tCr"] == pytest.approx(20.0, abs=3.0)
    assert at_home.changes_percent["Glu"] == pytest.approx(20.0, abs=3.0)
    assert math.isnan(across.changes_percent["Glu"])
    assert math.isnan(across.change_sds_percent["Glu"])
    assert math.isfinite(at_home.change_sds_percent["Glu"])
    assert (at_home.other_gain, across.other_gain) == (False, True)


def test_another_shim_is_in_the_interval_of_a_change_across_epochs(
    course: Course, found
) -> None:
    home, other = of_window(found, 32), of_window(found, 64)
    V = course.offset_covariance(1)
    b = course.outcomes.subset(("Glu/tCr",)).gradients(course.reference.amplitudes)
    before = course.outcomes.subset(("Glu/tCr",)).values(course.reference.amplitudes)
    offset = 120 * math.sqrt(float((b @ V @ b.T)[0, 0])) / float(before[0])
    # Twice the signal over the same noise: what the window itself adds is smaller.
    both = math.hypot(home.change_sds_percent["Glu/tCr"], offset)
    assert offset < other.change_sds_percent["Glu/tCr"] < 1.05 * both


def test_there_are_no_changes_without_a_reference_period(course: Course) -> None:
    lone = replace(course, reference=None)
    (one,) = estimates_of(lone, course.fitted[:1])
    assert one.changes_percent == one.change_sds_percent == {}
    assert "Glu" in one.values


def test_nothing_is_known_before_the_basis_set(course: Course) -> None:
    assert estimates_of(replace(course, outcomes=None), course.fitted) == ()


def test_amplitudes_over_water_are_in_units_of_their_own_epochs_water(
    course: Course,
) -> None:
    with_water = replace(course, water=500.0, waters={0: 250.0, 1: 500.0})
    with_water.outcomes = outcomes_of(course.names, 500.0)
    found = estimates_of(with_water, course.fitted)
    before, later = of_window(found, 32), of_window(found, 64)
    assert before.values["Glu/water"] == pytest.approx(before.values["Glu"] / 250.0)
    assert later.values["Glu/water"] == pytest.approx(later.values["Glu"] / 500.0)
    assert before.sds["Glu/water"] == pytest.approx(before.sds["Glu"] / 250.0)
    one_water = replace(with_water, waters={1: 500.0})
    dry, _ = estimates_of(one_water, [course.fitted[0], course.fitted[-1]])
    assert math.isnan(dry.values["Glu/water"])
    assert dry.values["Glu"] == pytest.approx(found[0].values["Glu"])


def test_a_window_of_which_all_is_left_out_says_no_change(course: Course) -> None:
    kept = list(course.qualities)
    course.qualities[32:48] = [replace(q, weight=0.0) for q in kept[32:48]]
    try:
        window = next(w for w in course.fitted if w.average.window.first == 32)
        empty = replace(window, average=course.average(window.average.window))
        (one,) = estimates_of(course, [empty])
    finally:
        course.qualities[:] = kept
    assert one.n_effective == 0
    assert math.isnan(one.changes_percent["Glu/tCr"])


def test_the_scatter_within_the_reference_period_is_smaller_than_of_two_means(
    course: Course, found
) -> None:
    # A window of half the reference period differs from it by the other half alone.
    within, after = of_window(found, 0), of_window(found, 32)
    ratio = within.change_sds_percent["Glu/tCr"] / within.values["Glu/tCr"]
    other = after.change_sds_percent["Glu/tCr"] / after.values["Glu/tCr"]
    assert (ratio / other) ** 2 == pytest.approx(0.5 / 1.5, rel=0.25)


@pytest.fixture
def moved(course: Course) -> Course:
    last = slice(64, 80)
    made = replace(course, qualities=list(course.qualities))
    made.qualities[last] = [
        replace(q, shift_hz=4.0, phase_rad=phase)
        for q, phase in zip(
            made.qualities[last], 8 * (3.0, 3.4 - math.tau), strict=True
        )
    ]
    return made


def test_what_was_undone_counts(moved: Course) -> None:
    fitted = moved.fitted[-1]
    (one,) = estimates_of(moved, [fitted])
    assert one.shift_hz == pytest.approx(4.0 + fitted.shift_hz)
    # Half of them a little below pi, half a little above: about pi, never about 0.
    off = one.phase_rad - fitted.phase_rad - 3.2
    assert math.remainder(off, math.tau) == pytest.approx(0.0, abs=1e-9)


def test_what_was_not_undone_is_in_the_fit(moved: Course) -> None:
    fitted = moved.fitted[-1]
    (one,) = estimates_of(replace(moved, aligned=False), [fitted])
    assert one.shift_hz == fitted.shift_hz
    assert one.phase_rad == fitted.phase_rad


@pytest.fixture(scope="module")
def wider() -> tuple[Estimate, ...]:
    made = make_course()
    model = made.grids[0]
    for i in range(32, 48):
        made.fids[i] = fid_of(model, i, lorentz=5.0)
    return refit(made, PLAN)


def test_a_broader_line_is_lower(wider) -> None:
    before, after = of_window(wider, 0), of_window(wider, 32)
    assert after.fwhm_hz - before.fwhm_hz == pytest.approx(2.0, abs=0.5)
    lower = before.fwhm_hz / after.fwhm_hz
    assert after.snr / before.snr == pytest.approx(lower, rel=0.05)


def test_it_is_over_the_noise_of_the_average(course: Course, found) -> None:
    one, twice = of_window(found, 32), of_window(found, 64)
    assert twice.snr == pytest.approx(GAIN * one.snr, rel=0.03)
    model, fid = course.grids[0], np.asarray(course.fids[0], complex)
    near = np.abs(model.ppm - 2.01) < 0.08
    height = np.abs(model.in_band(fid)[near]).max()
    single = height / course.noises[0]
    assert one.snr == pytest.approx(math.sqrt(16) * single, rel=0.2)


def test_without_naa_there_is_none(course: Course) -> None:
    fitted, plain = course.fitted[0], replace(course)
    plain.outcomes = course.outcomes.subset(("Glu", "tCr"))
    (one,) = estimates_of(plain, [fitted])
    assert math.isnan(one.snr)


def test_the_doubt_of_unmeasured_macromolecules_is_that_of_each_ratio(
    course: Course,
) -> None:
    names = course.names
    session = course.sessions[0]
    assert estimates_of(course, course.fitted[:1])[0].doubts == {}
    doubt = np.zeros((len(names),) * 2)
    glu = names.index("Glu")
    doubt[glu, glu] = 0.25
    doubted = replace(course, sessions={0: replace(session, doubt=doubt)})
    (one,) = estimates_of(doubted, course.fitted[:1])
    assert one.doubts["Glu/tCr"] == pytest.approx(0.5 / one.values["tCr"])
    assert one.doubts["tNAA/tCr"] == 0.0
