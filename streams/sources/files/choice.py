"""Which entries of a file are meant, along a dimension or a loop counter.

`Set=2` is one entry, `Set=2:6` those from 2 up to but without 6, `Set=all` every one.
Several entries are one course of transients, in the order in which they are stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from streams.errors import InputError

ALL = "all"


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries from `first` up to but without `stop`; None: to the last.

    `asked` is False for a rule that holds where it can, such as that of a protocol.
    """

    first: int = 0
    stop: int | None = None
    asked: bool = True

    def __str__(self) -> str:
        if self.stop == self.first + 1:
            return str(self.first)
        if self.stop is None:
            return ALL if self.first == 0 else f"{self.first}:"
        return f"{self.first}:{self.stop}"

    @property
    def is_one(self) -> bool:
        """Whether it is a single entry."""
        return self.stop == self.first + 1

    def within(self, size: int, name: str, tag: str) -> range:
        """The entries of a dimension of so many.

        Raises
        ------
        InputError : there is no such entry
        """
        stop = size if self.stop is None else self.stop
        if not self.first < stop <= size:
            raise InputError(
                f"{name} has no entry {self} along {tag} (0 to {size - 1})."
            )
        return range(self.first, stop)


Choose = Mapping[str, int | Entries]
"""What was chosen, by the name of the dimension or loop counter."""


def entries_of(choose: Choose | None) -> dict[str, Entries]:
    """A choice with every number as the entries that it stands for."""
    return {
        tag: entry if isinstance(entry, Entries) else Entries(entry, entry + 1)
        for tag, entry in (choose or {}).items()
    }


def where_it_can_be(choose: Choose | None) -> dict[str, Entries]:
    """A choice that holds for those of several files that have the dimension."""
    return {tag: replace(e, asked=False) for tag, e in entries_of(choose).items()}


def read_choices(
    texts: Iterable[str], option: str = "--choose", asked: bool = True
) -> dict[str, int | Entries]:
    """TAG=N, TAG=A:B or TAG=all, several of them; a number is asked for.

    Raises
    ------
    InputError : one of them is none of these
    """
    found: dict[str, int | Entries] = {}
    for text in texts:
        tag, _, entry = (part.strip() for part in text.partition("="))
        entries = _entries(entry, asked)
        if not tag or entries is None:
            raise InputError(
                f"{option} {text}: give TAG=N, TAG=A:B (up to but without B) or "
                "TAG=all, e.g. DIM_EDIT=0."
            )
        found[tag] = entries.first if asked and entries.is_one else entries
    return found


def _entries(text: str, asked: bool) -> Entries | None:
    if text.casefold() == ALL:
        return Entries(asked=asked)
    first, colon, stop = (part.strip() for part in text.partition(":"))
    if not (first.isdecimal() and (stop.isdecimal() if colon else not stop)):
        return None
    entries = Entries(int(first), int(stop if colon else first) + (not colon), asked)
    return entries if entries.stop and entries.first < entries.stop else None


def course_note(name: str, tag: str, count: int, entries: Entries) -> str:
    """What to say of the entries that were taken along a dimension of `count`."""
    if entries.is_one:
        return f"{name}: entry {entries} of {count} along {tag} was chosen."
    said = "all" if entries == Entries(asked=entries.asked) else f"{entries} of the"
    return (
        f"{name}: {said} {count} entries along {tag} are one course, in the order in "
        "which they are stored."
    )
