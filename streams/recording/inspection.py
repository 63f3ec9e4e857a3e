"""What a recording holds and whether all of it is there, without changing a byte.

`verify` reads every byte and decodes every message; `info` adds what the session was.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from streams.errors import InputError
from streams.messages.placeholder import count_refused
from streams.messages.scanner_counter import ScannerCounter
from streams.messages.transient import End, Event, Kind, Message, Start, Transient
from streams.messages.wire import decode
from streams.recording.container import PREAMBLE
from streams.recording.files import find, is_unfinished, open_recording
from streams.recording.lock import is_running
from streams.recording.walk import Closing, Damage, JournalEntry, walk


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a recording is whole.

    Attributes
    ----------
    path : of the file
    size_bytes : its length
    closed : whether it ends with a sound summary
    running : whether a program is writing it now
    messages, transients, events : how many can be read
    last_seq : number of the last readable message, -1 if there is none
    missing : (first, last) numbers of each run of messages that is not there
    damage : bytes that are not as they were written, and messages that cannot be read
    torn : whether the file ends in the middle of a record
    """

    path: Path
    size_bytes: int
    closed: bool
    running: bool
    messages: int
    transients: int
    events: int
    last_seq: int
    missing: tuple[tuple[int, int], ...]
    damage: tuple[str, ...]
    torn: bool

    @property
    def damaged(self) -> bool:
        """Whether the file is not as it was written; nothing but `recover` reads it.

        The torn end of an unfinished recording does no harm: the message was not
        complete when its writer died, so nobody ever received it.
        """
        return bool(self.damage) or not (self.closed or is_unfinished(self.path))

    @property
    def whole(self) -> bool:
        """Whether every message from the first to the last is there and sound."""
        return not (self.damaged or self.missing)

    @property
    def lost(self) -> str:
        """Which messages are not there, in words; empty: none."""
        if not self.missing:
            return ""
        counts = [last - first + 1 for first, last in self.missing]
        runs = [f"{a} to {b}" if b > a else f"{a}" for a, b in self.missing[:3]]
        further = sum(counts[3:])
        more = f" and {further} more" if further else ""
        plural, are = ("s", "are") if sum(counts) > 1 else ("", "is")
        return f"message{plural} {', '.join(runs)}{more} {are} missing"

    @property
    def summary(self) -> str:
        """One sentence for the operator."""
        held = f"{self.messages} messages ({self.transients} transients)"
        if self.whole:
            state = "finished" if self.closed else "not finished"
            state = "being written" if self.running else state
            return f"{self.path} is whole: {held}, {state}."
        if not self.damaged:
            return (
                f"{self.path} is sound, but {self.lost}: {held} can be read as they "
                "are; what is missing is only in another copy of it, if any."
            )
        problems = [*self.damage[:3], *([self.lost] if self.lost else [])]
        further = len(self.damage) - 3
        if further > 0:
            problems.insert(3, f"{further} more places")
        if not (self.closed or self.torn or is_unfinished(self.path)):
            problems.insert(0, "it was cut off before its end")
        remedy = (
            f"`mrs-monitor recover {self.path}` writes them to a sound file"
            if self.messages
            else "nothing can be recovered from it"
        )
        return (
            f"{self.path} is damaged ({'; '.join(problems)}): {held} can be read, and "
            f"{remedy}."
        )


@dataclass(frozen=True, slots=True)
class Info:
    """What a recording holds.

    `first_s`, `last_s` scanner times of the first and last transient, None without any;
    `never_came` counts transients that the scanner counted and that are not here,
    `unusable` those of them that came and were refused.
    """

    verification: Verification
    session: str
    starts: tuple[Start, ...]
    events: tuple[Event, ...]
    end: End | None
    epochs: int
    kinds: dict[Kind, int]
    never_came: int
    unusable: int
    first_s: float | None
    last_s: float | None

    @property
    def refused(self) -> int:
        """Messages of the source that could not be used."""
        return sum(map(count_refused, self.events))


@dataclass(slots=True)
class _Tally:
    """Counts what comes by."""

    session: str = ""
    last_seq: int = -1
    epoch: int = 0
    messages: int = 0
    missing: list[tuple[int, int]] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    torn: bool = False
    closed: bool = False
    starts: list[Start] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    end: End | None = None
    kinds: dict[Kind, int] = field(default_factory=dict)
    counter: ScannerCounter = field(default_factory=ScannerCounter)
    times_s: list[float] = field(default_factory=list)

    def take(self, entry: JournalEntry) -> None:
        try:
            message = decode(entry.frames)
        except InputError as error:
            self.damage.append(f"message at byte {entry.offset}: {error}")
            return
        self._place(message)
        self.counter.take(message.body)
        self.messages += 1
        match message.body:
            case Transient() as transient:
                self.kinds[transient.kind] = self.kinds.get(transient.kind, 0) + 1
                self.times_s = [*self.times_s[:1], transient.time_s]
            case Event() as event:
                self.events.append(event)
            case Start() as start:
                self.starts.append(start)
            case End() as end:
                self.end = end
            case _:
                self.damage.append(f"a heartbeat at byte {entry.offset}")

    def _place(self, message: Message) -> None:
        self.session = self.session or message.session
        if message.session != self.session:
            self.damage.append(f"message {message.seq} is of another session")
        elif message.seq <= self.last_seq:
            self.damage.append(f"message {message.seq} comes after {self.last_seq}")
        elif message.seq > self.last_seq + 1:
            self.missing.append((self.last_seq + 1, message.seq - 1))
        self.last_seq = max(self.last_seq, message.seq)
        self.epoch = max(self.epoch, message.epoch)

    def note(self, damage: Damage, unfinished: bool) -> None:
        self.torn = self.torn or damage.torn
        if not (damage.torn and unfinished):
            self.damage.append(damage.problem)


def verify(path: str | os.PathLike[str]) -> Verification:
    """Read all of a recording and say what is there, missing or damaged.

    Raises
    ------
    InputError : no such file, or no recording
    """
    return info(path).verification


def info(path: str | os.PathLike[str]) -> Info:
    """What a recording holds, from reading all of it.

    Raises
    ------
    InputError : no such file, or no recording
    """
    place = find(path)
    running = is_running(place)
    tally = _Tally()
    with open_recording(place) as (file, size):
        for entry in walk(file, size):
            match entry:
                case JournalEntry():
                    tally.take(entry)
                case Damage():
                    tally.note(entry, is_unfinished(place))
                case Closing():
                    tally.closed = True
    if not tally.messages and size > len(PREAMBLE) and not tally.closed:
        raise InputError(f"{place} holds no message that mrs-monitor can read.")
    verification = Verification(
        path=place,
        size_bytes=size,
        closed=tally.closed,
        running=running,
        messages=tally.messages,
        transients=sum(tally.kinds.values()),
        events=len(tally.events),
        last_seq=tally.last_seq,
        missing=tuple(tally.missing),
        damage=tuple(tally.damage),
        torn=tally.torn,
    )
    return _info(tally, verification)


def _info(tally: _Tally, verification: Verification) -> Info:
    return Info(
        verification=verification,
        session=tally.session,
        starts=tuple(tally.starts),
        events=tuple(tally.events),
        end=tally.end,
        epochs=tally.epoch + 1,
        kinds=tally.kinds,
        never_came=tally.counter.missing,
        unusable=tally.counter.dropped,
        first_s=tally.times_s[0] if tally.times_s else None,
        last_s=tally.times_s[-1] if tally.times_s else None,
    )
