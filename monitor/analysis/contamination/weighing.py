"""Weights of the good part, judged by the good part alone.

On arrival a transient is judged by those just before it (`preparation.weights`), among
which a stretch of another kind may lie.  Once the stretch is known its transients are
left out of that memory, and the others judged again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.analysis.preparation.preparation import FIRST
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.weights import Kind, Measures
from monitor.analysis.signal.spectrum import Real

NEVER = frozenset({"empty", "settling", "saturated"})
STRETCH = "stretch"
"""The flag of a transient in a stretch that is left out."""


def weighed_again(
    arrived: Sequence[Quality],
    measured: Sequence[Measures | None],
    steps: Sequence[int],
    skipped: Real,
    cycle_steps: int,
) -> list[Quality]:
    """Qualities of an epoch's transients, judged by those that are not skipped.

    `skipped` (n,) is above 0 where a transient lies in a stretch.
    """
    kind, found = Kind(cycle_steps), list(arrived)
    judged = [
        (i, steps[i], m)
        for i, (q, m) in enumerate(zip(arrived, measured, strict=True))
        if m is not None and not skipped[i] and not NEVER.intersection(q.flags)
    ]
    for _, step, m in judged[:FIRST]:
        kind.remember(step, m)
    for place, (i, step, m) in enumerate(judged):
        verdict = kind.judge(step, m)
        if place >= FIRST:
            kind.push(step, m, verdict)
        found[i] = replace(arrived[i], weight=verdict.weight, flags=verdict.flags)
    return found
