"""A slice of `marks_sessions.py`: one session of five of its kinds."""

import pytest
from marks_sessions import KINDS, off


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1000, 1002, 1005, 1006, 1007])
def test_a_mended_session_is_the_one_that_was_marked_right(seed):
    kind, window, files = off(seed)
    assert kind == KINDS[seed % len(KINDS)]
    assert (window, files) == ([], [])
