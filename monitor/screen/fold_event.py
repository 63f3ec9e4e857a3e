"""An event of the recording, folded into what is known of a session."""

from __future__ import annotations

from monitor.analysis.note import Note, NoteKind
from monitor.protocol.blinding import KIND as LOCK
from monitor.protocol.read_protocol import settings_from
from monitor.run.identity import IDENTITY, identity_from
from monitor.run.unlock import KIND as UNLOCK
from monitor.screen import notices
from monitor.screen.acknowledgement import ACKNOWLEDGED, message_from
from monitor.screen.event_words import change_of
from monitor.screen.parts.axis import UNSEEN, label_of
from monitor.screen.state import SessionState
from streams.errors import InputError
from streams.messages.event_table import event_table
from streams.messages.marks import VIEWER, is_mark
from streams.messages.transient import CONJUGATION_CONTRADICTED, Event

UNLOCKING = frozenset({UNLOCK, LOCK})
"""Events after which a window that shows the outcome has had it unlocked."""
REFITTED = frozenset({"settings", "reference"})
"""Events after which the course is done again, which may take seconds."""
VIEW = frozenset(
    {
        "outcome",
        "window",
        "step",
        "rejected_epochs",
        "left_out_s",
        "taken_in_s",
        "fwhm_limit_hz",
        "snr_limit",
        "drift_limit_hz_per_min",
        "water_limit",
        "lipid_limit",
    }
)
"""Settings of an event that the view follows too."""


def take_event(state: SessionState, event: Event, now_s: float) -> None:
    """Take in an event: what it changes, and what is told of it."""
    state.events.append(event)
    state.find_anew()
    if event.kind in REFITTED or is_mark(event):
        end_refit(state)
    if event.kind == "settings":
        _take_settings(state, event.text, now_s)
    if event.kind == ACKNOWLEDGED:
        _take_acknowledged(state, event)
        return
    if event.kind == IDENTITY:
        state.identity = identity_from(event) or state.identity
        return
    trouble = notices.trouble(event)
    if event.kind in UNLOCKING and not state.hidden:
        state.notices.stand(notices.unlocked(event), event.time_s, now_s)
    if event.kind == CONJUGATION_CONTRADICTED:
        state.notices.stand(notices.contradicted(event), event.time_s, now_s)
    elif trouble is not None:
        state.notices.tell(trouble, state.time_s, now_s)
    elif state.stream.playback is None and event.author != VIEWER:
        unseen = event.kind in UNSEEN  # its text is not for reading
        label = change_of(event) if unseen else label_of(event)
        recorded = notices.recorded(label, event.time_s)
        at_s = max(state.time_s, event.time_s)  # it may be newer than any transient
        state.notices.tell(recorded, at_s, now_s)


def end_refit(state: SessionState) -> None:
    """The course is not, or no more, being done again."""
    state.notices.fitting_since_s, state.moving = None, None


def _take_acknowledged(state: SessionState, event: Event) -> None:
    known = message_from(event.text)
    if known is not None:
        state.notices.acknowledge(known, event.author, event.time_s)


def _take_settings(state: SessionState, text: str, now_s: float) -> None:
    """Follow the part of a settings event that only concerns the view."""
    try:
        view = VIEW - {"outcome"} if state.settings.outcome_hidden else VIEW
        changes = event_table(text)
        if changes is None:
            raise InputError("it is no JSON object of figures.")
        table = {k: v for k, v in changes.items() if k in view}
        settings_from(table, state.settings.name)
        state.settings = state.settings.with_changes(**table)
        state.find_anew()
    except (TypeError, InputError) as error:
        said = f"Change of settings not understood: {error}"
        note = notices.noted(Note(NoteKind.REFUSED, said))
        state.notices.tell(note, state.time_s, now_s)
