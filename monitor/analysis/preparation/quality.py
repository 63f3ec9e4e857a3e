"""Quality of one transient, as it is judged on arrival."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real

COUNTING_WEIGHT = 0.5
"""From this weight on a transient counts: in what is learned, in medians and limits."""
LOW_WEIGHT = 0.1
"""Below this weight the screen speaks of a transient of low weight."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What one metabolite transient is worth.

    Attributes
    ----------
    index : number of the metabolite transient in the session, from 0
    seq : its sequence number in the recording
    epoch : the epoch it belongs to
    time_s : scanner time, s
    shift_hz, shift_sd_hz : shift against the template, positive to higher ppm, 1 SD
    phase_rad, phase_sd_rad : phase against the template, 1 SD
    fwhm_hz : full width at half height of the tNAA line, Hz; nan where not measurable
    snr : height of tNAA over the SD of the real spectrum's noise, no apodisation
    water, lipid : residual water and lipid (0.8-1.5 ppm) over the template's NAA height
    amplitude : signal against the template, 1 = the same
    weight : 0 ... 1, its share in every average
    flags : reasons for a lower weight: motion, lipid, water, saturated, phase,
        settling, stretch (it is part of one that is unlike the rest)
    """

    index: int
    seq: int
    epoch: int
    time_s: float
    shift_hz: float
    shift_sd_hz: float
    phase_rad: float
    phase_sd_rad: float
    fwhm_hz: float
    snr: float
    water: float
    lipid: float
    amplitude: float
    weight: float
    flags: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether it counts."""
        return self.weight >= COUNTING_WEIGHT

    @property
    def down_weighted(self) -> bool:
        """Whether it has a share in the averages and yet does not count."""
        return 0 < self.weight < COUNTING_WEIGHT


def median_of(values: Real) -> float:
    """Median of a measure over transients, where it could be measured; nan: nowhere."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan
