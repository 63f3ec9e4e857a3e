"""The mean of transients without metabolites: by their water, without what moved."""

import numpy as np
import pytest

from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.nulled_mean import nulled_mean
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import moved, spectrum_of
from streams.messages.transient import REFERENCE_PPM

COUNT = 24


def line(axis: Axis, ppm: float, size: float, fwhm_hz: float) -> np.ndarray:
    nu = (ppm - REFERENCE_PPM) * axis.frequency_mhz
    return size * np.exp((-2j * np.pi * nu - np.pi * fwhm_hz) * axis.t)


def broad(axis: Axis) -> np.ndarray:
    return line(axis, 0.9, 6.0, 25.0) + line(axis, 2.05, 5.0, 25.0)


def fids(axis: Axis, shifts_hz: np.ndarray, water: float = 40.0) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    made = []
    for shift_hz in shifts_hz:
        clean = broad(axis) + line(axis, 4.68, water, 6.0)
        noise = rng.normal(size=(2, axis.points)) * 0.3
        one = moved(clean, axis.dwell_time_s, float(shift_hz), 0.0)
        made.append((one + noise[0] + 1j * noise[1])[None])
    return made


def combination(axis: Axis, coils: int = 1) -> Combination:
    return Combination(axis, coils, True, True)


@pytest.fixture
def drifting() -> np.ndarray:
    return np.linspace(-5.0, 5.0, COUNT)


def top_hz(axis: Axis, fid: np.ndarray, ppm: float) -> float:
    """How far above `ppm` a line has its top."""
    filled = np.concatenate([fid, np.zeros(7 * fid.size)])
    wide = Axis(filled.size, axis.dwell_time_s, axis.frequency_mhz)
    lines = np.abs(spectrum_of(filled)) * (np.abs(wide.ppm - ppm) < 0.25)
    return float((wide.ppm[np.argmax(lines)] - ppm) * axis.frequency_mhz)


def test_transients_are_laid_on_each_other_by_their_water(axis, drifting) -> None:
    still = nulled_mean(combination(axis), fids(axis, np.zeros(COUNT)))
    found = nulled_mean(combination(axis), fids(axis, drifting))
    assert found.used == COUNT
    # The middle of the drift is where the mean lies.
    assert top_hz(axis, found.fid, 4.68) == pytest.approx(0.0, abs=0.4)
    height = np.abs(spectrum_of(found.fid)).max()
    assert height == pytest.approx(np.abs(spectrum_of(still.fid)).max(), rel=0.03)


def test_without_enough_water_they_are_averaged_as_they_came(axis, drifting) -> None:
    given = fids(axis, drifting, water=0.05)
    found = nulled_mean(combination(axis), given)
    plain = np.mean([fid[0] for fid in given], axis=0)
    np.testing.assert_allclose(found.fid, plain, atol=1e-9)


@pytest.mark.parametrize("moved_hz", [-8.0, 8.0])
def test_lines_that_lie_off_are_moved_back(axis: Axis, moved_hz: float) -> None:
    given = fids(axis, np.full(COUNT, moved_hz))
    found = nulled_mean(combination(axis), given, moved_hz)
    assert top_hz(axis, found.fid, 0.9) == pytest.approx(0.0, abs=4.0)


def test_one_that_moved_is_left_out_and_no_other(axis: Axis) -> None:
    given = fids(axis, np.zeros(COUNT))
    given[5] = given[5] + line(axis, 1.3, 30.0, 20.0)
    found = nulled_mean(combination(axis), given)
    assert found.used == COUNT - 1
    near = np.abs(axis.ppm - 1.3) < 0.03
    held = nulled_mean(combination(axis), given[:5] + given[6:])
    np.testing.assert_allclose(
        spectrum_of(found.fid)[near], spectrum_of(held.fid)[near], atol=0.5
    )


def test_transients_of_zeros_are_none(axis: Axis) -> None:
    given = fids(axis, np.zeros(COUNT))
    empty = [np.zeros((1, axis.points), complex)] * 3
    assert nulled_mean(combination(axis), given + empty).used == COUNT
    nothing = nulled_mean(combination(axis), empty)
    assert (nothing.used, nothing.fid.any()) == (0, False)


@pytest.mark.parametrize(
    ("coils", "water", "phased"), [(1, True, False), (2, True, True), (2, False, False)]
)
def test_its_phase_is_known_where_the_water_put_the_coils_together(
    axis: Axis, coils: int, water: bool, phased: bool
) -> None:
    seen_by = np.exp(0.5j * np.arange(coils))[:, None]
    given = [seen_by * fid for fid in fids(axis, np.zeros(COUNT))]
    made = combination(axis, coils)
    if water:
        made.push_water(seen_by * line(axis, 4.68, 900.0, 6.0))
    assert nulled_mean(made, given).phased is phased
