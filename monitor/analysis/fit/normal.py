"""Normal equations, solved with care: columns scaled to one, then Cholesky.

LAPACK is called directly: matrices are so small that scipy's checks would take longer
than the solution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.signal.lapack import lapack
from monitor.analysis.signal.spectrum import Real

LEAST_RIDGE = 1e-13
"""Added to a diagonal of ones; a hundred times more each time that it is not enough."""
LEAST_OWN = 3e-6
"""Part of a column that the others must leave unexplained, else it is one of them."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A positive matrix H, factored with its diagonal scaled to one.

    `ridge` is what had to be added to that diagonal.
    """

    scale: Real
    triangle: Real
    ridge: float

    def solve(self, columns: Real) -> Real:
        """H^-1 columns, (n,) or (n, m)."""
        scale = self.scale if columns.ndim == 1 else self.scale[:, None]
        solved, _ = lapack().dpotrs(self.triangle, columns * scale)
        return np.asarray(solved * scale, float)

    @property
    def log_determinant(self) -> float:
        """log|H|, of the columns that have any weight."""
        told = self.scale > 0
        triangle = np.log(np.diag(self.triangle)[told])
        return 2.0 * float(np.sum(triangle - np.log(self.scale[told])))


def factored(H: Real) -> Factor:
    """Factor a matrix that is positive but for rounding.

    What has no weight on the diagonal (a column of zeros) is given a solution of zero.

    Raises
    ------
    LinAlgError : H is not finite, or far from positive
    """
    if not np.isfinite(H).all():
        raise LinAlgError("not finite")
    diagonal = np.diag(H)
    told = diagonal > 1e-40 * max(float(diagonal.max(initial=0.0)), 1e-260)
    scale = np.where(told, 1 / np.sqrt(np.where(told, diagonal, 1.0)), 0.0)
    scaled = H * scale[:, None] * scale
    ridge = LEAST_RIDGE
    while ridge < 1e-2:
        scaled[np.diag_indices(len(H))] = 1.0 + ridge
        triangle, failed = lapack().dpotrf(scaled)
        if not failed:
            return Factor(scale, np.asarray(triangle, float), ridge)
        ridge *= 100.0
    raise LinAlgError("not positive")


def inverse(information: Real) -> tuple[Real, bool]:
    """Inverse of a Fisher information; False where it is singular."""
    try:
        factor = factored(information)
    except LinAlgError:
        return np.full_like(information, np.nan), False
    covariance = factor.solve(np.eye(len(information)))
    told = np.all(factor.scale > 0) and np.diag(factor.triangle).min() > LEAST_OWN
    return covariance, bool(factor.ridge == LEAST_RIDGE and told)
