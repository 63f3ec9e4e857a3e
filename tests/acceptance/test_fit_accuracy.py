"""A twentieth of the acceptance runs of the fit; the whole ones are marked slow."""

import fit_accuracy
import fit_robustness
import fit_sets
import numpy as np
import pytest

from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.fit import curves
from monitor.analysis.fit.freedom import usual

FAMILIES = ("own", "skewed", "scanner")


def coverage(family: str, count: int, seed: int = 1) -> float:
    """Share of the four outcomes inside their 95 % intervals, over all sets."""
    found = [fit_accuracy.run(s, family, 64, count, seed=seed) for s in fit_sets.SETS]
    inside = [np.abs(f.error) < 1.96 * f.stated for f in found]
    return float(np.mean(np.concatenate(inside)))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_twentieth_of_the_accuracy_run(family):
    # 60 numbers, four of a spectrum: chance takes 95 % to 83 % once in a thousand.
    assert coverage(family, 3) > 0.83


def test_stand_ins_hardly_matter_where_macromolecules_have_decayed():
    found = fit_accuracy.run("press_3t_te80", "foreign", 64, 6)
    assert np.mean(np.abs(found.error) < 1.96 * found.stated) > 0.8
    assert np.all(np.abs(found.error.mean(axis=0)) < 0.08)


@pytest.mark.parametrize(("family", "misfit"), [("own", 1.15), ("skewed", 1.4)])
def test_residuals_are_noise_where_the_basis_is_complete(family, misfit):
    """Neither neighbours alike nor a ripple: rho of lag 1 to 40 as white noise has."""
    lags, rho = np.arange(1, 41), []
    for name in fit_sets.SETS:
        model, case = fit_sets.model(name, family), fit_sets.case(name, family, 32, 9)
        fit, problem = cold_fit(model, model.in_band(case.fid), case.noise_sd)
        phased, baseline, parts = curves(problem, fit)
        rest = phased - baseline - parts.sum(axis=1)
        power = np.vdot(rest, rest).real
        rho += [np.vdot(rest[:-k], rest[k:]) / power * np.sqrt(rest.size) for k in lags]
        assert 0.85 < fit.misfit < misfit
    # Of 200 complex numbers of variance 1 the largest is 2.3 +- 0.25.  What the fit
    # takes away is smooth, and neighbours feel it a little.
    assert np.max(np.abs(rho)) < 4.0
    assert np.mean(np.abs(rho) ** 2) < 1.7


def test_a_twentieth_of_the_random_spectra():
    found = fit_robustness.run(100, seed=3)
    assert not any(o.raised or o.lied for o in found)
    assert sum(o.wrong for o in found if o.snr >= 8) <= 2
    assert np.mean([o.converged for o in found]) > 0.85


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_accuracy_run(family):
    assert coverage(family, 60, seed=2) > (0.93 if family == "own" else 0.9)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_random_spectra():
    found = fit_robustness.run(10_000)
    assert not any(o.raised or o.lied for o in found)
    assert np.mean([o.wrong for o in found if o.snr >= 8]) < 0.005


def test_a_fit_that_overshoots_arrives() -> None:
    """Undamped its steps went to and fro, and it stopped 7 SD from here."""
    model = fit_sets.model("press_3t_te30", "scanner")
    case = fit_sets.case("press_3t_te30", "scanner", 1024, 77005)
    freedom = usual(model, 0.030)
    fit, _ = cold_fit(model, model.in_band(case.fid), case.noise_sd, freedom)
    assert fit.converged
    assert fit.steps < 30
    assert fit.misfit < 1.3
