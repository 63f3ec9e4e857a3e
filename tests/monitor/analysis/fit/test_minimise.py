"""A search for the optimum: its bounds, its priors, and what it says of itself."""

from dataclasses import replace

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, NAMES, make_model

from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.lineshape import decay
from monitor.analysis.fit.minimise import minimise, promise
from monitor.analysis.fit.model import GAUSS, LORENTZ, PHASE, SHIFT, Model
from monitor.analysis.fit.problem import Priors, Problem

SD, STIFFNESS = 3.0, 5.0
VOIGT = np.array([PHASE, SHIFT, LORENTZ, GAUSS])


@pytest.fixture(scope="module")
def model() -> Model:
    """Metabolites alone."""
    whole, n = make_model(), len(NAMES)
    return replace(
        whole, names=NAMES, fids=whole.fids[:n], macromolecule=np.zeros(n, bool)
    )


def problem(model: Model, seed: int = 1, lorentz=3.0, gauss=40.0, **priors) -> Problem:
    """A spectrum of phase 0.4 and shift 1.5 Hz with noise, flat priors but for some."""
    size, rng = model.layout.size, np.random.default_rng(seed)
    c = CONCENTRATIONS[: len(model.names)]
    clean = model.in_band((c @ model.fids) * decay(model.t, 1.5, lorentz, gauss))
    noise = SD * (rng.normal(size=clean.size) + 1j * rng.normal(size=clean.size))
    none = np.zeros((0, len(model.names)))
    usual = Priors(np.zeros(size), np.full(size, np.inf), none, np.zeros(0))
    spectrum = clean * np.exp(0.4j) + noise
    return Problem(
        model, model.baseline, spectrum, SD, STIFFNESS, replace(usual, **priors)
    )


def start(model: Model, lorentz: float = 4.0, gauss: float = 60.0) -> np.ndarray:
    theta = model.layout.zeros()
    theta[VOIGT] = 0.3, 1.0, lorentz, gauss
    return theta


def fitted(one: Problem, active: np.ndarray = VOIGT, **begin: float) -> Fit:
    return minimise(one, start(one.model, **begin), active)


def test_each_number_that_is_fitted_takes_a_degree_of_freedom(model: Model) -> None:
    one = problem(model)
    for active in (VOIGT, VOIGT[:2]):
        fit = fitted(one, active)
        spent = len(NAMES) + len(active) + 2 * fit.baseline_dimension
        degrees = 2 * one.spectrum.size - spent
        assert fit.misfit == pytest.approx(fit.cost / degrees)


def test_noise_alone_leaves_what_it_should(model: Model) -> None:
    found = [fitted(problem(model, seed)).misfit for seed in range(24)]
    assert np.mean(found) == pytest.approx(1.0, abs=0.03)


def test_the_covariance_is_that_of_the_curvature(model: Model) -> None:
    """Of amplitudes and nuisance parameters together, priors of both included."""
    size, M = model.layout.size, len(NAMES)
    sd = np.full(size, np.inf)
    sd[LORENTZ], sd[GAUSS] = 0.01, 0.5
    mean = np.zeros(size)
    mean[LORENTZ], mean[GAUSS] = 3.0, 40.0
    rows = np.zeros((1, M))
    rows[0, NAMES.index("Gln")] = 80.0
    one = problem(model, sd=sd, mean=mean, rows=rows, targets=np.array([80 * 2.6]))
    fit = fitted(one)

    def residual(c: np.ndarray, moving: np.ndarray) -> np.ndarray:
        theta = fit.theta.copy()
        theta[VOIGT] = moving
        columns, _ = model.columns(theta)
        rest = model.baseline.removed(one.spectrum - columns @ c, STIFFNESS) / SD
        pulled = (theta[[LORENTZ, GAUSS]] - mean[[LORENTZ, GAUSS]]) / sd[
            [LORENTZ, GAUSS]
        ]
        return np.concatenate([rest.real, rest.imag, rows @ c, pulled])

    x0 = np.concatenate([fit.amplitudes, fit.theta[VOIGT]])
    slopes = []
    for k in range(x0.size):
        step = np.zeros(x0.size)
        step[k] = 1e-4 * max(abs(x0[k]), 1.0)
        more, less = (residual(*np.split(x0 + s * step, [M])) for s in (1, -1))
        slopes.append((more - less) / (2 * step[k]))
    exact = np.linalg.inv(np.stack(slopes) @ np.stack(slopes).T)
    np.testing.assert_allclose(fit.sds, np.sqrt(np.diag(exact))[:M], rtol=1e-3)
    np.testing.assert_allclose(
        fit.theta_sd[VOIGT], np.sqrt(np.diag(exact))[M:], rtol=1e-3
    )


@pytest.mark.parametrize(
    ("truth", "bound"),
    [({"lorentz": -0.6, "gauss": 60.0}, LORENTZ), ({"gauss": -20.0}, GAUSS)],
)
def test_a_width_rests_at_its_bound_and_the_others_go_on(model, truth, bound) -> None:
    """Lines narrower than any that decay: as if that width were not fitted."""
    one = problem(model, **truth)
    fit = fitted(one)
    assert fit.converged
    assert fit.theta[bound] == 0.0
    others = VOIGT[bound != VOIGT]
    begin = {"lorentz": 0.0} if bound == LORENTZ else {"gauss": 0.0}
    held = fitted(one, others, **begin)
    assert fit.cost == pytest.approx(held.cost, rel=1e-4)
    np.testing.assert_allclose(fit.theta[others], held.theta[others], rtol=0.02)


def test_a_width_that_begins_at_its_bound_may_leave_it(model: Model) -> None:
    one = problem(model)
    there = fitted(one)
    for begin in ({"lorentz": 0.0}, {"gauss": 0.0}, {"lorentz": 0.0, "gauss": 0.0}):
        fit = fitted(one, **begin)
        assert fit.converged
        assert fit.cost == pytest.approx(there.cost, rel=1e-4)


@pytest.mark.parametrize("mean", [-2.0, 4.0])
def test_a_prior_draws_to_its_mean_from_either_side(model: Model, mean: float) -> None:
    size = model.layout.size
    sd, about = np.full(size, np.inf), np.zeros(size)
    about[SHIFT] = mean
    for width, least, most in ((1e-4, 0.99, 1.01), (1e3, -0.01, 0.01)):
        sd[SHIFT] = width
        fit = fitted(problem(model, sd=sd.copy(), mean=about))
        assert fit.converged
        share = (fit.theta[SHIFT] - 1.5) / (mean - 1.5)
        assert least < share < most


def test_a_search_that_was_cut_off_has_not_converged(model: Model) -> None:
    one = problem(model)
    far = start(model, lorentz=15.0, gauss=600.0)
    few = minimise(one, far, VOIGT, max_steps=2)
    assert not few.converged
    assert few.steps == 2
    assert np.isfinite(few.amplitudes).all()
    assert minimise(one, far, VOIGT).converged


def test_two_entries_that_are_the_same_have_no_amplitudes_of_their_own(model) -> None:
    twice = replace(
        model,
        names=(*NAMES, "copy"),
        fids=np.concatenate([model.fids, model.fids[:1]]),
        macromolecule=np.zeros(len(NAMES) + 1, bool),
    )
    one = replace(problem(model), model=twice)
    none = np.zeros((0, len(twice.names)))
    size = twice.layout.size
    flat = Priors(np.zeros(size), np.full(size, np.inf), none, np.zeros(0))
    assert not fitted(replace(one, priors=flat)).converged


def test_what_would_be_gained_is_promised_before_it_is_moved(model: Model) -> None:
    one = problem(model)
    held = np.array([PHASE, SHIFT, GAUSS])
    near = fitted(one, held, lorentz=3.3)
    gain = near.cost - minimise(one, near.theta, VOIGT).cost
    assert gain > 1.0
    assert promise(one, near.theta, VOIGT) == pytest.approx(gain, rel=0.2)
    assert promise(one, fitted(one).theta, VOIGT) < 0.01
    assert promise(replace(one, noise_sd=0.0), near.theta, VOIGT) == 0.0
