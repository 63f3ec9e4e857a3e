"""Coil weights and eddy phase of one epoch, and the way back from one FID to coils."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.preparation.combination import Combination, _mean_in_phase
from monitor.analysis.signal.axis import Axis
from streams.errors import InputError

POINTS = 512
AXIS = Axis(POINTS, 0.0005, 123.0)


def combination(coils: int, seed: int, water: bool, combine: bool) -> Combination:
    """Weights settled from transients of one line in noise."""
    rng = np.random.default_rng(seed)
    s = rng.normal(size=coils) + 1j * rng.normal(size=coils)
    t = np.arange(POINTS) * AXIS.dwell_time_s
    made = Combination(AXIS, coils, combine, correct_eddy=True)

    def measured(height: float, hz: float) -> np.ndarray:
        line = height * np.exp(2j * np.pi * hz * t - 30 * t)
        noise = rng.normal(size=(2, coils, POINTS))
        bent = np.exp(0.4j * np.exp(-t / 0.02))  # eddy currents
        return (np.outer(s, line * bent) + noise[0] + 1j * noise[1]).astype(
            np.complex64
        )

    if water:
        made.push_water(measured(3000.0, 1.0))
    first = [measured(50.0, 250.0) for _ in range(4)]
    for fid in first:
        made.apply(fid)
    made.settle(first)
    return made


@given(st.integers(1, 6), st.integers(0, 9), st.booleans(), st.booleans())
def test_what_is_spread_over_the_coils_is_combined_to_itself(
    coils: int, seed: int, water: bool, combine: bool
) -> None:
    made = combination(coils, seed, water, combine)
    rng = np.random.default_rng(seed + 1)
    fid = rng.normal(size=POINTS) + 1j * rng.normal(size=POINTS)
    raw = made.spread(fid)
    assert raw.shape == (coils, POINTS)
    np.testing.assert_allclose(made.apply(raw), fid, rtol=0, atol=1e-9)


def test_without_weights_nothing_is_spread() -> None:
    with pytest.raises(InputError, match="no coil weights"):
        Combination(AXIS, 2, True, True).spread(np.ones(POINTS, complex))


def raw(made_of: np.ndarray, seed: int, height: float = 50.0) -> np.ndarray:
    """A transient as coils of these sensitivities see it."""
    rng = np.random.default_rng(seed)
    t = np.arange(POINTS) * AXIS.dwell_time_s
    line = height * np.exp(2j * np.pi * 250 * t - 30 * t)
    noise = rng.normal(size=(2, made_of.size, POINTS))
    return np.outer(made_of, line) + noise[0] + 1j * noise[1]


S = np.array([1.0, 0.7j, -0.5 + 0.2j])


def test_noise_that_comes_once_all_is_settled_changes_nothing() -> None:
    made = Combination(AXIS, 3, True, True)
    for seed in range(8):
        made.push_noise(raw(S, seed, height=0.0))
    before = made.noise_covariance
    np.testing.assert_allclose(before, 2 * np.eye(3), atol=0.2)
    first = [raw(S, seed) for seed in range(4)]
    made.settle(first)
    made.push_noise(9 * raw(S, 99, height=0.0))
    np.testing.assert_array_equal(made.noise_covariance, before)


def settled() -> Combination:
    """Weights made final from four transients."""
    first = [raw(S, seed) for seed in range(4)]
    made = Combination(AXIS, 3, True, True)
    for fid in first:
        made.apply(fid)
    made.settle(first)
    return made


def test_what_was_combined_stays_and_the_rest_makes_the_weights() -> None:
    made = Combination(AXIS, 3, True, True)
    first = [raw(S, seed) for seed in range(4)]
    for fid in first:
        made.apply(fid)
    sums = made.settle([*first, np.full((1, POINTS), 3.0 + 1j)])
    np.testing.assert_array_equal(sums[-1], np.full(POINTS, 3.0 + 1j))
    weights = made.weights.copy()
    # Once they are final nothing changes them.
    made.settle([raw(S[::-1], 5)])
    np.testing.assert_array_equal(made.weights, weights)
    # The sum is that of the best combination: SNR of all coils together.
    noise = made.apply(raw(S, 50, height=0.0))
    signal = made.apply(np.outer(S, np.ones(POINTS)))
    best = np.linalg.norm(S)
    assert abs(signal[0]) / noise.real.std() == pytest.approx(best, rel=0.1)


def test_of_combined_ones_alone_no_weights_are_made() -> None:
    made = Combination(AXIS, 3, True, True)
    made.settle([np.ones((1, POINTS), complex)])
    assert made.settled
    assert made.weights is None


def test_a_coil_that_dies_is_left_out_and_one_without_weight_is_no_loss() -> None:
    made = settled()
    whole = raw(S, 60)
    dead = whole.copy()
    dead[1] = 0.0
    seen = np.abs(made.apply(dead)).max() / np.abs(made.apply(whole)).max()
    assert seen == pytest.approx(1.0, rel=0.15)
    assert not made.apply(np.zeros_like(whole)).any()


def test_water_references_are_averaged_in_phase() -> None:
    water = np.exp(-0.01 * np.arange(40)) + 0j
    turned = [water, water[:30] * np.exp(2.5j), water * np.exp(-1.7j)]
    mean = _mean_in_phase(turned)
    np.testing.assert_allclose(mean, water[:30], atol=1e-12)
