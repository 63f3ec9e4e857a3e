"""The scanner's own counter over a session: which transients never came, or came twice.

Whoever counts missing transients counts them here.  The counter begins at 0, so that of

    highest + 1 - different counts

transients nobody received any: lost on the way to the relay, or refused by it.  One
that comes late fills its gap.  After a start the counter may begin at 0 again, where
the source was started again: the next count tells, of a transient that came or of one
that was refused.

A transient that nobody received after the last that came leaves no gap.  Events of the
kinds `NAMING` tell of it: "transient N" in their text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from streams.messages.transient import Body, Event, Start, Transient

GAP, DROPPED = "gap", "dropped"
NAMING = frozenset({GAP, DROPPED})
REMARK = "publisher"
"""Kind of event that says what a publisher did not do right, but is recorded."""
AUTHOR = "relay"
JUMPED = "time_s jumped"
"""How the text of the relay's own "re-shim" begins where a clock was set."""
LATEST = 16
"""Transients by which one may come late."""
OF_FILE = "file:"
"""How the names of sessions begin that are files of other formats than our own: most
of them keep no counter, and what they hold is numbered when it is read."""
_NAMED = re.compile(r"\btransient (\d{1,16})\b", re.IGNORECASE)


@dataclass(slots=True)
class LateTransients:
    """Tells transients that come late, and fill a gap, from a counter that began again.

    One whose count came already was measured after a new beginning.
    """

    _highest: int | None = None
    _gaps: set[int] = field(default_factory=set)

    def take(self, count: int) -> bool:
        """Whether the next transient, of this count, is late."""
        if count in self._gaps:
            self._gaps.remove(count)
            return True
        oldest = count - LATEST
        if self._highest is None or count <= self._highest:
            self._gaps = set()
        else:
            missing = range(max(self._highest + 1, oldest), count)
            self._gaps = {gap for gap in self._gaps if gap >= oldest} | set(missing)
        self._highest = count
        return False


class _Run(NamedTuple):
    """What was counted until a moment, and since the counter began."""

    before: tuple[int, int, int]  # missing, came, dropped; until it began
    highest: int
    came: set[int]
    named: set[int]


@dataclass(slots=True)
class ScannerCounter:
    """What the counter has said so far.

    Attributes
    ----------
    doubled : transients that came more than once
    """

    doubled: int = 0
    _before: tuple[int, int, int] = (0, 0, 0)  # missing, came, dropped; until it began
    _highest: int = -1
    _came: set[int] = field(default_factory=set)
    _named: set[int] = field(default_factory=set)
    _may_begin: bool = False
    _ended: _Run | None = None  # by a refusal alone: the next transient may go on

    @property
    def missing(self) -> int:
        """Transients that the scanner counted and that never came."""
        return self._before[0] + self._highest + 1 - len(self._came)

    @property
    def dropped(self) -> int:
        """Those of the missing that came and could not be used, as was said of them."""
        return self._before[2] + len(self._named - self._came)

    @property
    def came(self) -> int:
        """Different transients that came."""
        return self._before[1] + len(self._came)

    def take(self, body: Body) -> None:
        """Take note of the next body of the session."""
        match body:
            case Start():
                self._may_begin = True
            case Transient(count=count):
                if self._may_begin:
                    self._go_on_or_begin(count)
                self._highest = max(self._highest, count)
                self.doubled += count in self._came
                self._came.add(count)
            case Event(kind=kind, text=text) if kind in NAMING:
                named = _NAMED.search(text)
                if named and body.author == AUTHOR:
                    self._name(int(named[1]), kind)

    def _name(self, count: int, kind: str) -> None:
        """A count that an event names; one that came already, of a new beginning."""
        if self._may_begin and kind == DROPPED and count in self._came:
            self._ended = self._ended or self._run
            self._begin_again()
        self._highest = max(self._highest, count)
        self._named |= {count} if kind == DROPPED else set()

    def _go_on_or_begin(self, count: int) -> None:
        """The first transient behind a start tells whether the counter began again."""
        if self._ended is not None and count > self._ended.highest:
            refused, self._run = self._named, self._ended
            self._named |= refused
        elif self._ended is None and count <= self._highest:
            self._begin_again()
        self._may_begin, self._ended = False, None

    @property
    def _run(self) -> _Run:
        return _Run(self._before, self._highest, self._came, self._named)

    @_run.setter
    def _run(self, run: _Run) -> None:
        self._before, self._highest, self._came, self._named = run

    def _begin_again(self) -> None:
        self._before = self.missing, self.came, self.dropped
        self._highest, self._came, self._named = -1, set(), set()
