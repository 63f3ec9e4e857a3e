"""How far two stretches of transients are apart, by what was put between them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.preparation.continuation import (
    COILS_SHARE,
    FREQUENCY_PPM,
    LEAST,
    LEVEL,
    NOISE_PERCENT,
    SHAPE_LIMIT,
    SIGNAL_PERCENT,
    WIDTH_WANDER_HZ,
    Difference,
    Seen,
    coils_share,
    difference,
)
from monitor.analysis.preparation.series_on_trial import NEAR, in_place, like
from monitor.analysis.signal.axis import Axis
from streams.messages.transient import REFERENCE_PPM, Acquisition
from streams.voxel.place import VoxelPlace

SAME = Difference(0.0, 0.0, 0.05, 3.0, 0.0, 0.0, 0.0)


def template(axis: Axis) -> np.ndarray:
    total = np.zeros(axis.points, complex)
    for ppm, size in ((2.01, 9.0), (3.03, 8.0), (3.21, 5.0)):
        nu = (ppm - REFERENCE_PPM) * axis.frequency_mhz
        total += size * np.exp((-2j * np.pi * nu - np.pi * 6.0) * axis.t)
    return total


def stretch(axis: Axis, seed: int, count: int = 40, shape=1.0, **means: float):
    """Transients that scatter about these means."""
    rng = np.random.default_rng(seed)
    usual = {"shift_hz": 1.0, "broadening_hz": 0.5, "amplitude": 1.0, "noise_sd": 0.4}
    usual |= means
    made = []
    for _ in range(count):
        noise = 0.2 * (rng.normal(size=axis.points) + 1j * rng.normal(size=axis.points))
        made.append(
            Seen(
                template(axis) * shape + noise,
                usual["shift_hz"] + 0.05 * rng.normal(),
                usual["broadening_hz"] + 0.1 * rng.normal(),
                usual["amplitude"] + 0.01 * rng.normal(),
                usual["noise_sd"] * (1 + 0.01 * rng.normal()),
                means.get("weight", 1.0),
            )
        )
    return made


def apart(axis: Axis, before=None, **after) -> Difference:
    one = before or stretch(axis, 1)
    return difference(one, stretch(axis, 2, **after), template(axis), axis, 0.001)


def test_what_was_put_between_them_is_measured_with_its_sign(axis: Axis) -> None:
    still = apart(axis)
    assert still.shift_hz == pytest.approx(0.0, abs=0.05)
    assert still.width_hz == pytest.approx(0.0, abs=0.1)
    assert still.width_sd_hz == pytest.approx(0.1 * np.sqrt(2 / 40), rel=0.3)
    assert still.coils_share == 0.001
    assert still.moved(axis) == ()
    found = apart(axis, shift_hz=4.0, broadening_hz=0.2, amplitude=1.2, noise_sd=0.3)
    assert found.shift_hz == pytest.approx(3.0, abs=0.05)
    assert found.width_hz == pytest.approx(-0.3, abs=0.1)
    assert found.signal_percent == pytest.approx(20.0, abs=1.0)
    assert found.noise_percent == pytest.approx(-25.0, abs=1.0)


def test_the_frequency_before_is_that_of_the_last_of_them(axis: Axis) -> None:
    drifted = stretch(axis, 1, 60, shift_hz=-5.0) + stretch(axis, 3, LEAST)
    assert apart(axis, drifted).shift_hz == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(
    ("what", "shape"),
    [
        ("wider", lambda t: np.exp(-np.pi * 0.6 * t)),
        ("rounder", lambda t: np.exp((np.pi * 2.0 * t) ** 2)),
        ("skewed", lambda t: np.exp(-1j * (np.pi * 2.5 * t) ** 3)),
    ],
)
def test_a_line_of_another_shape_is_seen(axis: Axis, what: str, shape) -> None:
    t = np.minimum(axis.t, 0.2)
    assert apart(axis, shape=shape(t)).shape > 4 * SHAPE_LIMIT, what


def test_a_flat_baseline_in_a_singlets_band_is_no_shape(axis: Axis) -> None:
    lifted = stretch(axis, 2)
    first = np.zeros(axis.points, complex)
    first[0] = 3.0 + 3.0j  # the same at every ppm
    lifted = [replace(one, aligned=one.aligned + first) for one in lifted]
    found = difference(stretch(axis, 1), lifted, template(axis), axis, 0.0)
    assert found.shape < SHAPE_LIMIT


def test_single_ones_that_are_off_do_not_count(axis: Axis) -> None:
    spoilt = stretch(axis, 1)
    spoilt[7] = replace(spoilt[7], broadening_hz=25.0)
    spoilt[8] = replace(spoilt[8], weight=0.1, shift_hz=90.0)
    found = apart(axis, spoilt)
    assert found.width_hz == pytest.approx(0.0, abs=0.1)
    assert found.shape < SHAPE_LIMIT


def test_too_few_say_nothing(axis: Axis) -> None:
    few = apart(axis, count=LEAST - 1, shift_hz=9.0)
    assert few.width_sd_hz == np.inf
    assert few.shift_hz == 0.0
    assert few.moved(axis) == ("there is too little signal to tell",)
    assert np.isfinite(apart(axis, count=LEAST).width_sd_hz)


def test_where_most_behind_the_pause_do_not_count_all_are_compared(axis: Axis) -> None:
    """They are unlike those before, by which they were judged."""
    most = stretch(axis, 2, 30, shift_hz=9.0, weight=0.1) + stretch(axis, 3, 10)
    found = difference(stretch(axis, 1), most, template(axis), axis, 0.0)
    assert found.shift_hz == pytest.approx(8.0, abs=0.1)
    few = stretch(axis, 2, 10, shift_hz=9.0, weight=0.1) + stretch(axis, 3, 30)
    found = difference(stretch(axis, 1), few, template(axis), axis, 0.0)
    assert found.shift_hz == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("change", "limit", "said"),
    [
        ("shift_hz", FREQUENCY_PPM * 123.25, "the frequency has moved"),
        ("noise_percent", NOISE_PERCENT, "the receiver's gain has changed"),
        ("signal_percent", SIGNAL_PERCENT, "the signal has changed"),
    ],
)
def test_more_than_a_still_head_does_has_moved(axis, change, limit, said, sign) -> None:
    assert replace(SAME, **{change: sign * 0.99 * limit}).moved(axis) == ()
    assert replace(SAME, **{change: sign * 1.01 * limit}).moved(axis) == (said,)


def test_width_or_shape_make_another_line(axis: Axis) -> None:
    line = ("the line has changed",)
    assert replace(SAME, shape=SHAPE_LIMIT + 0.1).moved(axis) == line
    assert replace(SAME, shape=SHAPE_LIMIT).moved(axis) == ()
    width_hz = LEVEL * float(np.hypot(0.05, WIDTH_WANDER_HZ))
    for sign in (1, -1):
        assert replace(SAME, width_hz=sign * 1.01 * width_hz).moved(axis) == line
        assert replace(SAME, width_hz=sign * 0.99 * width_hz).moved(axis) == ()
    other = replace(SAME, coils_share=1.1 * COILS_SHARE)
    assert other.elsewhere
    assert other.moved(axis) == ("the coils see it otherwise",)
    assert not replace(SAME, coils_share=COILS_SHARE).elsewhere


COILS = np.array([1.0, 0.8j, -0.6, 0.5 + 0.5j])


def fids(seen_by: np.ndarray, count: int, seed: int = 1, noise=0.05):
    rng = np.random.default_rng(seed)
    signal = 20 * np.exp((-0.01 + 0.2j) * np.arange(512))
    made = []
    for _ in range(count):
        n = rng.normal(size=(2, 4, 512)) * noise
        made.append(np.outer(seen_by, signal) + n[0] + 1j * n[1])
    return made


def combination(held=COILS) -> SimpleNamespace:
    return SimpleNamespace(
        sensitivities=held,
        noise_covariance=np.eye(4, dtype=complex),
        axis=SimpleNamespace(points=512),
    )


def test_coils_that_see_the_same_differ_by_noise_alone() -> None:
    assert abs(coils_share(combination(), fids(COILS, 8))) < 1e-4
    assert abs(coils_share(combination(), fids(3j * COILS, 8))) < 1e-4
    noisy = coils_share(combination(), fids(COILS, 8, noise=8.0))
    assert abs(noisy) < 0.02


def test_coils_that_see_another_place_differ_by_their_share() -> None:
    other = COILS + np.array([0.3, 0.0, 0.0, -0.3j])
    a, b = COILS / np.linalg.norm(COILS), other / np.linalg.norm(other)
    expected = 1 - abs(np.vdot(a, b)) ** 2
    assert coils_share(combination(), fids(other, 8)) == pytest.approx(
        expected, rel=0.02
    )


def test_without_coils_or_transients_nothing_is_said_of_them() -> None:
    other = fids(COILS[::-1], 8)
    assert coils_share(combination(None), other) == 0.0
    assert coils_share(combination(), other[:1]) == 0.0
    assert coils_share(combination(), other[:2]) > 0.05


ONE = Acquisition(123.25, "1H", 5e-4, 1024, 1, 0.03, 2.0, sequence="PRESS")
AXES = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def at(x_mm: float, turn: float = 0.0) -> Acquisition:
    c, s = np.cos(turn), np.sin(turn)
    axes = ((float(c), float(s), 0.0), (-float(s), float(c), 0.0), AXES[2])
    return replace(ONE, voxel_place=VoxelPlace((x_mm, 0.0, 0.0), axes))


@pytest.mark.parametrize(
    ("other", "same"),
    [(at(0.1), True), (at(0.3), False), (at(-0.3), False), (at(0.0, 0.01), False)],
)
def test_a_voxel_lies_elsewhere_beyond_what_headers_round(other, same: bool) -> None:
    assert in_place(other, at(0.0)) is in_place(at(0.0), other) is same
    assert like(other, at(0.0)) is same


def test_where_a_header_does_not_say_a_place_it_is_the_same() -> None:
    assert in_place(ONE, ONE)
    assert in_place(at(9.0), ONE)
    assert in_place(ONE, at(9.0))


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({}, True),
        ({"spectrometer_frequency_mhz": 123.25 * (1 + 0.9 * NEAR)}, True),
        ({"spectrometer_frequency_mhz": 123.25 * (1 + 1.2 * NEAR)}, False),
        ({"spectrometer_frequency_mhz": 123.25 * (1 - 1.2 * NEAR)}, False),
        ({"echo_time_s": 0.035}, False),
        ({"points": 512}, False),
    ],
    ids=str,
)
def test_only_series_that_are_acquired_alike_may_go_on(change, alike: bool) -> None:
    assert like(replace(at(0.0), **change), at(0.0)) is alike
