"""What tells of a sphere whether scanner and sphere are as they should be.

Its temperature follows from how far its lines lie from its water: see
`monitor.analysis.preparation.line_offset`.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.preparation.line_offset import temperature_c
from monitor.run.result import Result

OFFSET_LIMIT_PPM = 0.5
"""As far off as lines are looked for."""
COOLEST_C, WARMEST_C = 15.0, 30.0
"""Of a sphere that lies in a scanner's room."""


def line_offsets_ppm(result: Result) -> list[float]:
    """How much too high the lines of each epoch lie, by the scanner's frequency.

    Epochs in which no lines are found are left out.
    """
    models = result.epoch_models.values()
    offsets = [model.lines_offset_ppm for model in models]
    return [offset for offset in offsets if np.isfinite(offset)]


def temperatures_c(result: Result) -> list[float]:
    """Temperature of the sphere in each epoch.

    Its water lies where the water references say, else at the scanner's frequency.
    """
    water_ppm, acquisition = 0.0, result.acquisition
    if result.water_course and acquisition is not None:
        shift_hz = np.median([point.shift_hz for point in result.water_course])
        water_ppm = float(shift_hz) / acquisition.spectrometer_frequency_mhz
    return [temperature_c(ppm - water_ppm) for ppm in line_offsets_ppm(result)]
