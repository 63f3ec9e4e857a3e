"""The spectra of a window and of its fit, as they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float32]


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
