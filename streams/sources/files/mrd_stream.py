"""An MRD stream that was saved as a file: what a scanner sent, or `NAME.refused-1.mrd`.

It takes the live path: the same parser and the same `ScannerSession` as a connection.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from streams.errors import InputError
from streams.messages.scanner_counter import AUTHOR
from streams.messages.transient import Body, End, Event, Kind, Start, Transient
from streams.sources.files.series import Series
from streams.sources.mrd.header import Header
from streams.sources.mrd.image import carries_spectrum
from streams.sources.mrd.messages import MrdError, readout_of, text_of, waveform_of
from streams.sources.mrd.parser import NAME_BYTES, Frame, Id, Parser
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.series import ScannerSession

ORIGIN = "MRD stream"
REFUSED = "series_refused"
PIECE = 1 << 20
LOOKED_AT = NAME_BYTES + 4096


def is_mrd_stream(path: Path) -> bool:
    """Whether a file begins with a configuration or a header of MRD."""
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    if len(start) < 6:
        return False
    (kind,) = struct.unpack_from("<H", start)
    if kind == Id.CONFIG_FILE:
        after = start[2 + NAME_BYTES : 4 + NAME_BYTES]
        return after in [struct.pack("<H", k) for k in (2, 3, 5)]
    return kind in (Id.CONFIG_TEXT, Id.HEADER) and b"<" in start[6:64]


def bodies(path: Path, rules: MrdRules | None = None) -> list[Body]:
    """Bodies as a relay would have recorded them.

    Raises
    ------
    InputError : there is no transient in it, with the reason that the stream gives
    """
    rules = rules or MrdRules()
    found = list(_all(path, rules))
    if not any(isinstance(body, Transient) for body in found):
        said = [b.text for b in found if isinstance(b, Event) and b.kind == REFUSED]
        why = f": {said[0]}" if said else "."
        raise InputError(f"{path.name} is an MRD stream without a transient{why}")
    return found


def notes_of(found: list[Body]) -> tuple[str, ...]:
    """What the stream's own events say."""
    return tuple(
        body.text for body in found if isinstance(body, Event) and body.author == AUTHOR
    )


def read_series(path: Path, rules: MrdRules | None = None) -> Series:
    """The transients of a stream as one series, whatever they were acquired for.

    Raises
    ------
    InputError : see `bodies`, or it holds several series
    """
    found = bodies(path, rules)
    starts = [body for body in found if isinstance(body, Start)]
    kept = [b for b in found if isinstance(b, Transient) and b.kind is not Kind.NOISE]
    if len({start.acquisition for start in starts}) != 1:
        raise InputError(f"{path.name} holds several series: give a stream of one.")
    fids = np.stack([transient.fid for transient in kept])
    times_s = tuple(transient.time_s for transient in kept)
    return Series(path.name, ORIGIN, starts[0].acquisition, fids, times_s)


def _all(path: Path, rules: MrdRules) -> Iterator[Body]:
    session, transients = ScannerSession(rules), 0
    try:
        for frame in _frames(path):
            for body in _of_frame(path, session, frame):
                transients += isinstance(body, Transient)
                yield body
        yield from session.end("end of the file")
    except MrdError as error:
        yield session.note("protocol_error", str(error))
        yield from session.end("what follows cannot be read")
    yield End(transients, "end of file")


def _frames(path: Path) -> Iterator[Frame]:
    parser = Parser()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            parser.feed(piece)
            while (frame := parser.next_frame()) is not None:
                yield frame
    parser.end()


def _of_frame(path: Path, session: ScannerSession, frame: Frame) -> Iterator[Body]:
    match frame.id:
        case Id.HEADER:
            yield from session.end("a new header came")
            session.begin(Header(path.name, text_of(frame.content)))
        case Id.ACQUISITION:
            yield from session.readout(readout_of(frame.content), 0.0)
        case Id.IMAGE if carries_spectrum(frame.content):
            yield from session.image(frame.content, 0.0)
        case Id.WAVEFORM:
            yield from session.waveform(waveform_of(frame.content))
        case Id.CLOSE:
            yield from session.end("closed")
