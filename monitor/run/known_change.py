"""A known change that is put into copies of a session, and what was read of it.

How that is done, and what it proves, is in `injection`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, nan

from monitor.analysis.preparation.quality import Quality
from monitor.protocol.choose import Wishes
from streams.messages.span import Span
from streams.messages.transient import Message

GLUTAMATE, PERCENT = "Glu", 4.0
LEAST = 32
"""Transients before the infusion, below which nothing is put in: twice the first ones,
which make weights and template."""
STEP, RISE, NOTHING = "step", "rise", "nothing"


@dataclass(frozen=True, slots=True)
class Halves:
    """What the copies are made of, scanner time in s: put in from `middle_s` on."""

    start_s: float
    middle_s: float
    end_s: float
    transients: int

    def percent(self, course: str, time_s: float) -> float:
        """How much of the glutamate is put in at a time."""
        since = (time_s - self.middle_s) / (self.end_s - self.middle_s)
        if not 0 <= since <= 1:
            return 0.0
        return PERCENT if course == STEP else PERCENT * since


@dataclass(frozen=True, slots=True)
class Recovery:
    """What came of one course that was put in; changes of the outcome in percent.

    Attributes
    ----------
    course : `STEP` or `RISE`
    put, read : at the end: put in, and what the tracker says more than without
    windows_put, windows_read : the same in the mean of the independent windows
    """

    course: str
    put: float
    read: float
    windows_put: float
    windows_read: float

    @property
    def windows_share(self) -> float:
        """How much of what was put in the windows read; nan where nothing was."""
        return self.windows_read / self.windows_put if self.windows_put else nan


@dataclass(frozen=True, slots=True)
class Intervals:
    """95 % intervals of one estimate, held against what was put in.

    Attributes
    ----------
    sd : of its change where nothing was put in, percent
    missed : `STEP`, `RISE`, `NOTHING`: what the interval of that copy does not hold
    """

    sd: float
    missed: tuple[str, ...]

    @property
    def hold(self) -> bool:
        """Whether all of them do, that of the copy with nothing as well."""
        return not self.missed


@dataclass(frozen=True, slots=True)
class Injection:
    """A known change, put in and read back.

    Attributes
    ----------
    outcome : which was read; its change by the glutamate is what counts as put in
    halves : when
    recoveries : of each course
    windows, tracker : intervals of the mean of the windows, and at the end
    level_sd : of the outcome's level itself, percent: what this cannot see
    """

    outcome: str
    halves: Halves
    recoveries: tuple[Recovery, ...]
    windows: Intervals
    tracker: Intervals
    level_sd: float


@dataclass(frozen=True, slots=True)
class Copies:
    """What a known change can be put into by now, of a session that goes on.

    Attributes
    ----------
    infused : the infusion has begun, so that no more will come
    kept : gives the messages so far
    """

    halves: Halves
    infused: bool
    wishes: Wishes
    kept: Callable[[], Sequence[Message]]


def halves_before(
    qualities: Sequence[Quality], reference_s: Span | None, start_s: float | None
) -> Halves | None:
    """Halves of what came in the last epoch before the infusion; None: too little.

    `reference_s`, `start_s` : reference period and start of the infusion, where known
    """
    from_s, until_s = reference_s or (-inf, inf)
    until_s = until_s if start_s is None else min(until_s, start_s)
    before = [q for q in qualities if from_s <= q.time_s < until_s]
    own = [q.time_s for q in before if q.epoch == before[-1].epoch]
    if len(own) < LEAST:
        return None
    middle = len(own) // 2
    middle_s = 0.5 * (own[middle - 1] + own[middle])
    return Halves(own[0], middle_s, own[-1], len(own))
