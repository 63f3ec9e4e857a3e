"""A transient that is ready for averages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.weights import Measures
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import at_least_the_floor, noise_sd_of
from monitor.analysis.signal.spectrum import Complex, spectrum_of


@dataclass(frozen=True)
class Prepared:
    """One transient, ready for averages.

    Attributes
    ----------
    index : number of the metabolite transient in the session
    aligned : (points,) complex128, combined, eddy-corrected, moved into the template's
        frame (the same as `unaligned` where the settings leave alignment out)
    unaligned : (points,) complex128, combined and eddy-corrected
    came : spectrum of `unaligned`, (points,) ascending in ppm
    quality : what it is worth
    measured : what that was judged by; None for a transient of zeros
    width_hz : line width, but for what is the same throughout an epoch
    redone : the first transients of the epoch anew, this one among them, once; in the
        epoch before where that goes on
    """

    index: int
    aligned: Complex
    unaligned: Complex
    came: Complex
    quality: Quality
    measured: Measures | None = None
    width_hz: float = math.nan
    redone: tuple[Prepared, ...] = ()

    @cached_property
    def spectrum(self) -> Complex:
        """Of `aligned`, (points,) ascending in ppm."""
        return spectrum_of(self.aligned)

    def noise_sd(self, axis: Axis) -> float:
        """SD of one real component of its spectrum's noise.

        Without any noise (a simulation) the fit still needs a scale.
        """
        sd = noise_sd_of(self.spectrum, axis.dwell_time_s, axis.frequency_mhz)
        return at_least_the_floor(float(sd), self.aligned) or 1.0
