"""Weights of the good part, judged by the good part alone.

On arrival a transient is judged by those just before it (`preparation.weights`), among
which a stretch of another kind may lie.  Once the stretch is known its transients are
left out of that memory, and the others judged again.  A run of outliers that turns out
to be the new normal was so from its first: behind a long stretch the template holds
something of it, and what is good looks like an outlier against those before.  So it is
behind a step of gain, where the noise may be another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.contamination.features import NEVER
from monitor.analysis.preparation.preparation import FIRST
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.weights import RUN, Judgement, Kind, Measures
from monitor.analysis.signal.spectrum import Real

STRETCH = "stretch"
"""The flag of a transient in a stretch that is left out."""
BEHIND = 4 * RUN
"""Transients from the end of a stretch to that of the run: outliers may lie between."""
KEPT_EVERY = 32
SPARSE = 256
"""Transients between memories that are kept, to go on from: near ones, and far ones."""


@dataclass(slots=True)
class Weighing:
    """An epoch's transients, judged by those of them that are not skipped.

    What was judged stays so as far as nothing before it has changed: what came behind
    the first change is judged again, from a memory that was kept some way before it.
    """

    cycle_steps: int = 1
    _kept: list[tuple[int, Kind]] = field(default_factory=list)
    _arrived: list[Quality] = field(default_factory=list)
    _skipped: Real = field(default_factory=lambda: np.zeros(0))
    _stepped: Real = field(default_factory=lambda: np.zeros(0))
    _found: list[Quality] = field(default_factory=list)

    def qualities(
        self,
        arrived: Sequence[Quality],
        measured: Sequence[Measures | None],
        steps: Sequence[int],
        skipped: Real,
        stepped: Real | None = None,
    ) -> list[Quality]:
        """Qualities of the transients, of which there are as many as before or more.

        `skipped` (n,) is above 0 where a transient lies in a stretch; `measured` are
        as at the epoch's first gain, `stepped` (n,) says which gain and noise each
        has; None: all the same.
        """
        stepped = np.ones(len(arrived)) if stepped is None else stepped
        done, kind = self._resume(self._same(arrived, skipped, stepped))
        judged = [
            (i, steps[i], m)
            for i in range(done, len(arrived))
            if (m := measured[i]) is not None
            and not skipped[i]
            and NEVER.isdisjoint(arrived[i].flags)
        ]
        first = 0 if done else FIRST
        for _, step, m in judged[:first]:
            kind.remember(step, m)
        found = [*self._found[:done], *arrived[done:]]
        for place, (i, step, m) in enumerate(judged):
            verdict = kind.judge(step, m)
            found[i] = judged_as(arrived[i], verdict)
            if place < first:
                continue
            self._keep(i, kind)
            new = kind.push(step, m, verdict)
            if new and (_behind_a_stretch(i, skipped) or _behind_a_step(i, stepped)):
                for j, one, own in judged[place + 1 - RUN : place + 1]:
                    found[j] = judged_as(arrived[j], kind.judge(one, own))
        self._arrived, self._skipped, self._found = list(arrived), skipped, found
        self._stepped = stepped
        return list(found)

    def _same(self, arrived: Sequence[Quality], skipped: Real, stepped: Real) -> int:
        """How many transients from the first are what they were."""
        n = min(len(self._arrived), len(arrived))
        pairs = zip(arrived[:n], self._arrived, strict=False)
        other = next((i for i, (a, b) in enumerate(pairs) if a is not b), n)
        unlike = skipped[:other] != self._skipped[:other]
        unlike |= stepped[:other] != self._stepped[:other]
        differ = np.flatnonzero(unlike)
        return int(differ[0]) if differ.size else other

    def _resume(self, same: int) -> tuple[int, Kind]:
        """The last memory before a change, and which transient it was kept before."""
        while self._kept and self._kept[-1][0] > same:
            self._kept.pop()
        if not self._kept:
            return 0, Kind(self.cycle_steps)
        i, kind = self._kept[-1]
        return i, deepcopy(kind)

    def _keep(self, i: int, kind: Kind) -> None:
        """Keep the memory as it is before a transient, every so often.

        The first of all is kept when the `FIRST` are known, by which they are judged;
        none within a run of outliers, all of which may be judged again.
        """
        if kind.outlying or (self._kept and i < self._kept[-1][0] + KEPT_EVERY):
            return
        self._kept = _thin(self._kept, i - SPARSE)
        self._kept.append((i, deepcopy(kind)))


def _behind_a_stretch(i: int, skipped: Real) -> bool:
    """Whether a run that ends with transient i began soon after a stretch."""
    return bool(skipped[max(i - BEHIND, 0) : i].any())


def _behind_a_step(i: int, stepped: Real) -> bool:
    """Whether a run that ends with transient i began soon after a step of gain."""
    return bool(stepped[max(i - BEHIND, 0)] != stepped[i])


def judged_as(quality: Quality, verdict: Judgement) -> Quality:
    """A quality with a verdict; the very same where that is as it was."""
    if (quality.weight, quality.flags) == (verdict.weight, verdict.flags):
        return quality
    return replace(quality, weight=verdict.weight, flags=verdict.flags)


def _thin(kept: Sequence[tuple[int, Kind]], near: int) -> list[tuple[int, Kind]]:
    """Memories from a place on, and of those before it one every so often."""
    thin = list[tuple[int, Kind]]()
    for i, kind in kept:
        if not thin or i >= near or i >= thin[-1][0] + SPARSE:
            thin.append((i, kind))
    return thin
