"""Coil weights and eddy phase of one epoch, and the way back from one FID to coils."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.preparation.combination import Combination
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
