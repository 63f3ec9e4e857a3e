"""The MRD parser: what `ismrmrd` writes, cut anyhow; and bytes that are no MRD."""

import itertools
import struct

import ismrmrd
import mrd_sender as mrd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import Event, Message, Start, Transient
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import (
    ACQUISITION_HEAD,
    WAVEFORM_HEAD,
    MrdError,
    readout_of,
    waveform_of,
)
from streams.sources.mrd.parser import MAX_PAYLOAD_BYTES, Id, Parser
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.series import ScannerSession

FEEDBACK = struct.pack("<HI4sI5s", 1028, 4, b"abc\0", 5, b"12345")
IMAGE = mrd.framed(1022, ismrmrd.Image.from_array(np.zeros((3, 4), np.complex64)))
STREAM = [
    mrd.config_bytes(),
    mrd.text_bytes(2, "configuration"),
    mrd.text_bytes(3, mrd.header()),
    mrd.text_bytes(5, ""),
    FEEDBACK,
    mrd.framed(1026, mrd.waveform([0, 1, 1], 1000)),
    *(mrd.acquisition_bytes(n, mrd.received(n, points=16)) for n in range(3)),
    IMAGE,
    mrd.CLOSE,
]
IDS = [1, 2, 3, 5, 1028, 1026, 1008, 1008, 1008, 1022, 4]


def parsed(pieces):
    """Frames, and the error that ended them."""
    parser, frames = Parser(), []
    try:
        for piece in pieces:
            parser.feed(piece)
            while (frame := parser.next_frame()) is not None:
                frames.append(frame)
        parser.end()
    except MrdError as error:
        with pytest.raises(MrdError):
            parser.next_frame()
        return frames, error
    return frames, None


def cut(whole, places):
    edges = sorted({0, len(whole), *(p % (len(whole) + 1) for p in places)})
    return [whole[a:b] for a, b in itertools.pairwise(edges)]


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_cut_anyhow_the_messages_are_the_same(places):
    frames, error = parsed(cut(b"".join(STREAM), places))
    assert error is None
    assert [frame.id for frame in frames] == IDS
    contents = [struct.pack("<H", f.id) + f.content for f in frames]
    assert contents == STREAM


def test_byte_by_byte():
    whole = b"".join(STREAM[4:])
    frames, error = parsed(whole[n : n + 1] for n in range(len(whole)))
    assert error is None
    assert [frame.id for frame in frames] == IDS[4:]


@given(st.integers(0, sum(map(len, STREAM)) - 1))
def test_truncated_anywhere(length):
    frames, error = parsed([b"".join(STREAM)[:length]])
    edges = np.cumsum([0, *map(len, STREAM)]).tolist()
    assert (error is None) == (length in edges)
    assert len(frames) == sum(edge <= length for edge in edges) - 1


@settings(max_examples=300)
@given(st.binary(max_size=3000))
def test_arbitrary_bytes_give_frames_or_the_one_error(content):
    parsed([content])


@settings(max_examples=300)
@given(st.data())
def test_flipped_bytes_give_frames_or_the_one_error(data):
    whole = bytearray(b"".join(STREAM))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    frames, _ = parsed([bytes(whole)])
    run(frames)


def run(frames):
    """All that is done with frames; only the defined errors may come."""
    session = ScannerSession(MrdRules())
    bodies = []
    for frame in frames:
        try:
            if frame.id is Id.HEADER:
                session.begin(Header("stream", frame.content[4:]))
            elif frame.id is Id.ACQUISITION:
                bodies += session.readout(readout_of(frame.content), 0.0)
            elif frame.id is Id.WAVEFORM:
                bodies += session.waveform(waveform_of(frame.content))
        except InputError:
            continue
    bodies += session.end("over")
    for body in bodies:
        assert isinstance(body, Start | Transient | Event)
        try:
            wire.encode(Message("s", 0, 0, body))
        except InputError:  # samples that are not finite, which the relay says
            assert isinstance(body, Transient)
            assert not np.isfinite(body.fid).all()
    return bodies


@settings(max_examples=200)
@given(st.binary(min_size=340, max_size=340), st.binary(min_size=40, max_size=40))
def test_arbitrary_heads_do_no_harm(acquisition, waveform):
    session = ScannerSession(MrdRules())
    session.begin(Header("stream", mrd.header().encode()))
    for kind, head, take in (
        (1008, acquisition, lambda c: session.readout(readout_of(c), 0.0)),
        (1026, waveform, lambda c: session.waveform(waveform_of(c))),
    ):
        parser = Parser()
        parser.feed(struct.pack("<H", kind) + head)
        try:
            frame = parser.next_frame()
        except MrdError:
            continue
        content = frame.content if frame else head
        try:
            list(take(content))
        except MrdError:
            continue
    list(session.end("over"))


@settings(max_examples=200)
@given(st.text(max_size=400) | st.binary(max_size=400))
def test_arbitrary_headers_give_a_header_or_the_one_error(text):
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
        header = Header("stream", content)
        header.acquisition(1, 64, 250.0)
    except InputError:
        return


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["C"], exclude_characters="<&"),
               max_size=30))  # fmt: skip
def test_arbitrary_values_in_a_header_give_the_one_error(text):
    for changes in (
        {"points": text}, {"te": f"<TE>{text}</TE>"}, {"last": text},
        {"lines": text}, {"dwell": mrd.DWELL_MS.format(text)},
    ):  # fmt: skip
        bodies = run(parsed([mrd.text_bytes(3, mrd.header(**changes)),
                             mrd.acquisition_bytes(0)])[0])  # fmt: skip
        assert bodies == [] or isinstance(bodies[-1], Event)


def test_our_layouts_are_those_of_ismrmrd():
    for ours, theirs in (
        (ACQUISITION_HEAD, ismrmrd.AcquisitionHeader),
        (WAVEFORM_HEAD, ismrmrd.WaveformHeader),
    ):
        for name in ours.names:
            assert ours.fields[name][1] == getattr(theirs, name).offset
    assert ACQUISITION_HEAD.itemsize == 340
    assert WAVEFORM_HEAD.itemsize == 40


def test_an_acquisition_with_a_trajectory():
    made = ismrmrd.Acquisition.from_array(
        mrd.received(1, points=8), np.ones((8, 3), np.float32)
    )
    frames, error = parsed([mrd.framed(1008, made)])
    assert error is None
    np.testing.assert_array_equal(
        readout_of(frames[0].content).points, mrd.received(1, points=8)
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (struct.pack("<H", 1009), "1009 is unknown"),
        (struct.pack("<HI", 3, 2**31), "announces 2147483648 bytes"),
        (struct.pack("<HI", 1028, 2**31), "announces 2147483648 bytes"),
        (mrd.framed(1008, mrd.acquisition(0, flags=(53,))), "compressed"),
        (IMAGE[:4] + b"\xff\xff" + IMAGE[6:], "unknown type 65535"),
    ],
)
def test_what_cannot_be_followed(message, reason):
    frames, error = parsed([message, b"more"])
    assert not frames
    assert reason in str(error)


def test_what_is_too_long_is_refused_before_it_comes():
    head = np.zeros(1, ACQUISITION_HEAD)
    head["number_of_samples"], head["active_channels"] = 65535, 65535
    _, error = parsed([struct.pack("<H", 1008) + head.tobytes()])
    assert str(MAX_PAYLOAD_BYTES) in str(error)


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><ismrmrdHeader>&a;</ismrmrdHeader>'
    with pytest.raises(InputError, match="cannot be read"):
        Header("stream", bomb)
