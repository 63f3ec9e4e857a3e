"""A block that measures macromolecules, folded into what is known of a session."""

from __future__ import annotations

from monitor.analysis.note import NoteKind
from monitor.analysis.update import Update
from monitor.screen.state import SessionState


def take_nulled(state: SessionState, update: Update, now_s: float) -> None:
    """Take in how far a block is, and what came of it."""
    if update.nulled is not None:
        state.nulled, state.arrived_s = update.nulled, now_s
        state.scanner.take_transient(update.nulled.time_s, now_s)
    measured = update.measured_mm
    if update.quality is not None or measured is not None:
        state.nulled = None
    state.measured_mm = measured or state.measured_mm
    if measured and not measured.refused and state.settings.macromolecules == "auto":
        state.notices.withdraw(NoteKind.UNMEASURED)
