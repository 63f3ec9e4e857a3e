"""What the steps of a phase cycle hold that towers over what they have in common.

Lipid from outside the voxel may have the opposite sign in each other step: a whole
cycle cancels it, while in any one transient it stands above all metabolites.  A
template of the first transient, and all that is aligned to it, is then one of lipid.
Before anything is aligned the means of the steps tell it: with s_j the mean of step j
and s that of all steps, e_j = s_j - s is known as well as the transients agree in
frequency and phase.

`cycle.Cycle` has the same once transients are aligned; it is asked of every session,
this only where e_j is higher than s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.analysis.preparation.cycle import ENOUGH
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, spectrum_of

WITHIN_PPM = (0.5, 4.2)
COHERENT = 0.7
"""Of the mean height of transients at the peak of e_j: that of their mean, at least.
Of 8 transients with any phases it is a third."""


def steps_apart(
    axis: Axis, cycle_steps: int, steps: Sequence[int], fids: Complex
) -> Complex | None:
    """Departures e_j (cycle_steps, points) of FIDs (n, points); None where none towers.

    `steps` (n,) are counted on from cycle to cycle.
    """
    own = np.asarray(steps, int) % cycle_steps
    if np.bincount(own, minlength=cycle_steps).min() < ENOUGH:
        return None
    means = np.stack([fids[own == j].mean(axis=0) for j in range(cycle_steps)])
    mean = means.mean(axis=0)
    band = axis.band(*WITHIN_PPM)
    height = np.abs(spectrum_of(means - mean)[:, band])
    if height.max() <= np.abs(spectrum_of(mean)[band]).max():
        return None
    j, k = np.unravel_index(np.argmax(height), height.shape)
    peaks = spectrum_of(fids[own == j])[:, band][:, k]
    if np.abs(peaks.mean()) < COHERENT * np.abs(peaks).mean():
        return None
    return np.asarray(means - mean, complex)
