"""What a transient shows by itself, before those before it have a say.

Of a file many transients are looked at in one go: a transform of many FIDs takes a
third of the time of as many transforms, and gives the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.preparation.template import Model
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import at_least_the_floor, noise_sds
from monitor.analysis.signal.spectrum import Complex, Real, spectrum_of


@dataclass(frozen=True, slots=True)
class Glance:
    """One combined transient, not yet aligned.

    Attributes
    ----------
    fid : (points,)
    noise_sd : of the real part of one of its points
    spectrum : (points,) ascending in ppm
    late_power : (points,) sum of the power up to a point of the spectrum, of what is
        late in the FID
    correlation : (2 points,) cross-correlation with the template `model`, if there is
        one
    """

    fid: Complex
    noise_sd: float
    spectrum: Complex
    late_power: Real
    correlation: Complex | None = None
    model: Model | None = None

    def correlated(self, model: Model) -> Complex:
        """Cross-correlation with a template, (2 points,)."""
        if self.correlation is None or self.model is not model:
            return correlations(self.fid, model)
        return self.correlation


def glances(fids: Complex, axis: Axis, model: Model | None = None) -> list[Glance]:
    """Look at FIDs (n, points), and at the template if there is one."""
    sds = noise_sds(fids, axis.dwell_time_s, axis.frequency_mhz).tolist()
    spectra, late = spectrum_of(fids), spectrum_of(fids * axis.late)
    powers = np.cumsum(late.real**2 + late.imag**2, axis=1)
    found = [None] * len(fids) if model is None else correlations(fids, model)
    return [
        Glance(fid, at_least_the_floor(sd, fid), spectrum, power, correlation, model)
        for fid, sd, spectrum, power, correlation in zip(
            fids, sds, spectra, powers, found, strict=True
        )
    ]


def glance_of(fid: Complex, axis: Axis) -> Glance:
    """Look at one FID (points,)."""
    return glances(fid[np.newaxis], axis)[0]


def correlations(fids: Complex, model: Model) -> Complex:
    """Cross-correlation of FIDs (..., points) with a template, (..., 2 points)."""
    return np.asarray(np.fft.ifft(fids * model.coarse, 2 * fids.shape[-1]), complex)
