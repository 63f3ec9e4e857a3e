"""A slice of `epochs_apart.py`."""

import numpy as np
import pytest
from epochs_apart import likeliest, session_of

pytestmark = pytest.mark.timeout(600)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [6000, 6001])
def test_nothing_is_not_a_change_across_a_shim(seed):
    found = session_of(10.0, 80, seed)
    assert found.epochs == 2
    assert not found.changed.any()
    assert (np.abs(found.mean) < 3 * found.mean_sd).all()
    assert found.shim_sd == pytest.approx([1.24, 1.22], abs=0.1)
    assert (found.mean_sd > np.hypot(found.shim_sd, found.own_sd)).all()


@pytest.mark.parametrize("factor", [0.0, 1.0, 2.0])
def test_the_likeliest_factor_is_that_which_errors_have(factor):
    random = np.random.default_rng(3)
    rest, part = np.full(4000, 1.0), np.full(4000, 2.0)
    e = random.standard_normal(4000) * np.hypot(rest, factor * part)
    best = float(likeliest(e, np.hypot(rest, part), part).split()[0])
    assert best == pytest.approx(factor, abs=0.15)


@pytest.mark.slow
def test_a_fit_that_a_wrong_model_bends_still_arrives() -> None:
    """Its steps went to and fro; the other epoch was fitted anew, and 14.7 % read."""
    one = session_of(40.0, 40, 6114)
    assert not one.changed.any()
    assert np.all(np.abs(one.mean) < 2.5 * one.mean_sd)
