"""A session's blocks whitened: each curve then leaves a small matrix to solve.

The products are summed up block by block: all columns of 24,000 transients would be
110 MB, and as much again to put them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.fit.fitted_windows import sizes
from monitor.analysis.signal.lapack import lapack
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.blocks import Block
from monitor.analysis.tracking.dynamics import SLOPING, SUMS, Dynamics, sums_of
from monitor.analysis.tracking.tracker import Tracker

DENOMINATORS = ("tNAA", "tCr")


@dataclass(frozen=True, slots=True)
class Whitened:
    """Products of the blocks' spectra and of what a unit theta adds, both whitened.

    A : (curves, thetas, thetas), of the columns with each other
    b : (curves, thetas), of the columns with the spectra
    """

    A: Real
    b: Real


def whiten(
    blocks: Sequence[Block], curves: Real, rows: Mapping[int, Real], dynamics: Dynamics
) -> Whitened:
    """Run the filter once over spectra and all columns (K, curves)."""
    tracker = Tracker.fresh(dynamics)
    moved = directions(dynamics)
    curve_count, thetas = curves.shape[1], len(moved)
    states = np.zeros((dynamics.size, 1 + thetas * curve_count))
    states[:, 0] = tracker.mean
    A, b = np.zeros((curve_count, thetas, thetas)), np.zeros((curve_count, thetas))
    before: Block | None = None
    for block, g in zip(blocks, curves, strict=True):
        steps = 1 if before is None else round(block.place) - round(before.place)
        F = tracker.predict(steps)
        begun = block.foreign if before is None else before.epoch != block.epoch
        if begun:
            F = tracker.begin_epoch(block.foreign) @ F
        elif before is not None and block.gain != before.gain:
            tracker.step_gain()
        before, states = block, F @ states
        if block.weight <= 0:
            continue
        H, M = tracker.wide(rows[block.epoch]), len(dynamics.names)
        asked = np.column_stack([block.o, *(np.outer(H[:, :M] @ d, g) for d in moved)])
        S = H @ tracker.covariance @ H.T + np.eye(len(H)) / block.weight
        v, _ = lapack().dtrtrs(np.linalg.cholesky(S), asked - H @ states, lower=1)
        step = tracker.measure(H, block.o, block.weight)
        if step is not None:
            states = states + step.moved.T @ v
        columns = v[:, 1:].T.reshape(thetas, curve_count, -1).swapaxes(0, 1)
        A += columns @ columns.swapaxes(1, 2)
        b += columns @ v[:, 0]
    return Whitened(A, b)


def directions(dynamics: Dynamics) -> Real:
    """What a unit of each theta adds to the amplitudes, (thetas, M).

    Glu and Gln (or Glx alone), then those of tNAA and tCr that are there, each by one
    percent of its size.
    """
    names = dynamics.names
    sums = dict(zip(SUMS, sums_of(names), strict=True))
    alone = np.diag(0.01 * sizes(names, dynamics.c0))[responding(names)]
    together = [0.01 * sums[total] * dynamics.c0 for total in DENOMINATORS]
    return np.stack([*alone, *(row for row in together if row.any())])


def responding(names: tuple[str, ...]) -> list[int]:
    """Where Glu and Gln (or Glx alone) stand."""
    kinds = [naming.canonical(name) for name in names]
    return [i for i, kind in enumerate(kinds) if kind in SLOPING]
