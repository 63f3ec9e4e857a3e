"""Blocks of neighbouring transients, and the filter over them.

The weighted mean o of BLOCK transients stands for them at their middle (within a block
the course is taken as straight; a block ends with the reference period, the epoch, at a
gap and at a mark, a start or stop of the infusion).  After a mark, where a course may
bend, blocks begin with FINEST transients and grow with the time since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.tracker import Step, Tracker
from monitor.analysis.tracking.transient_view import Observed

BLOCK = 16
FINEST = 2


@dataclass(frozen=True, slots=True)
class Block:
    """Mean of neighbouring transients.

    Attributes
    ----------
    epoch, reference, part : common to all of them
    begins : place of the first of them
    foreign : their epoch is another than the reference period's
    gain, rescaled : as in `Observed`
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
    foreign: bool = False
    gain: float = 1.0
    rescaled: bool = False


def block_of(seen: Sequence[Observed]) -> Block:
    """Mean of transients that belong together; plain where all weights are 0."""
    weights = np.array([one.weight for one in seen])
    total = float(weights.sum())
    shares = weights / total if total > 0 else np.full(len(seen), 1 / len(seen))
    places = np.array([one.place for one in seen])
    o = shares @ np.stack([one.o for one in seen])
    first = seen[0]
    return Block(
        first.epoch,
        first.reference,
        first.part,
        first.place,
        float(shares @ places),
        o,
        total,
        first.foreign,
        first.gain,
        first.rescaled,
    )


def belongs(seen: Sequence[Observed], one: Observed, length: int = BLOCK) -> bool:
    """Whether a transient still belongs to the block that these make."""
    if not seen:
        return True
    first = seen[0]
    alike = (first.epoch, first.reference, first.part, first.gain) == (
        one.epoch,
        one.reference,
        one.part,
        one.gain,
    )
    if first.part:
        length = min(length, max(FINEST, first.since))
    return alike and one.place - first.place < length


def runs_of(seen: Iterable[Observed], length: int = BLOCK) -> Iterator[list[Observed]]:
    """Transients that make a block each, in order."""
    run: list[Observed] = []
    for one in seen:
        if not belongs(run, one, length):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def blocks_of(seen: Iterable[Observed], length: int = BLOCK) -> list[Block]:
    """Blocks of all transients, in order."""
    return list(map(block_of, runs_of(seen, length)))


@dataclass(slots=True)
class GrowingBlocks:
    """Blocks of transients that come one by one; one owner.

    All but the last are complete, and are kept.
    """

    _complete: list[Block] = field(default_factory=list)
    _count: int = 0  # transients in them

    def of(self, seen: Sequence[Observed]) -> list[Block]:
        """Blocks of all transients, the first of which were there the last time."""
        runs = list(runs_of(seen[self._count :]))
        for run in runs[:-1]:
            self._complete.append(block_of(run))
            self._count += len(run)
        return [*self._complete, *map(block_of, runs[-1:])]


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


def passed(
    tracker: Tracker, before: Observed | Block | None, after: Observed | Block
) -> Real:
    """Let the time between two of them pass; the transition that this was.

    A mark lies just before the first transient that follows it.
    """
    if before is None:
        F = tracker.predict(1)
        return tracker.begin_epoch(foreign=True) @ F if after.foreign else F
    steps = max(round(after.place) - round(before.place), 1)
    early = 0
    if after.part != before.part:
        early = min(max(after.begins - 1 - round(before.place), 0), steps - 1)
    begun = tracker.predict(early) if early else None
    if after.part != before.part:
        tracker.bend()
    F = tracker.predict(steps - early)
    F = F if begun is None else F @ begun
    if after.epoch != before.epoch:
        return tracker.begin_epoch(after.foreign) @ F
    if after.gain != before.gain:
        tracker.step_gain()
    return F


def take(
    tracker: Tracker, block: Block, before: Block | None, rows: Real
) -> tuple[Real, Step | None]:
    """Predict to a block and measure it; the transition and what it did."""
    F = passed(tracker, before, block)
    return F, tracker.measure(rows, block.o, block.weight)


def taken(
    tracker: Tracker, one: Observed, before: Observed | None, rows: Real, o: Real
) -> tuple[Real, Real]:
    """One transient further, of which `rows` measure o (q,); the joint state then."""
    passed(tracker, before, one)
    tracker.measure(rows, o, one.weight, smoothed=False)
    if one.reference:
        tracker.remember(one.weight)
    return tracker.joint()
