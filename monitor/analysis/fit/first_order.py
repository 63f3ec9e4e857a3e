"""Points before the top of the echo, found by trying what would mend them.

Points before the top turn each line by 2 pi nu k dwell (k points, nu from the carrier):
a phase of first order.  Few lines say little about k, and what the points themselves
hold (half an echo, or nothing) is no line of the model.  So the first k points of a
mean FID are cut off, for every k that is looked for, and the rest is fitted from
nothing: at the right k that is the fit of an ordinary spectrum.  Residual water has the
same lines for all k; they are found behind all of these points.

With F(k) the cost of the fit, in units of the noise, and S what the best of them leaves
beyond noise (what the model does not know), k is told only where it explains clearly
more than none, and than every other k that is not its neighbour: by a multiple of noise
and of S alike.  Else nothing is said: a wrong number is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.epoch_model import band_spectra
from monitor.analysis.fit.first_fit import (
    COARSE,
    COARSE_TOLERANCE,
    START_STIFFNESS,
)
from monitor.analysis.fit.first_guess import starting_points
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.freedom import SHARED, Freedom, priors_for
from monitor.analysis.fit.make_epoch_model import residual_water_filter
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.model import PHASE, Model
from monitor.analysis.fit.priors_about import with_ratio_priors
from monitor.analysis.fit.problem import Problem, evaluate, target
from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM

TRIED = range(-4, 31)
BAND_PPM = (1.75, 4.1)
"""Without most of the lipid, and of the water's flank."""
STEPS, FINE_TOLERANCE = 12, 0.5
REFINED = 8
BESIDE = 3
"""Which of the coarse fits are made finer: the best, that of none, those beside."""
OVER_NONE, OVER_OTHERS = 40.0, 25.0
"""Least gains, in units of the noise (or of the misfit, where that is larger)."""
UNKNOWN_OVER_NONE, UNKNOWN_OVER_OTHERS = 1.5, 0.5
"""The same, as parts of S."""
PROMISING = 100.0
"""A number is tried whose fit begins no more than that above the end of none's, or no
more than S of that: it must end clearly below."""
HELD = Freedom(metabolite_shift_ppm=0.0, mm_width_hz=0.0, kernel=0.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """The fit of a FID from one of its points on.

    Attributes
    ----------
    cost : F
    misfit : residual variance over noise variance
    unknown : S, the part of F that noise does not explain
    shift_hz : of all lines, to higher ppm
    """

    cost: float
    misfit: float
    unknown: float
    shift_hz: float


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """What a FID needs: `points` before the top, below 0 where they are missing.

    Its lines, put right, lie `shift_hz` too high.
    """

    points: int
    shift_hz: float


def first_order(
    model: Model, fid: Complex, noise_sd: float, moved_ppm: float = 0.0
) -> FirstOrder | None:
    """Points before the top of a mean FID (points,); None where none can be told.

    `noise_sd` is that of one real component of its spectrum; its lines were moved down
    by `moved_ppm`.
    """
    if not (np.isfinite(fid).all() and noise_sd > 0):
        return None
    band = max(BAND_PPM[0], model.ppm_low), min(BAND_PPM[1], model.ppm_high)
    narrow = replace(model, ppm_low=band[0], ppm_high=band[1], unmeasured=None)
    with np.errstate(all="ignore"):
        return told(trials(narrow, fid, noise_sd, moved_ppm))


def told(made: Mapping[int, Trial]) -> FirstOrder | None:
    """The number that explains clearly more than none and than all that are not near.

    None at the ends of what is tried: the best may lie beyond.
    """
    if not made or 0 not in made:
        return None
    points = min(made, key=lambda k: made[k].cost)
    best = made[points]
    if points in (0, TRIED[0], TRIED[-1]):
        return None
    other = min(trial.cost for k, trial in made.items() if abs(k - points) > 1)
    misfit = max(best.misfit, 1.0)
    least = max(OVER_NONE * misfit, UNKNOWN_OVER_NONE * best.unknown)
    apart = max(OVER_OTHERS * misfit, UNKNOWN_OVER_OTHERS * best.unknown)
    clear = made[0].cost - best.cost > least and other - best.cost > apart
    return FirstOrder(points, best.shift_hz) if clear else None


def trials(
    model: Model, fid: Complex, noise_sd: float, moved_ppm: float = 0.0
) -> dict[int, Trial]:
    """Fits of a FID by how many points were cut off; those that were finite.

    That of none alone, where no other number is promising.
    """
    water = residual_water_filter(model, from_point(fid, TRIED[-1]), moved_ppm)
    begun = {}
    for k in TRIED:
        spectrum = band_spectra(model, water, from_point(fid, k))
        begun[k] = _begin(model, spectrum, noise_sd)
    none = _coarse_fit(*begun[0])
    whole = _trial(none, begun[0][0])
    if not any(_is_promising(*begun[k], whole) for k in TRIED if k):
        return {0: whole}
    fits = {k: _coarse_fit(*begun[k]) if k else none for k in TRIED}
    coarse = {k: (f, begun[k][0]) for k, f in fits.items() if np.isfinite(f.cost)}
    ranked = sorted(coarse, key=lambda k: coarse[k][0].cost)
    made = {k: _trial(*pair) for k, pair in coarse.items()}
    near = range(ranked[0] - BESIDE, ranked[0] + BESIDE + 1) if ranked else ()
    for k in {0, *ranked[:REFINED], *near} & set(coarse):
        fit, problem = coarse[k]
        best = coarse[ranked[0]][0].theta.copy()
        best[PHASE] += (k - ranked[0]) * _turn_in_the_middle(model)
        made[k] = _trial(_refine(fit, problem, best), problem)
    return made


def _begin(model: Model, spectrum: Complex, noise_sd: float) -> tuple[Problem, Real]:
    """The problem of a spectrum (K,), and where its fit begins."""
    priors = priors_for(model, HELD)
    problem = Problem(
        model, model.baseline, spectrum, noise_sd, START_STIFFNESS, priors
    )
    return problem, starting_points(model, START_STIFFNESS, spectrum, 1)[0].theta


def _coarse_fit(problem: Problem, start: Real) -> Fit:
    return minimise(problem, start, COARSE, STEPS, COARSE_TOLERANCE)


def _is_promising(problem: Problem, start: Real, whole: Trial) -> bool:
    """Whether a fit begins not much above where that of the whole FID ends.

    Where the points are right it has mostly begun below (`tests/acceptance`).
    """
    with suppress(LinAlgError):
        cost = evaluate(problem, target(problem), start).cost
        return cost < whole.cost + max(whole.unknown, PROMISING)
    return False


def from_point(fid: Complex, k: int) -> Complex:
    """The FID (points,) from its point k on, zeros behind; below 0: zeros before."""
    zeros = np.zeros(abs(k), complex)
    parts = (fid[k:], zeros) if k >= 0 else (zeros, fid[:k])
    return np.concatenate(parts)


def _turn_in_the_middle(model: Model) -> float:
    """Phase in the middle of the band that cutting off one point adds, rad."""
    middle = 0.5 * (model.ppm_low + model.ppm_high) - REFERENCE_PPM
    return -2 * np.pi * middle * model.frequency_mhz * model.dwell_time_s


def _refine(fit: Fit, problem: Problem, also: Real) -> Fit:
    """The fit with soft priors on weak metabolites and all of its Voigt.

    From another start, too: no number may seem wrong for want of a good one.
    """
    near = with_ratio_priors(problem, fit)
    finer = [
        minimise(near, start, SHARED, STEPS, FINE_TOLERANCE)
        for start in (fit.theta, also)
    ]
    return min(
        (f for f in finer if np.isfinite(f.cost)), key=lambda f: f.cost, default=fit
    )


def _trial(fit: Fit, problem: Problem) -> Trial:
    """What is kept of a fit."""
    spent = len(fit.amplitudes) + SHARED.size + 2 * fit.baseline_dimension
    degrees = 2 * problem.spectrum.size - spent
    return Trial(fit.cost, fit.misfit, max(fit.cost - degrees, 0.0), fit.shift_hz)
