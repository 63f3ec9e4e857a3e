"""The amplitude of the water at the time of excitation."""

import numpy as np
import pytest

from monitor.analysis.course.water_reference import (
    WATER_POINTS,
    amplitude_at_zero,
    water_amplitude,
)


class Coils:
    """In the place of a combination: the sum of its coils."""

    def apply(self, fid: np.ndarray) -> np.ndarray:
        return fid.sum(axis=0)


def decaying(points: int = 64, amplitude: float = 7.0) -> np.ndarray:
    n = np.arange(points)
    return amplitude * np.exp((0.3j - 0.02) * n)


def test_it_is_extrapolated_past_the_first_points() -> None:
    fid = decaying()
    assert amplitude_at_zero(fid) == pytest.approx(7.0)
    fid[:3] *= 0.4  # the receiver's filter
    assert amplitude_at_zero(fid) == pytest.approx(7.0)
    fid[WATER_POINTS:] = 0.0
    assert amplitude_at_zero(fid) == pytest.approx(7.0)


def test_where_there_is_no_decay_to_follow_the_first_point_stands() -> None:
    fid = decaying()
    fid[5] = 0.0
    assert amplitude_at_zero(fid) == pytest.approx(7.0)
    assert amplitude_at_zero(3j * np.ones(3)) == pytest.approx(3.0)
    assert amplitude_at_zero(np.array([2.0, 1.0, 0.0])) == pytest.approx(2.0)


def test_several_references_count_as_their_mean_over_what_all_have() -> None:
    one = np.stack([decaying(64, 2.0), decaying(64, 1.0)])
    other = np.stack([decaying(48, 6.0), decaying(48, 3.0)])
    assert water_amplitude([one, other], Coils()) == pytest.approx(6.0)
    assert water_amplitude([], Coils()) is None
