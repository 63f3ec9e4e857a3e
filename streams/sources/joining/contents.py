"""What a file of a session holds: looked at as a whole before it is joined."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from streams.errors import InputError
from streams.messages.transient import (
    Acquisition,
    ComplexFID,
    Kind,
    Message,
    Start,
    Transient,
)
from streams.messages.wire import read_header
from streams.recording.content_hash import sha256_of
from streams.recording.reading import read_frames
from streams.sources.checks.water import no_water, peaks
from streams.sources.files.clock_time import RELAY, ClockTime
from streams.sources.files.open_file import RECORDING, FileSource, messages_of

PACE_TOLERANCE = 0.02
"""A recording whose scanner time passes at another pace than its relay's clock was
played or simulated faster: that clock then tells nothing of the scanner's time."""
LOOKED_AT = 4  # transients of each series, by which it is water or not
PACE_LEAST_S = 10.0  # of difference, before the pace is judged


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds.

    Attributes
    ----------
    path : the file
    sha256 : of its content
    origin : what kind of file it is, in words
    acquisitions : of its series with metabolites; none where it is a water reference
    transients : of any kind
    first_s, last_s : times of its metabolite transients, else of all, as they stand in
        the file, s
    mark : of its first metabolite transient's samples; None where they are all zero
    begun : when that of `first_s` was acquired, where that is known
    notes, nameless_notes, unchosen : as of `FileSource`
    """

    path: Path
    sha256: str
    origin: str
    acquisitions: tuple[Acquisition, ...]
    transients: int
    first_s: float
    last_s: float
    mark: int | None
    begun: ClockTime | None
    notes: tuple[str, ...] = ()
    nameless_notes: tuple[str, ...] = ()
    unchosen: tuple[str, ...] = ()


def contents_of(source: FileSource) -> Contents:
    """Read a file that was opened to its end.

    Raises
    ------
    InputError : it is damaged, or holds no transient
    """
    series, transients = _read(messages_of(source))
    if not transients:
        raise InputError(f"{source.path.name} holds no transient: leave it out.")
    metabolites = [t for t in transients if t.kind is Kind.METABOLITE] or transients
    times_s = [t.time_s for t in metabolites]
    is_recording = source.origin == RECORDING
    return Contents(
        source.path,
        sha256_of(source.path),
        source.origin,
        tuple(a for a, fids in series.items() if not _are_water(fids, a)),
        len(transients),
        min(times_s),
        max(times_s),
        metabolites[0].mark,
        _recorded_at(source.path, min(times_s)) if is_recording else source.begun,
        source.notes,
        source.nameless_notes,
        source.unchosen,
    )


_FirstFIDs = dict[Acquisition, list[ComplexFID]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A transient without its samples."""

    time_s: float
    kind: Kind
    mark: int | None


def _read(messages: Iterable[Message]) -> tuple[_FirstFIDs, list[_Seen]]:
    """First FIDs of metabolites by series; all transients without their samples."""
    series: _FirstFIDs = {}
    seen: list[_Seen] = []
    acquisition: Acquisition | None = None
    for message in messages:
        match message.body:
            case Start():
                acquisition = message.body.acquisition
            case Transient() as body if acquisition is not None:
                mark = zlib.crc32(body.fid.tobytes()) if body.fid.any() else None
                seen.append(_Seen(body.time_s, body.kind, mark))
                first = series.setdefault(acquisition, [])
                if len(first) < LOOKED_AT and body.kind is Kind.METABOLITE:
                    first.append(body.fid)
    return series, seen


def _are_water(fids: list[ComplexFID], acquisition: Acquisition) -> bool:
    """Whether a series is unsuppressed water, announced or not."""
    if not fids:
        return True
    stacked = np.stack(fids)
    return peaks(stacked, acquisition) is not None and not no_water(
        stacked, acquisition
    )


def _recorded_at(path: Path, first_s: float) -> ClockTime | None:
    """When a recording says that scanner time `first_s` was, by its relay's clock.

    No transient is recorded before it was acquired, and the one that waited least tells
    best: the smallest difference of the two clocks is taken.
    """
    clocks = list(_clocks(path))
    if not clocks:
        return None
    offsets_s = [host_s - time_s for host_s, time_s in clocks]
    length_s = max(t for _, t in clocks) - min(t for _, t in clocks)
    drift_s = abs(offsets_s[-1] - offsets_s[0])
    if drift_s > max(PACE_TOLERANCE * length_s, PACE_LEAST_S):
        return None
    return ClockTime(RELAY, min(offsets_s) + first_s)


def _clocks(path: Path) -> Iterable[tuple[float, float]]:
    """The relay's clock and the scanner's, s, of each transient that has both."""
    for frames in read_frames(path):
        fields = read_header(frames).fields
        host_ns, time_s = fields.get("host_utc_ns"), fields.get("time_s")
        if fields.get("type") == "transient" and isinstance(host_ns, int):
            yield host_ns / 1e9, float(str(time_s))
