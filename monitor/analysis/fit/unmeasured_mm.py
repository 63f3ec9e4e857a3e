"""The fit of a mean whose macromolecules nobody measured.

The model's macromolecules are the mean of a prior (`mm_prior`), and r further columns
say what they may be instead, each with an amplitude of mean 0 and SD a, the level that
the mean has.  They are part of the fit like everything else, so that the covariance of
every amplitude holds what is not known of them.

Nothing is chosen here that the spectrum cannot decide: kernel, small shifts and T2's
part (mean and SD 0.5) are always free, under their priors, since each of them, when
switched, moves Glx/tNAA by more than its SD.  The stiffness of the baseline, which has
no such prior, is averaged over: the answer is the mean over all stiffnesses, each as
likely as its restricted likelihood says (linear about the fit with the softest that it
cannot tell from the best), and how far they differ is in the covariance.

The columns are then put together: what is handed on has the macromolecules that were
found as its one component, as if they had been measured.  Windows hold them; changes
are those of a fit with known macromolecules.  Other epochs of the session take them
over, with the stiffness and what else is the brain's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.first_fit import (
    START_STIFFNESS,
    SUSPECT,
    cold_fit,
    first_fit,
    least_fit,
    other_starts,
    settled,
    with_rates_held,
    with_the_same_brain,
)
from monitor.analysis.fit.fit import Fit, hopeless
from monitor.analysis.fit.freedom import Freedom, active_parameters, priors_for
from monitor.analysis.fit.minimise import admissible, minimise
from monitor.analysis.fit.model import GAUSS, LORENTZ, MM_GAUSS, RELAXATION, Model
from monitor.analysis.fit.model_choice import (
    Rule,
    Traits,
    choose_stiffness,
    likely_stiffnesses,
)
from monitor.analysis.fit.priors_about import with_narrow_voigt, with_width_near
from monitor.analysis.fit.problem import Indices, Problem, evaluate, target
from monitor.analysis.fit.ratio_priors import prior_rows
from monitor.analysis.fit.slopes_of_fit import slopes_of
from monitor.analysis.fit.t2_doubt import with_t2_doubt
from monitor.analysis.fit.unexplained_residual import left_over
from monitor.analysis.signal.spectrum import Complex, Real

RELAXATION_MEAN, RELAXATION_SD = 0.5, 0.5
HELD = 1e-4
"""SD of the directions in the first fit, over the largest level that there can be."""
LEAST_LEVEL = 0.02
LEAST_RISE = 0.3
COARSE_TOLERANCE = 0.3


@dataclass(frozen=True, slots=True)
class MeanFit:
    """Fit and problem of a mean, its macromolecules one component.

    `doubt` is the part (M, M) of the amplitudes' covariance that would not be there,
    were the shape of the macromolecules known, `left_over` (M, M) what it has beyond
    bound and misfit (`left_over`).
    """

    fit: Fit
    problem: Problem
    doubt: Real
    left_over: Real


def fit_mean(
    model: Model, spectrum: Complex, noise_sd: float, freedom: Freedom
) -> MeanFit:
    """Fit one spectrum (K,) of the model's band from nothing.

    Raises nothing, as `cold_fit`.
    """
    if model.unmeasured is None:
        none = np.zeros((len(model.names),) * 2)
        fit, problem = cold_fit(model, spectrum, noise_sd, freedom)
        slopes = slopes_of(fit, problem)
        left = left_over(fit, problem, slopes)
        return MeanFit(with_t2_doubt(fit, problem, slopes), problem, none, left)
    wide, last = model.widened, len(model.names) - 1
    problem = Problem(
        wide,
        model.baseline,
        spectrum,
        noise_sd,
        freedom.rule.stiffness or START_STIFFNESS,
        priors_for(wide, freedom),
    )
    fit = hopeless(problem, wide.layout.zeros())
    if np.isfinite(spectrum).all() and noise_sd > 0:
        with np.errstate(all="ignore"), suppress(LinAlgError):
            fit, problem = _fit(problem, last, freedom)
    return put_together(model, fit, problem)


def _fit(problem: Problem, last: int, freedom: Freedom) -> tuple[Fit, Problem]:
    """With the mean (column `last`) alone, then all together; its level renewed once.

    Raises
    ------
    LinAlgError : something is not finite
    """
    largest = _largest(problem, last)
    first = first_fit(_with_level(problem, last, HELD * largest))
    level = max(float(first.amplitudes[last]), LEAST_LEVEL * largest)
    problem = _with_relaxation(problem, freedom)
    if freedom.ratio_priors:
        problem = _with_rows(problem, prior_rows(first.names, first.amplitudes))
    moved = _moving_parameters(problem.model, freedom)
    near = _with_level(with_width_near(problem, first), last, level)
    stiffness = _choose(near, first.theta, moved, freedom)[0].stiffness
    problem = replace(problem, stiffness=stiffness)
    theta = first.theta.copy()
    if freedom.kernel:
        problem = with_narrow_voigt(problem, first)
        theta[[LORENTZ, GAUSS]] = problem.priors.mean[[LORENTZ, GAUSS]]
    theta[RELAXATION] = problem.priors.mean[RELAXATION]
    theta, moved = with_the_same_brain(problem.model, freedom, theta, moved)
    coarse = _with_level(problem, last, level)
    fit = minimise(coarse, theta, moved, tolerance=COARSE_TOLERANCE)
    level = max(float(fit.amplitudes[last]), LEAST_RISE * level)
    problem, theta = _choose(
        _with_level(problem, last, level), fit.theta, moved, freedom
    )
    fit = settled(problem, theta, moved)
    if not fit.converged or fit.misfit > SUSPECT:
        fit = least_fit(fit, problem, moved, other_starts(problem, first))
        fit, problem = with_rates_held(fit, problem)
    if freedom.chosen is None and fit.converged:
        fit = _average_stiffnesses(fit, problem, moved, freedom.rule)
    return fit, problem


def _average_stiffnesses(fit: Fit, problem: Problem, moved: Indices, rule: Rule) -> Fit:
    """The mean of the fits with every stiffness, as likely as they are.

    How far they differ is in the covariance.
    """
    point = evaluate(problem, target(problem), fit.theta)
    choices, likely = likely_stiffnesses(problem, point, moved, rule)
    steps = np.array([choice.step for choice in choices])
    if not np.isfinite(steps).all():
        return fit
    mean, M = likely @ steps, len(fit.amplitudes)
    apart = (steps - mean)[:, :M]
    spread = (likely[:, None] * apart).T @ apart / max(fit.misfit, 1.0)
    theta = fit.theta.copy()
    theta[moved] += mean[M:]
    return replace(
        fit,
        theta=admissible(theta),
        amplitudes=mean[:M],
        covariance=fit.covariance + spread,
    )


def _largest(problem: Problem, last: int) -> float:
    """Level at which the mean alone would be as large as the spectrum."""
    model = problem.model
    mean = np.linalg.norm(model.in_band(model.fids[last]))
    return float(np.linalg.norm(problem.spectrum) / mean)


def _moving_parameters(model: Model, freedom: Freedom) -> Indices:
    """All that this fit moves; widths of macromolecules are among the directions."""
    moved = active_parameters(model, freedom, Traits(True, True))
    moved = moved[moved != MM_GAUSS]
    return np.append(moved, RELAXATION) if freedom.relaxation else moved


def _choose(
    problem: Problem, theta: Real, moved: Indices, freedom: Freedom
) -> tuple[Problem, Real]:
    """The problem with the stiffness that is likely about theta, and the step there."""
    point, rule = evaluate(problem, target(problem), theta), freedom.rule
    if freedom.chosen is not None:
        rule = Rule(stiffness=freedom.chosen.stiffness)
    choice = choose_stiffness(problem, point, moved, rule)
    there = theta.copy()
    if np.isfinite(choice.step).all():
        there[moved] += choice.step[len(problem.model.names) :]
    return replace(problem, stiffness=choice.stiffness), there


def _with_relaxation(problem: Problem, freedom: Freedom) -> Problem:
    """The problem with a prior on T2's part."""
    if not freedom.relaxation:
        return problem
    mean, sd = problem.priors.mean.copy(), problem.priors.sd.copy()
    mean[RELAXATION], sd[RELAXATION] = RELAXATION_MEAN, RELAXATION_SD
    return replace(problem, priors=replace(problem.priors, mean=mean, sd=sd))


def _with_level(problem: Problem, last: int, level: float) -> Problem:
    """The problem with rows more that hold the directions to an SD of `level`."""
    rows = np.eye(len(problem.model.names))[last + 1 :] / level
    return _with_rows(problem, np.concatenate([problem.priors.rows, rows]))


def _with_rows(problem: Problem, rows: Real) -> Problem:
    priors = replace(problem.priors, rows=rows, targets=np.zeros(len(rows)))
    return replace(problem, priors=priors)


def put_together(model: Model, fit: Fit, problem: Problem) -> MeanFit:
    """A fit of the widened model as one of the model whose macromolecules it found.

    Their amplitude is the first point of their FID over that of the prior's mean.  What
    not knowing T2 does is no doubt of theirs: it comes to the covariance afterwards.
    """
    M, wide = len(model.names), problem.model
    parts = wide.fids[M - 1 :]
    first = parts[:, 0].real / parts[0, 0].real
    T = np.zeros((M, len(wide.names)))
    T[np.arange(M - 1), np.arange(M - 1)] = 1.0
    T[M - 1, M - 1 :] = first
    c = fit.amplitudes[M - 1 :]
    area = float(first @ c)
    fids = model.fids.copy()
    if np.isfinite(area) and area:
        fids[M - 1] = (c @ parts) / area
    found = replace(model, fids=fids, unmeasured=None)
    held = slice(0, found.layout.size)
    rows = problem.priors.rows
    kept = ~np.any(rows[:, M:], axis=1)
    priors = replace(
        problem.priors,
        mean=problem.priors.mean[held],
        sd=problem.priors.sd[held],
        rows=rows[kept, :M],
        targets=problem.priors.targets[kept],
    )
    slopes = slopes_of(fit, problem)
    whole = with_t2_doubt(fit, problem, slopes).covariance
    told = replace(
        fit,
        names=model.names,
        amplitudes=T @ fit.amplitudes,
        covariance=T @ whole @ T.T,
        theta=fit.theta[held],
        theta_sd=fit.theta_sd[held],
    )
    problem_found = replace(problem, model=found, priors=priors)
    doubt, more = _explain(fit.covariance, M), left_over(fit, problem, slopes)
    return MeanFit(told, problem_found, T @ doubt @ T.T, T @ more @ T.T)


def _explain(covariance: Real, M: int) -> Real:
    """Part of a covariance that goes where all but the first M amplitudes are known."""
    columns = covariance[:, M:]
    try:
        explained = columns @ np.linalg.solve(covariance[M:, M:], columns.T)
    except LinAlgError:
        return np.full_like(covariance, np.nan)
    return np.asarray(explained, float)


def of_one_session(model: Model, other: Model) -> bool:
    """Whether what another epoch has found can be taken over: the same basis set."""
    if model.names != other.names:
        return False
    mine, theirs = ((m.points, m.dwell_time_s, m.frequency_mhz) for m in (model, other))
    return bool(np.allclose(mine, theirs, rtol=1e-4))


def with_macromolecules_of(model: Model, other: Model) -> Model:
    """The model with the other's macromolecules, which nothing is besides."""
    fids = np.concatenate([model.fids[:-1], other.fids[-1:]])
    return replace(model, fids=fids, unmeasured=np.zeros((0, model.points), complex))
