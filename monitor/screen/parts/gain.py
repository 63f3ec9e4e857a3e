"""Spectra of two epochs on one scale: a receiver's gain is not the brain's.

Between epochs gain, coil and place may differ, by a factor that nobody knows.  It is
taken to be that of the areas of tNAA, tCr and tCho, which a wider line leaves as they
are; what then differs is of the rest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.analysis.basis.names import members
from monitor.analysis.fit.curves import Curve, Curves

STEADY = ("tNAA", "tCr", "tCho")


def on_scale_of(curves: Curves, before: Curves) -> Curves:
    """The curves divided by their gain over others; as they are where it is unknown."""
    mine, theirs = _areas(curves), _areas(before)
    if len(mine) != len(theirs) or not theirs @ theirs > 0:
        return curves
    gain = float(mine @ theirs) / float(theirs @ theirs)
    if not (np.isfinite(gain) and gain > 0):
        return curves

    def scaled(curve: Curve) -> Curve:
        return np.asarray(curve / gain, np.float32)

    return replace(
        curves,
        data=scaled(curves.data),
        model=scaled(curves.model),
        baseline=scaled(curves.baseline),
        residual=scaled(curves.residual),
        components={name: scaled(one) for name, one in curves.components.items()},
    )


def _areas(curves: Curves) -> Curve:
    """Area of each steady group that is fitted, spectrum units times ppm."""
    step = float(np.mean(np.diff(curves.ppm))) if len(curves.ppm) > 1 else 0.0
    groups = [members(name, tuple(curves.components)) for name in STEADY]
    areas = [
        step * sum(float(np.sum(curves.components[name])) for name in own)
        for own in groups
        if own
    ]
    return np.asarray(areas, np.float32)
