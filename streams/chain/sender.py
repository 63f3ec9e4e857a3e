"""A recording as the MRD messages of a scanner: configuration, header, acquisitions.

As Siemens sends them: complex conjugates, stamps in ticks of 2.5 ms.  Water reference
has `set` 1, metabolites 0.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from streams.errors import InputError
from streams.export.ismrmrd import HEAD, header_xml
from streams.export.sorted_series import TransientGroup
from streams.messages.transient import Kind, Message, Start, Transient
from streams.sources.files.ismrmrd import TICKS_S
from streams.sources.mrd.parser import NAME_BYTES, Id
from streams.sources.mrd.writer import text_bytes

WATER_SET = 1
NOISE_FLAG = 1 << 18


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of a scanner.

    `time_s` is the scanner time at which it goes out; `kind` is of an acquisition.
    """

    content: bytes
    time_s: float
    kind: Kind | None = None


def series_of(
    messages: Iterable[Message], settings: Mapping[str, object], most: int
) -> Iterator[Sent]:
    """The first series of a session, at most so many transients of it.

    `settings` go behind the header as a protocol card's do.

    Raises
    ------
    InputError : there is no transient
    """
    count, first_s = 0, 0.0
    start: Start | None = None
    for message in messages:
        body = message.body
        if isinstance(body, Start):
            if count:
                return
            start = body
        elif isinstance(body, Transient) and start is not None:
            if not count:
                first_s = body.time_s
                yield from _opening(start, body, settings)
            yield _acquisition(start, body, count, first_s)
            count += 1
            if count >= most:
                return
    if not count:
        raise InputError("The recording holds no transient: there is nothing to send.")


def _opening(
    start: Start, first: Transient, settings: Mapping[str, object]
) -> Iterator[Sent]:
    group = TransientGroup(start.acquisition, first.kind)
    group.add(first)
    xml = header_xml(group) + b"\0"
    card = json.dumps({"version": "1.1.0", "parameters": dict(settings)})
    yield Sent(struct.pack(f"<H{NAME_BYTES}s", Id.CONFIG_FILE, b"mrs-monitor"), 0.0)
    yield Sent(struct.pack("<HI", Id.HEADER, len(xml)) + xml, 0.0)
    yield Sent(text_bytes(card), 0.0)


def _acquisition(
    start: Start, transient: Transient, count: int, first_s: float
) -> Sent:
    coils, points = transient.fid.shape
    head = np.zeros(1, HEAD)
    head["version"] = 1
    head["flags"] = NOISE_FLAG if transient.kind is Kind.NOISE else 0
    head["scan_counter"] = count + 1
    after_s = transient.time_s - first_s
    head["acquisition_time_stamp"] = 1000 + round(after_s / TICKS_S[0])
    head["number_of_samples"] = points
    head["available_channels"] = head["active_channels"] = coils
    head["sample_time_us"] = 1e6 * start.acquisition.dwell_time_s
    head["idx"]["average"] = count % (1 << 16)
    head["idx"]["set"] = WATER_SET if transient.kind is Kind.WATER else 0
    samples = np.ascontiguousarray(transient.fid.conj())
    content = struct.pack("<H", Id.ACQUISITION) + head.tobytes() + samples.tobytes()
    return Sent(content, after_s, transient.kind)
