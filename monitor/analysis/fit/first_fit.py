"""A fit from nothing: start, first fit, choice of the model, fine fit.

1. phase, shift and width from a grid (`first_guess`), then a few steps of phase, shift
   and Gaussian width with a fairly stiff baseline and a Voigt of a third Lorentzian;
2. about that first fit the spectrum is asked (`model_choice`) how stiff its baseline
   is, whether its line is a Voigt, and whether metabolites sit where the basis set has
   them and macromolecules are as wide as there;
3. the fine fit of all that was found, under the priors of `Freedom`, about which the
   stiffness is chosen once more where its likelihood decides;
4. known differences of T2 are fitted as one number a, between none (0) and all of them
   (1), where that takes more than `RELAXATION_GAIN` off the cost.  Asked only now: near
   a coarse fit a wrong baseline or line looks like them, and they like those; a slope
   of the phase (a first point beside the echo's top) likewise;
5. where 3 left more over than `SUSPECT` and the line is a Voigt, one with a kernel is
   fitted too, and taken where it pays; rates of T2 are held more firmly there.

Where the line has a kernel the Voigt beside it is narrower than the first fit's: a
kernel makes a line wider as well as skewed.

What is chosen here is chosen once a session, on the mean of the reference period; the
windows then hold it (`epoch_model`), and the cold fits of other epochs take it over
(`Chosen`): what they find besides is their shim's.  They always have a kernel, where
the freedom has: another shim may be skewed where the first was not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.first_guess import starting_points
from monitor.analysis.fit.fit import Fit, hopeless
from monitor.analysis.fit.freedom import (
    FREE,
    SHARED,
    Freedom,
    active_parameters,
    priors_for,
)
from monitor.analysis.fit.lineshape import KERNEL_SIZE, gauss_rate
from monitor.analysis.fit.minimise import SAME_COST, minimise, promise
from monitor.analysis.fit.model import (
    GAUSS,
    LORENTZ,
    PHASE,
    PHASE_SLOPE,
    RELAXATION,
    SHIFT,
    Model,
)
from monitor.analysis.fit.model_choice import (
    Choice,
    Rule,
    Traits,
    choose,
    choose_stiffness,
    taken_over,
    traits_of,
)
from monitor.analysis.fit.priors_about import (
    with_firm_rates,
    with_narrow_voigt,
    with_ratio_priors,
    with_width_near,
)
from monitor.analysis.fit.problem import Indices, Problem, evaluate, target
from monitor.analysis.signal.spectrum import Complex, Real

START_STIFFNESS = 10.0
COARSE_TOLERANCE = 1.0
STARTS = 1
SUSPECT = 1.2
"""Misfit from which a fit is tried again from other starts."""
RELAXATION_GAIN = 6.0
"""In chi-square of one: by chance a > 0 reaches it in one spectrum of 140."""


SLOPE_GAIN = 12.0
SLOPE_MISFIT = 2.0
"""The same of a slope of the phase, and what it may leave over: lipid looks like it."""

COARSE: Indices = np.array([PHASE, SHIFT, GAUSS], dtype=np.intp)


def cold_fit(
    model: Model, spectrum: Complex, noise_sd: float, freedom: Freedom = FREE
) -> tuple[Fit, Problem]:
    """Fit one spectrum (K,) of the model's band from nothing.

    Raises nothing: of a spectrum that is not finite, or a noise that is not above 0,
    there is a fit that has not converged.  What not knowing T2 does (`t2_doubt`) and
    what is left over are not in its covariance: see `unmeasured_mm.fit_mean`.
    """
    problem = Problem(
        model,
        model.baseline,
        spectrum,
        noise_sd,
        freedom.rule.stiffness or START_STIFFNESS,
        priors_for(model, freedom),
    )
    if not (np.isfinite(spectrum).all() and noise_sd > 0):
        return hopeless(problem, model.layout.zeros()), problem
    with np.errstate(all="ignore"):
        return with_rates_held(*_fit(problem, freedom))


def _fit(problem: Problem, freedom: Freedom) -> tuple[Fit, Problem]:
    """The steps of the module docstring."""
    model = problem.model
    first = first_fit(problem)
    if not np.isfinite(first.theta).all() or not np.isfinite(first.amplitudes).all():
        return hopeless(problem, model.layout.zeros()), problem
    if freedom.ratio_priors:
        problem = with_ratio_priors(problem, first)
    asked = active_parameters(model, freedom, Traits(True, True))
    held = with_width_near(problem, first)
    choice = _choice(held, first, asked, freedom)
    if choice is None:
        return hopeless(problem, first.theta), problem
    problem = replace(problem, stiffness=choice.stiffness)
    moved = active_parameters(model, freedom, choice.traits)
    theta = first.theta.copy()
    theta[asked] += choice.step[len(model.names) :]
    theta, moved = with_the_same_brain(model, freedom, theta, moved)
    if choice.traits.kernel:
        problem = with_narrow_voigt(problem, first)
        theta[model.layout.kernel] = 0.0
        theta[[LORENTZ, GAUSS]] = problem.priors.mean[[LORENTZ, GAUSS]]
    fit = settled(problem, theta, moved)
    asks = freedom.chosen is None
    if asks and freedom.rule.by_likelihood and fit.converged:
        fit, problem = _weigh(fit, problem, moved, freedom.rule)
    if _is_suspect(fit):
        fit = least_fit(fit, problem, moved, other_starts(problem, first))
    if asks:
        fit = _with_what_shows(fit, problem, moved, freedom)
    unbent = freedom.kernel > 0 and not choice.traits.kernel
    if unbent and _is_suspect(fit):
        return _bend(fit, problem, first, freedom)
    return fit, problem


def _is_suspect(fit: Fit) -> bool:
    return not fit.converged or fit.misfit > SUSPECT


def _bend(
    straight: Fit, problem: Problem, first: Fit, freedom: Freedom
) -> tuple[Fit, Problem]:
    """The fit with a kernel, where a Voigt does not fit and the kernel pays.

    It was declined about the first fit, in a linear step and without T2's part; a line
    that is far from a Voigt is not to be judged by that.
    """
    traits = replace(traits_of(straight.theta, problem.model.layout), kernel=True)
    moved = active_parameters(problem.model, freedom, traits)
    bent = with_narrow_voigt(problem, first)
    theta = straight.theta.copy()
    theta[[LORENTZ, GAUSS]] = bent.priors.mean[[LORENTZ, GAUSS]]
    theta[bent.model.layout.t2] = 0.0
    fit = settled(bent, theta, moved)
    fit = _with_what_shows(fit, bent, moved, freedom)
    price = freedom.rule.trait_strictness * KERNEL_SIZE / problem.spectrum.size
    pays = fit.cost * np.exp(price) < straight.cost  # with the same baseline
    if not (fit.converged and pays):
        return straight, problem
    if not freedom.rule.by_likelihood:
        return fit, bent
    return _weigh(fit, bent, np.flatnonzero(fit.theta_sd), freedom.rule)


def with_the_same_brain(
    model: Model, freedom: Freedom, theta: Real, moved: Indices
) -> tuple[Real, Indices]:
    """Parameters, and which of them move, where another epoch has said the brain's."""
    if freedom.chosen is None:
        return theta, moved
    brain = freedom.chosen.brain(model)
    theta = theta.copy()
    theta[brain] = freedom.chosen.theta[brain]
    return theta, moved[~np.isin(moved, brain)]


def _weigh(
    fit: Fit, problem: Problem, moved: Indices, rule: Rule
) -> tuple[Fit, Problem]:
    """The fit with the stiffness that is likely now that the line is known."""
    point = evaluate(problem, target(problem), fit.theta)
    choice = choose_stiffness(problem, point, moved, rule)
    if choice.stiffness == problem.stiffness:
        return fit, problem
    problem = replace(problem, stiffness=choice.stiffness)
    theta = fit.theta.copy()
    theta[moved] += choice.step[len(fit.amplitudes) :]
    return settled(problem, theta, moved), problem


def settled(problem: Problem, theta: Real, moved: Indices) -> Fit:
    """The optimum near theta; one that ran out of steps is begun once more.

    It may be stuck in its damping, and then goes on.
    """
    fit = minimise(problem, theta, moved)
    return fit if fit.converged else minimise(problem, fit.theta, moved)


def _with_what_shows(
    fit: Fit, problem: Problem, moved: Indices, freedom: Freedom
) -> Fit:
    """The fit with differences of T2 and a slope of the phase, where they show."""
    if freedom.relaxation:
        fit = _relax(fit, problem, moved)
    if freedom.phase_slope_rad_per_ppm:
        fit = _slope(fit, problem)
    return fit


def _slope(fit: Fit, problem: Problem) -> Fit:
    """The fit with a first-order phase, where that shows."""
    moved = np.append(np.flatnonzero(fit.theta_sd), PHASE_SLOPE)
    least = SLOPE_GAIN * max(fit.misfit, 1.0)
    if not fit.converged or promise(problem, fit.theta, moved) < 0.5 * least:
        return fit
    turned = settled(problem, fit.theta, moved)
    shows = fit.cost - turned.cost > least and turned.misfit < SLOPE_MISFIT
    return turned if turned.converged and shows else fit


def _relax(fit: Fit, problem: Problem, moved: Indices) -> Fit:
    """The fit with known differences of T2, where they show."""
    moved = np.append(moved, RELAXATION)
    least = RELAXATION_GAIN * max(fit.misfit, 1.0)
    if not fit.converged or promise(problem, fit.theta, moved) < 0.5 * least:
        return fit
    relaxed = settled(problem, fit.theta, moved)
    if relaxed.misfit > SUSPECT:  # small shifts may have stood in for T2, and stay
        placed = relaxed.theta.copy()
        placed[problem.model.layout.shifts] = 0.0
        relaxed = least_fit(relaxed, problem, moved, [placed])
    shows = fit.cost - relaxed.cost > least and relaxed.theta[RELAXATION] > 0
    return relaxed if relaxed.converged and shows else fit


def with_rates_held(fit: Fit, problem: Problem) -> tuple[Fit, Problem]:
    """The fit with rates 1 / T2 held as firmly as what is left over asks.

    A prior weighs against noise.  Where a model leaves more over than that, its rates
    would take up what pulses, lines or macromolecules do.
    """
    rates = problem.model.layout.rates
    if not _is_suspect(fit) or not fit.theta[rates].any():
        return fit, problem
    problem = with_firm_rates(problem, fit.misfit)
    return settled(problem, fit.theta, np.flatnonzero(fit.theta_sd)), problem


def other_starts(problem: Problem, first: Fit) -> list[Real]:
    """Further starting points: the first fit, plainer, more Lorentzian, the grid's."""
    plain = minimise(problem, first.theta, SHARED)
    starts = starting_points(problem.model, START_STIFFNESS, problem.spectrum)
    lorentzian, width_hz = first.theta.copy(), first.broadening_hz
    lorentzian[[LORENTZ, GAUSS]] = 0.6 * width_hz, gauss_rate(0.4 * width_hz)
    return [first.theta, plain.theta, lorentzian, *(start.theta for start in starts)]


def least_fit(fit: Fit, problem: Problem, moved: Indices, starts: list[Real]) -> Fit:
    """The best of a fit and those from other starts."""
    for start in starts:
        other = minimise(problem, start, moved, known=fit)
        if other.cost < fit.cost - SAME_COST:
            fit = other
    return fit if fit.converged else minimise(problem, fit.theta, moved)


def first_fit(problem: Problem) -> Fit:
    """Phase, shift and width from the best of the starting points.

    The Lorentzian part stays: a skewed line would otherwise be taken for a very
    Lorentzian one, from which there is no way back.
    """
    starts = starting_points(problem.model, START_STIFFNESS, problem.spectrum, STARTS)
    tries = [minimise(problem, s.theta, COARSE, 12, COARSE_TOLERANCE) for s in starts]
    return min(tries, key=lambda fit: fit.cost)


def _choice(
    problem: Problem, first: Fit, asked: Indices, freedom: Freedom
) -> Choice | None:
    """Baseline, line shape and relaxation about a first fit, if there is one."""
    try:
        point = evaluate(problem, target(problem), first.theta)
        if (chosen := freedom.chosen) is not None:
            bent = replace(chosen.traits, kernel=bool(freedom.kernel))
            return taken_over(problem, point, asked, chosen.stiffness, bent)
        return choose(problem, point, asked, freedom.rule)
    except LinAlgError:
        return None
