"""Scores of stiffness and traits against plain matrices, and what is chosen by them."""

from dataclasses import replace

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, clean_fid, make_model

from monitor.analysis.fit import model_choice
from monitor.analysis.fit.model import GAUSS, LORENTZ, MM_GAUSS, PHASE, SHIFT, Model
from monitor.analysis.fit.model_choice import (
    STEP,
    WITHIN,
    Choice,
    Rule,
    Traits,
    _linear,
    _score,
    _stiffness,
    choose_stiffness,
    taken_over,
    traits_of,
)
from monitor.analysis.fit.problem import Point, Priors, Problem, evaluate, target

SD = 25.0
VOIGT = (PHASE, SHIFT, LORENTZ, GAUSS)


@pytest.fixture(scope="module")
def model() -> Model:
    return make_model()


def active_of(model: Model) -> np.ndarray:
    kernel, shifts = model.layout.kernel, model.layout.shifts
    return np.array(
        [*VOIGT, MM_GAUSS, *range(kernel.start, kernel.start + 3),
         *range(shifts.start, shifts.start + 2)]
    )  # fmt: skip


@pytest.fixture(scope="module")
def problem(model: Model) -> Problem:
    rng = np.random.default_rng(4)
    K, size = model.ppm.size, model.layout.size
    hump = 300.0 * np.exp(-0.5 * ((model.ppm - 2.6) / 0.5) ** 2)
    noise = SD * (rng.normal(size=K) + 1j * rng.normal(size=K))
    spectrum = model.in_band(clean_fid(model)) + hump + noise
    sd = np.full(size, np.inf)
    sd[model.layout.shifts] = 0.3
    rows = np.zeros((1, len(model.names)))
    priors = Priors(np.zeros(size), sd, rows, np.zeros(1))
    return Problem(model, model.baseline, spectrum, SD, 1.0, priors)


@pytest.fixture(scope="module")
def point(problem: Problem) -> Point:
    theta = problem.model.layout.zeros()
    theta[list(VOIGT)] = 0.4, 1.5, 3.0, 40.0
    return evaluate(problem, target(problem), theta)


def plainly(problem: Problem, point: Point, lam: float, kept: np.ndarray):
    """Deviance, RSS and effective numbers of the kept columns by whole matrices."""
    model, active = problem.model, active_of(problem.model)
    D = model.derivatives(point.theta, active, point.c, point.A, point.shaped)
    B = np.concatenate([point.A, D], axis=1)[:, kept] / SD
    precision = np.concatenate(
        [np.zeros(point.c.size), 1 / problem.priors.sd[active] ** 2]
    )[kept]

    def twice(columns: np.ndarray, times: int) -> np.ndarray:
        for _ in range(times):
            columns = problem.baseline.removed(columns, lam)
        return np.concatenate([columns.real, columns.imag])

    y = problem.spectrum / SD
    one, target_ = twice(B, 1), twice(y[:, None], 1)[:, 0]
    H = one.T @ one + np.diag(precision)
    x = np.linalg.solve(H, one.T @ target_)
    q = float(target_ @ target_ - target_ @ one @ x)
    n = 2 * y.size
    deviance = n * np.log(q / n) + np.linalg.slogdet(H)[1]
    deviance += problem.baseline.log_determinant(lam)
    rest = twice((y - B @ x)[:, None], 2)[:, 0]
    decided = 1 - np.diag(np.linalg.inv(H)) * precision
    return deviance, float(rest @ rest), decided, x


@pytest.mark.parametrize("lam", [0.02, 0.5])
@pytest.mark.parametrize(
    "traits", [Traits(), Traits(kernel=True), Traits(fine=True), Traits(True, True)]
)
def test_scores_are_those_of_whole_matrices(problem, point, lam, traits) -> None:
    active, M = active_of(problem.model), point.c.size
    kept = np.ones(M + len(active), bool)
    kept[M + 5 : M + 8] = traits.kernel
    kept[[M + 4, M + 8, M + 9]] = traits.fine
    deviance, rss, decided, x = plainly(problem, point, lam, kept)
    added = np.zeros(M + len(active), bool)
    added[M + 4 :] = True
    linear = _linear(problem, point, active, Rule(strictness=5.0))
    found = _score(problem, linear, lam, traits)
    assert found.deviance == pytest.approx(deviance, rel=1e-8)
    n = 2 * problem.spectrum.size
    dimension = 2 * problem.baseline.effective_dimension(lam)
    score = n * np.log(rss / n) + 2 * 2.0 * decided[added[kept]].sum()
    assert found.score == pytest.approx(score + 2 * 5.0 * dimension, rel=1e-8)
    np.testing.assert_allclose(found.step[kept], x, rtol=1e-5, atol=1e-7)
    assert not found.step[~kept].any()


def test_a_combination_that_is_taken_over_is_scored_as_it_is(problem, point) -> None:
    active = active_of(problem.model)
    found = taken_over(problem, point, active, 0.3, Traits(fine=True))
    assert (found.stiffness, found.traits) == (0.3, Traits(fine=True))
    assert found.deviance == pytest.approx(
        _score(
            problem, _linear(problem, point, active, Rule()), 0.3, found.traits
        ).deviance
    )


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (Rule(softest=0.01, stiffest=1.0), 5),
        (Rule(softest=0.02, stiffest=1.0), 4),
        (Rule(softest=1.0, stiffest=1.0), 1),
        (Rule(stiffness=0.7), 1),
    ],
)
def test_stiffnesses_to_choose_from_end_at_the_stiffest(rule: Rule, count: int) -> None:
    assert rule.grid.size == count
    assert rule.grid[-1] == (0.7 if rule.stiffness else 1.0)
    assert rule.grid[0] >= rule.softest * (1 - 1e-9)
    np.testing.assert_allclose(rule.grid[1:] / rule.grid[:-1], STEP)
    assert rule.by_likelihood is (rule.stiffness is None)
    assert not Rule(strictness=5.0).by_likelihood


@pytest.mark.parametrize(
    ("deviances", "chosen"),
    [
        ([9.0, 5.0, 1.0, 0.0, 8.0], 2),  # what cannot be told apart: the softest of it
        ([3.0, 2.0, 1.0, 0.5, 0.0], 0),
        ([WITHIN, 9.0, 9.0, 0.0, 9.0], 0),
        ([WITHIN + 0.1, 9.0, 9.0, 0.0, 9.0], 3),
        ([np.nan] * 5, 4),
    ],
)
def test_of_what_likelihood_cannot_tell_the_softest_is_taken(
    monkeypatch, deviances, chosen: int
) -> None:
    grid = np.arange(1.0, 6.0)
    scores = deviances[::-1]

    def scored(problem, linear, lam, traits):
        k = int(lam) - 1
        return Choice(lam, traits, scores[k], deviances[k], np.zeros(1))

    monkeypatch.setattr(model_choice, "_score", scored)

    class Asked:
        rule = Rule()

    assert _stiffness(None, Asked, grid, Traits()).stiffness == grid[chosen]
    Asked.rule = Rule(strictness=5.0)
    if np.isfinite(scores).all():
        assert _stiffness(None, Asked, grid, Traits()).score == min(scores)


def test_a_rough_baseline_is_met_by_a_soft_one(problem, point) -> None:
    active = np.array(VOIGT)
    rule = Rule(softest=0.001, stiffest=10.0)
    soft = choose_stiffness(problem, point, active, rule).stiffness
    noise = SD * np.random.default_rng(1).normal(size=(2, problem.spectrum.size))
    smooth = problem.model.in_band(clean_fid(problem.model)) + noise[0] + 1j * noise[1]
    flat = replace(problem, spectrum=smooth)
    stiff = choose_stiffness(flat, point, active, rule).stiffness
    assert soft < stiff


def test_traits_that_a_solution_has(model: Model) -> None:
    theta = model.layout.zeros()
    assert traits_of(theta, model.layout) == Traits()
    theta[model.layout.kernel.start] = 0.1
    assert traits_of(theta, model.layout) == Traits(kernel=True)
    for place in (MM_GAUSS, model.layout.shifts.start):
        theta = model.layout.zeros()
        theta[place] = 1.0
        assert traits_of(theta, model.layout) == Traits(fine=True)
    assert len(CONCENTRATIONS) == len(model.names)
