import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from streams.errors import InputError
from streams.messages import wire
from streams.messages.ranges import RANGES
from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Heartbeat,
    Kind,
    Message,
    Start,
    Transient,
)
from streams.voxel.place import place_or_none

finite = st.floats(-1e12, 1e12, allow_nan=False)
count = st.integers(0, 2**53 - 1)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
float32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


def possible(name):
    return st.floats(RANGES[name].low, RANGES[name].high)


STRAIGHT = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
edge_mm = possible("voxel_mm")
places = st.builds(
    lambda centre, turn: place_or_none(centre, Rotation.from_rotvec(turn).as_matrix()),
    st.tuples(*3 * [st.floats(-1e3, 1e3)]),
    st.tuples(*3 * [st.floats(-3.0, 3.0)]),
)
acquisitions = st.builds(
    Acquisition,
    spectrometer_frequency_mhz=possible("spectrometer_frequency_mhz"),
    nucleus=st.sampled_from(["1H", "31P"]),
    dwell_time_s=possible("dwell_time_s"),
    points=st.integers(1, 9),
    coils=st.integers(1, 9),
    echo_time_s=possible("echo_time_s"),
    repetition_time_s=st.none() | possible("repetition_time_s"),
    mixing_time_s=st.none() | possible("mixing_time_s"),
    sequence=text,
    voxel_mm=st.none() | st.tuples(edge_mm, edge_mm, edge_mm),
    vendor=text,
    model=text,
    phase_cycle_steps=st.integers(1, 64),
    voxel_place=st.none() | places,
)
fids = arrays(
    np.complex64,
    st.tuples(st.integers(1, 4), st.integers(1, 8)),
    elements=st.builds(complex, float32, float32).map(np.complex64),
)
bodies = st.one_of(
    st.builds(Start, acquisitions, text, text, text),
    st.builds(Transient, count, finite, st.sampled_from(Kind), fids),
    st.builds(Event, finite, text, text, text),
    st.builds(
        Heartbeat,
        *(st.integers(-1, 99), count, count, count, st.booleans()),
        *(st.none() | st.floats(-1e9, 1e9), st.none() | st.floats(-500, 500)),
    ),
    st.builds(End, count, text),
)
messages = st.builds(
    Message, st.text("abcdef0123456789", min_size=1, max_size=32), count, count, bodies
)

TRANSIENT = Message(
    "s1", 3, 0, Transient(2, 4.0, Kind.METABOLITE, np.ones((2, 4), np.complex64))
)


def parts(message):
    """A message with its FID as bytes, so that two can be compared."""
    if not isinstance(message.body, Transient):
        return message
    fid = message.body.fid
    body = replace(message.body, fid=np.zeros(0))
    return (
        str(replace(message, body=body)),
        fid.shape,
        str(fid.dtype),
        fid.tobytes(),
    )


@given(messages)
def test_round_trip_is_exact(message):
    assert parts(wire.decode(wire.encode(message))) == parts(message)


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_arbitrary_bytes_raise_only_input_errors(frames):
    with pytest.raises(InputError):
        wire.decode(frames)


@settings(max_examples=200)
@given(messages, st.data())
def test_a_damaged_message_is_refused_or_still_well_formed(message, data):
    frames = wire.encode(message)
    which = data.draw(st.integers(0, 2))
    frame = bytearray(frames[which])
    if not frame:
        return
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= 1 << data.draw(
        st.integers(0, 7)
    )
    frames[which] = bytes(frame)
    try:
        decoded = wire.decode(frames)
    except InputError:
        return
    assert which == 1  # the payload has its CRC, the topic stands in the header too
    assert type(decoded.body) is type(message.body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=6,
)


@settings(max_examples=200)
@given(messages, st.data())
def test_any_value_in_any_field_raises_only_input_errors(message, data):
    topic, header, payload = wire.encode(message)
    table = json.loads(header)
    inner = table["acquisition"] if isinstance(message.body, Start) else table
    chosen = data.draw(st.sampled_from([table, inner]))
    chosen[data.draw(st.sampled_from(sorted(chosen)))] = data.draw(json_values)
    try:
        wire.decode([topic, json.dumps(table).encode(), payload])
    except InputError:
        return


def changed(**fields):
    topic, header, payload = wire.encode(TRANSIENT)
    return [topic, json.dumps(json.loads(header) | fields).encode(), payload]


REFUSED = {
    "version": (changed(v=2), "wire version 2"),
    "type": (changed(type="event"), "calls itself"),
    "dtype": (changed(dtype="|O"), "dtype"),
    "length": (changed(shape=[2, 5]), "shape needs 80"),
    "no pair": (changed(shape=[2, 4, 1]), "lacks its shape"),
    "shape is text": (changed(shape="24"), "lacks its shape"),
    "announced": (changed(nbytes=8), "announces 8"),
    "crc": (changed(crc32=1), "CRC-32"),
    "kind": (changed(kind="phantom"), "unknown kind"),
    "no time": (changed(time_s=None), "lacks time_s"),
    "time is text": (changed(time_s="4"), "no number"),
    "negative": (changed(seq=-1), "seq outside 0"),
    "huge": (changed(seq=10**40), "seq outside 0"),
    "NaN in header": (
        [b"event", b'{"time_s": NaN}', b""],
        "NaN is not a number",
    ),
    "deep": ([b"event", b"[" * 60_000, b""], "no JSON"),
    "not an object": ([b"event", b"[]", b""], "no JSON object"),
    "topic": ([b"pickle", b"{}", b""], "Unknown kind"),
    "two frames": ([b"event", b"{}"], "three frames"),
    "long header": ([b"event", b" " * 70_000, b""], "70000 bytes"),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_wrong_is_named(case):
    frames, sentence = REFUSED[case]
    with pytest.raises(InputError, match=sentence):
        wire.decode(frames)


def test_what_is_no_transient_is_named_by_its_number_alone():
    """A field `count` of another message counts nothing."""
    header = json.dumps({"v": 1, "type": "event", "seq": 5, "count": 4}).encode()
    with pytest.raises(InputError, match=r"^The event message 5 "):
        wire.decode([b"event", header, b""])
    topic, header, payload = wire.encode(TRANSIENT)
    table = {k: v for k, v in json.loads(header).items() if k != "count"}
    with pytest.raises(InputError, match=r"^The transient message 3 lacks count"):
        wire.decode([topic, json.dumps(table).encode(), payload])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1j * np.nan])
def test_a_value_that_is_not_finite_is_refused_on_both_sides(value):
    fid = np.ones((1, 4), np.complex64)
    bad = fid.copy()
    bad[0, 2] = value
    message = Message("s", 0, 0, Transient(7, 0.0, Kind.WATER, bad))
    with pytest.raises(
        InputError, match=r"^Transient 7 \(message 0\) holds .* not finite"
    ):
        wire.encode(message)


def test_a_fid_that_is_not_complex64_is_refused():
    message = Message("s", 0, 0, Transient(0, 0.0, Kind.WATER, np.ones((1, 4))))
    with pytest.raises(InputError, match="must be complex64"):
        wire.encode(message)


def test_a_missing_echo_time_is_named():
    start = Start(Acquisition(123.2, "1H", 5e-4, 4, 1, 0.03), "test")
    topic, header, payload = wire.encode(Message("s", 0, 0, start))
    table = json.loads(header)
    del table["acquisition"]["echo_time_s"]
    with pytest.raises(InputError, match="start message lacks echo_time_s"):
        wire.decode([topic, json.dumps(table).encode(), payload])


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (4, "voxel_place that is no JSON object"),
        ({"axes": STRAIGHT}, "voxel_place.centre_mm that is no list of three"),
        (
            {"centre_mm": [0, 0, "4"], "axes": STRAIGHT},
            r"centre_mm\[2\] that is no num",
        ),
        ({"centre_mm": [0, 0, 1e5], "axes": STRAIGHT}, "too far off"),
        (
            {"centre_mm": [0, 0, 0], "axes": STRAIGHT[:2]},
            "axes that is no list of three",
        ),
        ({"centre_mm": [0, 0, 0], "axes": [[1, 0, 0]] * 3}, "no perpendicular unit"),
    ],
)
def test_a_place_that_cannot_be_is_named(place, said):
    start = Start(Acquisition(123.2, "1H", 5e-4, 4, 1, 0.03), "test")
    topic, header, payload = wire.encode(Message("s", 0, 0, start))
    table = json.loads(header)
    assert table["acquisition"].pop("voxel_place") is None
    older = [topic, json.dumps(table).encode(), payload]
    assert wire.decode(older).body == start  # written before there was a place
    table["acquisition"]["voxel_place"] = place
    with pytest.raises(InputError, match=said):
        wire.decode([topic, json.dumps(table).encode(), payload])


def test_unknown_fields_are_ignored_and_extra_ones_travel():
    frames = wire.encode(TRANSIENT, {"host_utc_ns": 12})
    assert wire.read_header(frames).fields["host_utc_ns"] == 12
    assert parts(wire.decode(frames)) == parts(TRANSIENT)


def test_the_fid_is_read_only():
    fid = wire.decode(wire.encode(TRANSIENT)).body.fid
    with pytest.raises(ValueError, match="read-only"):
        fid[0, 0] = 0


def test_a_shape_other_than_announced_is_refused():
    acquisition = Acquisition(123.2, "1H", 5e-4, 8, 2, 0.03)
    with pytest.raises(InputError, match=r"2 coils x 4 points.*2 coils x 8 points"):
        wire.check_shape(acquisition, TRANSIENT.body)


def test_a_heartbeat_of_an_older_relay_says_nothing_of_clocks():
    """Wire that knows no clocks, and receivers that knew none, go together."""
    topic, header, payload = wire.encode(Message("s", 3, 0, Heartbeat(3, 10, 20)))
    fields = json.loads(header)
    del fields["clock_offset_s"], fields["clock_drift_ppm"]
    older = wire.decode([topic, json.dumps(fields).encode(), payload])
    assert older.body == Heartbeat(3, 10, 20)


@pytest.mark.parametrize("wrong", ["fast", True, 1e400])
def test_a_clock_that_is_no_number_is_refused(wrong):
    topic, header, payload = wire.encode(Message("s", 3, 0, Heartbeat(3, 10, 20)))
    fields = {**json.loads(header), "clock_offset_s": wrong}
    with pytest.raises(InputError):
        wire.decode([topic, json.dumps(fields).encode(), payload])
