"""What the window and its worker say to one another: frozen values, pickled."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from monitor.analysis.fit.curves import Curves
from monitor.analysis.update import Update
from monitor.run.known_change import Injection
from monitor.run.outbox import Unsent
from monitor.run.stream_state import Stream

# -- what the window asks for ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Put an operator's event into the recording.

    Attributes
    ----------
    time_s : scanner time; None: `ago_s` before it was asked for
    replaces : see `streams.messages.transient.Event`
    asked_at : reading of this computer's clock (UTC) at that moment, s
    id : makes the same event of it, however often it is sent
    """

    kind: str
    text: str = ""
    time_s: float | None = None
    ago_s: float = 0.0
    replaces: bool = False
    asked_at: float = field(default_factory=time.time, compare=False)
    id: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)


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
class Inspect:
    """Show the curves of windows: (start, end) of each in scanner time, s."""

    spans_s: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """End the worker."""


Command = SendEvent | Play | SetSpeed | Seek | ChangeSettings | Inspect | Stop

# -- what the worker tells -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Began:
    """A session begins: all that was shown before belongs to another one."""

    session: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A message went through the pipeline; `here`: it is in this window alone."""

    update: Update
    here: bool = False


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
    """An operator's event has been taken in (or not: `refused` says why).

    `here` says that it was applied in this window alone and is not in the recording.
    """

    kind: str
    refused: str = ""
    here: bool = False
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Events that are not in the recording yet; `folder` keeps them, empty: nothing."""

    unsent: tuple[Unsent, ...]
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """Curves of the windows that were asked for; None: there are none."""

    spans_s: tuple[tuple[float, float], ...]
    curves: tuple[Curves | None, ...]


@dataclass(frozen=True, slots=True)
class PutIn:
    """A known change was put into copies of the session."""

    found: Injection


@dataclass(frozen=True, slots=True)
class Failed:
    """The worker had to stop: one sentence."""

    sentence: str


Report = (
    Began
    | Computed
    | Again
    | Rewound
    | Heard
    | Sent
    | Waiting
    | Inspected
    | PutIn
    | Failed
)
