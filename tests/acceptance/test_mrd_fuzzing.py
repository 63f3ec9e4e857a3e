"""Fuzzing of all that reads bytes from the scanner's socket.

    pytest tests/acceptance/test_mrd_fuzzing.py -m slow -s

A whole stream, written by `ismrmrd`, is damaged (bytes, lengths and pieces changed,
cut out, doubled, moved), cut into random pieces and taken through parser, header, FID,
clock and events.  Anything but frames, bodies that can be encoded and `InputError`
fails.  Seconds and seed come from MRS_FUZZ_S and MRS_FUZZ_SEED.
"""

import os
import random
import struct
import time

import mrd_sender as mrd
import numpy as np
import pytest

from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import Message, Transient
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import MrdError, readout_of, waveform_of
from streams.sources.mrd.parser import Id, Parser
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.series import ScannerSession

SECONDS = float(os.environ.get("MRS_FUZZ_S", "60"))
SEED = int(os.environ.get("MRS_FUZZ_SEED", "1"))
EDGES = [0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]


def stream(rng):
    """A whole series, other each time."""
    points = rng.choice([16, 32])
    parts = [
        mrd.config_bytes(),
        mrd.text_bytes(3, mrd.header(points=points // rng.choice([1, 2]))),
        mrd.text_bytes(5, "text"),
        mrd.framed(1026, mrd.waveform([0, 1, 0, 1], 1000, rng.choice([0, 3, 4]))),
    ]
    for n in range(rng.randint(1, 4)):
        flags = rng.choice([(), (), (19,), (23,), (27,)])
        samples = mrd.received(n, rng.choice([1, 2]), points)
        parts.append(mrd.acquisition_bytes(n, samples, flags=flags))
    return [*parts, mrd.CLOSE]


def damaged(rng, parts):
    """The stream with a few things wrong."""
    if rng.random() < 0.3:
        rng.shuffle(parts)
    whole = bytearray(b"".join(parts))
    for _ in range(rng.randint(0, 6)):
        at = rng.randrange(len(whole))
        how = rng.randrange(5)
        if how == 0:
            whole[at] = rng.randrange(256)
        elif how == 1:
            number = struct.pack("<I", rng.choice(EDGES))[: rng.choice([1, 2, 4])]
            whole[at : at + len(number)] = number
        elif how == 2 and len(whole) > 100:
            del whole[at : at + rng.randint(1, 50)]
        elif how == 3:
            whole[at:at] = rng.randbytes(rng.randint(1, 50))
        else:
            other = rng.randrange(len(whole))
            whole[at:at] = whole[other : other + rng.randint(1, 400)]
    return bytes(whole)


def taken(rng, content, counts):
    """Take a stream as the server and the source do."""
    parser, session = Parser(), ScannerSession(MrdRules(water_first=1))
    bodies, at = [], 0
    try:
        while at < len(content):
            piece = rng.choice([1, 7, 100, 4096])
            parser.feed(content[at : at + piece])
            at += piece
            while (frame := parser.next_frame()) is not None:
                counts["frames"] += 1
                bodies += of_frame(session, frame, counts)
        parser.end()
    except MrdError:
        counts["ended by error"] += 1
    return bodies + list(session.end("over"))


def of_frame(session, frame, counts):
    try:
        if frame.id is Id.HEADER:
            session.begin(Header("stream", frame.content[4:]))
        elif frame.id is Id.ACQUISITION:
            return list(session.readout(readout_of(frame.content), time.monotonic()))
        elif frame.id is Id.WAVEFORM:
            return list(session.waveform(waveform_of(frame.content)))
    except InputError:
        counts["refused"] += 1
    return []


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 60)
def test_only_defined_errors():
    rng = random.Random(SEED)
    counts = dict.fromkeys(("streams", "bytes", "frames", "bodies"), 0)
    counts |= {"ended by error": 0, "refused": 0, "not finite": 0}
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        content = damaged(rng, stream(rng))
        counts["streams"] += 1
        counts["bytes"] += len(content)
        for body in taken(rng, content, counts):
            counts["bodies"] += 1
            try:
                wire.encode(Message("s", 0, 0, body))
            except InputError:
                assert isinstance(body, Transient)
                assert not np.isfinite(body.fid).all()
                counts["not finite"] += 1
    print(f"\nseed {SEED}, {SECONDS:g} s: {counts}")
    assert counts["bodies"] > 0
