"""What of a session is left out: epochs, by the operator, and stretches."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from monitor.screen.parts.axis import Span
from monitor.screen.state import SessionState

Mask = NDArray[np.bool_]


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


def nothing_counts_s(state: SessionState) -> float:
    """For how long no transient has counted by now, s; 0: the newest counts."""
    counts = _counts(state)
    if not counts.size or counts[-1]:
        return 0.0
    last = np.flatnonzero(counts)[-1:]  # nothing, where none ever counted
    first = int(last[0]) + 1 if last.size else 0
    return state.time_s - float(state.quality["time_s"][first])


def reference_left_out(state: SessionState) -> bool:
    """Whether no transient of the reference period counts."""
    return state.reference_s is not None and _none_counts(state, *state.reference_s)


def infusion_left_out(state: SessionState) -> bool:
    """Whether no transient since the infusion began counts."""
    start_s, _ = state.infusion_s
    return start_s is not None and _none_counts(state, start_s, math.inf)


def _none_counts(state: SessionState, first_s: float, end_s: float) -> bool:
    """Whether there are transients in a span, s, and none of them counts."""
    if not len(state.quality):
        return False
    times_s = state.quality["time_s"]
    own = (times_s >= first_s) & (times_s < end_s)
    return bool(own.any() and not _counts(state)[own].any())


def _counts(state: SessionState) -> Mask:
    """Which transients count, (n,): as terminal and report have it.

    Those with weight, in an epoch that is not left out (`monitor.run.period_remarks`).
    """
    if not len(state.quality):
        return np.zeros(0, bool)
    times_s, counts = state.quality["time_s"], state.quality["weight"] > 0
    for start_s, stop_s in _epochs_out_s(state):
        counts &= (times_s < start_s) | (times_s >= stop_s)
    return counts
