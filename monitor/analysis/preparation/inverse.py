"""Inverses of the small normal equations of a registration."""

from __future__ import annotations

import numpy as np

from monitor.analysis.signal.lapack import lapack
from monitor.analysis.signal.spectrum import Real

WELL = 1e-4
"""Least pivot, of equations scaled to 1, of which nothing is lost to rounding."""


def inverse(normal: Real, prior: Real) -> Real:
    """Inverse (n, n) of normal equations with the precision of priors (n,) added.

    Where a direction says nothing (a template without water), the pseudo-inverse.
    """
    sizes = normal.diagonal().copy()
    sizes[sizes == 0] = 1.0
    scale = np.outer(sizes, sizes) ** -0.5
    scaled = normal.copy()
    scaled.flat[:: len(normal) + 1] += prior
    scaled *= scale
    triangle, failed = lapack().dpotrf(scaled, lower=1)
    if failed or triangle.diagonal().min() < WELL:
        half = np.linalg.pinv(scaled, 1e-12, True)
    else:
        half, _ = lapack().dpotri(triangle, lower=1)
        half = np.tril(half) + np.tril(half, -1).T
    return np.asarray(half * scale)
