"""Width and height of the tNAA line as it was fitted."""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.model import GAUSS, LORENTZ, Model
from monitor.analysis.signal.line import full_width, zero_filled
from monitor.analysis.signal.spectrum import Complex

NAA_BAND_PPM = (1.86, 2.16)
ZERO_FILL = 8


def naa_line(
    model: Model, fit: Fit, lorentz_hz: float = 0.0, gauss_per_s2: float = 0.0
) -> tuple[float, float]:
    """Width (Hz) and height of the fitted tNAA line, broadened by so much."""
    theta = fit.theta.copy()
    theta[[LORENTZ, GAUSS]] += lorentz_hz, gauss_per_s2
    total = naming.members("tNAA", model.names)
    if not total:
        return float("nan"), float("nan")
    c = np.where([n in total for n in model.names], fit.amplitudes, 0.0)
    fid = (c @ model.shaped(theta)) * model.kernel(theta)
    return line_width(fid, model.dwell_time_s, model.frequency_mhz, NAA_BAND_PPM)


def fwhm_slopes(model: Model, fit: Fit, gauss_rate: float) -> tuple[float, float]:
    """Change of the tNAA line's width with Lorentzian and Gaussian width, Hz for Hz."""
    width, _ = naa_line(model, fit)
    wider, _ = naa_line(model, fit, lorentz_hz=0.25)
    rounder, _ = naa_line(model, fit, gauss_per_s2=0.25 * gauss_rate)
    return 4 * (wider - width), 4 * (rounder - width)


def line_width(
    fid: Complex,
    dwell_time_s: float,
    frequency_mhz: float,
    band_ppm: tuple[float, float],
) -> tuple[float, float]:
    """Full width at half height (Hz) and height of the highest real line in a band.

    The FID is phased and noise-free; it is zero filled eightfold and the flanks are
    interpolated linearly.  The height is that without zero filling.
    """
    ppm, lines = zero_filled(fid, ZERO_FILL, dwell_time_s, frequency_mhz)
    spectrum = lines.real
    band = np.flatnonzero((ppm >= band_ppm[0]) & (ppm <= band_ppm[1]))
    if band.size == 0:
        return float("nan"), float("nan")
    top = int(band[np.argmax(spectrum[band])])
    height = float(spectrum[top])
    if height <= 0:
        return float("nan"), height
    width = full_width(spectrum, top, 0.5 * height)
    return float(width / (spectrum.size * dwell_time_s)), height
