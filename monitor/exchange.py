"""What the window and its worker say to one another: frozen values, pickled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from monitor.analysis.update import Update
from monitor.screen.parts import Stream

# -- what the window asks for ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Put an operator's event into the recording."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """Let a replay go on, or pause it."""

    playing: bool


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """Pace of a replay relative to the scanner; inf: at once."""

    speed: float


@dataclass(frozen=True, slots=True)
class Seek:
    """Send a replay to a scanner time, s."""

    time_s: float


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Change settings by field name."""

    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stop:
    """End the worker."""


Command = SendEvent | Play | SetSpeed | Seek | ChangeSettings | Stop

# -- what the worker tells -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Began:
    """A session begins: all that was shown before belongs to another one."""

    session: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A message went through the pipeline."""

    update: Update


@dataclass(frozen=True, slots=True)
class Again:
    """A message that was worked through before has come again."""

    seq: int


@dataclass(frozen=True, slots=True)
class Rewound:
    """The replay was sent back: show what was known before this scanner time, s."""

    time_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """State of the stream."""

    stream: Stream


@dataclass(frozen=True, slots=True)
class Sent:
    """An operator's event has been taken in (or not: `refused` says why)."""

    kind: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The worker had to stop: one sentence."""

    sentence: str


Report = Began | Computed | Again | Rewound | Heard | Sent | Failed
