"""Sidebands of the water: pairs of lines about it, from something that vibrates.

What vibrates after the gradients turns the phase of all that is received to and fro, by
a small angle m(t).  Of the water w there is then

    w exp(i m) = w + i m w + ...,     m = 2 Im(c),     c = (b0 + b1 t) exp(i u t - r t),

so that each frequency has a line D = c w above the water and its mirror image of
opposite phase below it (Clayton et al., J Magn Reson 2001, 153:203; Serrai et al., J
Magn Reson 2002, 154:53).  Above the water brains show little.  A line that stands there
and is as the water's own shape would make it says, with no parameter left, by which
angle all FIDs have to be turned back; then its mirror image among the metabolites is
gone as well.

Whether it was there is asked of the fit, since an amide stands above the water alone.
Let P be what turning back takes off the fitted band, and g its share in what the fit of
the mean leaves over.  With a mirror image g is 1 as it was and 0 turned back, without
one 0 and -1; a fit that has taken up some of it is nearer to the wrong one of either
pair, but not of both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.model import Model
from monitor.analysis.fit.slopes_of_fit import slopes_of
from monitor.analysis.fit.unmeasured_mm import MeanFit
from monitor.analysis.fit.water_filter import WaterFilter
from monitor.analysis.signal.spectrum import Complex, Real, ppm_axis, time_axis_s
from monitor.analysis.signal.water import lines_between

WATER_PPM, ABOVE_PPM = (4.3, 5.0), (5.0, 6.5)
"""Where the water is looked for, and lines above it.  From there on amides stand: that
of NAA, at 7.86 ppm in a real brain, would be taken for half of a pair."""
FLANK_PPM = 0.35
"""So far from the water's place its own line is not told from others."""
LEAST_STANDING = 6.0
"""Of a line over noise, as its matched filter sees it, to be looked at."""
LEAST_GAIN, MOST_MISFIT = 60.0, 2.5
"""What it explains, in chi-square, and what may be left over there."""
REACH_HZ = 60.0
STEPS_HZ = np.arange(-8.0, 8.1, 2.0)
RATES = (0.0, 4.0, 10.0, 20.0, 40.0)
TIME_UNIT_S = 0.1
LARGEST_RAD = 0.3
LEAST_ODDS = 10.0
"""Twice the logarithm of the odds that the mirror image was there, over the misfit.

What a model that does not fit leaves over is smooth, and no noise: there a share of it
is known still less than by its misfit.
"""
MOST_SWINGS, MOST_TRIED = 3, 2


@dataclass(frozen=True)
class Swing:
    """A swing of the phase of all FIDs.

    Attributes
    ----------
    hz : its frequency
    ppm : where the lines of its pair lie, the lower one first
    angle : (points,) rad, as it is in a FID
    """

    hz: float
    ppm: tuple[float, float]
    angle: Real


class FittedMean(NamedTuple):
    """A mean FID as it was fitted.

    Attributes
    ----------
    water : takes its residual water off
    wide : (W,) its spectrum over the wide band
    found : the fit
    """

    water: WaterFilter | None
    wide: Complex
    found: MeanFit


def turned_back(swings: tuple[Swing, ...]) -> Complex:
    """Factor (points,) that undoes swings; () and 1 for none."""
    angle = sum((swing.angle for swing in swings), np.zeros(()))
    return np.asarray(np.exp(-1j * angle), complex)


def swings_of(
    model: Model,
    fid: Complex,
    noise_sd: float,
    first: FittedMean,
    fit: Callable[[Complex], FittedMean],
) -> tuple[tuple[Swing, ...], FittedMean]:
    """The swings that a mean FID (points,) shows, and the fit without them.

    `noise_sd` is that of one real component of its spectrum, `first` its fit as it is.
    """
    swings: tuple[Swing, ...] = ()
    while len(swings) < MOST_SWINGS and first.found.fit.converged:
        steady = fid * turned_back(swings)
        for swing in lines_above(model, steady, noise_sd)[:MOST_TRIED]:
            without = fit(steady * turned_back((swing,)))
            if _was_there(first, without):
                swings, first = (*swings, swing), without
                break
        else:
            break
    return swings, first


def lines_above(model: Model, fid: Complex, noise_sd: float) -> list[Swing]:
    """Lines above the water that have its shape, the highest first.

    As the swings that would make them; whether they do is another question.
    """
    grid = model.dwell_time_s, model.frequency_mhz
    lines = lines_between(fid, *grid, WATER_PPM)
    if not lines.amplitude.size:
        return []
    water = lines.fid(fid.size, *grid)
    rest = model.full_spectra(fid - water)
    place_ppm = float(lines.shift_ppm[np.argmax(np.abs(lines.amplitude))])
    found: list[tuple[float, Swing]] = []
    above = lines_between(fid - water, *grid, ABOVE_PPM, float(np.mean(ABOVE_PPM)))
    rates = 2 * np.pi * above.fwhm_hz * model.dwell_time_s
    lasts = 1 / np.clip(rates, 1 / model.points, None)
    energy = np.abs(above.amplitude) ** 2 * model.points * lasts
    for ppm in above.shift_ppm[energy > (LEAST_STANDING * noise_sd) ** 2]:
        hz = (ppm - place_ppm) * model.frequency_mhz
        if all(abs(hz - other.hz) > REACH_HZ / 2 for _, other in found):
            made = _swing_near(model, rest, water, noise_sd, place_ppm, hz)
            found += [] if made is None else [made]
    return [swing for _, swing in sorted(found, key=lambda pair: -pair[0])]


def _swing_near(
    model: Model,
    rest: Complex,
    water: Complex,
    noise_sd: float,
    place_ppm: float,
    hz: float,
) -> tuple[float, Swing] | None:
    """The swing whose upper line explains most about `hz` above the water, and what.

    `rest` is the spectrum (points,) without its water (points,).
    """
    ppm = ppm_axis(model.points, model.dwell_time_s, model.frequency_mhz)
    t = time_axis_s(model.points, model.dwell_time_s)
    off_hz = (ppm - place_ppm) * model.frequency_mhz
    near = (np.abs(off_hz - hz) < REACH_HZ) & (ppm > place_ppm + FLANK_PPM)
    if np.count_nonzero(near) < 10:
        return None
    x = np.linspace(-1.0, 1.0, np.count_nonzero(near))
    smooth, _ = np.linalg.qr(np.stack([x**0, x, x**2], axis=1).astype(complex))
    y = rest[near] - smooth @ (smooth.T @ rest[near])

    def explained(place_hz: float, rate: float) -> tuple[float, Complex]:
        c = np.exp((-2j * np.pi * place_hz - rate) * t)
        c = np.stack([c, c * t / TIME_UNIT_S])
        lines = model.full_spectra(c * water)[:, near].T
        lines = lines - smooth @ (smooth.T @ lines)
        b, *_ = np.linalg.lstsq(lines, y, rcond=1e-6)
        return float(np.sum(np.abs(lines @ b) ** 2)), b @ c

    whole = float(np.sum(np.abs(y) ** 2))
    tried = {at: explained(*at) for at in product(hz + STEPS_HZ, RATES)}
    (best_hz, _), (part, c) = max(tried.items(), key=lambda item: item[1][0])
    angle = np.asarray(2 * c.imag, float)
    gain, left = part / noise_sd**2, (whole - part) / noise_sd**2
    if (
        gain < LEAST_GAIN
        or left > MOST_MISFIT * 2 * y.size
        or np.abs(angle).max() > LARGEST_RAD
    ):
        return None
    off_ppm = float(best_hz) / model.frequency_mhz
    return gain, Swing(
        float(best_hz), (place_ppm - off_ppm, place_ppm + off_ppm), angle
    )


def _was_there(before: FittedMean, after: FittedMean) -> bool:
    """Whether the mirror image was there that turning back has taken off."""
    if not after.found.fit.converged:
        return False
    inner = before.found.problem.model.inner
    taken = (before.wide - after.wide)[inner]
    odds = 0.0
    for mean, wrong in ((before, 0.0), (after, -1.0)):
        share, sd = _share(mean.found, taken)
        odds += (2 * (share - wrong) - 1) / sd**2
    return bool(odds > LEAST_ODDS * max(after.found.fit.misfit, 1.0))


def _share(found: MeanFit, taken: Complex) -> tuple[float, float]:
    """Share g of P (K,) in what a fit leaves over, and its SD; inf: not known."""
    fit, problem = found.fit, found.problem
    slopes = slopes_of(fit, problem)
    if slopes is None:
        return 0.0, np.inf
    row = problem.baseline.stacked_rows(taken[None], problem.stiffness)[0]
    x = np.asarray(row / problem.noise_sd, float)
    G = slopes.G
    try:
        own = x - np.linalg.solve(G @ G.T + slopes.prior, G @ x) @ G
    except LinAlgError:
        return 0.0, np.inf
    known = float(x @ own)
    if not known > 0:
        return 0.0, np.inf
    sd = np.sqrt(max(fit.misfit, 1.0) / known)
    return float(own @ slopes.point.residual) / known, float(sd)
