"""Fitted windows: averages of a session's transients through its session model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.kept_by_window import KeptByWindow
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.model import GAUSS, LORENTZ, PHASE, SHIFT
from monitor.analysis.fit.problem import Indices, Priors, Problem
from monitor.analysis.fit.projected import Projected
from monitor.analysis.fit.subspace import GAUSS_SD_HZ
from monitor.analysis.fit.window import Average
from monitor.analysis.fit.window_fit import WarmFits, warm_fits
from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import ComplexFID

TIED_PERCENT = 3.0


LEAST_SIZE = 1 / 8
"""Of the largest metabolite: a weak one may move by more of its own."""
BLOCK = 1024
"""Transients that are added up at once: a long mean needs little memory."""


def sizes(names: tuple[str, ...], c0: Real) -> Real:
    """Sizes (M,) that percentages of amplitudes refer to.

    None is below `LEAST_SIZE` of the largest metabolite.  Macromolecules and lipids
    are left out of that: in many basis sets they have another unit, and would make
    every weak metabolite as free as they are large.
    """
    size = np.abs(c0)
    largest = size[_metabolites(names)].max(initial=0.0)
    return np.asarray(np.maximum(size, LEAST_SIZE * largest), float)


@lru_cache(maxsize=16)
def _metabolites(names: tuple[str, ...]) -> list[bool]:
    """Whether each is one, and neither macromolecule nor lipid."""
    others = set(naming.macromolecules(names)) | set(filter(naming.is_lipid, names))
    return [name not in others for name in names]


MOVING: Indices = np.array([PHASE, SHIFT, LORENTZ, GAUSS], dtype=np.intp)


@dataclass(frozen=True, slots=True)
class FittedWindow:
    """One window's fit.

    Attributes
    ----------
    average : which transients, with which weights
    amplitudes : (M,)
    covariance : (M, M) of the window's own noise and its soft priors, misfit included
        (never below the Cramer-Rao bound); what the session holds is in
        `SessionModel.common`, what windows of one session scatter in `repeated`
    phase_rad, shift_hz, width_hz, gauss_hz : against the session model; the widths are
        the Lorentzian and the Gaussian one
    misfit : residual variance over what noise leaves, `own_misfit`
    converged : the optimum was found, by the session model too, which it stands on, and
        every number is finite
    """

    average: Average
    amplitudes: Real
    covariance: Real
    phase_rad: float
    shift_hz: float
    width_hz: float
    gauss_hz: float
    misfit: float
    converged: bool


FullFits = KeptByWindow[FittedWindow]
"""Windows that were fitted in full, each as dear as a hundred others."""


def repeated(fitted: FittedWindow, session: SessionModel) -> Real:
    """Covariance (M, M) with which windows of one session scatter about each other.

    The fit's covariance C also holds how far the amplitudes with a soft prior
    (precision P) may be from where it draws them, as if every window were another
    brain.  It is the same brain: C - C P C is what noise does, and what they may have
    moved since the reference period (SD v, `dynamics.TIED_PERCENT`) adds

        C P diag(v^2) P C.
    """
    factor, tie = max(fitted.misfit, 1.0), session.subspace.tie
    C = fitted.covariance / factor
    moved = 0.01 * TIED_PERCENT * sizes(session.fit.names, session.subspace.amplitudes)
    drawn = C @ tie
    scatter: Real = factor * (C - drawn @ C) + (drawn * moved**2) @ drawn.T
    return scatter


def mean_fid(fids: Sequence[ComplexFID], average: Average) -> Complex:
    """Weighted mean (points,) of FIDs."""
    window = average.window
    sums = [
        _weighted_sum(
            fids[start : min(start + BLOCK, window.stop)],
            average.weights[start - window.first : start - window.first + BLOCK],
        )
        for start in range(window.first, window.stop, BLOCK)
    ]
    return sums[0] if len(sums) == 1 else np.asarray(np.sum(sums, axis=0), complex)


def _weighted_sum(fids: Sequence[ComplexFID], weights: Real) -> Complex:
    """Sum (points,) of FIDs times weights."""
    part = np.stack(fids)
    # As real numbers: half of the products, and no conversion of the weights.
    halves = part.view(part.real.dtype)
    return np.asarray(weights @ halves, float).view(complex)


def fit_averages(
    session: SessionModel, fids: Sequence[ComplexFID], averages: Sequence[Average]
) -> list[FittedWindow]:
    """Fit averages of FIDs, all in one call."""
    if not averages:
        return []
    if len(averages) == 1:
        means = session.projected(mean_fid(fids, averages[0])[None])
        return fit_means(session, fids, averages, means)
    first = min(a.window.first for a in averages)
    stop = max(a.window.stop for a in averages)
    z = session.projected(np.stack(fids[first:stop]))
    return fit_means(session, fids, averages, means_of(z, first, averages))


def means_of(
    z: Complex | Projected, first: int, averages: Sequence[Average]
) -> Complex:
    """Averages (n, r) of projected transients z (any, r), `first` the first of them."""
    rows = [slice(a.window.first - first, a.window.stop - first) for a in averages]
    return np.stack([a.weights @ z[row] for a, row in zip(averages, rows, strict=True)])


def fit_means(
    session: SessionModel,
    fids: Sequence[ComplexFID],
    averages: Sequence[Average],
    means: Complex,
    full: FullFits | None = None,
) -> list[FittedWindow]:
    """Fit averages of FIDs whose projections (n, r) are made already.

    A window whose fit leaves the reach of the subspace is fitted in full instead, once
    where such fits are kept.
    """
    full = full or KeptByWindow()
    fits = warm_fits(session.subspace, means, np.array([a.noise for a in averages]))
    return [
        _fit(session, fits, i, average)
        if fits.converged[i]
        else full.of(session, average, partial(_in_full, session, fids, average))
        for i, average in enumerate(averages)
    ]


def own_misfit(session: SessionModel, average: Average, misfit: float) -> float:
    """Misfit (residual variance over the window's noise variance) without the mean's.

    The residual of the session's mean is taken off every window, its noise with it.
    Where the mean has n of its own and the window m transients that are not in it, that
    is (1 + m / n) times the window's variance: no fault of the model, and it moves no
    amplitude.
    """
    mean, window = session.mean, average.window
    if mean is None or not (
        window.stop <= mean.window.first or window.first >= mean.window.stop
    ):
        return misfit
    return misfit / (1 + (mean.noise / average.noise) ** 2)


def _fit(
    session: SessionModel, fits: WarmFits, i: int, average: Average
) -> FittedWindow:
    """One of a batch."""
    M = fits.amplitudes.shape[1]
    misfit = own_misfit(session, average, float(fits.misfit[i]))
    return FittedWindow(
        average,
        fits.amplitudes[i],
        fits.covariance[i, :M, :M] * max(misfit, 1.0),
        float(fits.phase_rad[i]),
        float(fits.shift_hz[i]),
        float(fits.width_hz[i]),
        float(fits.gauss_hz[i]),
        misfit,
        bool(fits.converged[i]) and session.found,
    )


def window_problem(session: SessionModel, fid: Complex, noise: float) -> Problem:
    """The full problem of one average (points,), the session's offset taken off."""
    held = session.subspace.problem
    spectrum = session.spectra(fid) - session.offset
    rows = held.priors.rows
    mean, sd = held.priors.mean.copy(), held.priors.sd.copy()
    mean[GAUSS] = session.fit.theta[GAUSS]
    sd[GAUSS] = GAUSS_SD_HZ * session.subspace.gauss_rate
    about = Priors(mean, sd, rows, rows @ session.fit.amplitudes)
    return replace(
        held, spectrum=spectrum, noise_sd=held.noise_sd * noise, priors=about
    )


def _in_full(
    session: SessionModel, fids: Sequence[ComplexFID], average: Average
) -> FittedWindow:
    return fit_in_full(session, mean_fid(fids, average), average)


def fit_in_full(session: SessionModel, fid: Complex, average: Average) -> FittedWindow:
    """Fit one average (points,) without the subspace, from the session's solution."""
    problem = window_problem(session, fid, average.noise)
    fit = minimise(problem, session.fit.theta, MOVING)
    moved = fit.theta - session.fit.theta
    misfit = own_misfit(session, average, fit.misfit)
    return FittedWindow(
        average,
        fit.amplitudes,
        fit.covariance * max(misfit, 1.0),
        float(moved[PHASE]),
        float(moved[SHIFT]),
        float(moved[LORENTZ]),
        float(moved[GAUSS]) / session.subspace.gauss_rate,
        misfit,
        fit.converged and session.found,
    )


def as_fit(session: SessionModel, fitted: FittedWindow) -> Fit:
    """The window's fit with its whole parameter vector, for drawing."""
    theta = session.fit.theta.copy()
    theta[[PHASE, SHIFT, LORENTZ, GAUSS]] += (
        fitted.phase_rad,
        fitted.shift_hz,
        fitted.width_hz,
        session.subspace.gauss_rate * fitted.gauss_hz,
    )
    return replace(
        session.fit,
        amplitudes=fitted.amplitudes,
        covariance=fitted.covariance,
        theta=theta,
        misfit=fitted.misfit,
        converged=fitted.converged,
    )
