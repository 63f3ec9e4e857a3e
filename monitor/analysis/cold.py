"""A fit from nothing: start, stiffness of the baseline, line shape, small shifts.

Order of the steps, each a `minimise` of its own with what is already known:

1. starting points over phase, shift and width (`start`), each followed by a few steps;
2. phase, shift, widths with a fairly stiff baseline;
3. stiffness over a grid, with everything else profiled, by the least

       n log(RSS(lam) / n) + 2 m d(lam),

   n real points, RSS what is left of them, d the effective dimension of the baseline
   (both parts), m = 3: Akaike's criterion made stricter, as Wilson (2021, ABfit, m = 5)
   found it necessary on real spectra.  Likelihood alone (m = 1, or REML) puts every small
   fault of the line shape into the baseline, and glutamate goes with it: on the test
   spectrum of LCModel REML takes 20 dimensions and Glu/tCr 0.75, m = 3 takes 8 and
   1.0, LCModel 1.17;
4. small shifts, kernel and phase slope under their priors, where they are asked for.

Stiffness, kernel, small shifts and MM width are chosen like this once a session, on the
mean of the reference period; the windows then hold them (`warm`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit import (
    Fit,
    Indices,
    Priors,
    Problem,
    evaluate,
    minimise,
    target,
)
from monitor.analysis.lineshape import gauss_rate, kernel_offsets_ppm
from monitor.analysis.model import (
    GAUSS,
    LORENTZ,
    MM_GAUSS,
    PHASE,
    PHASE_SLOPE,
    SHIFT,
    Model,
)
from monitor.analysis.ratio_priors import prior_rows
from monitor.analysis.spectrum import Complex
from monitor.analysis.start import starting_points
from monitor.analysis.stiffness import choose_stiffness

START_STIFFNESS = 10.0
COARSE_TOLERANCE = 0.3
STARTS = 1


@dataclass(frozen=True, slots=True)
class Freedom:
    """What a cold fit may move, and how far (SD of the priors).

    Attributes
    ----------
    metabolite_shift_ppm : of single metabolites (LCModel: 0.004); 0: none
    mm_width_hz : further Gaussian width of macromolecules that is one SD; 0: none
    kernel : SD of the kernel's coefficients; 0: the line is a Voigt
    phase_slope_rad_per_ppm : first-order phase; 0: none
    stiffness : of the baseline; None: chosen from the spectrum
    water_removal : residual water is taken off before the fit
    ratio_priors : soft ratio priors on weak metabolites (`ratio_priors`)
    """

    metabolite_shift_ppm: float = 0.002
    mm_width_hz: float = 5.0
    kernel: float = 0.0
    phase_slope_rad_per_ppm: float = 0.0
    stiffness: float | None = None
    water_removal: bool = True
    ratio_priors: bool = True


def priors_for(model: Model, freedom: Freedom) -> Priors:
    """Priors on the nuisance parameters; none on amplitudes."""
    layout = model.layout
    sd = np.full(layout.size, np.inf)
    if freedom.mm_width_hz:
        sd[MM_GAUSS] = gauss_rate(freedom.mm_width_hz)
    if freedom.phase_slope_rad_per_ppm:
        sd[PHASE_SLOPE] = freedom.phase_slope_rad_per_ppm
    if freedom.kernel:
        x = kernel_offsets_ppm() / 0.032
        sd[layout.kernel] = freedom.kernel * np.exp(-0.5 * (x / 1.5) ** 2) + 1e-6
    if freedom.metabolite_shift_ppm:
        sd[layout.shifts] = freedom.metabolite_shift_ppm * model.frequency_mhz
    none = np.zeros((0, len(model.names)))
    return Priors(layout.zeros(), sd, none, np.zeros(0))


def active_parameters(model: Model, freedom: Freedom, full: bool) -> Indices:
    """Indices of the parameters that are moved; `full` adds the fine ones."""
    layout = model.layout
    active = [PHASE, SHIFT, LORENTZ, GAUSS]
    if freedom.mm_width_hz and model.macromolecule.any():
        active.append(MM_GAUSS)
    if full and freedom.phase_slope_rad_per_ppm:
        active.append(PHASE_SLOPE)
    if full and freedom.kernel:
        active += range(layout.kernel.start, layout.kernel.stop)
    if full and freedom.metabolite_shift_ppm:
        fine = np.flatnonzero(~model.macromolecule) + layout.shifts.start
        active += fine.tolist()
    return np.array(active, dtype=np.intp)


def cold_fit(
    model: Model, spectrum: Complex, noise_sd: float, freedom: Freedom | None = None
) -> tuple[Fit, Problem]:
    """Fit one spectrum (K,) of the model's band from nothing."""
    freedom = freedom or Freedom()
    problem = Problem(
        model, model.baseline, spectrum, noise_sd, freedom.stiffness or START_STIFFNESS,
        priors_for(model, freedom),
    )  # fmt: skip
    coarse = active_parameters(model, freedom, full=False)
    best = _first(problem, coarse)
    if freedom.ratio_priors:
        problem = with_ratio_priors(problem, best)
    if freedom.stiffness is None:
        problem = replace(problem, stiffness=_stiffness(problem, best, coarse))
    fine = active_parameters(model, freedom, full=True)
    return minimise(problem, best.theta, fine), problem


def _first(problem: Problem, coarse: Indices) -> Fit:
    """Phase, shift and widths from the best of the starting points."""
    starts = starting_points(problem.model, START_STIFFNESS, problem.spectrum, STARTS)
    tries = [minimise(problem, s.theta, coarse, 12, COARSE_TOLERANCE) for s in starts]
    return min(tries, key=lambda fit: fit.cost)


def _stiffness(problem: Problem, first: Fit, active: Indices) -> float:
    """Stiffness chosen about a first fit; its own where there is none."""
    try:
        point = evaluate(problem, target(problem), first.theta)
        return choose_stiffness(problem, point, active)
    except LinAlgError:
        return problem.stiffness


def with_ratio_priors(problem: Problem, first: Fit) -> Problem:
    """The problem with soft ratio priors about a first fit's Big 3."""
    rows = prior_rows(first.names, first.amplitudes)
    priors = replace(problem.priors, rows=rows, targets=np.zeros(len(rows)))
    return replace(problem, priors=priors)
