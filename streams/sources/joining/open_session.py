"""A session opened, be it one file or several that are joined."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.errors import InputError
from streams.messages.scanner_counter import OF_FILE
from streams.messages.transient import Message
from streams.sources.files.choice import Choose, where_it_can_be
from streams.sources.files.open_file import (
    RECORDING,
    FileSource,
    messages_of,
    open_source,
)
from streams.sources.files.site_file_rules import FileRules
from streams.sources.joining.contents import Contents, contents_of
from streams.sources.joining.file_times import GIVEN, Piece, place_files
from streams.sources.joining.joined_files import JoinedFiles, SessionPlace
from streams.sources.joining.joined_messages import joined_messages
from streams.sources.joining.likeness import check_alike, moved_voxels


@dataclass(frozen=True, slots=True)
class SessionSource:
    """A session that was opened.

    Attributes
    ----------
    origin : what kind of file it lies in, in words
    messages : once
    notes, nameless_notes : as of `FileSource`
    pieces : the files, in order, where there are several
    """

    origin: str
    messages: Iterator[Message]
    notes: tuple[str, ...] = ()
    nameless_notes: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """How files are read."""

    choose: Choose | None
    rules: FileRules | None

    def open(self, path: Path, water: Path | None = None) -> FileSource:
        """One file."""
        return open_source(path, water, self.choose, self.rules)


def open_session(
    place: SessionPlace,
    water: Path | None = None,
    choose: Choose | None = None,
    rules: FileRules | None = None,
) -> SessionSource:
    """Open a file, or several files as one session.

    The water file goes with the first of several; a series without a water reference
    is lent that of the series before (`monitor.run.water_gate`).

    Raises
    ------
    InputError : see `open_source`; of several, also `check_alike` and `place_files`
    """
    if isinstance(place, JoinedFiles):
        return _join(place, water, _Reading(where_it_can_be(choose), rules))
    source = open_source(place, water, choose, rules)
    return SessionSource(
        source.origin, messages_of(source), source.notes, source.nameless_notes
    )


def _join(files: JoinedFiles, water: Path | None, reading: _Reading) -> SessionSource:
    """Several files as one session; each is looked at to its end before."""
    found = [contents_of(reading.open(path)) for path in files.paths]
    check_alike(found)
    _check_chosen(reading, found)
    pieces = place_files(found, files.gap_s)
    first = reading.open(pieces[0].contents.path, water)
    said = _say(pieces, files)
    contents = [piece.contents for piece in pieces]
    notes = (first.notes, *(c.notes for c in contents[1:]))
    nameless = (first.nameless_notes, *(c.nameless_notes for c in contents[1:]))
    return SessionSource(
        f"{len(pieces)} files, joined",
        joined_messages(pieces, _session_name(pieces), _read(first, pieces, reading)),
        (*said, *sum(notes, ())),
        (*said, *sum(nameless, ())),
        pieces,
    )


def _check_chosen(reading: _Reading, files: Sequence[Contents]) -> None:
    """Refuse a choice along what none of the files has."""
    for name in reading.choose or ():
        if all(name in file.unchosen for file in files):
            raise InputError(
                f"None of the {len(files)} files has anything to choose along {name}: "
                f"leave --choose {name} out."
            )


def _read(
    first: FileSource, pieces: Sequence[Piece], reading: _Reading
) -> Iterator[Iterator[Message]]:
    """Messages of each file, which is opened when its turn comes."""
    yield messages_of(first)
    for piece in pieces[1:]:
        yield messages_of(reading.open(piece.contents.path))


def _session_name(pieces: Sequence[Piece]) -> str:
    """The same each time, so that a seek finds it again; it says what keeps counts."""
    recorded = all(piece.contents.origin == RECORDING for piece in pieces)
    hashes = "".join(piece.contents.sha256 for piece in pieces)
    name = hashlib.sha256(hashes.encode()).hexdigest()[:32]
    return name if recorded else f"{OF_FILE}{name}"


def _say(pieces: Sequence[Piece], files: JoinedFiles) -> tuple[str, ...]:
    """What is to be said of the files as a whole; without their names."""
    parts = [f"file {n}, {_part(piece)}" for n, piece in enumerate(pieces, 1)]
    said = [f"{len(pieces)} files are one session: {'; '.join(parts)}."]
    given = [files.paths.index(piece.contents.path) + 1 for piece in pieces]
    if given != sorted(given):
        order = ", ".join(map(str, given))
        said.append(
            "The files are in the order of their clock, not of the command line; there "
            f"they are number {order}."
        )
    if files.gap_s is not None and not any(p.placed_by == GIVEN for p in pieces):
        said.append("--gap is not used, since clocks or times tell every gap.")
    return (*said, *moved_voxels([piece.contents for piece in pieces]))


def _part(piece: Piece) -> str:
    """A file in its place, in words."""
    contents = piece.contents
    plural = "s" if contents.transients > 1 else ""
    text = (
        f"{contents.transients} transient{plural} from {piece.start_s:.1f} to "
        f"{piece.end_s:.1f} s"
    )
    if piece.gap_s is None:
        return text
    return f"{text}, {piece.gap_s:.1f} s after the one before by {piece.placed_by}"
