"""What a spectrum is asked before its fit: baseline, line shape, and what else it has.

The traits of the model (`Traits`) are chosen by

    n log(RSS / n) + 2 m d,

n real points, RSS what is left of them, d the effective dimension of the parameters
that a trait adds: Akaike's criterion (m = 1) made stricter.

The stiffness lam of the baseline is chosen in one of two ways (`Rule`).  By the same
score, with d_b the effective dimension of the baseline and an m of its own: m = 5 was
found necessary on real spectra without macromolecules of their own (Wilson 2021,
ABfit).  Or by its restricted likelihood (REML; Patterson & Thompson 1971),

    D(lam) = n log(q / n) + log|V| + log|B'V^-1 B + Pi|,

V the covariance of noise and baseline (`baseline`), Pi that of the priors inverted, q
the least |y - B x|^2 in the metric of both: the softest baseline with
D < min D + 3.84.  Where the likelihood cannot tell, the softer one costs a little
precision, and the stiffer one would cost the truth of the intervals.  Where the model
is wrong (macromolecules of another shape) the likelihood would have the softest of all,
which eats glutamate: so there is a limit, softer than which nothing was gained on any
simulated family.

Amplitudes and nuisance parameters are profiled in each, about a solution that is near:
with B = [A, dA/dtheta c] the best step x is linear least squares, and only small
matrices change.  With S = B'[Qn, U] and v = 1 - w^2 (`baseline`),

    B'V^-1 B = B'B - S v S',    RSS = |r|^2 - sum (2 v - v^2) |[Qn, U]'r|^2 .

The stiffness is chosen first, then the traits, then the stiffness again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

from monitor.analysis.fit.baseline import Baseline
from monitor.analysis.fit.model import MM_GAUSS, Layout
from monitor.analysis.fit.normal import Factor, factored
from monitor.analysis.fit.problem import Indices, Point, Problem
from monitor.analysis.signal.spectrum import Real

Mask = NDArray[np.bool_]
STEP = 10.0**0.5
"""Of one stiffness to the next."""
WITHIN = 3.84
"""Of D: what the likelihood cannot tell apart (chi-square of one, 95 %)."""
REACH = 4
"""Steps that traits may move the stiffness: what looked like a rough baseline may have
been a skewed line."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked, and how strictly.

    Attributes
    ----------
    softest, stiffest : the least and the greatest stiffness; at 3 T 0.001 is some 36,
        0.1 is 14 and 1 is 9 degrees of freedom
    strictness : m of the baseline; None: chosen by restricted likelihood
    trait_strictness : m of the traits
    stiffness : the only one; None: it is chosen
    """

    softest: float = 0.01
    stiffest: float = 1.0
    strictness: float | None = None
    trait_strictness: float = 2.0
    stiffness: float | None = None

    @property
    def by_likelihood(self) -> bool:
        """Whether restricted likelihood decides."""
        return self.strictness is None and self.stiffness is None

    @property
    def grid(self) -> Real:
        """Stiffnesses to choose from, ascending."""
        if self.stiffness is not None:
            return np.array([self.stiffness])
        steps = np.log(self.stiffest / self.softest) / np.log(STEP)
        grid = self.stiffest / STEP ** np.arange(max(int(steps + 1e-9), 0) + 1)
        return np.asarray(grid[::-1], float)


@dataclass(frozen=True, slots=True)
class Traits:
    """What besides the stiffness is chosen.

    Attributes
    ----------
    kernel : the line has a kernel
    fine : metabolites have small shifts, macromolecules a width of their own
    """

    kernel: bool = False
    fine: bool = False


def traits_of(theta: Real, layout: Layout) -> Traits:
    """Traits that a solution has."""
    fine = bool(theta[layout.shifts].any() or theta[MM_GAUSS])
    return Traits(bool(theta[layout.kernel].any()), fine)


@dataclass(frozen=True, slots=True)
class Choice:
    """One combination, its score and D, and the step of the active parameters to it."""

    stiffness: float
    traits: Traits
    score: float
    deviance: float
    step: Real


@dataclass(frozen=True, slots=True)
class _Linear:
    """The problem about a point, before any baseline is taken off; rows are columns.

    Attributes
    ----------
    gram, right, square : B'B (m, m), B'y (m,), y'y
    shares, y_shares : S (m, 2 p) and (2 p,), real beside imaginary part
    prior, pull : (m, m) and (m,), the priors' share of gram and right-hand side
    kernel, fine : (m,) bool, the columns that belong to each
    rule : of the choice
    """

    gram: Real
    right: Real
    square: float
    shares: Real
    y_shares: Real
    prior: Real
    pull: Real
    kernel: Mask
    fine: Mask
    rule: Rule

    @property
    def traits(self) -> Mask:
        """Columns that traits add."""
        return self.kernel | self.fine

    def kept(self, traits: Traits) -> Mask:
        """Columns that are moved."""
        out = self.kernel & (not traits.kernel)
        out |= self.fine & (not traits.fine)
        return ~out


def choose(problem: Problem, point: Point, active: Indices, rule: Rule) -> Choice:
    """Choose about a nearby solution with the plainest traits.

    A trait is considered where `active` has its parameters.
    """
    linear, grid = _linear(problem, point, active, rule), rule.grid
    first = _stiffness(problem, linear, grid[::2], Traits())
    traits = [
        Traits(kernel, fine)
        for kernel in (False, True)[: 1 + bool(linear.kernel.any())]
        for fine in (False, True)[: 1 + bool(linear.fine.any())]
    ]
    choices = [_score(problem, linear, first.stiffness, t) for t in traits]
    best = min(choices, key=lambda choice: choice.score)
    place = int(np.argmin(np.abs(grid - best.stiffness)))
    near = grid[max(place - REACH, 0) : place + REACH + 1]
    return _stiffness(problem, linear, near, best.traits)


def taken_over(
    problem: Problem, point: Point, active: Indices, stiffness: float, traits: Traits
) -> Choice:
    """A combination that is no longer asked for, about the same solution."""
    linear = _linear(problem, point, active, Rule(stiffness=stiffness))
    return _score(problem, linear, stiffness, traits)


def choose_stiffness(
    problem: Problem, point: Point, active: Indices, rule: Rule
) -> Choice:
    """Choose the stiffness alone, about a solution that moves what is `active`."""
    linear = _linear(problem, point, active, rule)
    return _stiffness(problem, linear, rule.grid, Traits(True, True))


def likely_stiffnesses(
    problem: Problem, point: Point, active: Indices, rule: Rule
) -> tuple[tuple[Choice, ...], Real]:
    """Every stiffness of the rule about a solution, and how likely each is, (n,).

    exp(-D / 2) over its sum: before the spectrum, all steps of the grid are alike.
    """
    linear, every = _linear(problem, point, active, rule), Traits(True, True)
    choices = tuple(_score(problem, linear, float(lam), every) for lam in rule.grid)
    deviance = np.array([choice.deviance for choice in choices])
    likely = np.exp(-0.5 * (deviance - deviance.min()))
    return choices, np.asarray(likely / likely.sum(), float)


def _stiffness(problem: Problem, linear: _Linear, grid: Real, traits: Traits) -> Choice:
    """The stiffness by the rule, of an ascending grid."""
    choices = [_score(problem, linear, float(lam), traits) for lam in grid]
    if linear.rule.strictness is not None:
        return min(choices, key=lambda choice: choice.score)
    most = min(choice.deviance for choice in choices) + WITHIN
    return next((c for c in choices if c.deviance <= most), choices[-1])


def _linear(problem: Problem, point: Point, active: Indices, rule: Rule) -> _Linear:
    """Gram matrices of B and of its parts in the baseline's space."""
    D = problem.model.derivatives(point.theta, active, point.c, point.A, point.shaped)
    B = np.concatenate([point.A.T, D.T, problem.spectrum[None]]) / problem.noise_sd
    gram = (B @ B.conj().T).real
    shares = B @ problem.baseline.parts
    shares = np.concatenate([shares.real, shares.imag], axis=1)
    priors, m, M = problem.priors, len(B) - 1, point.c.size
    prior, pull = np.zeros((m, m)), np.zeros(m)
    prior[:M, :M] = priors.rows.T @ priors.rows
    pull[:M] = priors.rows.T @ priors.targets
    precision = 1 / priors.sd[active] ** 2
    prior[np.arange(M, m), np.arange(M, m)] = precision
    pull[M:] = (priors.mean - point.theta)[active] * precision
    parameter = np.concatenate([np.full(M, -1), active])
    layout = problem.model.layout
    in_kernel = (parameter >= layout.kernel.start) & (parameter < layout.kernel.stop)
    fine = (parameter >= layout.shifts.start) | (parameter == MM_GAUSS)
    return _Linear(
        gram[:m, :m],
        gram[:m, m],
        float(gram[m, m]),
        shares[:m],
        shares[m],
        prior,
        pull,
        in_kernel,
        fine,
        rule,
    )


def _score(
    problem: Problem, linear: _Linear, stiffness: float, traits: Traits
) -> Choice:
    """One combination."""
    kept = linear.kept(traits)
    right, square, y_shares = linear.right, linear.square, linear.y_shares
    v = np.tile(taken(problem.baseline, stiffness), 2)
    shares = linear.shares[kept]
    damped = shares * v
    gram, prior = linear.gram[np.ix_(kept, kept)], linear.prior[np.ix_(kept, kept)]
    try:
        factor = factored(gram - damped @ shares.T + prior)
    except LinAlgError:
        return Choice(stiffness, traits, *2 * (float("inf"),), np.zeros(kept.size))
    pushed = right[kept] - damped @ y_shares + linear.pull[kept]
    step = factor.solve(pushed)
    q = square - float(v @ y_shares**2) - float(pushed @ step)
    square += float(step @ gram @ step - 2 * step @ right[kept])
    rest = y_shares - step @ shares
    square -= float(np.sum((2 * v - v**2) * rest**2))
    n = 2 * problem.spectrum.size
    rule, added = linear.rule, _dimension(factor, prior, linear.traits[kept])
    dimension = 2 * problem.baseline.effective_dimension(stiffness)
    score = _log(square, n) + 2 * rule.trait_strictness * added
    score += 2 * (rule.strictness or 0.0) * dimension
    deviance = _log(q, n) + factor.log_determinant
    deviance += problem.baseline.log_determinant(stiffness)
    whole = np.zeros(kept.size)
    whole[kept] = step
    return Choice(stiffness, traits, score, deviance, whole)


def _log(square: float, n: int) -> float:
    """N log(square / n), of what rounding left of it."""
    return n * float(np.log(max(square, 1e-300) / n))


def _dimension(factor: Factor, prior: Real, chosen: Mask) -> float:
    """Effective number of parameters with priors: those that the spectrum decides."""
    if not chosen.any():
        return 0.0
    columns = factor.solve(np.eye(len(prior))[:, chosen])
    held = columns[chosen].diagonal() * np.diag(prior)[chosen]
    return float(np.sum(1 - held))


def taken(baseline: Baseline, stiffness: float) -> Real:
    """1 - w^2 for each of the baseline's parts; 1 for the free ones."""
    free = np.ones(baseline.free.shape[1])
    return np.concatenate([free, 1.0 - baseline.shrinkage(stiffness) ** 2])
