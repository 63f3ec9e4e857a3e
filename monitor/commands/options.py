"""Options of the command line: ranges, lists, speeds, places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from streams.errors import InputError
from streams.messages.span import span_of
from streams.sources.files.choice import Entries, read_choices


def time_range(text: str | None, option: str) -> tuple[float, float] | None:
    """START:END in seconds, or in minutes written as 10m."""
    if text is None:
        return None
    span = span_of(text)
    if span is None:
        raise InputError(
            f"{option} {text} is no range: give START:END in seconds, e.g. 0:600."
        )
    return span


def choices(texts: Sequence[str] | None) -> dict[str, int | Entries]:
    """TAG=N, TAG=A:B or TAG=all, several times: entries along dimensions of a file."""
    return read_choices(texts or ())


def names(text: str | None, option: str = "--metabolites") -> tuple[str, ...]:
    """A,B,... without blanks, each once; () where the option is not given."""
    if text is None:
        return ()
    unique = tuple(dict.fromkeys(n.strip() for n in text.split(",") if n.strip()))
    if not unique:
        raise InputError(f"{option} {text!r} names nothing: give A,B,... or leave it.")
    return unique


def not_negative(value: float, option: str) -> float:
    """The value of an option that counts something."""
    if not value >= 0:
        raise InputError(f"{option} {value:g}: give 0 or more.")
    return value


def replay_speed(text: str) -> float:
    """A factor, or `max` for as fast as it goes."""
    if text.lower() == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not speed > 0:
        raise InputError(f"--speed {text}: give a factor above 0, e.g. 10, or max.")
    return speed


def changes(**given: Any) -> dict[str, Any]:
    """Settings that were given on the command line; None and () were not."""
    return {key: value for key, value in given.items() if value not in (None, ())}
