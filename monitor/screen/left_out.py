"""What of a session is left out: epochs, by the operator, and stretches."""

from __future__ import annotations

import math

import numpy as np

from monitor.screen.parts.axis import Span
from monitor.screen.state import SessionState


def left_out_s(state: SessionState) -> tuple[Span, ...]:
    """Spans that are left out, s: epochs (by the operator) and stretches."""
    if not (state.settings.rejected_epochs or state.stretches.known):
        return ()
    ends = [*state.epoch_starts_s[1:], state.time_s + state.interval_s]
    spans = zip(state.epochs, state.epoch_starts_s, ends, strict=False)
    left_out = state.settings.rejected_epochs
    epochs = [(start, end) for n, start, end in spans if n in left_out]
    return (*epochs, *state.stretches.left_out_s(state.interval_s))


def nothing_counts_s(state: SessionState) -> float:
    """For how long every transient has been left out by now, s; 0: they count."""
    now_s, since_s = state.time_s, math.inf
    for start_s, end_s in sorted(left_out_s(state), reverse=True):
        if end_s >= min(now_s, since_s):
            since_s = min(since_s, start_s)
    return max(0.0, now_s - since_s)


def reference_left_out(state: SessionState) -> bool:
    """Whether every transient of the reference period is left out."""
    return state.reference_s is not None and _all_left_out(state, *state.reference_s)


def infusion_left_out(state: SessionState) -> bool:
    """Whether every transient since the infusion began is left out."""
    start_s, _ = state.infusion_s
    return start_s is not None and _all_left_out(state, start_s, math.inf)


def _all_left_out(state: SessionState, first_s: float, end_s: float) -> bool:
    """Whether there are transients in a span, s, and every one is left out."""
    spans_s = left_out_s(state) if len(state.quality) else ()
    if not spans_s:
        return False
    times_s = state.quality["time_s"]
    own = times_s[(times_s >= first_s) & (times_s < end_s)]
    out = np.zeros(len(own), bool)
    for start_s, stop_s in spans_s:
        out |= (own >= start_s) & (own < stop_s)
    return len(own) > 0 and bool(out.all())
