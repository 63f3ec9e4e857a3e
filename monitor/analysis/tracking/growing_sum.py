"""Normal equations of which one sum grows by transients that measure the same.

With A what is known beside that sum (prior and all other sums) and G what a transient
of weight 1 adds, the information after a weight w is A + w G.  In the V that makes both
diagonal, V' A V = 1 and V' G V = diag(g), its inverse is V diag(1 / (1 + w g)) V', so
that nothing has to be factored again as w grows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.lapack import lapack
from monitor.analysis.signal.spectrum import Real


@dataclass(frozen=True, slots=True)
class GrowingSum:
    """All but the sum itself, in V.

    Attributes
    ----------
    others : which sums A is made of, by their weights
    values : (n,) g
    asked : (10, n) what is asked
    rows : (q, n) with which a transient of the sum measures
    score : (n,) of A
    """

    others: object
    values: Real
    asked: Real
    rows: Real
    score: Real

    @classmethod
    def of(
        cls, others: object, A: Real, H: Real, asked: Real, score: Real
    ) -> GrowingSum:
        """From A (n, n), what is asked (10, n), and the score (n,) of A.

        H (q, n) are the rows with which a transient of the sum measures.
        """
        L, _ = lapack().dpotrf(A, lower=1)
        rows, _ = lapack().dtrtrs(L, H.T, lower=1)
        values, U = np.linalg.eigh(rows @ rows.T)
        V, _ = lapack().dtrtrs(L, U, lower=1, trans=1)
        return cls(others, np.maximum(values, 0.0), asked @ V, H @ V, score @ V)

    def answered(self, weight: float, moment: Real) -> tuple[Real, Real]:
        """What is asked (10,) and its covariance (10, 10).

        `moment` (q,) is the sum of the transients' o, `weight` that of their weights.
        """
        shrunk = self.asked / (1.0 + weight * self.values)
        return shrunk @ (self.score + moment @ self.rows), shrunk @ self.asked.T
