"""A slice of `headline.py`: what the page says at the end is what the result says."""

import pytest
from headline import KINDS, said


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_session(kind):
    found = said(kind, 1)
    assert found.verdict == found.final
    assert found.terminal
    end = found.moments[-1]
    assert not end.grey
    assert abs(end.value - end.truth) <= 2 * end.half
    assert found.ratio == pytest.approx(1.0, abs=0.15)
