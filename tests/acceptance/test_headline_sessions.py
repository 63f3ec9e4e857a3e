"""A slice of `headline.py`: what the page says at the end is what the result says."""

import pytest
from headline import KINDS, ended


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_at_the_end_of_a_session(kind):
    found = ended(kind, 1)
    assert found.verdict == found.final
    assert found.same
    assert not found.grey
    assert abs(found.value - found.truth) <= 2 * found.half
