"""Several files that are one session."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from streams.recording.content_hash import sha256_of


@dataclass(frozen=True, slots=True)
class JoinedFiles:
    """Files of one visit, as they were given.

    Attributes
    ----------
    paths : two or more, in the order that holds where no clock tells another
    gap_s : time from the last metabolite transient of a file to the first of the next,
        where nothing else tells it, s
    """

    paths: tuple[Path, ...]
    gap_s: float | None = None

    @property
    def name(self) -> str:
        """Names of the files, for the terminal."""
        return " + ".join(path.name for path in self.paths)

    def __str__(self) -> str:
        return " + ".join(map(str, self.paths))


SessionPlace = Path | JoinedFiles
"""Where a session lies: in one file, or in several."""


def paths_of(place: SessionPlace) -> tuple[Path, ...]:
    """The files of a session."""
    return place.paths if isinstance(place, JoinedFiles) else (place,)


def session_hash(place: SessionPlace) -> str:
    """Hash of a file's content; of several files, of the list of their hashes.

    Raises
    ------
    InputError : one of them cannot be read
    """
    if not isinstance(place, JoinedFiles):
        return sha256_of(place)
    hashes = "\n".join(map(sha256_of, place.paths))
    return hashlib.sha256(hashes.encode()).hexdigest()
