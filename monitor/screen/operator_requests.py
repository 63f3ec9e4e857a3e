"""What the operator of a window asks for, from the key to the recording.

These functions change a `SessionState` as those of `fold` do.
"""

from __future__ import annotations

import time

from monitor.run.identity import IDENTITY
from monitor.run.outbox import Unsent
from monitor.run.worker_messages import SendEvent, Sent, Waiting
from monitor.screen import notices
from monitor.screen.acknowledgement import ACKNOWLEDGED
from monitor.screen.event_words import change_of
from monitor.screen.fold import tell
from monitor.screen.fold_event import REFITTED, end_refit
from monitor.screen.number_words import clock
from monitor.screen.parts.axis import label_of
from monitor.screen.reading import read_clocks
from monitor.screen.screen import Level, Message
from monitor.screen.state import SessionState
from streams.messages.marks import INFUSION, UNDO
from streams.messages.transient import Event

MOST_NAMED = 2


def await_event(state: SessionState, kind: str, now_s: float, text: str = "") -> None:
    """An event was asked for that is not yet in the recording."""
    if kind in INFUSION:
        state.asked.add(kind)
    if kind in REFITTED:
        state.notices.fitting_since_s = now_s
        return
    if kind not in (ACKNOWLEDGED, IDENTITY):
        tell(state, notices.sent(_label(kind, text)), now_s)


def await_move(state: SessionState, wanted: SendEvent, now_s: float) -> None:
    """A mark is moved or taken back, after which everything is worked out again."""
    if wanted.kind in INFUSION:
        state.asked.add(wanted.kind)
    at_s = read_clocks(state, now_s).scanner_s - wanted.ago_s
    time_s = at_s if wanted.time_s is None else wanted.time_s
    state.moving = Event(time_s, wanted.kind, wanted.text, "operator")
    state.notices.fitting_since_s = now_s


def acknowledge(state: SessionState, message: Message) -> None:
    """The operator of this window knows of a condition."""
    state.notices.know(message)


def take_sent(state: SessionState, sent: Sent, now_s: float) -> None:
    """What became of an event that was asked for."""
    if sent.refused:
        tell_refused(state, sent.kind, sent.refused, now_s, sent.text)
    elif sent.here and sent.kind not in (ACKNOWLEDGED, IDENTITY):
        tell(state, notices.kept_here(_label(sent.kind, sent.text)), now_s)


def tell_refused(
    state: SessionState, kind: str, why: str, now_s: float, text: str = ""
) -> None:
    """An event did not get into the recording."""
    if kind == ACKNOWLEDGED:
        state.notices.note_unrecorded(state.time_s)
        return
    end_refit(state)
    state.asked.discard(kind)
    tell(state, notices.refused(_label(kind, text), why), now_s)


def take_waiting(state: SessionState, waiting: Waiting) -> None:
    """Which events wait for the relay."""
    if waiting.unsent:
        end_refit(state)
    for one in waiting.unsent:
        state.notices.unsay(notices.sent(words_of(one)))
    state.unsent, state.unsent_folder = waiting.unsent, waiting.folder


def of_unsent(state: SessionState) -> list[Message]:
    """That events wait for the relay, their words and times with them."""
    waiting = worth_telling(state.unsent) if state.unsent else ()
    if not waiting:
        return []
    some = waiting[:MOST_NAMED]
    named = ", ".join(f"{words_of(unsent)} {_at(unsent)}" for unsent in some)
    left = len(waiting) - len(some)
    more = f" and {left} more" if left else ""
    said = f"Not recorded yet: {named}{more}"
    action = "kept with its time; sent when the relay is back"
    if state.ended is not None and not state.stream.connected:
        action = "the session is over and its relay has left: write it down"
    elif state.stopped:
        action = "kept with its time; sent when the analysis is begun again (Ctrl+N)"
    elif state.stream.connected:  # the relay is there, with another session
        action = "kept with its time; sent when its own session goes on"
    return [Message("unsent", Level.ATTENTION, said, action, 0.0)]


def worth_telling(unsent: tuple[Unsent, ...]) -> tuple[Unsent, ...]:
    """What waits, without what nobody would write down: that a message was read."""
    return tuple(one for one in unsent if one.request.kind != ACKNOWLEDGED)


def words_of(unsent: Unsent) -> str:
    """An event that waits, in words."""
    return _label(unsent.request.kind, unsent.request.text)


def _at(unsent: Unsent) -> str:
    """When it was: scanner time where that was typed, else the time of day."""
    if unsent.request.time_s is not None:
        return f"at {clock(unsent.request.time_s)}"
    at = time.localtime(unsent.asked_at - unsent.request.ago_s)
    return time.strftime("%H:%M:%S", at)


def _label(kind: str, text: str) -> str:
    if kind == UNDO:
        return change_of(Event(0.0, kind, text))
    return label_of(Event(0.0, kind, text if kind == "note" else ""))
