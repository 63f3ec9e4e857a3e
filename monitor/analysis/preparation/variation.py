"""What the shape of a transient does beside the template: learned from the transients.

A template of fixed shape is the sharpest ruler for frequency and phase as long as the
shape lasts, and a biased one when it does not: if macromolecules fall more slowly than
metabolites, their tails pass for phase.  Freeing the shape altogether would double the
SD of the phase.  So the freedom is learned.

u (10,) are the whitened free coefficients of the parts V_k (`template.py`): pure noise
has E[u u^T] = 1.  The mean of u u^T over the transients so far has eigenvalues within
(1 +- sqrt(10 / n))^2 if there is noise alone (Marchenko & Pastur); directions q_j whose
eigenvalue w_j lies above are real, with excess variance w_j - 1.  They are the prior of
the shape in the registration: L = [q_j sqrt(w_j - 1)].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.lapack import lapack
from monitor.analysis.signal.spectrum import Real

ENOUGH = 12
MOST = 2
MEMORY = 256
"""Transients after which one has lost 1/e of its say."""


@dataclass(slots=True)
class Variation:
    """Second moment of u; the one mutable object of this module."""

    moment: Real
    count: float = 0.0

    @staticmethod
    def empty(parts: int) -> Variation:
        """Nothing is known: the shape is taken to be fixed."""
        return Variation(np.zeros((parts, parts)))

    def push(self, u: Real) -> None:
        """Learn from the whitened coefficients (parts,) of a transient that counts."""
        keep = 1.0 - 1.0 / MEMORY
        self.moment = keep * self.moment + np.outer(u, u)
        self.count = keep * self.count + 1.0

    def loadings(self) -> Real:
        """L, (parts, directions); no direction while there is noise alone."""
        parts = self.moment.shape[0]
        if self.count < ENOUGH:
            return np.zeros((parts, 0))
        mean = self.moment / self.count
        edge = (1.0 + math.sqrt(parts / self.count)) ** 2
        if _all_below(mean, edge):
            return np.zeros((parts, 0))
        w, q = np.linalg.eigh(mean)
        real = w > edge
        real[:-MOST] = False
        return np.asarray(q[:, real] * np.sqrt(w[real] - 1.0), float)


def _all_below(symmetric: Real, edge: float) -> bool:
    """Whether all eigenvalues are below `edge`: told at a tenth of what they cost."""
    above = -symmetric
    above.flat[:: len(above) + 1] += edge
    _, failed = lapack().dpotrf(above)
    return not failed
