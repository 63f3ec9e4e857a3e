"""The JSON object that an event's text may hold, whoever wrote it."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 2
"""Lists within lists in a value: spans are lists of two numbers."""


def event_table(text: str) -> dict[str, Any] | None:
    """The object that a text holds; None if it is another text, or nested deeper."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        return None
    fine = isinstance(table, dict) and all(map(_is_flat, table.values()))
    return table if fine else None


def _is_flat(value: object, deepest: int = DEEPEST) -> bool:
    if isinstance(value, list):
        return deepest > 0 and all(_is_flat(entry, deepest - 1) for entry in value)
    return not isinstance(value, dict)
