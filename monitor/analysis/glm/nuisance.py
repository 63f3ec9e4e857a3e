"""What a spectrum is when gain, phase, frequency and width have been taken out of it.

Receiver, coil loading, B0 and BOLD change a whole spectrum at once.  With x(t) the mean
FID of an epoch such changes are, to first order, sums of the spectra of

    x,   i x,   -2 pi i t x,   -pi t x,   -t^2 x

(gain, phase, shift, Lorentzian and Gaussian width).  How much of each a spectrum holds
is read where the singlets of NAA, creatine and choline are, by least squares over the
real and imaginary part, and taken off everywhere: what is left says how the spectrum
differs from its epoch's, the singlets' own behaviour apart.

All spectra are smoothed by a Gaussian about as wide as a line, which is what a line of
that width is best seen with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.model import PHASE
from monitor.analysis.glm.singlets import Mask, at_singlets
from monitor.analysis.signal.spectrum import Complex, Real

LEAST_POINTS = 1.5
"""Of the smoothing kernel's width; below it nothing is smoothed."""


@dataclass(frozen=True)
class Steady:
    """An epoch's way of taking out what moves the whole spectrum.

    Attributes
    ----------
    turn : undoes the epoch's phase
    kernel : (K, K) smoothing
    changes : (K, 5) smoothed spectra of the nuisance changes
    reading : (5, 2 S) how much of each the singlets' points (real, imaginary) hold
    singlets : (K,) bool
    mean : (K,) smoothed spectrum of the epoch's mean
    """

    turn: complex
    kernel: Real
    changes: Complex
    reading: Real
    singlets: Mask
    mean: Complex

    def left(self, spectra: Complex) -> Real:
        """Real difference (n, K) of spectra (n, K) from the mean, nuisance out."""
        y = (spectra * self.turn) @ self.kernel - self.mean
        amounts = _stack(y[:, self.singlets].T).T @ self.reading.T
        left: Real = (y - amounts @ self.changes.T).real
        return left


def steady_of(session: SessionModel, mean_fid: Complex) -> Steady:
    """How an epoch's spectra are made steady, from its mean FID (points,)."""
    model = session.problem.model
    turn = complex(np.exp(-1j * session.fit.theta[PHASE]))
    kernel = smoothing(model.ppm * model.frequency_mhz, session.naa_fwhm_hz)
    fid, t = session.placed(mean_fid), model.t
    mean = (session.spectra(mean_fid) * turn) @ kernel
    moved = np.stack([-2j * np.pi * t * fid, -np.pi * t * fid, -(t**2) * fid])
    changes = [mean, 1j * mean, *((model.in_band(moved) * turn) @ kernel)]
    columns = np.stack(changes, axis=1)
    inside = at_singlets(model.ppm)
    reading = np.asarray(np.linalg.pinv(_stack(columns[inside])), float)
    return Steady(turn, kernel, columns, reading, inside, mean)


def smoothing(hz: Real, fwhm_hz: float) -> Real:
    """Gaussian kernel (K, K) of a width over points at `hz`; columns sum to 1."""
    step = float(hz[1] - hz[0])
    width = fwhm_hz if np.isfinite(fwhm_hz) else 0.0
    if width < LEAST_POINTS * step:
        return np.eye(hz.size)
    away = (hz[:, None] - hz[None, :]) / (width / 2.3548)
    kernel = np.exp(-0.5 * away**2)
    normed: Real = kernel / kernel.sum(axis=0)
    return normed


def _stack(values: Complex) -> Real:
    """Real and imaginary part below each other."""
    return np.concatenate([values.real, values.imag])
