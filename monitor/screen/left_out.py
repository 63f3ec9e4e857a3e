"""What of a session is left out: epochs, by the operator, and stretches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.screen.graphs import Line
from monitor.screen.parts.axis import Span
from monitor.screen.state import SessionState

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of a session does not count.

    Attributes
    ----------
    newest_s : for how long no transient has counted by now, s; 0: the newest counts
    infusion : whether none since the infusion began counts
    """

    newest_s: float
    infusion: bool


def left_out_s(state: SessionState) -> tuple[Span, ...]:
    """Spans that are left out, s: epochs (by the operator) and stretches."""
    if not (state.settings.rejected_epochs or state.stretches.known):
        return ()
    return (*_epochs_out_s(state), *state.stretches.left_out_s(state.interval_s))


def _epochs_out_s(state: SessionState) -> list[Span]:
    """Spans of the epochs that the operator leaves out, s."""
    left_out = state.settings.rejected_epochs
    if not left_out:
        return []
    ends = [*state.epoch_starts_s[1:], state.time_s + state.interval_s]
    spans = zip(state.epochs, state.epoch_starts_s, ends, strict=False)
    return [(start, end) for n, start, end in spans if n in left_out]


def left_out_now(state: SessionState) -> LeftOut:
    """What does not count by now."""
    times_s, counts = _counts(state)
    start_s, _ = state.infusion_s
    infusion_s = None if start_s is None else (start_s, math.inf)
    return LeftOut(
        _nothing_counts_s(times_s, counts), _none_counts(times_s, counts, infusion_s)
    )


def reference_left_out(state: SessionState) -> bool:
    """Whether no transient of the reference period counts."""
    return _none_counts(*_counts(state), state.reference_s)


def _nothing_counts_s(times_s: Line, counts: Mask) -> float:
    if not counts.size or counts[-1]:
        return 0.0
    last = np.flatnonzero(counts)[-1:]  # nothing, where none ever counted
    first = int(last[0]) + 1 if last.size else 0
    return float(times_s[-1] - times_s[first])


def _none_counts(times_s: Line, counts: Mask, span_s: Span | None) -> bool:
    """Whether there are transients in a span, s, and none of them counts."""
    if span_s is None:
        return False
    own = (times_s >= span_s[0]) & (times_s < span_s[1])
    return bool(own.any() and not counts[own].any())


def _counts(state: SessionState) -> tuple[Line, Mask]:
    """When the transients were, s, and which of them count, (n,) each.

    Those with weight, in an epoch that is not left out, as terminal and report have it
    (`monitor.run.period_remarks`).
    """
    times_s, weight = state.quality.get("time_s", "weight")
    counts = weight > 0
    for start_s, stop_s in _epochs_out_s(state):
        counts &= (times_s < start_s) | (times_s >= stop_s)
    return times_s, counts
