"""A watched folder: a scanner or a site's script drops one file per transient or block.

Any format that `open_source` reads.  A file is taken once its size and time have not
changed for `SETTLE_S`, whether it was written there or renamed into place.  Files are
taken in the order of their names, numbers in them as numbers; one that is not whole
holds up those after it for `STUCK_S` at most, and is taken later, with a note.  A file
of the same content as one that was taken is left out, so that a relay that is started
again does not record anything twice.

Scanner time: files hold times from their own first transient.  One follows another
after TR; after k TR where names say that k - 1 are missing (`name_counter`); after the
time between the two files' own times where that is longer by more than a pause
(2 TR + 5 s).

Names of files may name the subject: files are recorded by their place in the order and
the SHA-256 of their content only.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from streams.errors import InputError
from streams.messages.scanner_counter import AUTHOR, DROPPED
from streams.messages.scanner_names import is_water_name
from streams.messages.transient import Acquisition, Body, Event, Kind, Start, Transient
from streams.sources.checks.water import no_water
from streams.sources.file_event import FILE_EVENT, file_event
from streams.sources.files.open_file import open_source
from streams.sources.folder_rules import FolderRules
from streams.sources.folder_watch import FolderWatch, names_in
from streams.sources.name_counter import Missing, missing_before

TURN_S = 0.25
PAUSE_S, PAUSE_TRS = 5.0, 2.0
NEIGHBOURS = 32  # names before and after a file that tell what counts
UNCOUNTED = 4  # files by which it is known whether names count them


def folder_bodies(
    folder: Path,
    stop: threading.Event,
    *,
    rules: FolderRules | None = None,
    taken: Collection[str] = (),
    on_note: Callable[[str], None] | None = None,
) -> Iterator[Body]:
    """Bodies from the files that come into a folder, until `stop` is set.

    Parameters
    ----------
    folder : to watch; its subfolders are not looked at
    taken : SHA-256 of files that were recorded before, see `taken_before`
    on_note : called with each sentence about the folder itself

    Raises
    ------
    InputError : it is no folder, or cannot be read
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder: give one that files are written to.")
    names_in(folder)
    return _watch(folder, stop, _Feed(rules or FolderRules(), set(taken)), on_note)


def taken_before(bodies: Iterator[Body]) -> set[str]:
    """SHA-256 of the files that a recording already holds."""
    return {
        body.text.partition(" ")[0]
        for body in bodies
        if isinstance(body, Event) and body.kind == FILE_EVENT
    }


def _watch(
    folder: Path,
    stop: threading.Event,
    feed: _Feed,
    on_note: Callable[[str], None] | None,
) -> Iterator[Body]:
    watch = FolderWatch(folder)
    while not stop.is_set():
        for path in watch.ready(time.monotonic()):
            bodies = _of_file(watch, feed, path)
            if bodies is None:
                break
            for body in bodies:
                if on_note and isinstance(body, Event) and body.author == AUTHOR:
                    on_note(f"{body.kind}: {body.text}")
                yield body
        stop.wait(TURN_S)


def _of_file(watch: FolderWatch, feed: _Feed, path: Path) -> list[Body] | None:
    """Bodies of a file; None if it has to be tried again."""
    try:
        bodies = feed.read(path, watch.is_late(path), watch.names)
    except (InputError, OSError) as error:
        if watch.try_again(path, time.monotonic()):
            return None
        bodies = feed.given_up(str(error).replace(path.name, "it"))
    watch.take(path)
    return bodies


class _Feed:
    """Turns files into bodies of one lasting session."""

    def __init__(self, rules: FolderRules, taken: set[str]) -> None:
        self._rules, self._taken = rules, taken
        self._acquisition: Acquisition | None = None
        self._files, self._count, self._time_s = 0, 0, 0.0
        self._before: str | None = None
        self._said = False
        self._written_s: float | None = None

    def read(self, path: Path, late: bool, names: list[str]) -> list[Body]:
        """All bodies of a file; nothing of it counts if it cannot be read."""
        content, written_s = path.read_bytes(), path.stat().st_mtime
        digest = hashlib.sha256(content).hexdigest()
        if digest in self._taken:
            self._files += 1
            text = f"File {self._files} is the same as one before; left out."
            return [Event(self._time_s, "note", text, AUTHOR)]
        bodies = list(open_source(path, rules=self._rules.files).bodies)
        transients = [body for body in bodies if isinstance(body, Transient)]
        starts = [body for body in bodies if isinstance(body, Start)]
        if not transients or not starts:
            raise InputError(f"{path.name} holds no transient.")
        place = names.index(path.name) if path.name in names else len(names)
        near = names[max(place - NEIGHBOURS, 0) : place + NEIGHBOURS]
        missing = missing_before(path.name, self._before, near, self._rules.counter)
        self._before = path.name
        placed = self._place(path, bodies, starts[0].acquisition, written_s, missing)
        self._taken.add(digest)
        self._files += 1
        count = len(transients)
        head: list[Body] = [file_event(self._time_s, digest, self._files, count)]
        if late:
            text = f"File {self._files} came late: files after it by name were taken."
            head.append(Event(self._time_s, "note", text, AUTHOR))
        if self._files == UNCOUNTED and not missing.known and not self._said:
            self._said = True
            text = (
                "No number in the names of the files counts them, so that a missing "
                "one cannot be told; counter in [folder] of the protocol may say."
            )
            head.append(Event(self._time_s, "note", text, AUTHOR))
        return head + placed

    def given_up(self, reason: str) -> list[Body]:
        """What is to be said of a file that cannot be read."""
        self._files += 1
        text = f"File {self._files} was left out: {reason}"
        return [Event(self._time_s, DROPPED, text, AUTHOR)]

    def _place(
        self,
        path: Path,
        bodies: list[Body],
        acquisition: Acquisition,
        written_s: float,
        missing: Missing,
    ) -> list[Body]:
        is_water = self._is_water(path, bodies, acquisition)
        placed: list[Body] = []
        skipped = self._skip(missing, acquisition, written_s)
        times = [b.time_s for b in bodies if isinstance(b, Transient)]
        begun_s = self._begin_s(acquisition, skipped, written_s, times[-1] - times[0])
        offset_s, self._count = begun_s - times[0], self._count + skipped
        for body in bodies:
            if isinstance(body, Start):
                placed += self._start(body)
            elif isinstance(body, Event):
                placed.append(replace(body, time_s=body.time_s + offset_s))
            elif isinstance(body, Transient):
                kind = Kind.WATER if is_water else body.kind
                time_s = body.time_s + offset_s
                placed.append(Transient(self._count, time_s, kind, body.fid))
                self._count, self._time_s = self._count + 1, time_s
        self._written_s = written_s
        return placed

    def _start(self, start: Start) -> list[Body]:
        """The start of a file, unless its transients go on as those before."""
        if start.acquisition == self._acquisition:
            return []
        self._acquisition = start.acquisition
        return [replace(start, source="watched folder")]

    def _is_water(
        self, path: Path, bodies: list[Body], acquisition: Acquisition
    ) -> bool:
        """Whether a file is water reference: by the rule, or by name and content."""
        water = self._rules.water_name.lower()
        if water:
            return water in path.name.lower()
        if not is_water_name(path.name):
            return False
        fids = np.stack([body.fid for body in bodies if isinstance(body, Transient)])
        return not no_water(fids, acquisition)

    def _skip(
        self, missing: Missing, acquisition: Acquisition, written_s: float
    ) -> int:
        """Files that are missing before this one."""
        tr_s = acquisition.repetition_time_s
        if missing.by_one or tr_s is None or self._written_s is None:
            return missing.files
        waited_s = written_s - self._written_s
        return missing.files if waited_s > 0.5 * tr_s * missing.files else 0

    def _begin_s(
        self, acquisition: Acquisition, skipped: int, written_s: float, length_s: float
    ) -> float:
        """Scanner time of the first transient of a file."""
        if self._written_s is None:
            return 0.0
        waited_s = max(written_s - self._written_s, 0.0) - length_s
        step_s = acquisition.repetition_time_s
        if step_s is None:
            return self._time_s + max(waited_s, 1e-3)
        expected_s = step_s * (1 + skipped)
        pause_s = PAUSE_S + PAUSE_TRS * step_s
        return self._time_s + (
            waited_s if waited_s > expected_s + pause_s else expected_s
        )
