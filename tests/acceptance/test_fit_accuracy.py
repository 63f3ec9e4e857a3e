"""A twentieth of the acceptance runs of the fit; the whole ones are marked slow."""

import fit_accuracy
import fit_robustness
import fit_sets
import numpy as np
import pytest


def judged(count: int, families: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Error over stated SD of the four outcomes, of all sets of a family together."""
    made = {}
    for family in families:
        found = [fit_accuracy.run(s, family, 64, count) for s in fit_sets.SETS]
        z = np.concatenate([f.error / f.stated for f in found])
        made[family] = z
    return made


def test_a_twentieth_of_the_accuracy_run():
    z = judged(3, ("own", "scanner"))
    # 60 numbers each: a coverage of 95 % is seen as 85 % or less once in a thousand.
    assert np.mean(np.abs(z["own"]) < 1.96) > 0.85
    assert np.mean(np.abs(z["scanner"]) < 1.96) > 0.7


def test_a_twentieth_of_the_random_spectra():
    found = fit_robustness.run(100, seed=3)
    assert not any(o.raised or o.lied for o in found)
    assert sum(o.wrong for o in found if o.snr >= 8) <= 2
    assert np.mean([o.converged for o in found]) > 0.85


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_accuracy_run():
    z = judged(60, ("own", "scanner"))
    assert np.mean(np.abs(z["own"]) < 1.96) > 0.92
    assert np.mean(np.abs(z["scanner"]) < 1.96) > 0.8


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_random_spectra():
    found = fit_robustness.run(10_000)
    assert not any(o.raised or o.lied for o in found)
    assert np.mean([o.wrong for o in found if o.snr >= 8]) < 0.005
