"""Residual water taken off every spectrum of a session by one linear operator.

The lines of the residual water, v_p(t), are found once on the mean of the reference
period (`water`).  Their shapes are then held; a spectrum only says how much of each it
has, by least squares over the water's own band w, and what that means in the fitted
band f is subtracted,

    y_f  ->  y_f - V_f pinv(V_w) y_w .

The operator is linear, so that averaging and removal commute, and it costs one small
product a spectrum.  Water that fluctuates in amplitude and phase is followed; what its
shape does beyond that is left to the tail in the baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitor.analysis.fit.model import Model
from monitor.analysis.signal.spectrum import (
    Complex,
    ppm_axis,
    row_by_row,
    time_axis_s,
)
from monitor.analysis.signal.water import Lines
from streams.messages.transient import REFERENCE_PPM

WATER_BAND_PPM = (4.35, 4.95)
BELOW_PPM = 0.07
"""Of water that lies below its band: so much of its flank is its own."""
CONDITION = 1e-3
"""Combinations of lines weaker than this in the water's band are not told apart."""


@dataclass(frozen=True)
class WaterFilter:
    """The operator.

    Attributes
    ----------
    band : the water's own band on the full axis
    shares : (lines, band) pinv(V_w): how much of each line a spectrum has
    lines : (N, lines) V, whole spectra of the lines
    fitted : the fitted band on the full axis
    """

    band: slice
    shares: Complex
    lines: Complex
    fitted: slice

    @cached_property
    def tails(self) -> Complex:
        """V_f pinv(V_w), (K, band)."""
        tails: Complex = self.lines[self.fitted] @ self.shares
        return tails

    def whole_leak(self, spectrum: Complex) -> Complex:
        """The water in one full spectrum (N,), over the whole axis."""
        leaked: Complex = self.lines @ (self.shares @ spectrum[self.band])
        return leaked

    def leak(self, spectra: Complex) -> Complex:
        """What the water in full spectra (..., N) adds to the fitted band, (..., K)."""
        return row_by_row(spectra[..., self.band], self.tails.T)


def make_water_filter(model: Model, lines: Lines) -> WaterFilter | None:
    """Operator for the lines of a mean FID; None where there are none."""
    if lines.amplitude.size == 0:
        return None
    axis = ppm_axis(model.points, model.dwell_time_s, model.frequency_mhz)
    low_ppm = max(WATER_BAND_PPM[0], model.ppm_high)
    place_ppm = float(lines.shift_ppm[np.argmax(np.abs(lines.amplitude))])
    if place_ppm < WATER_BAND_PPM[0]:  # the lines were moved down, and it with them
        low_ppm = place_ppm - BELOW_PPM
    inside = np.flatnonzero((axis >= low_ppm) & (axis <= WATER_BAND_PPM[1]))
    if inside.size < 2 * lines.amplitude.size:
        return None
    band = slice(int(inside[0]), int(inside[-1]) + 1)
    V = model.full_spectra(_shapes(model, lines)).T
    shares = np.linalg.pinv(V[band], rcond=CONDITION)
    return WaterFilter(band, np.asarray(shares, complex), V, model.band)


def _shapes(model: Model, lines: Lines) -> Complex:
    """FIDs of the lines (lines, points), each with the amplitude it has in the mean."""
    t = time_axis_s(model.points, model.dwell_time_s)
    nu_hz = (lines.shift_ppm - REFERENCE_PPM) * model.frequency_mhz
    rates = -2j * np.pi * nu_hz - np.pi * lines.fwhm_hz
    shapes: Complex = lines.amplitude[:, None] * np.exp(rates[:, None] * t)
    return shapes
