"""What each step of a phase cycle adds to the transient, and a whole cycle cancels.

Residual water and unwanted echoes have another phase in each step j.  The mean of the
aligned transients of a step departs from the mean of all steps by

    e_j = mean_j - mean,        noise of e_j:  N = 2 sd^2 / n_j  per point,

which goes through a Wiener taper in time, g = P / (P + N), P the power of e_j smoothed
over 20 ms.  Shift, phase and residual of a transient are found after g e_j has been
taken off, so that what belongs to its step is no outlier.  The transient itself is left
as it is: the whole cycle cancels e_j better than an estimate of it could.

What of e_j looks like a turn of the whole spectrum stays in the phase: no measurement
of one step can tell the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.preparation.quality import COUNTING_WEIGHT
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, Real

ENOUGH = 3
MEMORY = 64
SMOOTH_S = 0.02


@dataclass(slots=True)
class Cycle:
    """Means of the steps; the one mutable object of this module.

    Attributes
    ----------
    axis, steps : of the acquisition
    total, count : (steps, points) and (steps,) sums of weighted transients and weights
    """

    axis: Axis
    steps: int = 1
    total: Complex = field(init=False)
    count: Real = field(init=False)

    def __post_init__(self) -> None:
        kept = self.steps if self.steps > 1 else 0
        self.total = np.zeros((kept, self.axis.points), complex)
        self.count = np.zeros(kept)

    def push(self, step: int, aligned: Complex, weight: float) -> None:
        """Add an aligned transient (points,) of a step."""
        if self.steps == 1 or weight < COUNTING_WEIGHT:
            return
        j, keep = step % self.steps, 1.0 - 1.0 / MEMORY
        self.total[j] = keep * self.total[j] + aligned
        self.count[j] = keep * self.count[j] + 1.0

    def departure(self, step: int, noise_sd: float) -> Complex | None:
        """What a step adds, (points,); None while too little is known of any step."""
        if self.steps == 1 or float(self.count.min()) < ENOUGH * (1.0 - 1.0 / MEMORY):
            return None
        means = self.total / self.count[:, np.newaxis]
        e = np.asarray(means[step % self.steps] - means.mean(axis=0), complex)
        N = 2.0 * noise_sd**2 / float(self.count[step % self.steps])
        kernel = np.ones(max(3, round(SMOOTH_S / self.axis.dwell_time_s)))
        power = np.convolve(np.abs(e) ** 2, kernel, "same") / np.convolve(
            np.ones(e.size), kernel, "same"
        )
        P = np.maximum(power - N, 0.0)
        return np.asarray(e * P / np.maximum(P + N, 1e-300), complex)
