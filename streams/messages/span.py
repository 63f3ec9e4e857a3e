"""START:END in seconds, as an option, a typed field or a recorded event says it."""

from __future__ import annotations

import math

Span = tuple[float, float]
"""Start and end, s; the end is after the start."""


def span_of(text: str) -> Span | None:
    """The span that a text says, s; None if it says none.

    Either end may be in minutes, written as 10m.
    """
    try:
        start, end = (_seconds(part.strip()) for part in text.split(":"))
    except ValueError:
        return None
    good = math.isfinite(start) and math.isfinite(end) and start < end
    return (start, end) if good else None


def _seconds(text: str) -> float:
    return 60 * float(text[:-1]) if text.endswith("m") else float(text)
