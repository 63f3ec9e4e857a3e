"""A fit from nothing: start, first fit, choice of the model, fine fit.

1. phase, shift and width from a grid (`start`), then a few steps of phase, shift and
   Gaussian width with a fairly stiff baseline and a Voigt of a third Lorentzian;
2. about that first fit the spectrum is asked (`choice`) how stiff its baseline is,
   whether its line is a Voigt, whether metabolites sit where the basis set has them and
   macromolecules are as wide as there, and whether known differences of T2 show;
3. the fine fit of all that was found, under the priors of `Freedom`.

Where the line has a kernel the Voigt's widths stay near the first fit's: a kernel makes
a line wider and narrower as well as skewed.

What is chosen here is chosen once a session, on the mean of the reference period; the
windows then hold it (`session_model`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.choice import Choice, Rule, Traits, choose
from monitor.analysis.fit import (
    Fit,
    Indices,
    Priors,
    Problem,
    evaluate,
    hopeless,
    minimise,
    target,
)
from monitor.analysis.lineshape import (
    gauss_fwhm_hz,
    gauss_rate,
    kernel_offsets_ppm,
    voigt_fwhm_hz,
)
from monitor.analysis.model import (
    GAUSS,
    LORENTZ,
    MM_GAUSS,
    PHASE,
    PHASE_SLOPE,
    RELAXATION,
    SHIFT,
    Model,
)
from monitor.analysis.ratio_priors import prior_rows
from monitor.analysis.spectrum import Complex, Real
from monitor.analysis.start import starting_points

START_STIFFNESS = 10.0
COARSE_TOLERANCE = 1.0
STARTS = 1
SUSPECT = 1.5
"""Misfit from which a fit is tried again from other starts."""
KERNEL_SPREAD_PPM = 0.048
WIDTH_FREEDOM = 0.15
RELAXATION_MEAN, RELAXATION_SD = 0.5, 0.5
"""Of the part a of the known differences of T2: from nothing to all of them."""


@dataclass(frozen=True, slots=True)
class Freedom:
    """What a cold fit may move, and how far (SD of the priors).

    Attributes
    ----------
    metabolite_shift_ppm : of single metabolites (LCModel: 0.004); 0: none
    mm_width_hz : further Gaussian width of macromolecules that is one SD; 0: none
    kernel : SD of the kernel's coefficients, where the spectrum asks for one; 0: the
        line is a Voigt
    relaxation : known differences of T2 are fitted where the spectrum shows them
    stiffest : of the baselines to choose from, see `Rule`
    strictness, trait_strictness : of the choice, see `Rule`
    phase_slope_rad_per_ppm : first-order phase; 0: none
    stiffness : of the baseline; None: chosen from the spectrum
    water_removal : residual water is taken off before the fit
    ratio_priors : soft ratio priors on weak metabolites (`ratio_priors`)
    """

    metabolite_shift_ppm: float = 0.002
    mm_width_hz: float = 5.0
    kernel: float = 0.1
    relaxation: bool = True
    stiffest: float = 0.2
    strictness: float = 5.0
    trait_strictness: float = 2.0
    phase_slope_rad_per_ppm: float = 0.0
    stiffness: float | None = None
    water_removal: bool = True
    ratio_priors: bool = True

    @property
    def rule(self) -> Rule:
        """How the model is chosen."""
        return Rule(
            self.stiffest, self.strictness, self.trait_strictness, self.stiffness
        )


STAND_IN = Freedom(kernel=0.0, relaxation=False, stiffest=1e4, trait_strictness=5.0)
"""Where the macromolecules are stand-ins.  They do not fit, and a free baseline, a
kernel or a T2 would make up for that with glutamate (`docs/decisions/0008-fit.md`)."""


def usual(model: Model) -> Freedom:
    """The freedom that suits a model where nothing else is asked for."""
    return STAND_IN if model.stand_in else Freedom()


def priors_for(model: Model, freedom: Freedom) -> Priors:
    """Priors on the nuisance parameters; none on amplitudes."""
    layout = model.layout
    sd = np.full(layout.size, np.inf)
    if freedom.mm_width_hz:
        sd[MM_GAUSS] = gauss_rate(freedom.mm_width_hz)
    if freedom.phase_slope_rad_per_ppm:
        sd[PHASE_SLOPE] = freedom.phase_slope_rad_per_ppm
    if freedom.kernel:
        near = np.exp(-0.5 * (kernel_offsets_ppm() / KERNEL_SPREAD_PPM) ** 2)
        sd[layout.kernel] = freedom.kernel * near + 1e-6
    if freedom.metabolite_shift_ppm:
        sd[layout.shifts] = freedom.metabolite_shift_ppm * model.frequency_mhz
    mean = layout.zeros()
    if freedom.relaxation:
        mean[RELAXATION], sd[RELAXATION] = RELAXATION_MEAN, RELAXATION_SD
    none = np.zeros((0, len(model.names)))
    return Priors(mean, sd, none, np.zeros(0))


SHARED: Indices = np.array([PHASE, SHIFT, LORENTZ, GAUSS], dtype=np.intp)
"""What every fit of a mean moves."""
COARSE: Indices = np.array([PHASE, SHIFT, GAUSS], dtype=np.intp)


def active_parameters(model: Model, freedom: Freedom, traits: Traits) -> Indices:
    """Indices of what is moved with these traits."""
    layout = model.layout
    active = SHARED.tolist()
    if freedom.phase_slope_rad_per_ppm:
        active.append(PHASE_SLOPE)
    if freedom.relaxation and traits.relaxation:
        active.append(RELAXATION)
    if freedom.kernel and traits.kernel:
        active += range(layout.kernel.start, layout.kernel.stop)
    if freedom.mm_width_hz and traits.fine and model.macromolecule.any():
        active.append(MM_GAUSS)
    if freedom.metabolite_shift_ppm and traits.fine:
        fine = np.flatnonzero(~model.macromolecule) + layout.shifts.start
        active += fine.tolist()
    return np.array(active, dtype=np.intp)


def cold_fit(
    model: Model, spectrum: Complex, noise_sd: float, freedom: Freedom | None = None
) -> tuple[Fit, Problem]:
    """Fit one spectrum (K,) of the model's band from nothing.

    Raises nothing: of a spectrum that is not finite, or a noise that is not above 0,
    there is a fit that has not converged.
    """
    freedom = freedom or usual(model)
    problem = Problem(
        model, model.baseline, spectrum, noise_sd, freedom.stiffness or START_STIFFNESS,
        priors_for(model, freedom),
    )  # fmt: skip
    if not (np.isfinite(spectrum).all() and noise_sd > 0):
        return hopeless(problem, model.layout.zeros()), problem
    with np.errstate(all="ignore"):
        return _fitted(problem, freedom)


def _fitted(problem: Problem, freedom: Freedom) -> tuple[Fit, Problem]:
    """The steps of the module docstring."""
    model = problem.model
    first = _first(problem)
    if not np.isfinite(first.theta).all() or not np.isfinite(first.amplitudes).all():
        return hopeless(problem, model.layout.zeros()), problem
    if freedom.ratio_priors:
        problem = with_ratio_priors(problem, first)
    asked = active_parameters(model, freedom, Traits(True, True, True))
    held = with_width_near(problem, first)
    choice = _choice(held, first, asked, freedom)
    if choice is None:
        return hopeless(problem, first.theta), problem
    priors = held.priors if choice.traits.kernel else problem.priors
    problem = replace(problem, stiffness=choice.stiffness, priors=priors)
    moved = active_parameters(model, freedom, choice.traits)
    theta = first.theta.copy()
    theta[asked] += choice.step[len(model.names) :]
    fit = minimise(problem, theta, moved)
    if not fit.converged or fit.misfit > SUSPECT:
        fit = _least(fit, problem, moved, _others(problem, first))
    return fit, problem


def _others(problem: Problem, first: Fit) -> list[Real]:
    """Further starting points: the first fit, the plainest one, those of the grid."""
    plain = minimise(problem, first.theta, SHARED)
    starts = starting_points(problem.model, START_STIFFNESS, problem.spectrum)
    return [first.theta, plain.theta, *(start.theta for start in starts)]


def _least(fit: Fit, problem: Problem, moved: Indices, starts: list[Real]) -> Fit:
    """The best of a fit and those from other starts, relaxation as in the first."""
    for start in starts:
        theta = start.copy()
        theta[RELAXATION] = fit.theta[RELAXATION]
        other = minimise(problem, theta, moved)
        if other.cost < fit.cost - 1e-3:
            fit = other
    # One that ran out of steps may be stuck in its damping: begun anew it goes on.
    return fit if fit.converged else minimise(problem, fit.theta, moved)


def _first(problem: Problem) -> Fit:
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
        return choose(problem, point, asked, freedom.rule)
    except LinAlgError:
        return None


def with_width_near(problem: Problem, first: Fit) -> Problem:
    """The problem with the Voigt's widths held near a first fit's.

    A kernel can make a line wider and narrower as well as skewed; both free, they would
    be told apart by nothing.
    """
    mean, sd = problem.priors.mean.copy(), problem.priors.sd.copy()
    lorentz, gauss = float(first.theta[LORENTZ]), float(first.theta[GAUSS])
    width_hz = voigt_fwhm_hz(lorentz, gauss_fwhm_hz(gauss))
    mean[[LORENTZ, GAUSS]] = lorentz, gauss
    sd[LORENTZ] = WIDTH_FREEDOM * width_hz
    sd[GAUSS] = WIDTH_FREEDOM * gauss_rate(width_hz)
    return replace(problem, priors=replace(problem.priors, mean=mean, sd=sd))


def with_ratio_priors(problem: Problem, first: Fit) -> Problem:
    """The problem with soft ratio priors about a first fit's Big 3."""
    rows = prior_rows(first.names, first.amplitudes)
    priors = replace(problem.priors, rows=rows, targets=np.zeros(len(rows)))
    return replace(problem, priors=priors)
