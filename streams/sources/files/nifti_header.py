"""Fields of a NIfTI-MRS header extension, each asked for by name and checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streams.errors import InputError
from streams.messages.fields import finite

SHORTEST_NAME = 3  # letters; shorter ones are in many words


@dataclass(frozen=True, slots=True)
class Header:
    """Fields of one header extension, each asked for by name.

    `notes` grows while fields are read: it is the one thing here that changes.
    """

    name: str
    fields: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)

    def missing(self, key: str, unit: str) -> InputError:
        """The error for a required field that is not there."""
        return InputError(
            f"{self.name} has no {key} in its header; add it ({unit}), no value is "
            "assumed."
        )

    def wrong(self, key: str, value: object) -> InputError:
        """The error for a field that cannot be understood."""
        return InputError(f"{self.name}: {key} = {_short(value)} cannot be right.")

    def note(self, sentence: str) -> None:
        """Keep a sentence about a field that is not quite valid."""
        self.notes.append(f"{self.name}: {sentence}")

    def number(
        self, key: str, most: float = math.inf, too_large: float = 1.0, unit: str = ""
    ) -> float | None:
        """A positive number, or None where the field is absent.

        One above `most` is multiplied by `too_large`, with a note that `unit` was
        meant.
        """
        value = self.fields.get(key)
        if value is None:
            return None
        if isinstance(value, str | bool | list | dict):
            raise self.wrong(key, value)
        number = finite(value)
        if number is None or number <= 0:
            raise self.wrong(key, value)
        if number > most:
            self.note(f"{key} = {number:g} is read as {unit}.")
            number *= too_large
        if number > most:
            raise self.wrong(key, value)
        return number

    def text(self, key: str) -> str:
        """A string, empty where the field is absent or names the person."""
        value = self.fields.get(key, "")
        if not isinstance(value, str):
            self.note(f"{key} is not a string and is left out.")
            return ""
        if any(word in value.casefold() for word in self._person()):
            self.note(f"{key} names the person and is left out.")
            return ""
        return value

    def _person(self) -> set[str]:
        """What the fields about the person say, in small letters, whole and by word."""
        said = [
            value.casefold()
            for key, value in self.fields.items()
            if key.startswith("Patient") and isinstance(value, str)
        ]
        words = {word for text in said for word in (text, *re.split(r"[\W_]+", text))}
        return {word for word in words if len(word) >= SHORTEST_NAME}

    def only(self, key: str) -> Any:
        """The one element of a list; a scalar is taken with a note, None if absent."""
        value = self.fields.get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self.note(f"{key} should be a list, not a single value.")
            return value
        if len(value) != 1:
            raise InputError(
                f"{self.name}: {key} has {len(value)} entries; only one nucleus and "
                "one spectral axis can be followed."
            )
        return value[0]

    def user(self, key: str) -> Any:
        """The value of a user-defined field ({"Value", "Description"}), or None."""
        value = self.fields.get(key)
        return value.get("Value") if isinstance(value, dict) else value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
