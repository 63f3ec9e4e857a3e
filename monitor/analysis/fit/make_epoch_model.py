"""The model of an epoch: made once, on the mean of its reference period.

The cold fit of the mean chooses stiffness, line shape, small shifts and the width of
the macromolecules.  The windows hold them, and two things more that the mean knows
better than any window:

* the baseline, and what the model leaves over of the mean.  Both are taken off every
  spectrum: a fault of the model that all windows share is no noise of any of them, and
  the penalty draws a window towards the session's baseline, not to a straight line.
  How far windows depart from it is another question than how rough it is: their
  stiffness is chosen by restricted maximum likelihood over the independent windows of
  the reference period together (line shape linearised about the mean's),

      -2 l(lam) = sum_w n_w log F_w(lam) + log|cov(y)| + log|G'G|,

  and never below what the mean's own stiffness means for a window's noise (prior
  variance s^2 / lam kept: lam N / n for n of the mean's N transients).  Where a
  reference period has one window nothing tells how windows depart; a mean of high SNR
  may well have a rough baseline, and its windows would then be let depart as roughly:
  they are held by `UNTOLD_STIFFNESS`, some 11 degrees of freedom at 3 T.
* the covariance that the held parameters cause.  It is common to all windows; absolute
  amplitudes contain it, changes do not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from monitor.analysis.fit.epoch_model import (
    DEPARTURE_STIFFNESS,
    UNTOLD_STIFFNESS,
    SessionModel,
    band_spectra,
    over_wide_band,
)
from monitor.analysis.fit.fit import Fit, curves
from monitor.analysis.fit.freedom import SHARED, Freedom, chosen_by
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.model import GAUSS, LORENTZ, MM_GAUSS, PHASE, SHIFT, Model
from monitor.analysis.fit.moving_line import moving_line
from monitor.analysis.fit.naa_width import fwhm_slopes, naa_line
from monitor.analysis.fit.problem import Indices, Problem, stacked
from monitor.analysis.fit.sidebands import FittedMean, swings_of, turned_back
from monitor.analysis.fit.subspace import make_subspace
from monitor.analysis.fit.unmeasured_mm import (
    fit_mean,
    of_one_session,
    with_macromolecules_of,
)
from monitor.analysis.fit.water_filter import WaterFilter, make_water_filter
from monitor.analysis.fit.window_fit import warm_fits
from monitor.analysis.preparation.line_offset import line_offset_hz, moved_by
from monitor.analysis.signal.spectrum import Complex, Real
from monitor.analysis.signal.water import WATER_PPM, water_lines
from streams.messages.transient import REFERENCE_PPM

BESIDE_WATER_PPM = 0.07
"""With more the line of mI at 4.05 ppm is taken for water 0.5 ppm below its place."""
BENT_STIFFNESS = 0.1
"""Of windows, where the baseline was seen to bend beyond what the mean foresaw."""


def make_session_model(
    model: Model,
    mean_fid: Complex,
    noise_sd: float,
    mean_noise: float,
    windows: Complex,
    window_noise: float,
    freedom: Freedom,
    same_brain: SessionModel | None = None,
    bending: bool = False,
) -> SessionModel:
    """Session model from the mean FID (points,) of its reference period.

    Parameters
    ----------
    noise_sd : of one transient's real spectrum
    mean_noise, window_noise : noise of the mean and of a window over that
    windows : (n, points) means of the independent windows in it, n may be 0
    freedom : what the cold fit may move
    same_brain : of another epoch, of which is taken over what the brain and the session
        have in common: what it chose, its stiffness of windows, and macromolecules that
        are not measured: found anew, they would differ, and that looks like glutamate
    bending : the baseline was seen to bend beyond what the mean foresaw
    """
    offset_hz = line_offset_hz(mean_fid, model.dwell_time_s, model.frequency_mhz)
    mean_fid, windows = (
        moved_by(fids, model.dwell_time_s, -offset_hz) for fids in (mean_fid, windows)
    )
    if same_brain is not None and not of_one_session(model, same_brain.problem.model):
        same_brain = None
    if same_brain is not None:
        freedom = replace(freedom, chosen=chosen_by(same_brain.fit, same_brain.problem))
    taken = same_brain is not None and model.unmeasured is not None
    if taken and same_brain is not None:
        model = with_macromolecules_of(model, same_brain.problem.model)
    moved_ppm, sd = offset_hz / model.frequency_mhz, noise_sd * mean_noise
    fit_of = partial(fitted_mean, model, sd, freedom, moved_ppm)
    swings, made_of = swings_of(model, mean_fid, sd, fit_of(mean_fid), fit_of)
    mean_fid, windows = (fids * turned_back(swings) for fids in (mean_fid, windows))
    water, wide_mean, found = made_of
    fit, problem, model = found.fit, found.problem, found.problem.model
    expected = np.zeros_like(problem.spectrum)
    if same_brain is not None and fit.converged:
        fit, problem, expected = fit_about(same_brain, fit, problem)
    phased, smooth, parts = curves(problem, fit)
    baseline = smooth * model.turn(fit.theta) + expected
    offset = (phased - parts.sum(axis=1)) * model.turn(fit.theta) + expected
    told = len(windows) > 1
    least = problem.stiffness if told else max(problem.stiffness, UNTOLD_STIFFNESS)
    floor = least * (window_noise / mean_noise) ** 2
    held = replace(problem, noise_sd=noise_sd * window_noise, stiffness=floor)
    if same_brain is not None:
        held = replace(held, stiffness=same_brain.stiffness)
    elif told:
        departures = band_spectra(model, water, windows) - offset
        stiffness = deviation_stiffness(held, fit, departures)
        held = replace(held, stiffness=stiffness)
    asked = held.stiffness
    taken_stiffness = min(asked, BENT_STIFFNESS) if bending else asked
    held = replace(held, noise_sd=noise_sd, stiffness=taken_stiffness)
    width, height = naa_line(model, fit)
    line = moving_line(problem, fit, width)
    subspace = make_subspace(held, fit, line, wide_mean)
    made = SessionModel(
        water,
        subspace,
        fit,
        problem,
        baseline,
        offset,
        np.zeros((len(model.names),) * 2),
        width,
        height,
        fwhm_slopes(model, replace(fit, theta=line), subspace.gauss_rate),
    )
    common = _common(made, mean_fid, mean_noise)
    made = replace(made, offset_hz=offset_hz, swings=swings, stiffness=asked)
    doubt, left = found.doubt * max(fit.misfit, 1.0), found.left_over
    if same_brain is not None:
        left = _of_other(same_brain, fit, same_brain.left_over)
    if taken and same_brain is not None:
        doubt = _of_other(same_brain, fit, same_brain.doubt)
        common = common + doubt
    return replace(made, common=common, doubt=doubt, left_over=left)


def fit_about(
    other: SessionModel, fit: Fit, problem: Problem
) -> tuple[Fit, Problem, Complex]:
    """Fit a mean about another epoch's baseline, with that (K,) as it stands in it.

    The baseline is the brain's and not the shim's: found anew it would cost most of
    what two cold fits differ.  From the other's it may depart as smoothly as
    `DEPARTURE_STIFFNESS` lets it.
    """
    model, theirs = problem.model, other.fit
    gain = gain_over(fit.amplitudes, theirs.amplitudes)
    turned = model.turn(fit.theta) * np.conj(model.turn(theirs.theta))
    expected = np.asarray(gain * other.baseline * turned, complex)
    about = replace(
        problem, spectrum=problem.spectrum - expected, stiffness=DEPARTURE_STIFFNESS
    )
    again = minimise(about, fit.theta, shim_parameters(fit, problem))
    if not again.converged:
        return fit, problem, np.zeros_like(expected)
    return again, about, expected


def shim_parameters(fit: Fit, problem: Problem) -> Indices:
    """What is fitted of the shim: phase, shift, widths, a kernel where it has one."""
    kernel = problem.model.layout.kernel
    bent = range(kernel.start, kernel.stop) if fit.theta[kernel].any() else ()
    wider = (MM_GAUSS,) if fit.theta[MM_GAUSS] else ()
    return np.array([*SHARED, *wider, *bent], np.intp)


def _of_other(other: SessionModel, fit: Fit, covariance: Real | float) -> Real:
    """A covariance of another epoch, on the scale of this one's amplitudes."""
    gain = gain_over(fit.amplitudes, other.fit.amplitudes)
    return np.asarray(gain**2 * covariance, float)


def gain_over(mine: Real, theirs: Real) -> float:
    """Scale of one epoch's amplitudes (M,) over another's, the brain being the same."""
    return float(mine @ theirs) / float(theirs @ theirs)


def deviation_stiffness(problem: Problem, fit: Fit, windows: Complex) -> float:
    """Stiffness for the departure of windows (n, K) from the session's baseline.

    `problem` has the noise of a window and the lowest stiffness that is allowed.
    """
    A, shaped = problem.model.columns(fit.theta)
    moving = np.array([PHASE, SHIFT, LORENTZ, GAUSS], dtype=np.intp)
    J = problem.model.derivatives(fit.theta, moving, fit.amplitudes, A, shaped)
    G, scores = np.concatenate([A, J], axis=1), []
    grid = problem.stiffness * 10.0 ** np.arange(0.0, 5.1, 0.5)
    for stiffness in grid:
        rest = stacked(problem.baseline.removed(G, stiffness)) / problem.noise_sd
        y = stacked(problem.baseline.removed(windows.T, stiffness)) / problem.noise_sd
        Q, T = np.linalg.qr(rest)
        energy = np.sum(y**2, axis=0) - np.sum((Q.T @ y) ** 2, axis=0)
        degrees = len(rest) - G.shape[1] - 2 * problem.baseline.free.shape[1]
        spread = problem.baseline.log_determinant(stiffness)
        volume = 2 * float(np.sum(np.log(np.abs(np.diag(T)))))
        cost = degrees * np.log(np.mean(energy) / degrees)
        scores.append(len(windows.T[0]) * (cost + spread + volume))
    return float(grid[int(np.argmin(scores))])


def fitted_mean(
    model: Model, noise_sd: float, freedom: Freedom, moved_ppm: float, fid: Complex
) -> FittedMean:
    """A mean FID (points,) without its water, fitted from nothing.

    `noise_sd` is that of its real spectrum; its lines were moved down by `moved_ppm`.
    """
    water = None
    if freedom.water_removal:
        water = residual_water_filter(model, fid, moved_ppm)
    wide = band_spectra(model.wide, over_wide_band(water, model), fid)
    found = fit_mean(model, wide[model.inner], noise_sd, freedom)
    return FittedMean(water, wide, found)


def residual_water_filter(
    model: Model, fid: Complex, moved_ppm: float = 0.0
) -> WaterFilter | None:
    """Operator that takes off the residual water that a mean FID shows.

    Where the lines were moved down to their place, so was the water, unless it was as
    far off.
    """
    low_ppm = min(WATER_PPM[0], REFERENCE_PPM - moved_ppm - BESIDE_WATER_PPM)
    lines = water_lines(fid, model.dwell_time_s, model.frequency_mhz, low_ppm)
    strength = np.abs(lines.amplitude)
    if strength.size and lines.shift_ppm[np.argmax(strength)] > WATER_PPM[0]:
        lines = water_lines(fid, model.dwell_time_s, model.frequency_mhz)
    return make_water_filter(model, lines)


def _common(made: SessionModel, mean_fid: Complex, mean_noise: float) -> Real:
    """Covariance of the cold fit beyond that of a warm fit of the same mean."""
    z = made.projected(mean_fid[None])
    warm = warm_fits(made.subspace, z, np.array([mean_noise]))
    M = len(made.fit.names)
    beyond = (made.fit.covariance - warm.covariance[0, :M, :M]) * max(
        made.fit.misfit, 1.0
    )
    if not np.isfinite(beyond).all():
        return np.zeros_like(beyond)
    values, vectors = np.linalg.eigh(0.5 * (beyond + beyond.T))
    common: Real = (vectors * np.clip(values, 0, None)) @ vectors.T
    return common
