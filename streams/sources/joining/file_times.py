"""Where each file of a session lies in its time.

In this order: the clock that all files share (their order, too); the files' own times,
where these follow each other as in parts of one session; for neighbours, a clock that
both have; `--gap`.  The first file keeps its own times, so that times of the session
are those of its first file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from streams.errors import InputError
from streams.sources.joining.contents import Contents

OWN_TIMES, GIVEN = "its own times", "--gap"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of a session in its place.

    Attributes
    ----------
    contents : what it holds
    offset_s : what is added to its own times
    gap_s : from the last transient of the file before to its first, s; None: the first
    placed_by : what told that, in words; empty for the first
    """

    contents: Contents
    offset_s: float = 0.0
    gap_s: float | None = None
    placed_by: str = ""

    @property
    def start_s(self) -> float:
        """Scanner time of its first transient, s."""
        return self.contents.first_s + self.offset_s

    @property
    def end_s(self) -> float:
        """Scanner time of its last transient, s."""
        return self.contents.last_s + self.offset_s

    @property
    def own_times(self) -> bool:
        """Whether its times are those of the session already."""
        return self.placed_by == OWN_TIMES


def place_files(files: Sequence[Contents], gap_s: float | None) -> tuple[Piece, ...]:
    """Files in order, each in its place.

    Raises
    ------
    InputError : nothing tells the time between two of them, or they overlap
    """
    files = _in_order(files)
    one_clock = all(b.first_s > a.last_s for a, b in pairwise(files))
    pieces = [Piece(files[0])]
    for file in files[1:]:
        pieces.append(_after(pieces[-1], file, one_clock, gap_s))
    return tuple(pieces)


def _in_order(files: Sequence[Contents]) -> Sequence[Contents]:
    """In order of the clock that all of them share, else as given."""
    since_s = [_between_s(files[0], file) for file in files]
    known = [s for s in since_s if s is not None]
    if len(known) < len(files):
        return files
    order = sorted(range(len(files)), key=known.__getitem__)
    return [files[index] for index in order]


def _between_s(one: Contents, other: Contents) -> float | None:
    """From the first transient of one file to that of another, by a clock of both."""
    if one.begun is None or other.begun is None:
        return None
    return other.begun.since(one.begun)


def _after(
    before: Piece, file: Contents, one_clock: bool, gap_s: float | None
) -> Piece:
    """A file behind the one before it."""
    since_s = _between_s(before.contents, file)
    if since_s is not None and file.begun is not None:
        start_s, placed_by = before.start_s + since_s, file.begun.clock
    elif one_clock:
        return Piece(file, 0.0, file.first_s - before.end_s, OWN_TIMES)
    elif gap_s is not None:
        start_s, placed_by = before.end_s + gap_s, GIVEN
    else:
        raise InputError(
            f"Nothing tells the time between {before.contents.path.name} and "
            f"{file.path.name}: give --gap S, the seconds from the last metabolite "
            "transient of the one to the first of the next."
        )
    _check_behind(before, file, start_s, placed_by)
    return Piece(file, start_s - file.first_s, start_s - before.end_s, placed_by)


def _check_behind(before: Piece, file: Contents, start_s: float, by: str) -> None:
    """Refuse a file that begins before the one before it has ended."""
    if start_s > before.end_s:
        return
    raise InputError(
        f"{file.path.name} begins {before.end_s - start_s:.1f} s before the last "
        f"transient of {before.contents.path.name} by {by}: they cannot be parts of "
        "one session; leave one of them out."
    )
