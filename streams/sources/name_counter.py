"""Which number in the names of files counts them, and what it says is missing.

A number is a counter where it usually rises by one, or by one constant step, from each
file of its kind to the next.  Names hold many others: numbers of runs, unique
identifiers, times of day, milliseconds since 1970, echo times.  Where none counts,
names give an order and no more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from streams.errors import InputError

USUAL = 0.75  # of the steps must be alike
MOST_MISSING = 10_000
CLOCK_DIGITS = 6  # HHMMSS


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that does not name the part that counts.

    Raises
    ------
    InputError : no regular expression with one group
    """
    try:
        groups = re.compile(pattern).groups if pattern else 1
    except re.error:
        groups = 0
    if groups != 1:
        raise InputError(
            f'[folder] in the protocol: counter = "{pattern}" must hold the part that '
            r'counts in brackets, such as "fid_(\d+)".'
        )


@dataclass(frozen=True, slots=True)
class Missing:
    """What the names say is missing before a file.

    `by_one` tells that the counter rises by one: others are believed only where the
    times of the files say the same.
    """

    files: int = 0
    by_one: bool = True
    known: bool = True


def missing_before(
    name: str, before: str | None, names: Iterable[str], pattern: str = ""
) -> Missing:
    """How many files are missing between `before` and `name`.

    Parameters
    ----------
    name, before : of the file and of the one that was taken before it
    names : all that are in the folder
    pattern : names the part that counts, see `check_pattern`; empty: found out
    """
    if before is None:
        return Missing()
    if pattern:
        found = [re.search(pattern, text) for text in (before, name)]
        values = [m[1] for m in found if m is not None and (m[1] or "").isdecimal()]
        if len(values) < 2:
            return Missing(known=False)
        return Missing(_between(int(values[0]), int(values[1]), 1))
    kind, numbers = _parts(name)
    other_kind, old = _parts(before)
    counter = _counter_of(kind, [*names, before, name])
    if counter is None or kind != other_kind:
        return Missing(known=counter is not None)
    place, step, is_clock = counter
    first, last = (_value(text, is_clock) for text in (old[place], numbers[place]))
    return Missing(_between(first, last, step), step == 1)


def _between(first: int, last: int, step: int) -> int:
    steps, rest = divmod(last - first, step)
    return steps - 1 if rest == 0 and 1 < steps <= MOST_MISSING else 0


def _parts(name: str) -> tuple[str, tuple[str, ...]]:
    """What a name is without its numbers, and these."""
    parts = re.split(r"(\d+)", name.casefold())
    return "0".join(parts[0::2]), tuple(parts[1::2])


def _counter_of(kind: str, names: Iterable[str]) -> tuple[int, int, bool] | None:
    """Place of the number that counts, its usual step, and whether it is a time."""
    rows = {numbers for k, numbers in map(_parts, names) if k == kind}
    ordered = sorted(rows, key=lambda row: [int(number) for number in row])
    found = []
    for place in range(len(ordered[0]) if ordered else 0):
        texts = [row[place] for row in ordered]
        is_clock = all(_seconds(text) is not None for text in texts)
        values = [_value(text, is_clock) for text in texts]
        step = _usual([after - before for before, after in pairwise(values)])
        if step is not None:
            found.append((place, step, is_clock))
    return min(found, key=lambda counter: (counter[1] != 1, counter[0]), default=None)


def _value(text: str, is_clock: bool) -> int:
    """A number in a name, in s where it is a time of day (HHMMSS)."""
    seconds = _seconds(text) if is_clock else None
    return int(text) if seconds is None else seconds


def _usual(steps: list[int]) -> int | None:
    """The step that most of them are; a single one is usual where it is one."""
    if not steps:
        return None
    step, count = Counter(steps).most_common(1)[0]
    enough = step == 1 or len(steps) > 1
    return step if step > 0 and enough and count >= USUAL * len(steps) else None


def _seconds(text: str) -> int | None:
    if len(text) != CLOCK_DIGITS:
        return None
    hours, minutes, seconds = (int(text[i : i + 2]) for i in (0, 2, 4))
    fits = hours < 24 and minutes < 60 and seconds < 60
    return 3600 * hours + 60 * minutes + seconds if fits else None
