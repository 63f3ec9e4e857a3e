"""A moment as somebody types it: a scanner time, or so long before now."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_FIGURE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(s|min|m|h|)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):([0-5]?\d(?:\.\d*)?)", re.ASCII)
_AGO = re.compile(r"\s*ago$")


@dataclass(frozen=True, slots=True)
class Moment:
    """Scanner time in s; with `ago`, so many s before now."""

    seconds: float
    ago: bool = False

    def at_s(self, now_s: float) -> float:
        """Its scanner time, s, where it is `now_s`."""
        return now_s - self.seconds if self.ago else self.seconds


def moment_of(text: str) -> Moment | None:
    """The moment that a text says; None if it says none.

    612, 612s, 10:12 and 1:10:12 are scanner times; -90s, -1:30, 2 min ago are before
    now.
    """
    words = text.strip().lower()
    plain = _AGO.sub("", words.removeprefix("-")).strip()
    seconds = _seconds(plain)
    if seconds is None or not math.isfinite(seconds):
        return None
    return Moment(seconds, ago=words.startswith("-") or words.endswith("ago"))


def _seconds(text: str) -> float | None:
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups()
        return 3600 * float(hours or 0) + 60 * float(minutes) + float(seconds)
    if match := _FIGURE.fullmatch(text):
        return float(match[1]) * _UNITS[match[2]]
    return None
