"""Noise that was made is found, whatever else the FID holds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import (
    SIGNAL_PPM,
    _off_band,
    noise_region,
    noise_sd,
    noise_sd_of,
    tail_noise,
)
from monitor.analysis.signal.spectrum import fast_length, moved, ppm_axis, spectrum_of
from streams.messages.transient import REFERENCE_PPM

MHZ, DWELL_S = 123.25, 5e-4


def white(seed: int, shape: tuple[int, ...], sd: float = 1.0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(2, *shape)) * sd
    return values[0] + 1j * values[1]


def line(points: int, ppm: float, width_hz: float, size: float) -> np.ndarray:
    t = DWELL_S * np.arange(points)
    nu = (ppm - REFERENCE_PPM) * MHZ
    return size * np.exp(-(2j * np.pi * nu + np.pi * width_hz) * t)


@pytest.mark.parametrize("sd", [0.01, 3.0])
@pytest.mark.parametrize("points", [1023, 2048])
def test_white_noise_is_as_large_as_it_was_made(points: int, sd: float) -> None:
    fids = white(1, (40, points), sd)
    found = [noise_sd(fid, DWELL_S, MHZ) for fid in fids]
    assert np.mean(found) == pytest.approx(sd, rel=0.02)
    spectral = noise_sd_of(spectrum_of(fids), DWELL_S, MHZ) / math.sqrt(points)
    assert np.mean(spectral) == pytest.approx(sd, rel=0.02)
    tails = np.stack([tail_noise(fid[None], DWELL_S, MHZ)[0] for fid in fids])
    assert np.var(tails) == pytest.approx(2 * sd**2, rel=0.03)


def test_lines_are_no_noise() -> None:
    fid, water = white(2, (2048,)), line(2048, 4.65, 1.0, 2000.0)
    lines = line(2048, 2.01, 4.0, 200.0) + line(2048, 0.9, 30.0, 200.0)
    bare = noise_sd(fid, DWELL_S, MHZ)
    assert noise_sd(fid + lines + water, DWELL_S, MHZ) == pytest.approx(bare, rel=0.05)
    bare = noise_sd_of(spectrum_of(fid), DWELL_S, MHZ)
    assert noise_sd_of(spectrum_of(fid + lines), DWELL_S, MHZ) == pytest.approx(
        bare, rel=0.01
    )


def test_the_region_lies_where_there_is_no_line() -> None:
    region = noise_region(2048, DWELL_S, MHZ)
    ppm = ppm_axis(2048, DWELL_S, MHZ)
    assert ppm[region.start - 1] < -2.5 <= ppm[region.start]
    assert ppm[region.stop - 1] <= -0.5 < ppm[region.stop]


@pytest.mark.parametrize(
    ("points", "dwell_s", "region"),
    [
        (2048, 6.25e-4, slice(102, 212)),  # the axis ends at -1.8 ppm
        (256, 1e-3, slice(12, 44)),
        (1000, 2e-3, slice(50, 125)),
    ],
)
def test_a_narrow_axis_has_its_noise_near_its_end(
    points: int, dwell_s: float, region: slice
) -> None:
    assert noise_region(points, dwell_s, MHZ) == region


def test_a_narrow_axis_has_noise_farthest_from_the_lines() -> None:
    fids = white(3, (60, 512))
    found = [noise_sd(fid, 4e-3, MHZ) for fid in fids]
    assert np.mean(found) == pytest.approx(1.0, rel=0.03)


@given(st.integers(1, 400))
def test_the_middle_of_the_power_is_its_median(points: int) -> None:
    fid = white(points, (64 + points,))
    noise = tail_noise(fid[None], DWELL_S, MHZ)[0]
    expected = math.sqrt(np.median(np.abs(noise) ** 2) / math.log(4.0))
    assert noise_sd(fid, DWELL_S, MHZ) == pytest.approx(expected)


@given(st.integers(1, 3000))
def test_the_next_length_without_large_factors(least: int) -> None:
    def smooth(n: int) -> bool:
        for prime in (2, 3, 5, 7, 11):
            while n % prime == 0:
                n //= prime
        return n == 1

    assert fast_length(least) == next(n for n in range(least, 9999) if smooth(n))


@given(st.integers(1, 100), st.floats(-50, 50), st.floats(-4, 4))
def test_moved_lines_turn_as_the_convention_says(
    points: int, shift_hz: float, phase: float
) -> None:
    fid = white(4, (points,))
    t = DWELL_S * np.arange(points)
    expected = fid * np.exp(1j * phase - 2j * np.pi * shift_hz * t)
    np.testing.assert_allclose(moved(fid, DWELL_S, shift_hz, phase), expected)


def test_bands_weights_and_lines_of_an_axis() -> None:
    axis = Axis(511, DWELL_S, MHZ)
    band = axis.band(1.8, 4.2)
    assert axis.ppm[band.start - 1] < 1.8 <= axis.ppm[band.start]
    assert axis.ppm[band.stop - 1] < 4.2 <= axis.ppm[band.stop]
    assert axis.late[0] == 0.0
    assert axis.late[20] == pytest.approx(1 - math.exp(-1))
    fid = white(5, (511,))
    np.testing.assert_allclose(axis.lines(fid, band), spectrum_of(fid)[band])


def places(points: int, dwell_s: float) -> np.ndarray:
    """Chemical shifts that noise is taken from, as the spectrum of a tail has them."""
    _, off = _off_band(points, dwell_s, MHZ)
    nu = (off + points // 2) % points - points // 2
    # The spectrum of a stored FID, its lines at exp(-2 pi i nu t), rises with ppm.
    return REFERENCE_PPM + nu / (points * dwell_s * MHZ)


def test_a_tail_is_looked_at_off_all_that_may_be_signal() -> None:
    ppm = places(1000, DWELL_S)
    low, high = SIGNAL_PPM
    assert ppm.min() < low
    assert ppm.max() > high
    assert not ((ppm >= low) & (ppm <= high)).any()
    beyond = 1 - (high - low) * MHZ * DWELL_S
    assert ppm.size == pytest.approx(1000 * beyond, abs=3)


def test_where_little_lies_off_it_the_far_ends_are_taken() -> None:
    """A receiver of 1.6 ppm about the water: what is furthest from the metabolites."""
    ppm = places(800, 1 / (1.6 * MHZ))
    assert ppm.size == pytest.approx(200, abs=2)
    assert ppm.min() == pytest.approx(5.05, abs=0.01)


@pytest.mark.parametrize("edge", [0, 1])
def test_a_line_at_the_edge_of_the_signal_is_no_noise(edge: int) -> None:
    """A long one, which outlasts half of the FID, at either end of the band."""
    fid = white(3, (2048,))
    inside = SIGNAL_PPM[edge] + (0.15 if edge == 0 else -0.15)
    bare = noise_sd(fid, DWELL_S, MHZ)
    lined = np.var(
        tail_noise((fid + line(2048, inside, 0.3, 900.0))[None], DWELL_S, MHZ)
    )
    plain = np.var(tail_noise(fid[None], DWELL_S, MHZ))
    assert lined == pytest.approx(plain, rel=0.1)
    assert bare == pytest.approx(1.0, rel=0.1)
