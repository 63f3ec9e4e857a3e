"""The smooth baseline: a penalised spline, removed by one linear operator.

The spectrum in the fitted band, y (K points, complex), is

    y = A c + N a + Z b + e,      e ~ N(0, s^2),   b ~ N(0, s^2 / lam)

with the metabolites A, and a baseline in two parts: N, free without penalty (constant,
slope, and the tail of the residual water), and Z, cubic B-splines (Eilers & Marx 1996)
in the mixed-model form of a curvature penalty (Wand & Ormerod 2008), so that lam is
the stiffness.  Coefficients are complex: real and imaginary part each have their own.

With N and Z orthogonalised once (Z without N = U D V'), the generalised least-squares
problem for c alone needs only the operator

    R = I - Qn Qn' - U (1 - w) U',     w_i = (1 + D_i^2 / lam)^(-1/2),

since R'R = s^2 cov(y)^-1 on the complement of N.  R costs K x 60 per column, whatever
lam is.  Effective dimension: columns of N + sum(1 - w_i^2).

How lam is chosen is said in `choice`; `log_determinant` is the baseline's part of the
restricted likelihood that is asked there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM

KNOTS_PER_PPM = 15
"""Dense enough that the stiffness alone decides (ABfit uses the same)."""


@dataclass(frozen=True)
class Baseline:
    """Orthogonal parts of the baseline on one ppm axis.

    Attributes
    ----------
    free : (K, n) orthonormal columns without penalty, Qn
    smooth : (K, p) orthonormal columns under the penalty, U
    scale : (p,) their singular values D
    """

    free: Real
    smooth: Real
    scale: Real

    def shrinkage(self, stiffness: float) -> Real:
        """W of the module docstring, (p,)."""
        return np.asarray(1.0 / np.sqrt(1.0 + self.scale**2 / stiffness), float)

    @cached_property
    def parts(self) -> Real:
        """Qn and U side by side, (K, n + p)."""
        return np.concatenate([self.free, self.smooth], axis=1)

    def loss(self, stiffness: float) -> Real:
        """What R takes of each of the parts: 1 of the free, 1 - w of the smooth."""
        free = np.ones(self.free.shape[1])
        return np.concatenate([free, 1.0 - self.shrinkage(stiffness)])

    def stacked_rows(self, rows: Complex, stiffness: float) -> Real:
        """R applied to rows (m, K), real beside imaginary part, (m, 2 K)."""
        m, parts = len(rows), self.parts
        apart = np.concatenate([rows.real, rows.imag])
        apart -= ((apart @ parts) * self.loss(stiffness)) @ parts.T
        return np.concatenate([apart[:m], apart[m:]], axis=1)

    def removed(self, columns: Complex | Real, stiffness: float) -> Complex:
        """R applied to (K,) or (K, m) columns."""
        w = self.shrinkage(stiffness)
        free, smooth = self.free.T @ columns, self.smooth.T @ columns
        loss = (1.0 - w) if columns.ndim == 1 else (1.0 - w)[:, None]
        rest = columns - self.free @ free - self.smooth @ (loss * smooth)
        return np.asarray(rest, complex)

    def estimate(self, rest: Complex, stiffness: float) -> Complex:
        """Best baseline (K,) for y - A c (not yet treated by R)."""
        w = self.shrinkage(stiffness)
        free, smooth = self.free.T @ rest, self.smooth.T @ rest
        curve: Complex = self.free @ free + self.smooth @ ((1 - w**2) * smooth)
        return curve

    def effective_dimension(self, stiffness: float) -> float:
        """Degrees of freedom of the real (equally: the imaginary) part."""
        penalised = float(np.sum(1 - self.shrinkage(stiffness) ** 2))
        return float(self.free.shape[1]) + penalised

    def log_determinant(self, stiffness: float) -> float:
        """log|cov(y)| / s^2 on the complement of N, both parts of the complex y."""
        return 2.0 * float(np.sum(np.log1p(self.scale**2 / stiffness)))


def make_baseline(
    ppm: Real, knots_per_ppm: float = KNOTS_PER_PPM, water_tail: bool = True
) -> Baseline:
    """Baseline on an ascending ppm axis (K,)."""
    free = np.linalg.qr(_free_columns(ppm, water_tail))[0]
    roughness = _random_columns(ppm, knots_per_ppm)
    roughness -= free @ (free.T @ roughness)
    smooth, scale, _ = np.linalg.svd(roughness, full_matrices=False)
    kept = scale > 1e-6 * scale[0]
    return Baseline(free, smooth[:, kept], scale[kept])


def _free_columns(ppm: Real, water_tail: bool) -> Real:
    """Constant, slope and the two leading terms of a far line's tail."""
    x = (ppm - ppm.mean()) / np.ptp(ppm)
    columns = [np.ones_like(x), x]
    if water_tail:
        distance = REFERENCE_PPM - ppm
        # A line at a distance d, whatever its shape, falls as 1/d and 1/d^2; the
        # floor keeps the columns finite should the band reach the water itself.
        distance = np.where(np.abs(distance) < 0.1, 0.1, distance)
        columns += [1 / distance, 1 / distance**2]
    return np.stack(columns, axis=1)


def _random_columns(ppm: Real, knots_per_ppm: float) -> Real:
    """Z: B-splines times the root of the inverse curvature penalty, (K, p)."""
    intervals = max(int(np.ceil(np.ptp(ppm) * knots_per_ppm)), 4)
    width = np.ptp(ppm) / intervals
    knots = ppm[0] + width * np.arange(-3, intervals + 4)
    knots[-4:] += 1e-9 * width
    splines = _splines(ppm, knots, 3)
    curvature = np.diff(np.eye(splines.shape[1]), 2, axis=0)
    columns: Real = splines @ np.linalg.pinv(curvature)
    return np.asarray(columns / np.sqrt(np.mean(np.sum(columns**2, axis=1))), float)


def _splines(x: Real, knots: Real, degree: int) -> Real:
    """B-splines (K, splines) on rising knots, by the recursion of Cox and de Boor.

    `scipy.interpolate` has them, and takes half a second to import.
    """
    x = x[:, np.newaxis]
    B: Real = np.asarray((x >= knots[:-1]) & (x < knots[1:]), float)
    for d in range(1, degree + 1):
        left, right = knots[: -d - 1], knots[d + 1 :]
        rising = (x - left) / (knots[d:-1] - left)
        falling = (right - x) / (right - knots[1:-d])
        B = rising * B[:, :-1] + falling * B[:, 1:]
    return B
