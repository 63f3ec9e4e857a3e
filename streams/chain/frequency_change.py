"""What a scanner is asked for by message 1028: another centre frequency.

`centre_frequency`, and JSON {"change_hz": +0.21, "after_transients": 64}.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import asdict, dataclass

from streams.sources.mrd.parser import Frame
from streams.sources.mrd.writer import feedback_bytes

NAME = "centre_frequency"


@dataclass(frozen=True, slots=True)
class FrequencyChange:
    """A change that is asked for.

    Attributes
    ----------
    change_hz : to be added to the centre frequency, Hz; the line lies so much higher
    after_transients : metabolite transients when it was found
    """

    change_hz: float
    after_transients: int

    @property
    def message(self) -> bytes:
        """As MRD message 1028."""
        return feedback_bytes(NAME, json.dumps(asdict(self)).encode())


def frequency_change(frame: Frame) -> FrequencyChange | None:
    """The change that a message 1028 asks for; None: it is about something else."""
    name, content = _parts(frame.content)
    if name != NAME.encode():
        return None
    try:
        said = json.loads(content)
        found = FrequencyChange(float(said["change_hz"]), int(said["after_transients"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return found if math.isfinite(found.change_hz) else None


def _parts(content: bytes) -> tuple[bytes, bytes]:
    """Name and content; the parser has seen that both are there."""
    (length,) = struct.unpack_from("<I", content)
    return content[4 : 4 + length].rstrip(b"\0"), content[8 + length :]
