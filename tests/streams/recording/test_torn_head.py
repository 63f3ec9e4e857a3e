"""A recording of which not even the head is whole."""

import io

import pytest

from streams.recording.container import PREAMBLE
from streams.recording.walk import Damage, walk


@pytest.mark.parametrize("missing", [1, len(PREAMBLE) // 2])
def test_a_head_that_was_cut_off_is_said_to_be_torn(missing: int):
    head = PREAMBLE[:-missing]
    first = next(iter(walk(io.BytesIO(head), len(head))))
    assert isinstance(first, Damage)
    assert first.torn
    assert not any(
        isinstance(found, Damage) and found.offset == 0
        for found in walk(io.BytesIO(PREAMBLE), len(PREAMBLE))
    )
