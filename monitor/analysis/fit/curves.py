"""The spectra of a window and of its fit, as they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float32]
LINES_PPM = (1.9, 3.4)
"""Where the tallest line is looked for: neither lipid nor water's foot may be it."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Phased real spectra of one window and its fit, over the fitted ppm range.

    All are (points,) float32 in the units of the spectrum, `components` holds one
    curve for each basis name; `ppm` ascends.  `data - baseline - sum(components)` is
    `residual`; `model` is `baseline + sum(components)`.
    """

    ppm: Curve
    data: Curve
    model: Curve
    baseline: Curve
    residual: Curve
    components: dict[str, Curve]

    @property
    def tallest_line(self) -> float:
        """Height of the tallest line above the baseline; 0: there is none."""
        inside = (self.ppm >= LINES_PPM[0]) & (self.ppm <= LINES_PPM[1])
        above = (self.model - self.baseline)[inside]
        return float(np.max(above[np.isfinite(above)], initial=0.0))
