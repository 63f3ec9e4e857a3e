"""What a cold fit may move, and how far."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.basis.macromolecules import MM_WEAK_S
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.lineshape import gauss_rate, kernel_offsets_ppm
from monitor.analysis.fit.model import (
    GAUSS,
    LORENTZ,
    MM_GAUSS,
    PHASE,
    PHASE_SLOPE,
    SHIFT,
    Model,
)
from monitor.analysis.fit.model_choice import (
    Rule,
    Traits,
    traits_of,
)
from monitor.analysis.fit.problem import Indices, Priors, Problem
from monitor.analysis.fit.relaxation import RATE_SCATTER
from monitor.analysis.signal.spectrum import Real

KERNEL_SPREAD_PPM = 0.07
LATE_POINTS = 0.29
"""SD of where the first point lies about the top of the echo, in points: evenly within
half a one of it, as a filter's delay or a gradient's leaves it."""
BY_LIKELIHOOD = Rule()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one cold fit has found that all epochs of its session share.

    Attributes
    ----------
    stiffness, traits : what was chosen
    theta : (size,) its parameters, of which those of the brain are taken over: small
        shifts and all of T2 (the macromolecules' width is against the line's), and the
        scanner's slope of the phase
    """

    stiffness: float
    traits: Traits
    theta: Real

    def brain(self, model: Model) -> Indices:
        """Which parameters are the brain's, and not the shim's."""
        t2, shifts = model.layout.t2, model.layout.shifts
        of_t2 = range(t2.start, t2.stop)
        own = (*of_t2, *range(shifts.start, shifts.stop), PHASE_SLOPE)
        return np.array(own, dtype=np.intp)


def chosen_by(fit: Fit, problem: Problem) -> Chosen:
    """What a cold fit leaves to the other epochs."""
    traits = traits_of(fit.theta, problem.model.layout)
    return Chosen(problem.stiffness, traits, fit.theta)


@dataclass(frozen=True, slots=True)
class Freedom:
    """What a cold fit may move, and how far (SD of the priors).

    Attributes
    ----------
    metabolite_shift_ppm : of single metabolites (LCModel: 0.004); 0: none
    mm_width_hz : further Gaussian width of macromolecules that is one SD; 0: none
    kernel : SD of the kernel's coefficients, where the spectrum asks for one; 0: the
        line is a Voigt
    relaxation : known differences of T2 are fitted where the spectrum shows them, and
        what the rates of single pools are off by
    rule : how the baseline's stiffness and the traits are chosen
    phase_slope_rad_per_ppm : first-order phase, where the spectrum shows it; 0: none
    water_removal : residual water is taken off before the fit
    ratio_priors : soft ratio priors on weak metabolites (`ratio_priors`)
    chosen : by another epoch, whose choice is taken over; None: all is asked
    """

    metabolite_shift_ppm: float = 0.002
    mm_width_hz: float = 5.0
    kernel: float = 0.1
    relaxation: bool = True
    rule: Rule = BY_LIKELIHOOD
    phase_slope_rad_per_ppm: float = 0.0
    water_removal: bool = True
    ratio_priors: bool = True
    chosen: Chosen | None = None


FREE = Freedom()
STAND_IN = Freedom(
    kernel=0.0,
    relaxation=False,
    rule=Rule(softest=1e-3, stiffest=1e4, strictness=5.0, trait_strictness=5.0),
)
"""Where the macromolecules are stand-ins.  They do not fit, and a free baseline, a
kernel or a T2 would make up for that with glutamate (`docs/decisions/0008-fit.md`)."""


def usual(model: Model, echo_time_s: float) -> Freedom:
    """The freedom that suits a model where nothing else is asked for.

    Where macromolecules have nearly decayed, what stand-ins miss of them costs less
    than a line and a baseline that are not free.  A slope of the phase is asked for
    where they are known: others take it up.
    """
    bound = model.stand_in and model.unmeasured is None
    if bound and echo_time_s < MM_WEAK_S:
        return STAND_IN
    if model.unmeasured is not None:
        return FREE
    turn = 2 * np.pi * model.frequency_mhz * model.dwell_time_s
    return replace(FREE, phase_slope_rad_per_ppm=LATE_POINTS * turn)


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
    sd[layout.rates] = RATE_SCATTER
    none = np.zeros((0, len(model.names)))
    return Priors(layout.zeros(), sd, none, np.zeros(0))


SHARED: Indices = np.array([PHASE, SHIFT, LORENTZ, GAUSS], dtype=np.intp)
"""What every fit of a mean moves."""


def active_parameters(model: Model, freedom: Freedom, traits: Traits) -> Indices:
    """Indices of what is moved with these traits."""
    layout = model.layout
    active = SHARED.tolist()
    if freedom.relaxation:
        told = np.flatnonzero(model.t2_hz[1:].any(axis=1)) + layout.rates.start
        active += told.tolist()
    if freedom.kernel and traits.kernel:
        active += range(layout.kernel.start, layout.kernel.stop)
    if freedom.mm_width_hz and traits.fine and model.macromolecule.any():
        active.append(MM_GAUSS)
    if freedom.metabolite_shift_ppm and traits.fine:
        fine = np.flatnonzero(~model.macromolecule) + layout.shifts.start
        active += fine.tolist()
    return np.array(active, dtype=np.intp)
