"""What the operator is told: the state behind the message line, and the log.

Three kinds come together: conditions of windows (`window_conditions.judged`, with
delay and deadband), conditions of the stream (judged by the clock when the screen is
made), and sentences that are told once and stay for a while.  A condition that the
operator has acknowledged stays known for as long as it holds, and is told again if it
gets worse.
"""

from __future__ import annotations

import math
from dataclasses import replace

from monitor.analysis.note import Note, NoteKind
from monitor.protocol.blinding import KIND as LOCK
from monitor.run.stream_state import Stream
from monitor.screen import messages, stream_messages, window_conditions
from monitor.screen.number_words import clock
from monitor.screen.screen import Level, Message
from streams.messages.transient import Event

SENT = ": sent"
TROUBLES = {
    "gap": "Gap in the stream",
    "series_refused": "A series was refused",
    "protocol_error": "Not understood from the scanner",
    "dropped": "Left out of the recording",
}

Timed = tuple[float, Message]


class Notices:
    """Owned by one `SessionState`; `now_s` is the reading of the caller's clock."""

    def __init__(self) -> None:
        self.failed = ""  # why the analysis has stopped; empty: it goes on
        self._failed_s = 0.0
        self.log: list[Timed] = []
        self._watches: dict[str, window_conditions.Watch] = {}
        self._told: list[Timed] = []
        self._behind_since_s: float | None = None
        self._stream: dict[str, str] = {}  # what is wrong with it, by key
        self._since: dict[str, float] = {}  # when that was first heard
        self._known: dict[str, Message] = {}  # acknowledged, as it was then
        self._noted: dict[NoteKind, Note] = {}
        self.fitting_since_s: float | None = None  # since a change was asked for
        self._standing: list[tuple[float, Message]] = []
        self._before: tuple[list[Timed], list[Timed]] | None = None

    def judge(
        self,
        figures: window_conditions.Judged,
        limits: window_conditions.Limits,
        time_s: float,
        now_s: float,
        infusing: bool,
    ) -> None:
        """Hold the figures of one more window against the limits; log what turns."""
        before = self._watches
        self._watches = window_conditions.judged(before, figures, limits, now_s)
        turned = window_conditions.turned(before, self._watches, infusing)
        self.log += [(time_s, message) for message in turned]

    def hear(
        self,
        stream: Stream,
        time_s: float,
        now_s: float,
        logged: bool = True,
        room_s: float | None = None,
        late: bool = False,
    ) -> None:
        """Notice since when the stream is as it is; log trouble."""
        found = stream_messages.of_stream(stream, 0.0, math.inf, None, room_s)
        begun = {m.key: self._since.get(m.key, now_s) for m in found}
        self._since = begun
        if logged and stream.playback is None:
            self._log_stream(found, time_s)
        if stream.playback is not None or not late:
            self._behind_since_s = None
        elif self._behind_since_s is None:
            self._behind_since_s = now_s

    def _log_stream(self, found: list[Message], time_s: float) -> None:
        """Log what has begun to be wrong with the stream, and what is over."""
        said = {m.key: m.condition for m in found}
        new = [text for key, text in said.items() if key not in self._stream]
        over = [f"{t}: over" for key, t in self._stream.items() if key not in said]
        self._stream = said
        for text in (*new, *over):
            self.log.append((time_s, Message("stream", Level.NOTE, text, "", 0.0)))

    def fits(self, now_s: float) -> bool:
        """Whether the course is being done again, in which nothing else is told."""
        since_s = self.fitting_since_s
        return since_s is not None and now_s - since_s < messages.FITTING_S

    def conditions(self) -> frozenset[str]:
        """What of the windows' conditions is on, by key."""
        watches = self._watches.items()
        return frozenset(key for key, watch in watches if watch.since_s is not None)

    def tell(self, message: Message, time_s: float, now_s: float) -> None:
        """Show a message for a while, and log it with its scanner time for ever.

        That an event was sent is not logged: what became of it is.
        """
        if not message.condition.endswith(SENT):
            self.log.append((time_s, message))
        self._told = [(t, m) for t, m in self._told if now_s - t < messages.KEPT_S]
        self._told.append((now_s, message))

    def log_once(self, note: Note, time_s: float) -> None:
        """Log a note where it says something else than the last of its kind."""
        if self._noted.get(note.kind) != note:
            self._noted[note.kind] = note
            self.log.append((time_s, noted(note)))

    def stand(self, message: Message, time_s: float, now_s: float) -> None:
        """Show a message until the end of the session, and log it."""
        if any(message == standing for _, standing in self._standing):
            return
        self.log.append((time_s, message))
        self._standing.append((now_s, message))

    def withdraw(self, kind: NoteKind) -> None:
        """Say no more what notes of a kind said; the log keeps it."""
        self._told = [(t, m) for t, m in self._told if m.key != kind]

    def unsay(self, message: Message) -> None:
        """Show a sentence no more: it turned out otherwise."""
        said = message.condition
        self._told = [(t, m) for t, m in self._told if m.condition != said]

    def know(self, message: Message) -> None:
        """The operator knows of a condition: let it be from now on."""
        self._known[message.key] = message
        self._told = [(t, m) for t, m in self._told if m.key != message.key]

    def note_unrecorded(self, time_s: float) -> None:
        """Log that an acknowledgement is in no recording."""
        said = "acknowledged in this window alone, not in the recording"
        self.log.append((time_s, Message("known", Level.NOTE, said, "", 0.0)))

    def acknowledge(self, message: Message, by: str, time_s: float) -> None:
        """Somebody knows of a condition: log it, and let it be from now on."""
        self.know(message)
        said = f"acknowledged by {by}: {message.condition}"
        self.log.append((time_s, Message("known", Level.NOTE, said, "", 0.0)))

    def stop(self, why: str, time_s: float, now_s: float, stream: Stream) -> None:
        """The analysis has stopped: log it, and judge the stream no more."""
        self.failed, self._failed_s = why, now_s
        self.log.append((time_s, messages.stopped(why, stream)))

    def settle(self) -> None:
        """Leave what was only said in passing."""
        self._told = []

    def follow(self, before: Notices) -> None:
        """Take the place of others, once what they told has been told again."""
        self._before = before.log, before._told
        self._behind_since_s, self._stream = before._behind_since_s, before._stream
        self._since, self._known = before._since, before._known

    def end_following(self) -> None:
        """Go on with their log: what was told again was no news."""
        if self._before is not None:
            (self.log, self._told), self._before = self._before, None

    def shown(
        self,
        stream: Stream,
        age_s: float,
        interval_s: float,
        ended: str | None,
        now_s: float,
        infusing: bool = False,
        room_s: float | None = None,
    ) -> list[Message]:
        """All that is to be said now, in no order."""
        if self.failed and ended is None:  # nobody hears the stream any more
            shown = [messages.stopped(self.failed, stream, now_s - self._failed_s)]
        else:
            found = stream_messages.of_stream(stream, age_s, interval_s, ended, room_s)
            shown = [self._with_age(message, now_s) for message in found]
        if self._behind_since_s is not None and not self.failed:
            shown += stream_messages.behind(stream.lag, now_s - self._behind_since_s)
        since_s = self.fitting_since_s
        if since_s is not None and self.fits(now_s):
            shown = [m for m in shown if m.key != "silent"]  # they come meanwhile
            shown.append(messages.fitting(now_s - since_s))
        shown += [
            replace(message, age_s=max(0.0, now_s - since_s))
            for since_s, message in self._standing
        ]
        shown += window_conditions.of_windows(self._watches, now_s, infusing)
        return shown + messages.recent(self._told, now_s)

    def with_known(self, shown: list[Message]) -> list[Message]:
        """The same, each marked that is known; what is over is forgotten."""
        if not self._known:
            return shown
        here = {message.key for message in shown}
        self._known = {k: m for k, m in self._known.items() if k in here}
        return [
            replace(m, acknowledged=messages.acknowledged(m, self._known))
            for m in shown
        ]

    def _with_age(self, message: Message, now_s: float) -> Message:
        """A condition of the stream with how long it has been heard of."""
        since_s = self._since.get(message.key)
        if message.age_s or since_s is None:
            return message
        return replace(message, age_s=max(0.0, now_s - since_s))


def noted(note: Note) -> Message:
    """What the analysis noticed."""
    tells = note.rule.tells_outcome
    if note.kind is NoteKind.EXPECTATION:
        said = "Not as the protocol expects"
        return Message("expected", Level.ATTENTION, said, note.text, 0.0, tells)
    if note.kind in (NoteKind.EPOCHS, NoteKind.GAIN):
        said, _, action = note.text.rstrip(".").partition("; ")
        return Message("note", Level.NOTE, said, action, 0.0, tells)
    key = note.kind.value if note.kind is NoteKind.UNMEASURED else "note"
    return Message(key, Level.NOTE, note.text, "", 0.0, tells)


def gap(missing: int) -> Message:
    """Transients that never came."""
    said = f"{missing} transient{'s' if missing > 1 else ''} missing"
    action = "check the export on the console; the windows go on"
    return Message("gap", Level.ATTENTION, said, action, 0.0)


def trouble(event: Event) -> Message | None:
    """What the source or the relay noted about the stream; None if it is no trouble."""
    if event.kind not in TROUBLES:
        return None
    said = TROUBLES[event.kind]
    return Message(event.kind, Level.ATTENTION, said, event.text, 0.0)


def unlocked(event: Event) -> Message:
    """That the outcome of a blinded session is shown here, and why if that is said."""
    said, lock = "Unlocked: a blinded session shows its outcome", event.kind == LOCK
    return Message("unlocked", Level.NOTE, said, "" if lock else event.text, 0.0)


def contradicted(event: Event) -> Message:
    """That the spectra are mirrored, which does not pass by itself."""
    said, _, rest = event.text.partition("; ")
    return Message("conjugation", Level.ATTENTION, said, rest, 0.0)


def sent(label: str) -> Message:
    """An event that is on its way into the recording."""
    return Message("event", Level.NOTE, f"{label}{SENT}", "", 0.0)


def recorded(label: str, time_s: float) -> Message:
    """An event that has come back out of the recording, s after the beginning."""
    said = f"{label}: recorded at {clock(time_s)}"
    return Message("event", Level.NOTE, said, "", 0.0)


def refused(label: str, why: str) -> Message:
    """An event that did not get into the recording."""
    return Message("event", Level.ATTENTION, f"Not recorded: {label}", why, 0.0)


def kept_here(label: str) -> Message:
    """A change that holds in this window and is in no recording."""
    said = f"{label}: changed in this window alone"
    return Message("event", Level.NOTE, said, "it is not in the recording", 0.0)
