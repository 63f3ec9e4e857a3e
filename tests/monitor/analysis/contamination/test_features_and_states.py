"""What transients are compared by, and how far they are from the good ones."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import median_filter

from monitor.analysis.contamination.dirtier import WATER_LOG, WIDTH_HZ
from monitor.analysis.contamination.features import (
    BANDS,
    EDGES_PPM,
    EpochFeatures,
    Features,
    Seen,
    bands_of,
)
from monitor.analysis.contamination.states import (
    DEPARTURE,
    LEAST,
    SPAN,
    Comparison,
    _commonest,
    _follow,
    _settle,
    _without_short,
    beside,
    running_median,
    runs_of,
)
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import fid_of, moved, spectrum_of

RNG = np.random.default_rng(2)


def test_bands_are_means_of_the_spectrum_and_move_with_it(axis: Axis) -> None:
    lines = np.random.default_rng(1).normal(size=(axis.points, 2)) @ [1, 1j]
    found = bands_of(lines, axis, 0.0)
    assert found.shape == (2 * BANDS,)
    for k in (0, 7, BANDS - 1):
        inside = (axis.ppm >= EDGES_PPM[k]) & (axis.ppm < EDGES_PPM[k + 1])
        mean = lines[inside].mean()
        assert (found[k], found[BANDS + k]) == pytest.approx((mean.real, mean.imag))
    step_hz = 5 / (axis.points * axis.dwell_time_s)
    away = moved(fid_of(lines), axis.dwell_time_s, step_hz, 0.0)
    np.testing.assert_allclose(
        bands_of(spectrum_of(away), axis, step_hz), found, atol=1e-9
    )


def quality(**others: object) -> SimpleNamespace:
    usual = {"water": 2.0, "fwhm_hz": 6.0, "amplitude": 1.0, "flags": ()}
    usual |= {"phase_rad": 0.3}
    return SimpleNamespace(**(usual | others))


@pytest.mark.parametrize(
    ("others", "height", "usable"),
    [
        ({}, 3.0, True),
        ({"flags": ("lipid",)}, 3.0, True),
        ({"flags": ("saturated",)}, 3.0, False),
        ({"flags": ("settling",)}, 3.0, False),
        ({"amplitude": -0.4}, 3.0, True),
        ({"amplitude": math.nan}, 3.0, False),
        ({"water": math.inf}, 3.0, False),
        ({}, 0.0, False),
        ({}, math.nan, False),
    ],
)
def test_what_can_be_compared(others, height, usable) -> None:
    bands = np.zeros(2 * BANDS)
    features = Features.of(bands, quality(**others), 6.0, 0.7, height, 1.0, 0, 123.0)
    assert features.usable is usable
    without = Features.of(
        bands, quality(**others), math.nan, 0.7, height, 1.0, 0, 123.0
    )
    assert not without.usable


def test_a_line_at_hardly_any_amplitude_has_no_width() -> None:
    """It would outweigh all else where a stretch ends."""
    odd = quality(amplitude=0.001)
    seen = Features.of(np.zeros(2 * BANDS), odd, 1e5, 0.7, 3.0, 1.0, 0, 123.0)
    assert seen.width_hz == 30.0


def test_features_of_an_epoch_as_arrays() -> None:
    epoch = EpochFeatures(10)
    for k, height in enumerate((2.0, 4.0, 8.0)):
        bands = np.full(2 * BANDS, float(k))
        features = Features.of(bands, quality(), 6.0 + k, 0.7, height, 1.0, k, 123.0)
        epoch.put(10 + k, features)
    empty = quality(flags=("empty",))
    epoch.put(13, Features.of(bands, empty, 6.0, 0.7, 1.0, 1.0, 3, 123.0))
    fives = np.full(2 * BANDS, 5.0)
    epoch.put(11, Features.of(fives, quality(), 6.0, 0.7, 4.0, 1.0, 9, 123.0))
    seen = epoch.seen(1)
    assert seen.places.tolist() == [0, 1, 2]
    assert seen.bands[:, 0].tolist() == [0.0, 5.0 / 4, 2.0 / 4]
    assert seen.width_hz.tolist() == [6.0, 6.0, 8.0]
    assert seen.water.tolist() == [0.7, 0.7, 0.7]
    assert seen.phase_rad.tolist() == [0.3, 0.3, 0.3]
    assert (len(epoch), epoch.steps) == (4, [0, 9, 2, 3])
    assert len(EpochFeatures(0).seen(1)) == 0


def test_what_belongs_to_a_step_of_the_cycle_is_taken_off() -> None:
    epoch = EpochFeatures(0)
    for k in range(12):
        bands = np.full(2 * BANDS, 3.0 + (k % 4) + 0.1 * (k == 5))
        epoch.put(k, Features.of(bands, quality(), 6.0, 0.7, 1.0, 1.0, k, 123.0))
    assert np.ptp(epoch.seen(1).bands[:, 0]) > 2.9
    first = epoch.seen(4).bands[:, 0]
    np.testing.assert_allclose(np.delete(first, 5), 4.55)
    assert first[5] == pytest.approx(4.65)


def seen_of(bands: np.ndarray, water=None, width=None) -> Seen:
    n = len(bands)
    level = np.zeros(n)
    return Seen(
        np.arange(n),
        bands,
        level if water is None else water,
        level + 6.0 if width is None else width,
        level + 1.0,
        level,
        level + 1.0,
        level + 9.0,
    )


GOOD = np.concatenate([np.linspace(1, 2, BANDS), np.linspace(-1, 0.5, BANDS)])
TURNED = np.concatenate([-GOOD[BANDS:], GOOD[:BANDS]])


def test_amplitude_and_phase_are_no_departure_and_the_rest_is_measured() -> None:
    apart = RNG.normal(size=2 * BANDS)
    for direction in (GOOD, TURNED):
        apart -= apart @ direction / (direction @ direction) * direction
    bands = np.tile(1.3 * GOOD + 0.2 * TURNED, (40, 1))
    bands[20:] += 0.05 * apart
    compared = Comparison.of(seen_of(bands))
    assert not compared.noise.any()
    found = compared.departures(np.stack([GOOD, 7 * TURNED]))
    rms = 0.05 * math.sqrt(np.mean(apart**2))
    for row in found:
        assert row[:10].max() < 1e-6
        np.testing.assert_allclose(row[30:], rms / DEPARTURE, rtol=1e-6)
    np.testing.assert_allclose(
        beside(bands, GOOD)[[0, 30]], [0 * apart, 0.05 * apart], atol=1e-12
    )
    assert compared.departures(0 * GOOD[None]).shape == (1, 40)


def test_noise_alone_is_within_the_tolerance() -> None:
    bands = GOOD + 0.1 * RNG.normal(size=(400, 2 * BANDS))
    compared = Comparison.of(seen_of(bands))
    assert compared.noise == pytest.approx(0.1 * 1.2533 / math.sqrt(SPAN), rel=0.05)
    np.testing.assert_allclose(compared.sds[:-2], 0.1, rtol=0.35)
    assert np.median(compared.departures(GOOD[None])) < 0.5


def test_the_first_and_last_medians_are_those_of_a_whole_span() -> None:
    water = np.arange(30.0)
    compared = Comparison.of(seen_of(np.tile(GOOD, (30, 1)), water))
    half = SPAN // 2
    assert compared.water[:half].tolist() == [half] * half
    assert compared.water[-half:].tolist() == [29.0 - half] * half
    assert compared.water[10] == 10.0


@pytest.mark.parametrize(
    ("water", "width_hz", "off"),
    [
        (0.0, 6.0, 0.0),
        (-0.7, 6.0, 1.0),
        (1.4, 6.0, 2.0),
        (0.0, 7.4, 2.0),
        (0.35, 5.3, 1.0),
    ],
)
def test_water_and_width_are_off_by_their_tolerances(water, width_hz, off) -> None:
    compared = Comparison.of(seen_of(np.tile(GOOD, (30, 1))))
    assert (WATER_LOG, WIDTH_HZ) == (0.7, 0.7)
    found = compared.off(np.full(30, water), np.full(30, width_hz))
    np.testing.assert_allclose(found, off, atol=1e-9)


@pytest.mark.parametrize(("mhz", "hz"), [(63.9, 7.0), (123.2, 7.0), (297.2, 3.0)])
def test_above_three_tesla_a_width_is_compared_as_if_it_were_there(mhz, hz) -> None:
    features = Features.of(np.zeros(2 * BANDS), quality(), 7.0, 0.7, 1.0, 1.0, 0, mhz)
    assert features.width_hz == pytest.approx(hz, rel=0.01)


@given(st.lists(st.booleans(), max_size=60))
def test_runs_and_short_gaps(values: list[bool]) -> None:
    mask = np.array(values, bool)
    again = np.zeros(mask.size, bool)
    for start, stop in runs_of(mask):
        assert stop > start
        assert not again[start:stop].any()
        again[start:stop] = True
    assert (again == mask).all()
    filled = _without_short(mask)
    assert (filled | ~mask).all()
    for start, stop in runs_of(~mask):
        assert filled[start:stop].all() == (stop - start < LEAST)


def test_a_slow_course_is_followed_through_the_good_part() -> None:
    line = 0.01 * np.arange(600.0)
    good = np.ones(600, bool)
    good[200:260] = False
    values = np.where(good, line, 99.0)
    found = _follow(values, good)
    assert np.abs(found - line)[80:520].max() < 0.35
    few = _follow(np.array([1.0, 5.0, 3.0]), np.ones(3, bool))
    assert few.tolist() == [3.0, 3.0, 3.0]


@pytest.mark.parametrize("shape", [(1,), (4,), (93,), (2, 3), (40, 5), (2100, 2)])
def test_running_medians_are_those_of_scipy(shape: tuple[int, ...]) -> None:
    values = RNG.normal(size=shape)
    size = (SPAN, *(1 for _ in shape[1:]))
    expected = median_filter(values, size=size, mode="nearest")
    np.testing.assert_array_equal(running_median(values, SPAN), expected)


def test_the_noise_is_that_of_the_bands_and_the_rest_has_its_own() -> None:
    rng = np.random.default_rng(6)
    bands = np.tile(GOOD, (600, 1))
    bands[:, 2:] += 0.1 * rng.normal(size=(600, 2 * BANDS - 2))
    restless = 9.0 * rng.normal(size=600)
    calm = Comparison.of(seen_of(bands))
    loud = Comparison.of(seen_of(bands, water=restless, width=6.0 + restless))
    assert calm.noise == pytest.approx(0.1 * 1.2533 / math.sqrt(SPAN), rel=0.05)
    assert loud.noise == pytest.approx(calm.noise)
    # Water and width that scatter much are off by as much only by chance.
    here = np.zeros(600), np.full(600, 6.0)
    assert np.mean(loud.off(*here) < 1) > 0.95
    assert np.mean(loud.off(here[0], here[1] + 30.0) > 1) > 0.95


@pytest.mark.parametrize("gap", [(0, 0), (200, 260), (0, 130)])
def test_a_straight_course_is_followed_to_the_point(gap: tuple[int, int]) -> None:
    """Each level stands in the middle of its run, wherever that lies."""
    line = 0.01 * np.arange(1200.0)
    good = np.ones(1200, bool)
    good[slice(*gap)] = False
    found = _follow(np.where(good, line, 50.0), good)
    inner = slice(400, 800)
    np.testing.assert_allclose(found[inner], line[inner], atol=0.02)


def test_the_commonest_state_is_the_one_that_most_are_like() -> None:
    other = GOOD + np.linspace(-0.3, 0.3, 2 * BANDS)
    bands = np.concatenate([np.tile(other, (60, 1)), np.tile(GOOD, (120, 1))])
    compared = Comparison.of(seen_of(bands))
    everyone = np.ones(180, bool)
    found = _commonest(compared, everyone)
    assert found[80:].all()
    assert not found[:50].any()
    among = np.arange(180) < 60
    assert _commonest(compared, among)[:50].all()
    assert not _commonest(compared, among)[60:].any()


def test_a_state_settles_on_all_that_are_like_it() -> None:
    """Of a few of the good part all of it is found, in as many rounds as that takes."""
    other = GOOD + np.linspace(-0.3, 0.3, 2 * BANDS)
    drift = np.multiply.outer(np.linspace(0, 1, 300), np.linspace(0, 0.02, 2 * BANDS))
    bands = np.concatenate([GOOD + drift, np.tile(other, (60, 1))])
    compared = Comparison.of(seen_of(bands))
    found = _settle(compared, np.arange(360) < 12)
    assert found.good[:295].all()
    assert not found.good[310:].any()
    middle = GOOD + drift[150]
    assert np.abs(found.bands - middle).max() < 2e-3
