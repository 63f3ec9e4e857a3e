"""What of a header is filled in, and what is said of it."""

import json

import pytest
from stream_cases import messages

from streams.messages import wire
from streams.messages.frame_sizes import MAX_HEADER_BYTES
from streams.subscription.repaired_header import StreamPosition, mend

START, TRANSIENT = messages(3)[:2]
BEFORE = StreamPosition("abc", last_seq=7, start_seq=4, epoch=2)
NOTHING = StreamPosition("", -1, 0, 0)


def mended(message=TRANSIENT, position=BEFORE, topic=None, gone=(), **changes):
    """Header after the repair and what was said; None where nothing was repaired."""
    frames = list(wire.encode(message))
    header = {**json.loads(frames[1]), **changes}
    header = {k: v for k, v in header.items() if k not in gone}
    frames[0] = frames[0] if topic is None else topic
    found = mend([frames[0], json.dumps(header).encode(), frames[2]], position)
    return None if found is None else (json.loads(found[0][1]), found[1])


def test_a_whole_header_is_left():
    assert mended() is None


@pytest.mark.parametrize(
    ("field", "value"), [("session", "abc"), ("seq", 8), ("epoch", 2)]
)
def test_what_is_missing_follows_from_what_came_before(field, value):
    header, said = mended(gone=(field,))
    assert header[field] == value
    assert said == f"A transient message has no {field}: it is taken all the same."


def test_the_type_is_that_of_the_topic():
    header, said = mended(gone=("type",))
    assert header["type"] == "transient"
    assert "no type" in said


def test_a_start_has_the_number_of_the_start_and_a_first_session_has_a_name():
    assert mended(START, gone=("seq",))[0]["seq"] == 4
    header, _ = mended(position=NOTHING, gone=("session", "seq"))
    assert (header["session"], header["seq"]) == ("unnamed", 0)


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("12", 12),
        (3.0, 3),
        (3.5, 8),
        ("x", 8),
        (True, 8),
        ("9" * 17, 8),
        ("9" * 16, int("9" * 16)),
    ],
)
def test_numbers_sent_as_something_else(sent, taken):
    header, said = mended(seq=sent)
    assert header["seq"] == taken
    assert f"a seq that is {str(sent)[:20]!r}" in said


def test_blanks_around_a_topic_are_said():
    header, said = mended(topic=b" transient ")
    assert "a topic with blanks around it" in said
    assert header["seq"] == TRANSIENT.seq


@pytest.mark.parametrize("text", [b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_header_is_not_repaired(text):
    topic, _, body = wire.encode(TRANSIENT)
    assert mend([topic, text, body], BEFORE) is None


def test_nor_is_what_is_no_message():
    topic, header, body = wire.encode(TRANSIENT)
    broken = header.replace(b'"seq"', b'"sec"')
    assert mend([topic, broken, body], BEFORE) is not None
    assert mend([topic, broken], BEFORE) is None
    assert mend([b"weather", broken, body], BEFORE) is None
    long = broken[:-1] + b" " * MAX_HEADER_BYTES + b"}"
    assert mend([topic, long, body], BEFORE) is None
