"""A window brought to the width of its session, and what is then asked of it.

A basis set is not the scanner's pulses and a baseline not the brain's: what the fit of
the mean leaves over narrows with the lines too.  Where the model alone narrows, a
window takes the difference for amplitude (0.9 % of Glu for 1 Hz at 3 T).  So nothing is
narrowed here but the measured signal.  With u and v of shift and widths as in
`subspace`, the window's

    w(t) = exp(u t + v t^2) y(t)

has the session's width and place, whatever it is made of, and is compared with the
mean by what D' R^2 says of both, the session's own columns and tangents D and the
baseline's R.  Where the lines alone have changed it is the mean, to all orders, and
the mean's noise cancels.

y(t) is the FID of a band that is wider than the fitted one, since what the edges of a
band leave out is as sharp in time as it gets.  Before t = 0 it holds what the band cuts
off of a baseline; it has no width there.  Late, where there is no line, D' R^2 fades:
only noise would be raised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.fit.model import GAUSS, LORENTZ, MARGIN_PPM, PHASE, SHIFT, Model
from monitor.analysis.fit.problem import Problem
from monitor.analysis.signal.spectrum import Complex, Real

FADE = 64
"""One over the height to which the line has decayed where the fading begins."""
BEFORE_S = 0.04
"""How long before the beginning a band that ends holds something of a baseline."""
NOTHING = 1e-3
"""Of what was there: so faded, points are left out."""


@dataclass(frozen=True)
class Matching:
    """What windows are asked once they have the session's width.

    Attributes
    ----------
    shading : (W,) of the wide band's spectrum, 1 over the fitted band
    places : (q,) the points of y(t) that are kept
    times_s : (q,) their times, negative before the beginning
    asked : (q, M + 4) D' R^2 of y(t), to be summed over t, in units of the noise
    matrix : (M + 4, M + 4) what that says of amplitudes, and of phase (rad), shift and
        widths (Hz) that have moved a little; baseline and residual of the mean are as
        much higher as the signal is
    height : (M,) of a signal over the mean's, to be summed over amplitudes
    """

    shading: Real
    places: np.ndarray[tuple[int], np.dtype[np.intp]]
    times_s: Real
    asked: Complex
    matrix: Real
    height: Real

    def signal(self, spectra: Complex) -> Complex:
        """y(t) (..., q) of spectra (..., W) over the wide band."""
        fids: Complex = np.fft.fft(spectra * self.shading, axis=-1)[..., self.places]
        return fids

    def said(self, signal: Complex, x: Real, gauss_rate: float) -> Real:
        """What is said (n, M + 4) of y(t) (n, q) that is moved by x (n, 4)."""
        t, after = self.times_s, np.maximum(self.times_s, 0.0)
        phase_rad, shift_hz, width_hz, gauss_hz = x.T[..., None]
        wider = (np.pi * width_hz + gauss_rate * gauss_hz * after) * after
        turned = np.exp(wider + 1j * (2 * np.pi * shift_hz * t - phase_rad))
        said: Real = ((signal * turned) @ self.asked).real
        return said


def make_matching(
    problem: Problem, theta: Real, c: Real, line: Real, gauss_rate: float, mean: Complex
) -> Matching:
    """What is asked of the windows of a session.

    Parameters
    ----------
    problem : of the mean; its noise_sd is that of one transient
    theta, c : (T,) and (M,) its solution
    line : (T,) parameters by whose line widths change
    gauss_rate : v in 1/s^2 for a Hz of Gaussian width
    mean : (W,) the mean's spectrum over the wide band
    """
    model, baseline = problem.model, problem.baseline
    wide, turned_back = model.wide, np.exp(-1j * theta[PHASE])
    D = _slopes(wide, theta, c, line) * turned_back
    D[:, -1] *= gauss_rate
    once = baseline.removed(D[model.inner], problem.stiffness)
    weighed = np.zeros(D.shape, complex)
    weighed[model.inner] = baseline.removed(once, problem.stiffness)
    times_s = _times_s(wide)
    line_height = np.interp(np.abs(times_s), wide.t, _line(wide, line))
    fading = 1 - (1 - line_height) ** FADE
    places = np.flatnonzero(fading > NOTHING)
    shading = _shading(model)
    D, mean = D * shading[:, None], mean * shading * turned_back
    spectra = np.column_stack([weighed, D, mean])
    fids = np.fft.fft(spectra, axis=0)[places]
    m = D.shape[1]
    asked = fids[:, :m].conj() * fading[places, None]
    asked /= wide.ppm.size * problem.noise_sd**2
    said = (asked.T @ fids[:, m:]).real
    matrix, of_mean = said[:, :-1], said[:, -1]
    height = c @ matrix[: c.size, : c.size]
    height /= height @ c
    matrix[:, : c.size] += np.outer(of_mean - matrix[:, : c.size] @ c, height)
    return Matching(shading, places, times_s[places], asked, matrix, height)


def _slopes(wide: Model, theta: Real, c: Real, line: Real) -> Complex:
    """D (W, M + 4): columns, and slopes of their sum.

    With phase (rad), shift, Lorentzian width (Hz) and Gaussian rate (1/s^2).
    """
    columns, _ = wide.columns(theta)
    moved = np.array([SHIFT, LORENTZ, GAUSS])
    along = wide.derivatives(line, moved, c, columns, wide.shaped(line))
    return np.column_stack([columns, 1j * (columns @ c), along])


def _shading(model: Model) -> Real:
    """1 over the fitted band, and down to 0 at the edges of the wide one, (W,)."""
    beyond_ppm = np.maximum(
        model.ppm[0] - model.wide.ppm, model.wide.ppm - model.ppm[-1]
    )
    share = np.clip(beyond_ppm / MARGIN_PPM, 0.0, 1.0)
    return np.asarray(np.cos(0.5 * np.pi * share) ** 2, float)


def _times_s(wide: Model) -> Real:
    """Times (W,) of the points of y(t); the last lie before the beginning."""
    points, length_s = wide.ppm.size, wide.points * wide.dwell_time_s
    times_s = np.arange(points) * length_s / points
    times_s[times_s >= length_s - BEFORE_S] -= length_s
    return np.asarray(times_s, float)


def _line(wide: Model, line: Real) -> Real:
    """Height (points,) of the line in time, 1 at its beginning."""
    t = wide.t
    decay = np.exp(-np.pi * line[LORENTZ] * t - line[GAUSS] * t**2)
    height = np.abs(decay * wide.kernel(line))
    return np.asarray(np.clip(height / height[0], 0.0, 1.0), float)
