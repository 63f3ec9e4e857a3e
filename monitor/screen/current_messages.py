"""What the operator is told now: conditions, and what was told a moment ago."""

from __future__ import annotations

import math

from monitor.analysis.contamination.stretch import Cause, most_left_out
from monitor.screen import messages, stream_messages
from monitor.screen.operator_requests import of_unsent
from monitor.screen.parts.stretch_words import lasting, mostly_out
from monitor.screen.reading import Reading
from monitor.screen.screen import Level, Message
from monitor.screen.state import SessionState

LOW_WEIGHT = "rejected"
LIPID_MAKES = frozenset({"lipid", "fwhm"})  # its line is broad, and the widest there
OF_CAUSE = {
    Cause.LIPID: LIPID_MAKES,
    Cause.FAT_MOVED: LIPID_MAKES,
    Cause.WATER: frozenset({"water"}),
    Cause.WIDTH: frozenset({"fwhm"}),
}
"""The conditions of windows that a stretch of each cause brings with it."""


def messages_of(state: SessionState, at: Reading) -> tuple[Message, ...]:
    """What the operator is told, the most urgent first."""
    notices = _but_what_follows(state, _of_notices(state, at))
    shown = [*notices, *of_unsent(state), *_most(state), *_unlike(state, at)]
    if state.hidden:
        shown = [m for m in shown if not m.tells_outcome]
    return messages.ordered(state.notices.with_known(shown))


def _of_notices(state: SessionState, at: Reading) -> list[Message]:
    """Conditions of stream and windows, and sentences that were told."""
    heard_s = state.arrived_s if state.arrived_s is not None else state.heard_s
    shown = state.notices.shown(
        state.stream,
        0.0 if heard_s is None else math.floor(at.now_s - heard_s),
        at.wait_s,
        state.ended,
        at.now_s,
        state.infusion_s[0] is not None,
        at.room_s,
    )
    if at.starting:
        shown = _instead(shown, stream_messages.begun(state.stream))
    if at.catching_up is not None and not at.stopped:
        shown = _instead(shown, stream_messages.catching_up(*at.catching_up))
    if at.unanswered_s:
        shown = _instead(shown, stream_messages.unanswered(at.unanswered_s))
    return shown


def _but_what_follows(state: SessionState, shown: list[Message]) -> list[Message]:
    """Without what only says once more that a stretch is unlike the rest."""
    lasting = state.stretches.lasting
    said = {LOW_WEIGHT} if lasting else set()
    for one in lasting:
        said |= OF_CAUSE.get(one.cause, frozenset())
    return [m for m in shown if m.level is Level.ATTENTION or m.key not in said]


def _instead(shown: list[Message], one: Message) -> list[Message]:
    """One message in the place of any of its kind."""
    return [one, *(m for m in shown if m.key != one.key)]


def _most(state: SessionState) -> list[Message]:
    """That most of the session is left out."""
    transients = state.quality.rows
    out = most_left_out(state.stretches.known, transients)
    return [mostly_out(out, transients)] if out else []


def _unlike(state: SessionState, at: Reading) -> list[Message]:
    """Stretches that are left out at this moment, with how long they have lasted."""
    zero_s = state.zero_s
    return [
        lasting(one, zero_s, max(0.0, at.scanner_s - one.start_s), state.window_s)
        for one in state.stretches.lasting
    ]
