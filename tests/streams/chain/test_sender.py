"""A recording as a scanner would send it, read back by what reads scanners."""

import json

import numpy as np
import pytest
from stream_cases import messages

from streams.chain.sender import series_of
from streams.errors import InputError
from streams.messages.transient import Transient
from streams.sources.mrd.messages import readout_of
from streams.sources.mrd.parser import Frame, Id, Parser


def frames_of(sent) -> list[Frame]:
    parser = Parser()
    for one in sent:
        parser.feed(one.content)
    return list(iter(parser.next_frame, None))


def test_what_is_sent_is_what_was_recorded():
    given = list(messages())
    bodies = [m.body for m in given if isinstance(m.body, Transient)][:3]
    sent = list(series_of(given, {"protocol": "a"}, most=3))
    frames = frames_of(sent)
    kinds = [Id.CONFIG_FILE, Id.HEADER, Id.TEXT, *[Id.ACQUISITION] * 3]
    assert [frame.id for frame in frames] == kinds
    assert json.loads(frames[2].content[4:].rstrip(b"\0"))["parameters"] == {
        "protocol": "a"
    }
    for frame, one, body in zip(frames[3:], sent[3:], bodies, strict=True):
        assert one.time_s == body.time_s - bodies[0].time_s
        assert one.kind == body.kind
        readout = readout_of(frame.content)
        assert np.array_equal(readout.points, body.fid.conj())


def test_without_a_transient_there_is_nothing_to_send():
    start = [m for m in messages() if not isinstance(m.body, Transient)]
    with pytest.raises(InputError, match="nothing to send"):
        list(series_of(start, {}, most=3))
