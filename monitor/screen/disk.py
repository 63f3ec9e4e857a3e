"""How long the disk of the recording holds what comes."""

from __future__ import annotations

from monitor.screen.state import SessionState

COMPLEX64_BYTES = 8
ENVELOPE = 1.05  # what a message needs beside its samples, and with room


def room_s(state: SessionState) -> float | None:
    """Seconds of recording that there is space for; None where it is not known."""
    free, a = state.stream.disk_free_bytes, state.acquisition
    if free is None or a is None or state.interval_s <= 0:
        return None
    per_transient = ENVELOPE * COMPLEX64_BYTES * a.coils * a.points
    return free / per_transient * state.interval_s
