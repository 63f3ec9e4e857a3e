"""Residual water as a navigator: evidence of shift and phase beside the metabolites.

Water and metabolites share field and receiver phase.  What they do not share (the
phase that suppression leaves, its fluctuation) shows in the differences delta of the
transients so far (`water_position.py`).  With their centre mu, and X what they scatter
beyond their noise N, a transient's delta has covariance S = X + N about mu, and the
best linear estimate of the error of its shift and phase m from delta is taken off:

    m <- m + G S^-1 (delta - mu),   P <- P - G S^-1 G^T,   G = -cov(error of m, delta)

Nothing has to be decided: where water is not stable X is large and water has no say.  X
is measured on the last `MEMORY` transients that counted, so that slow changes of mu are
followed.  A delta further out than `FURTHEST` SD is not used.  In a phase cycle water
has a phase of its own in each step: mu is that of the step.

What it gains was measured (tests/acceptance/preparation.md): where residual water is
twice as high as NAA, the SD of the shift falls by a quarter to 40 %, that of the phase
by 10 to 15 %, at an SNR of 10 as of 3.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from monitor.analysis.preparation.rolling import Rolling, middle
from monitor.analysis.signal.spectrum import Real

if TYPE_CHECKING:
    from monitor.analysis.preparation.registration import Registration

MEMORY = 64
ENOUGH = 12
ENOUGH_IN_STEP = 6
FURTHEST = 4.0


DIFFERENCE, NOISE = slice(1, 3), slice(3, 7)
"""Places of delta and of N (2, 2) in what is remembered, behind the step."""


@dataclass(slots=True)
class Navigator:
    """Water of the last transients; the one mutable object of this module."""

    cycle_steps: int = 1
    past: Rolling = field(init=False)

    def __post_init__(self) -> None:
        length = max(MEMORY, 2 * ENOUGH_IN_STEP * self.cycle_steps)
        self.past = Rolling(length, NOISE.stop)

    def push(self, step: int, found: Registration) -> None:
        """Remember the water of a transient that counts."""
        seen = found.sighting
        if seen is not None:
            which = float(step % self.cycle_steps)
            self.past.append(np.array([which, *seen.difference, *seen.noise.flat]))

    def corrected(self, step: int, found: Registration) -> Registration:
        """Shift and phase with the water's evidence, where there is any."""
        seen = found.sighting
        if seen is None or len(self.past) < ENOUGH:
            return found
        step %= self.cycle_steps
        own = len(self.past)
        if self.cycle_steps > 1:
            own = int(np.count_nonzero(self.past.rows[:, 0] == step))
        if own < ENOUGH_IN_STEP:
            return found
        centre, X = self._centre_and_scatter(step)
        # The centre is a median of so many: it is not known exactly.
        S = (X + seen.noise) * (1.0 + 0.5 * np.pi / own)
        off = _wrap(seen.difference - centre)
        inverse = _inverse(S)
        if not off @ inverse @ off < FURTHEST**2:
            return found
        gain = seen.shared @ inverse
        shift, phase = (gain @ off).tolist()
        P = np.diag(seen.own - gain @ seen.shared.T).tolist()
        return replace(
            found,
            shift_hz=found.shift_hz + shift,
            phase_rad=cmath.phase(cmath.rect(1.0, found.phase_rad + phase)),
            shift_sd_hz=math.sqrt(max(P[0], 0.0)),
            phase_sd_rad=math.sqrt(max(P[1], 0.0)),
        )

    def _centre_and_scatter(self, step: int) -> tuple[Real, Real]:
        """Mu of a step (2,), and X (2, 2) of all of them about their own."""
        past = self.past.rows
        values, N = past[:, DIFFERENCE], past[:, NOISE].sum(axis=0) / len(past)
        if self.cycle_steps == 1:
            centre = _middle(values)
            off, count = _wrap(values - centre), 1
        else:
            centre, off, count = _by_step(values, past[:, 0], step)
        scatter = off.T @ off / max(len(off) - count, 1)
        return centre, _without_negative(scatter - N.reshape(2, 2))


def _by_step(values: Real, steps: Real, step: int) -> tuple[Real, Real, int]:
    """Centre of a step (2,), what all lie off their own (n, 2), how many steps."""
    off, centres = np.empty_like(values), {}
    for s in set(steps.tolist()):
        own = steps == s
        centres[s] = _middle(values[own])
        off[own] = _wrap(values[own] - centres[s])
    return centres[step], off, len(centres)


def _without_negative(S: Real) -> Real:
    """A symmetric matrix (2, 2), what it has of negative eigenvalues left out."""
    (a, b), (_, d) = S.tolist()
    middle, apart = 0.5 * (a + d), math.hypot(0.5 * (a - d), b)
    if middle >= apart:
        return S
    if middle + apart <= 0:
        return np.zeros((2, 2))
    share = (middle + apart) / (2 * apart)
    return np.asarray(share * (S - (middle - apart) * np.eye(2)))


def _inverse(S: Real) -> Real:
    """Inverse of a covariance (2, 2); nan where it has none."""
    (a, b), (c, d) = S.tolist()
    return np.array([[d, -b], [-c, a]]) / ((a * d - b * c) or math.nan)


def _wrap(difference: Real) -> Real:
    """Differences (..., 2) with their phase put into -pi ... pi, in place."""
    turns = np.round(difference[..., 1] / (2 * np.pi))
    difference[..., 1] -= 2 * np.pi * turns
    return difference


def _middle(differences: Real) -> Real:
    """Median (2,) of differences (n, 2), their phases about their circular mean."""
    phases = differences[:, 1]
    mean = math.atan2(float(np.sin(phases).sum()), float(np.cos(phases).sum()))
    about = np.array([0.0, mean])
    return np.asarray(about + middle(_wrap(differences - about)), float)
