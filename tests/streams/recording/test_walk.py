"""Recordings damaged in any way: only genuine messages are read, nothing crashes."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stream_cases import messages

from streams.messages import wire
from streams.recording import container
from streams.recording.walk import Closing, Damage, JournalEntry, walk

FRAMES = [wire.encode(message) for message in messages(3)]
INDEX = container.Index()
WHOLE = bytearray(container.PREAMBLE)
for number, frames in enumerate(FRAMES):
    entry = container.entry_bytes(frames, number, 1_000_000 + number)
    INDEX.add(len(WHOLE), len(WHOLE) + len(entry), 1_000_000 + number, frames[0])
    WHOLE += entry
UNFINISHED = bytes(WHOLE)
WHOLE = bytes(WHOLE) + container.closing_bytes(INDEX, len(WHOLE))

places = st.integers(0, len(WHOLE))
edits = st.lists(
    st.tuples(places, st.integers(0, 300), st.binary(max_size=300)), max_size=4
)


def found_in(content):
    return list(walk(io.BytesIO(content), len(content)))


def test_a_whole_recording_has_its_messages_and_its_end():
    *entries, closing = found_in(WHOLE)
    assert [entry.frames for entry in entries] == FRAMES
    assert isinstance(closing, Closing)
    assert [entry.frames for entry in found_in(UNFINISHED)] == FRAMES


@settings(max_examples=300)
@given(edits)
def test_bytes_replaced_inserted_and_cut_out(changes):
    content = WHOLE
    for at, removed, inserted in changes:
        content = content[:at] + inserted + content[at + removed :]
    found = found_in(content)
    positions = [(item.offset, item.end) for item in found]
    assert all(start < end <= len(content) for start, end in positions)
    entries = [item for item in found if isinstance(item, JournalEntry)]
    assert all(entry.frames in FRAMES for entry in entries)
    if content != WHOLE:
        closed = any(isinstance(item, Closing) for item in found)
        assert not closed or any(isinstance(item, Damage) for item in found)


@pytest.mark.parametrize("n", range(len(FRAMES)))
def test_a_message_cut_out_of_a_finished_recording_is_missed(n):
    end = [*INDEX.offsets, len(UNFINISHED)][n + 1]
    found = found_in(WHOLE[: INDEX.offsets[n]] + WHOLE[end:])
    assert any(isinstance(item, Damage) for item in found)


@given(st.binary(max_size=2000))
def test_any_bytes(content):
    assert all(not isinstance(item, JournalEntry) for item in found_in(content))


@given(st.integers(0, len(FRAMES) - 1), st.binary(min_size=1, max_size=500))
def test_garbage_between_messages_costs_none_of_them(position, garbage):
    at = INDEX.offsets[position]
    found = found_in(WHOLE[:at] + garbage + WHOLE[at:])
    assert [item.frames for item in found if isinstance(item, JournalEntry)] == FRAMES
    assert any(isinstance(item, Damage) for item in found)


def test_a_message_doubled_is_found_twice():
    first, second = INDEX.offsets[1], INDEX.offsets[2]
    found = found_in(WHOLE[:second] + WHOLE[first:])
    seen = [item.frames for item in found if isinstance(item, JournalEntry)]
    assert seen == [*FRAMES[:2], *FRAMES[1:]]
