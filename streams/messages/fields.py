"""Fields of a JSON object that someone else wrote, each checked as it is taken out.

What is wrong with a field is half a sentence, "has a NAME that is no number"; whoever
knows what the object is makes the sentence (`refuse`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

MAX_TEXT = 8 * 1024
"""Longest text in a field, characters."""
MAX_COUNT = 2**53 - 1
"""Largest whole number: every JSON reader still holds it exactly."""
MOST = 1e15
"""Largest other number; no quantity of ours comes near."""


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def finite(value: object) -> float | None:
    """The number as a float, or None if it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Fields:
    """The object, and how a problem in it is told (it raises)."""

    values: Mapping[str, Any]
    refuse: Callable[[str], NoReturn]

    def among(self, values: Mapping[str, Any]) -> Fields:
        """Other fields, whose problems are told likewise."""
        return Fields(values, self.refuse)

    def value(self, name: str, default: Any = None) -> Any:
        """Whatever stands there; null is nothing."""
        value = self.values.get(name, default)
        if value is None:
            self.refuse(f"lacks {name}")
        return value

    def text(self, name: str, default: str | None = None, limit: int = MAX_TEXT) -> str:
        """A text of at most `limit` characters."""
        value = self.value(name, default)
        if not isinstance(value, str):
            self.refuse(f"has a {name} that is no text")
        if len(value) > limit:
            self.refuse(f"has a {name} of more than {limit} characters")
        if any("\ud800" <= character <= "\udfff" for character in value):
            self.refuse(f"has a {name} that is no Unicode text")
        return value

    def integer(self, name: str, low: int = 0, default: int | None = None) -> int:
        """A whole number, `low` at least."""
        value = self.value(name, default)
        if not is_whole(value):
            self.refuse(f"has a {name} that is no whole number")
        if not low <= value <= MAX_COUNT:
            self.refuse(f"has a {name} outside {low} to {MAX_COUNT}")
        return value

    def integers(self, name: str, most: int) -> tuple[int, ...]:
        """A list of at most so many whole numbers from 0; absent, it is empty."""
        values = self.value(name, [])
        if not isinstance(values, list) or len(values) > most:
            self.refuse(f"has a {name} that is no list of at most {most} numbers")
        return tuple(self.among({name: value}).integer(name) for value in values)

    def boolean(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.value(name, default)
        if not isinstance(value, bool):
            self.refuse(f"has a {name} that is neither true nor false")
        return value

    def number(self, name: str, low: float = -MOST) -> float:
        """A finite number, `low` at least."""
        value = self.value(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse(f"has a {name} that is no number")
        if not low <= value <= MOST:
            self.refuse(f"has a {name} outside {low:g} to {MOST:g}")
        return float(value)

    def positive(self, name: str) -> float:
        """A finite number above zero."""
        value = self.number(name)
        if value <= 0:
            self.refuse(f"has a {name} that is not above zero")
        return value

    def optional_number(self, name: str, low: float = 0.0) -> float | None:
        """A number, or None where it is null or absent."""
        return None if self.values.get(name) is None else self.number(name, low)
