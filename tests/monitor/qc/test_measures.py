"""Response measures on courses whose answer is known."""

import math

import numpy as np
import pytest

from monitor.qc.measures import (
    Changes,
    detectable_percent,
    measures,
    smoother,
)

MINUTES = 60.0


def changes(
    percent: np.ndarray, sd: float = 3.0, common: float = 1.0, minutes: float = 4.0
) -> Changes:
    n = len(percent)
    start = np.arange(n) * minutes * MINUTES
    covariance = np.full((n, n), common**2) + (sd**2 - common**2) * np.eye(n)
    return Changes(start, start + minutes * MINUTES, percent, covariance)


def by_name(found: Changes, stop_min: float = 40.0) -> dict[str, tuple[float, float]]:
    period = (0.0, stop_min * MINUTES)
    return {m.name: (m.value, m.sd) for m in measures(found, period)}


def test_a_constant_change() -> None:
    found = by_name(changes(np.full(10, 7.0)))
    assert found["mean"][0] == pytest.approx(7)
    assert found["area"][0] == pytest.approx(7 * 40)
    assert found["plateau"][0] == pytest.approx(7)
    assert found["mean"][1] == pytest.approx(math.sqrt(8 / 10 + 1))
    assert found["area"][1] == pytest.approx(40 * math.sqrt(8 / 10 + 1))


def test_the_common_reference_does_not_average_out() -> None:
    many = by_name(changes(np.zeros(150), 3.0, 2.0, 4 / 15))["mean"][1]
    assert many == pytest.approx(2.0, rel=0.01)


def test_windows_after_the_infusion_count_for_the_area_alone() -> None:
    percent = np.r_[np.full(5, 10.0), np.zeros(5)]
    found = by_name(changes(percent), 20.0)
    assert found["mean"][0] == pytest.approx(10)
    assert found["area"][0] == pytest.approx(200)


def test_the_peak_of_noise_is_nothing_on_average() -> None:
    random = np.random.default_rng(1)
    peaks = []
    for _ in range(60):
        noise = 3 * random.standard_normal(10)
        peaks.append(by_name(changes(noise, 3.0, 0.5))["peak"][0])
    # The largest of ten would be 4.6 in the mean; what remains is the sign's choice.
    assert abs(np.mean(peaks)) < 1.2


def test_the_peak_of_a_response_is_found_with_its_time() -> None:
    middle = np.arange(10) * 4 + 2
    course = 15 * np.exp(-0.5 * ((middle - 18) / 8) ** 2)
    found = by_name(changes(course, 0.5, 0.2))
    assert found["peak"][0] == pytest.approx(15, abs=1.0)
    assert found["peak_time"][0] == pytest.approx(18, abs=4)
    assert found["peak_time"][1] < 4


def test_a_fall_has_a_negative_peak() -> None:
    assert by_name(changes(np.full(8, -6.0), 0.5, 0.2))["peak"][0] < -5


def test_the_smoother_has_the_freedom_it_was_asked_for() -> None:
    covariance = changes(np.zeros(12)).covariance
    assert np.trace(smoother(covariance)) == pytest.approx(4, abs=0.01)
    line = np.linspace(-2, 5, 12)
    np.testing.assert_allclose(smoother(covariance) @ line, line, atol=1e-6)


def test_detectable_change_knows_nothing_of_the_outcome() -> None:
    """The SDs of changes scale with 1 + d / 100; the detectable change must not."""
    period = (0.0, 2400.0)
    flat = changes(np.zeros(10))
    q = 1.3
    risen = Changes(flat.start_s, flat.end_s, np.full(10, 30.0), q**2 * flat.covariance)
    expected = 2.8016 * math.sqrt(8 / 10 + 1)
    assert detectable_percent(flat, period) == pytest.approx(expected, rel=1e-4)
    assert detectable_percent(risen, period) == pytest.approx(expected, rel=1e-4)


def test_too_little_is_not_a_number() -> None:
    found = by_name(changes(np.zeros(0)))
    assert all(math.isnan(value) for value, _ in found.values())
