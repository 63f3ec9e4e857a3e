"""The smoother: what the whole session so far says of each transient.

Forward the filter of `tracker` runs over the `blocks` of transients, the state at each
mark included; backward the recursion of Bryson & Frazier in Bierman's form (1973),
which inverts nothing.  With V = C^-1 H, v the whitened innovation, K = W' V and F the
transition into block k (the remembering of k - 1 included),

    lam~ = -V'v + (1 - K)' lam,        Lam~ = V'V + (1 - K)' Lam (1 - K)
    lam  <- F' lam~,                   Lam  <- F' Lam~ F
    x_k|N = x_k - P_k lam,             P_k|N = P_k - P_k Lam P_k,

and the covariance of x_k with the final means r of the reference period is P_k Psi,
Psi <- F' (1 - K)' Psi.  Between the middles of blocks changes and SDs are interpolated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.blocks import BLOCK, Block, take, with_marks
from monitor.analysis.tracking.dynamics import REMEMBERED, Dynamics
from monitor.analysis.tracking.tracker import Step, Tracker, widened


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Joint states (`Tracker.joint`) at the middles of blocks.

    places (K,), joint (K, 10), covariance (K, 10, 10).
    """

    places: Real
    joint: Real
    covariance: Real


def smooth(
    dynamics: Dynamics, blocks: Sequence[Block], rows: Mapping[int, Real]
) -> Smoothed:
    """Smooth blocks, at least one, whose epochs measure the state by `rows`.

    The marks between them come as further places.
    """
    tracker = Tracker.fresh(dynamics)
    states: list[tuple[Real, Real]] = []
    steps: list[Step | None] = []
    moves: list[Real] = []
    T, before, blocks = np.eye(dynamics.size), None, with_marks(blocks)
    for block in blocks:
        F, step = take(tracker, block, before, rows[block.epoch])
        moves.append(F @ T)
        states.append((tracker.mean, tracker.covariance))
        steps.append(step)
        T = tracker.remember(block.weight if block.reference else 0.0)
        before = block
    places = np.array([block.place for block in blocks])
    then = tracker.mean[dynamics.memory]
    own = tracker.covariance[dynamics.memory, dynamics.memory]
    Psi = T[dynamics.memory].T
    joint, covariance = _backward(dynamics.rows, states, steps, moves, Psi)
    joint[:, REMEMBERED:] = then
    covariance[:, REMEMBERED:, REMEMBERED:] = own
    return Smoothed(places, joint, covariance)


def _backward(
    rows: Real,
    states: Sequence[tuple[Real, Real]],
    steps: Sequence[Step | None],
    moves: Sequence[Real],
    Psi: Real,
) -> tuple[Real, Real]:
    """Joint states of all blocks but for their own part of the reference means."""
    R, n = REMEMBERED, len(states[-1][0])
    joint = np.zeros((len(states), 2 * R))
    covariance = np.zeros((len(states), 2 * R, 2 * R))
    lam, Lam = np.zeros(n), np.zeros((n, n))
    for k in range(len(states) - 1, -1, -1):
        x, P = states[k]
        B = widened(rows, len(x))
        BP = B @ P
        cross = BP @ Psi
        joint[k, :R] = B @ x - BP @ lam
        covariance[k, :R, :R] = BP @ B.T - BP @ Lam @ BP.T
        covariance[k, :R, R:], covariance[k, R:, :R] = cross, cross.T
        step, F = steps[k], moves[k]
        if step is not None:
            V, W = step.whitened, step.moved
            lam = lam - V.T @ (W @ lam + step.innovation)
            left = Lam - V.T @ (W @ Lam)
            Lam = left - (left @ W.T) @ V + V.T @ V
            Psi = Psi - V.T @ (W @ Psi)
        lam, Lam, Psi = F.T @ lam, F.T @ Lam @ F, F.T @ Psi
    return joint, covariance


def between(places: Real, values: Real, wanted: Real) -> Real:
    """Values (K, m) at rising places (K,), linearly at wanted places (n,).

    Beyond the ends the last two go on in a straight line, by half a block at most.
    """
    if len(places) == 1:
        return np.repeat(values, len(wanted), axis=0)
    low, high = places[0] - BLOCK, places[-1] + BLOCK
    first = values[0] - BLOCK * (values[1] - values[0]) / (places[1] - places[0])
    last = values[-1] + BLOCK * (values[-1] - values[-2]) / (places[-1] - places[-2])
    x = np.array([low, *places, high])
    y = np.vstack([first, values, last])
    columns = [np.interp(wanted, x, column) for column in y.T]
    return np.column_stack(columns)
