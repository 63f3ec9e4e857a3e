"""Putting messages in order without a gap: no socket, no clock.

Messages come live, in order but for losses, and again on request.  `Ordering` holds
what came too early, says which number is wanted next, and gives out what is in turn.
Where nothing can be fetched (`skipping`), it waits for the start of the session and
from then on skips gaps, and counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.messages.transient import Message, Start

HELD = 256
"""Messages held at most; further live ones are left to be fetched again."""


@dataclass(slots=True)
class Ordering:
    """One session's messages, in order.

    Attributes
    ----------
    session : empty before the first message
    next_seq : number of the message to be given next
    last_seq : number of the last message known to exist
    skipping : whether gaps are skipped, because nothing can be fetched
    """

    session: str = ""
    next_seq: int = 0
    last_seq: int = -1
    skipping: bool = False
    received: int = 0
    history: int = 0
    filled: int = 0
    open_gaps: int = 0
    duplicates: int = 0
    _held: dict[int, Message] = field(default_factory=dict)
    _joined: int | None = None
    _highest_live: int = -1
    _past: set[str] = field(default_factory=set)
    _lost: set[int] = field(default_factory=set)

    def knows(self, session: str, last_seq: int) -> bool:
        """Note how far a session is; False if it is one that was left behind."""
        if not self._accepts(session):
            return False
        if self._joined is None:
            self._joined = last_seq
        self.last_seq = max(self.last_seq, last_seq)
        return True

    def take(self, message: Message, fetched: bool) -> bool:
        """Take a message, live or fetched; False if its session was left behind."""
        if not self._accepts(message.session):
            return False
        if self._joined is None and not fetched:
            self._joined = message.seq - 1  # what came before is history
        self.last_seq = max(self.last_seq, message.seq)
        if message.seq < self.next_seq or message.seq in self._held:
            # a start is published again and again for those who come late
            again = message.seq <= self._highest_live
            repeated = again and not isinstance(message.body, Start)
            self.duplicates += repeated and not fetched
        elif fetched or len(self._held) < HELD or message.seq == self.next_seq:
            self._count(message.seq, fetched)
            self._held[message.seq] = message
        if not fetched:
            self._highest_live = max(self._highest_live, message.seq)
        return True

    def note_lost(self, seqs: tuple[int, ...]) -> None:
        """Note messages that nobody has any more."""
        self._lost.update(seq for seq in seqs if seq >= self.next_seq)

    def next_gap(self) -> tuple[int, int] | None:
        """First number that is missing, and how many from there; None if none is."""
        if self.next_seq > self.last_seq or self.next_seq in self._held:
            return None
        return self.next_seq, min(self._held, default=self.last_seq + 1) - self.next_seq

    def ready(self) -> list[Message]:
        """Messages whose turn it is."""
        out: list[Message] = []
        while True:
            message = self._held.pop(self.next_seq, None)
            if message is not None:
                out.append(message)
                self.next_seq += 1
            elif gap := self._gap():
                self.open_gaps += gap
                self.next_seq += gap
            else:
                self.received += len(out)
                return out

    def release_all(self) -> list[Message]:
        """All that is held, over every gap: nobody can be asked for the rest."""
        self.skipping, before = True, self.skipping
        left = self.ready()
        self.skipping = before
        return left

    def _gap(self) -> int:
        """How many messages to skip from `next_seq` on."""
        if self.next_seq in self._lost:
            self._lost.discard(self.next_seq)
            return 1
        if not self.skipping or not self._held:
            return 0
        if not self.received and self.next_seq == 0:  # nothing before the start
            starts = [n for n, m in self._held.items() if isinstance(m.body, Start)]
            if not starts:
                return 0
            self._held = {n: m for n, m in self._held.items() if n >= min(starts)}
        return min(self._held) - self.next_seq

    def _count(self, seq: int, fetched: bool) -> None:
        if fetched:
            history = self._joined is None or seq <= self._joined
            self.history += history
            self.filled += not history

    def _accepts(self, session: str) -> bool:
        """Whether that is the session, or a new one, which is begun."""
        if session != self.session and session not in self._past:
            self._begin(session)
        return session == self.session

    def _begin(self, session: str) -> None:
        """Leave the session behind and begin another."""
        if self.session:
            self._past.add(self.session)
        self.session, self.next_seq, self.last_seq = session, 0, -1
        self.received = self.history = self.filled = 0
        self.open_gaps = self.duplicates = 0
        self._held, self._lost, self._joined = {}, set(), None
        self._highest_live = -1
