"""Response measures on courses whose answer is known."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course.window_changes import OutcomeChanges, reference_variance
from monitor.judge.measures import (
    Measure,
    detectable_by_window,
    detectable_percent,
    measures,
)
from monitor.judge.peak import smooth

MINUTES = 60.0


def changes(
    percent: np.ndarray, sd: float = 3.0, common: float = 1.0, minutes: float = 4.0
) -> OutcomeChanges:
    n = len(percent)
    start = np.arange(n) * minutes * MINUTES
    covariance = np.full((n, n), common**2) + (sd**2 - common**2) * np.eye(n)
    end = start + minutes * MINUTES
    return OutcomeChanges(start, end, percent, covariance, np.full(n, 32.0), common)


def whole(found: OutcomeChanges, stop_min: float = 40.0) -> dict[str, Measure]:
    return {m.name: m for m in measures(found, (0.0, stop_min * MINUTES))}


def by_name(
    found: OutcomeChanges, stop_min: float = 40.0
) -> dict[str, tuple[float, float]]:
    return {name: (m.value, m.sd) for name, m in whole(found, stop_min).items()}


def test_a_constant_change() -> None:
    found = by_name(changes(np.full(10, 7.0)))
    assert found["mean"][0] == pytest.approx(7)
    assert found["area"][0] == pytest.approx(7 * 40)
    assert found["plateau"][0] == pytest.approx(7)
    assert found["mean"][1] == pytest.approx(math.sqrt(8 / 10 + 1))
    assert found["area"][1] == pytest.approx(40 * math.sqrt(8 / 10 + 1))


@pytest.mark.parametrize(("percent", "sd"), [(-245.0, 9000.0), (-803.0, 50.0)])
def test_what_cannot_be_or_may_be_anything_has_no_number(percent, sd) -> None:
    found = measures(changes(np.full(10, percent), sd), (0.0, 40 * MINUTES))
    known = measures(changes(np.full(10, 7.0)), (0.0, 40 * MINUTES))
    assert [(m.name, m.unit) for m in found] == [(m.name, m.unit) for m in known]
    assert all(math.isnan(m.value) and math.isnan(m.low) for m in found)


def test_the_common_reference_does_not_average_out() -> None:
    many = by_name(changes(np.zeros(150), 3.0, 2.0, 4 / 15))["mean"][1]
    assert many == pytest.approx(2.0, rel=0.01)


def test_windows_after_the_infusion_count_for_the_area_alone() -> None:
    percent = np.r_[np.full(5, 10.0), np.zeros(5)]
    found = by_name(changes(percent), 20.0)
    assert found["mean"][0] == pytest.approx(10)
    assert found["area"][0] == pytest.approx(200)


def test_a_window_counts_by_how_long_it_lies_in_the_infusion() -> None:
    """The last of two is half outside: it is not left out, nor does it count whole."""
    found = by_name(changes(np.array([6.0, 18.0])), 6.0)
    assert found["mean"][0] == pytest.approx((4 * 6 + 2 * 18) / 6)
    assert found["plateau"][0] == pytest.approx(18.0)


def test_the_peak_of_noise_is_nothing_on_average() -> None:
    random = np.random.default_rng(1)
    peaks = []
    for _ in range(60):
        noise = 3 * random.standard_normal(10)
        peaks.append(by_name(changes(noise, 3.0, 0.5))["peak"][0])
    # The largest of ten would be 4.6 in the mean; what remains is the sign's choice.
    assert abs(np.mean(peaks)) < 1.2


COURSES = {
    "none": np.zeros(15),
    "level": np.full(15, 8.0),
    "saturating": 8 * (1 - np.exp(-np.arange(15) / 4)),
    "falling": -6 * np.arange(15) / 14,
}


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_the_peak_is_never_below_mean_or_plateau(course: np.ndarray) -> None:
    """Noise cannot put a figure above another that it is at least by definition."""
    random = np.random.default_rng(2)
    for _ in range(20):
        noise = 1 * random.standard_normal() + 4 * random.standard_normal(15)
        found = whole(changes(course + noise, 4.2, 1.0), 60.0)
        sign = math.copysign(1, found["mean"].value)
        for other in ("mean", "plateau"):
            assert sign * found["peak"].value >= sign * found[other].value
        assert found["peak"].low < found["peak"].value < found["peak"].high


def test_the_time_of_the_peak_lies_in_the_session() -> None:
    found = whole(changes(np.linspace(0, 9, 10), 4.0, 1.0))["peak_time"]
    assert 0 < found.low <= found.value <= found.high <= 40
    assert found.value == pytest.approx(38)  # the middle of the last window


def test_the_time_of_the_peak_is_known_no_better_than_to_a_window() -> None:
    course = 50 * np.exp(-np.arange(10) / 2)
    found = whole(changes(course, 0.1, 0.05))["peak_time"]
    assert found.high - found.low > 0.9 * 4


def test_the_interval_of_the_peak_covers_that_of_a_known_course() -> None:
    random = np.random.default_rng(3)
    truth = 10 * (np.arange(12) / 5) * np.exp(1 - np.arange(12) / 5)
    hits = 0
    for _ in range(60):
        noise = 1 * random.standard_normal() + 3 * random.standard_normal(12)
        found = whole(changes(truth + noise, math.sqrt(10), 1.0), 48.0)["peak"]
        hits += found.low <= truth.max() <= found.high
    assert hits >= 51


def test_the_peak_of_a_response_is_found_with_its_time() -> None:
    middle = np.arange(10) * 4 + 2
    course = 15 * np.exp(-0.5 * ((middle - 18) / 8) ** 2)
    found = by_name(changes(course, 0.5, 0.2))
    assert found["peak"][0] == pytest.approx(15, abs=1.0)
    assert found["peak_time"][0] == pytest.approx(18, abs=4)
    assert found["peak_time"][1] < 4


def test_a_fall_has_a_negative_peak() -> None:
    assert by_name(changes(np.full(8, -6.0), 0.5, 0.2))["peak"][0] < -5


def test_the_smoothed_course_keeps_a_line() -> None:
    place = np.array([0.0, 0.1, 0.3, 0.35, 0.6, 0.8, 1.0])
    line = 4 - 7 * place
    found = smooth(place, line, 4.0 * np.eye(7))
    np.testing.assert_allclose(found.percent, line, atol=1e-9)


def test_the_smoothed_course_follows_what_is_well_known() -> None:
    place = np.linspace(0, 1, 30)
    hump = 10 * np.exp(-0.5 * ((place - 0.4) / 0.12) ** 2)
    found = smooth(place, hump, 0.01 * np.eye(30))
    np.testing.assert_allclose(found.percent, hump, atol=0.3)


def test_detectable_change_knows_nothing_of_the_outcome() -> None:
    """The SDs of changes scale with 1 + d / 100; the detectable change must not."""
    period = (0.0, 2400.0)
    flat = changes(np.zeros(10))
    q = 1.3
    percent, covariance = np.full(10, 30.0), q**2 * flat.covariance
    risen = replace(flat, percent=percent, covariance=covariance)
    expected = 2.8016 * math.sqrt(8 / 10 + 1)
    assert detectable_percent(flat, period) == pytest.approx(expected, rel=1e-4)
    assert detectable_percent(risen, period) == pytest.approx(expected, rel=1e-4)


def test_detectable_by_length_agrees_with_the_windows() -> None:
    """A window of the protocol's length shows what the windows' own SDs say."""
    found = detectable_by_window(
        changes(np.zeros(10), 3.0, 1.0), (0.0, 2400.0), (32, 128)
    )
    assert found is not None
    assert found.sigma_percent == pytest.approx(math.sqrt(8 * 32))
    assert found.windows[32] == pytest.approx(2.8016 * 3.0, rel=1e-4)
    assert found.windows[128] == pytest.approx(2.8016 * math.sqrt(3), rel=1e-4)
    assert detectable_by_window(changes(np.zeros(0)), (0.0, 2400.0), (32,)) is None


def test_too_little_is_not_a_number() -> None:
    found = by_name(changes(np.zeros(0)))
    assert all(math.isnan(value) for value, _ in found.values())


def test_without_a_reference_period_its_variance_is_no_number():
    course = SimpleNamespace(reference=None, outcomes=object())
    assert math.isnan(reference_variance(course, "Glu"))
