"""What the receiving thread of an MRD server puts into its queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from streams.sources.mrd.header import Header
from streams.sources.mrd.parser import Id


class What(StrEnum):
    """What an entry of the queue is."""

    BEGIN = "begin"
    FRAME = "frame"
    END = "end"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to the connection, in order.

    Attributes
    ----------
    what : a header came, an acquisition or waveform (its bytes are the payload of the
        queue), the series ended, or something is to be noted
    arrived_s : monotonic clock of this machine
    header : of a BEGIN
    id : of a FRAME
    text : reason of an END, sentence of a NOTE
    kind : kind of event that a NOTE is
    """

    what: What
    arrived_s: float
    header: Header | None = None
    id: Id | None = None
    text: str = ""
    kind: str = "note"
