"""What came of a session, counted as it comes, and how long each message took."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.messages.scanner_counter import OF_FILE, ScannerCounter
from streams.messages.transient import Kind, Message, Transient


@dataclass(slots=True)
class MessageCounts:
    """Counts the messages of one session; one owner.

    Attributes
    ----------
    counter : what the scanner's counter says of missing transients
    counted : whether the counter was kept, so that gaps can be seen
    missing_messages : numbers of the session that no message came with
    waters : transients that came as water references
    newest : message
    durations_ms : time that each message took, by what it made be done
    """

    counter: ScannerCounter = field(default_factory=ScannerCounter)
    counted: bool = True
    missing_messages: int = 0
    waters: int = 0
    newest: Message | None = None
    durations_ms: dict[str, list[float]] = field(default_factory=dict)

    def push(self, message: Message) -> int:
        """Count a message; transients found missing with it, by the scanner's counter.

        Below zero where some came after all.
        """
        before, body = self.counter.missing, message.body
        self.counter.take(body)
        of_file = message.session.startswith(OF_FILE)
        self.counted = not of_file or self.counter.missing > 0
        last_seq = -1 if self.newest is None else self.newest.seq
        self.missing_messages += max(message.seq - last_seq - 1, 0)
        self.waters += isinstance(body, Transient) and body.kind == Kind.WATER
        self.newest = message
        return self.counter.missing - before

    def note_time(self, message: Message, took_ms: float, whole_course: bool) -> None:
        """Note how long a message took, with the whole course done again or not."""
        stage = "event"
        if isinstance(message.body, Transient):
            stage = "course" if whole_course else "transient"
        self.durations_ms.setdefault(stage, []).append(took_ms)
