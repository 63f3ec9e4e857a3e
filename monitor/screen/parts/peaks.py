"""Names of the lines in a spectrum, and where the axis belongs by them.

The ppm of a file counts from where its water was thought to be: off by some hundredths
of a ppm at any field, as the room's temperature and the subject's would have it.  NAA
is the line that is always there, so that the axis is moved until it lies at 2.008 ppm
(Govindaraju, NMR Biomed 2000).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis.names import members
from monitor.analysis.fit.curves import Curves
from monitor.screen.graphs import Line, Peak

NAA_PPM, AROUND_PPM = 2.008, 0.2
PEAKS = (
    ("NAA", "tNAA", NAA_PPM),
    ("Cr", "tCr", 3.03),
    ("Glx", "Glu", 2.35),
    ("Cho", "tCho", 3.21),
    ("mI", "mI", 3.56),
    ("Cr", "tCr", 3.92),
    ("Glx", "Glu", 3.75),
)
"""What is written, the group that must be in the basis set, and where; the names that
there must be room for first."""
BESIDE_PPM = 0.05
LIFT = 0.02
HIGHEST = 1.22  # below the residual


def axis_offset(curves: Curves) -> float:
    """What must be added to a ppm axis so that NAA lies where it belongs; else 0."""
    names = members("tNAA", tuple(curves.components))[:1]
    near = np.flatnonzero(np.abs(curves.ppm - NAA_PPM) <= AROUND_PPM)
    if not names or len(near) < 3:
        return 0.0
    line = np.asarray(curves.components[names[0]], float)
    at = int(near[np.argmax(line[near])])
    if not 0 < at < len(line) - 1 or not line[at] > 0:
        return 0.0
    before, top, after = line[at - 1 : at + 2]
    bend = before - 2 * top + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    step = float(curves.ppm[at + 1] - curves.ppm[at])
    return NAA_PPM - float(curves.ppm[at]) - float(np.clip(shift, -0.5, 0.5)) * step


def peaks(
    ppm: Line,
    model: Line,
    names: tuple[str, ...],
    seen: NDArray[np.bool_],
    hidden: frozenset[str],
) -> tuple[Peak, ...]:
    """Names above the lines of a model (n,) where the axis (n,) is `seen`.

    Those of `hidden` groups are left out.
    """
    found = []
    for name, group, at in (peak for peak in PEAKS if peak[1] not in hidden):
        near = np.abs(ppm - at) <= BESIDE_PPM
        if near.any() and seen[near].all() and members(group, names):
            height = min(float(model[near].max()) + LIFT, HIGHEST)
            found.append(Peak(at, height, name))
    return tuple(found)
