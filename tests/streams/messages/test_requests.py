import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import InputError
from streams.messages.requests import (
    MAX_FETCH,
    Done,
    EventRecorded,
    EventRequest,
    Fetch,
    Refused,
    reply_from,
    request_from,
    to_frames,
)

text = st.text(max_size=20)
number = st.integers(0, 2**53 - 1)
time_s = st.floats(-1e9, 1e9)
requests = st.one_of(
    st.builds(Fetch, text, number, st.integers(0, MAX_FETCH)),
    st.builds(
        EventRequest, text, text, text, st.none() | time_s, text, time_s, st.booleans()
    ),
)
replies = st.one_of(
    st.builds(
        Done, text, number, number, st.lists(number, max_size=MAX_FETCH).map(tuple)
    ),
    st.builds(EventRecorded, text, number, time_s),
    st.builds(Refused, text, text, st.booleans()),
)


@given(requests)
def test_requests_come_back_as_they_were(request_):
    assert request_from(to_frames(request_)) == request_


@given(replies)
def test_replies_come_back_as_they_were(reply):
    assert reply_from(to_frames(reply)) == reply


@given(st.lists(st.binary(max_size=100), max_size=4))
def test_arbitrary_bytes_raise_only_input_errors(frames):
    for read in (request_from, reply_from):
        with pytest.raises(InputError):
            read(frames)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)


@given(requests | replies, st.data())
def test_any_value_in_any_field_raises_only_input_errors(item, data):
    name, content = to_frames(item)
    table = json.loads(content)
    table[data.draw(st.sampled_from(sorted(table)))] = data.draw(
        values | st.lists(values, max_size=3)
    )
    for read in (request_from, reply_from):
        try:
            read([name, json.dumps(table).encode()])
        except InputError:
            continue


def test_a_fetch_is_bounded():
    frames = [b"fetch", b'{"v": 1, "session": "", "first": 0, "count": 99999}']
    assert request_from(frames).count == MAX_FETCH
