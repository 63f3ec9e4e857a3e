"""Which files of a watched folder are there and whole, in the order of their names.

Numbers in names count as numbers.  A file is whole once its size and time have not
changed for `SETTLE_S`; one that is not holds up those after it for `STUCK_S` at most.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from streams.errors import InputError

SETTLE_S = 1.0
STUCK_S = 20.0
UNFINISHED = (".part", ".tmp", ".temp", ".partial", ".filepart", ".crdownload", ".lock")
SECOND_HALVES = {".spar": ".sdat", ".list": ".data"}


@dataclass(slots=True)
class _Seen:
    """A file as it looked, and since when."""

    state: tuple[int, int]
    since_s: float
    first_s: float


class FolderWatch:
    """Which files are there and whole, in the order of their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._done: set[str] = set()
        self._seen: dict[str, _Seen] = {}
        self._last: tuple[object, ...] = ()
        self.names: list[str] = []

    def ready(self, now_s: float) -> list[Path]:
        """Files that may be read now."""
        found = []
        try:
            names = names_in(self._folder)
        except InputError:  # a network folder that is away for a moment
            return []
        self.names = names
        for name in names:
            if name in self._done:
                continue
            seen = self._look(name, now_s)
            if seen is None:
                continue
            if now_s - seen.since_s >= SETTLE_S and seen.state[0] > 0:
                found.append(self._folder / name)
            elif now_s - seen.first_s < STUCK_S:
                break
        return found

    def is_late(self, path: Path) -> bool:
        """Whether a file that comes after it by name was taken before."""
        return natural(path.name) < self._last

    def take(self, path: Path) -> None:
        """Do not give a file again."""
        self._done.add(path.name)
        self._last = max(natural(path.name), self._last)

    def try_again(self, path: Path, now_s: float) -> bool:
        """Whether a file that could not be read may yet become whole."""
        return now_s - self._seen[path.name].first_s < STUCK_S

    def _look(self, name: str, now_s: float) -> _Seen | None:
        try:
            status = (self._folder / name).stat()
        except OSError:
            return None
        state = (status.st_size, status.st_mtime_ns)
        seen = self._seen.get(name)
        if seen is None:
            seen = self._seen[name] = _Seen(state, now_s, now_s)
        elif seen.state != state:
            seen.state, seen.since_s = state, now_s
        return seen


def natural(name: str) -> tuple[object, ...]:
    """Key that sorts numbers in names as numbers."""
    parts = re.split(r"(\d+)", name.lower())
    return (*[int(p) if i % 2 else p for i, p in enumerate(parts)], name)


def names_in(folder: Path) -> list[str]:
    """Files that may be meant, in order."""
    try:
        found = {path.name for path in folder.iterdir() if path.is_file()}
    except OSError as error:
        raise InputError(
            f"{folder} cannot be read ({error.strerror}): check the folder."
        ) from None
    endings = {(Path(n).stem.lower(), Path(n).suffix.lower()) for n in found}
    return sorted((n for n in found if _is_meant(n, endings)), key=natural)


def _is_meant(name: str, endings: Collection[tuple[str, str]]) -> bool:
    stem, ending = Path(name).stem.lower(), Path(name).suffix.lower()
    if name.startswith((".", "~")) or ending in UNFINISHED or name.endswith("~"):
        return False
    return (stem, SECOND_HALVES.get(ending, "?")) not in endings
