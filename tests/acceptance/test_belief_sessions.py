"""A slice of `fit_robustness.py beliefs`: what was mended stays so."""

import belief_sessions
import numpy as np
import pytest


@pytest.mark.parametrize(("name", "seed"), [("creatine CH2", 1)])
def test_levels_hold_where_the_belief_does_not(name: str, seed: int) -> None:
    """Before: tNAA/tCr 1.9 SD too high, mI/tCr 3.6, since glycine was left out, too."""
    found = belief_sessions.one(name, seed, False, "known")
    assert np.all(np.abs(found.level[0]) < 1.7 * found.level[1])
