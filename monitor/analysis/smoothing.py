"""The smoother: what the whole session so far says of each transient.

Transients are worked on in blocks of BLOCK: their weighted mean o stands for them at
their middle (within a block the course is taken as straight; a block ends with the
reference period, the epoch, at a gap and at a mark, a start or stop of the infusion).
After a mark, where a course may bend, blocks begin with FINEST transients and grow with
the time since, and the state at the mark itself is smoothed too.  Forward the filter of
`tracker` runs over the blocks; backward the recursion of Bryson & Frazier in Bierman's
form (1973), which inverts nothing.  With V = C^-1 H, v the whitened innovation,
K = W' V and F the transition into block k (the remembering of k - 1 included),

    lam~ = -V'v + (1 - K)' lam,        Lam~ = V'V + (1 - K)' Lam (1 - K)
    lam  <- F' lam~,                   Lam  <- F' Lam~ F
    x_k|N = x_k - P_k lam,             P_k|N = P_k - P_k Lam P_k,

and the covariance of x_k with the final means r of the reference period is P_k Psi,
Psi <- F' (1 - K)' Psi.  Between the middles of blocks changes and SDs are interpolated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.dynamics import REMEMBERED, Dynamics
from monitor.analysis.spectrum import Real
from monitor.analysis.tracker import Step, Tracker

BLOCK = 16
FINEST = 2


@dataclass(frozen=True, slots=True)
class Observed:
    """One transient as the tracker sees it.

    Attributes
    ----------
    index, epoch, time_s : which transient
    place : its place in transients from the first, those that never came included
    o : (q,) reduced spectrum
    weight : 0 ... 1
    reference : whether it lies in the reference period
    part : how many marks, starts and stops of the infusion, lie before it
    since : its place counted from the first transient of its part
    """

    index: int
    epoch: int
    time_s: float
    place: int
    o: Real
    weight: float
    reference: bool
    part: int = 0
    since: int = 0

    @property
    def infused(self) -> bool:
        """Whether the infusion had begun."""
        return self.part > 0

    @property
    def begins(self) -> int:
        """Its place; a block begins with that of its first transient."""
        return self.place


@dataclass(frozen=True, slots=True)
class Block:
    """Mean of neighbouring transients.

    Attributes
    ----------
    epoch, reference, part : common to all of them
    begins : place of the first of them
    place : their weighted middle, in transients
    o, weight : (q,) weighted mean, and the sum of weights
    """

    epoch: int
    reference: bool
    part: int
    begins: int
    place: float
    o: Real
    weight: float


def block_of(seen: Sequence[Observed]) -> Block:
    """Mean of transients that belong together; plain where all weights are 0."""
    weights = np.array([one.weight for one in seen])
    total = float(weights.sum())
    shares = weights / total if total > 0 else np.full(len(seen), 1 / len(seen))
    places = np.array([one.place for one in seen])
    o = shares @ np.stack([one.o for one in seen])
    first = seen[0]
    return Block(
        first.epoch, first.reference, first.part, first.place,
        float(shares @ places), o, total,
    )  # fmt: skip


def belongs(seen: Sequence[Observed], one: Observed, length: int = BLOCK) -> bool:
    """Whether a transient still belongs to the block that these make."""
    if not seen:
        return True
    first = seen[0]
    alike = (first.epoch, first.reference, first.part) == (
        one.epoch, one.reference, one.part,
    )  # fmt: skip
    if first.part:
        length = min(length, max(FINEST, first.since))
    return alike and one.place - first.place < length


def blocks_of(seen: Sequence[Observed], length: int = BLOCK) -> list[Block]:
    """Blocks of all transients, in order."""
    blocks: list[Block] = []
    open_block: list[Observed] = []
    for one in seen:
        if not belongs(open_block, one, length):
            blocks.append(block_of(open_block))
            open_block = []
        open_block.append(one)
    return [*blocks, block_of(open_block)] if open_block else blocks


def passed(
    tracker: Tracker, before: Observed | Block | None, after: Observed | Block
) -> Real:
    """Let the time between two of them pass; the transition that this was.

    A mark lies just before the first transient that follows it.
    """
    if before is None:
        return tracker.predict(1)
    steps = max(round(after.place) - round(before.place), 1)
    early = 0
    if after.part != before.part:
        early = min(max(after.begins - 1 - round(before.place), 0), steps - 1)
    F = tracker.predict(early) if early else np.eye(tracker.mean.size)
    if after.part != before.part:
        tracker.bend()
    F = tracker.predict(steps - early) @ F
    if after.epoch != before.epoch:
        tracker.begin_epoch()
    return F


def take(
    tracker: Tracker, block: Block, before: Block | None, rows: Real
) -> tuple[Real, Step | None]:
    """Predict to a block and measure it; the transition and what it did."""
    F = passed(tracker, before, block)
    return F, tracker.measure(rows, block.o, block.weight)


def with_marks(blocks: Sequence[Block]) -> list[Block]:
    """Blocks, and one that says nothing at the last place before each mark."""
    found: list[Block] = []
    for block in blocks:
        if found and found[-1].part != block.part:
            edge = float(block.begins - 1)
            if edge > found[-1].place:
                found.append(replace(found[-1], place=edge, weight=0.0))
        found.append(block)
    return found


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
    B: Real,
    states: Sequence[tuple[Real, Real]],
    steps: Sequence[Step | None],
    moves: Sequence[Real],
    Psi: Real,
) -> tuple[Real, Real]:
    """Joint states of all blocks but for their own part of the reference means."""
    n, R = B.shape[1], REMEMBERED
    joint = np.zeros((len(states), 2 * R))
    covariance = np.zeros((len(states), 2 * R, 2 * R))
    lam, Lam = np.zeros(n), np.zeros((n, n))
    for k in range(len(states) - 1, -1, -1):
        x, P = states[k]
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
