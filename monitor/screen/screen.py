"""The frozen parts of a `Screen`: strings, curves and messages, ready to be drawn.

Times on axes are minutes; `half` is half of a 95 % interval (`Z95` SD).  Every array is
float64 and (n,) unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.run.stream_state import Playback
from monitor.screen.graphs import SpectrumView, Strip, Trend, Waterfall
from monitor.screen.parts.outlook import OutlookWords


class Level(StrEnum):
    """How much a message wants of the operator."""

    NOTE = "note"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Message:
    """A condition, since when (seconds ago), and the one thing to do about it.

    `tells_outcome`: it is nothing for a blinded screen.  `severity` grows as it gets
    worse (1: at its limit); `acknowledged`: the operator knows.
    """

    key: str
    level: Level
    condition: str
    action: str
    age_s: float
    tells_outcome: bool = False
    severity: float = 1.0
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """The strip at the top, in words.

    Attributes
    ----------
    stream, stream_attention : of stream and recording
    phase : of the run, with its clock
    plan : how long the infusion is planned to take; empty where that is not known
    details : who and which protocol; how old the data are and room on the disk
    more : what is told where the pointer rests
    """

    stream: str
    stream_attention: bool
    phase: str
    plan: str
    details: tuple[str, str]
    more: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The one big number, and what it means.

    Attributes
    ----------
    title : whose change it is
    number, interval : "+6.6 %" and "± 3.9" (95 %); a dash and nothing where there is
        none
    verdict : whether it has changed, which way and since when
    lines : a few words each: why it is grey, the mean since the infusion began, and
        what the last window says
    fade : from 0 (fresh) to 1 (old or in doubt: drawn in the colour of secondary text)
    meaning : what the title's short names stand for; empty: nothing to tell
    """

    title: str
    number: str
    interval: str
    verdict: str
    lines: tuple[str, ...]
    fade: float
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of quality as an answer: its value against its limit.

    `good` is None where nothing can be said; `action` is what to do past the limit.
    """

    key: str
    name: str
    unit: str
    value: str
    limit: str
    good: bool | None
    action: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as text; `of_window`: it is not tracked."""

    name: str
    before: str
    now: str
    change: str
    half: str
    detectable: str
    accent: bool
    of_window: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, the unit of amplitudes, and a line below them."""

    rows: tuple[Row, ...]
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class Screen:
    """All that the window draws; parts that did not change are the same objects.

    `fade` is 0 while data come and 1 where they are old.
    """

    status: Status
    headline: Headline
    trend: Trend
    measures: tuple[Measure, ...]
    strips: tuple[Strip, ...]
    spectrum: SpectrumView | None
    waterfall: Waterfall | None
    table: Table
    messages: tuple[Message, ...]
    outlook: OutlookWords
    playback: Playback | None
    footer: str
    running: bool
    fade: float
