"""Student's tail against scipy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from monitor.analysis.glm.student import upper_tail


@given(t=st.floats(0.0, 60.0), degrees=st.floats(1.0, 20000.0))
def test_it_is_that_of_scipy(t: float, degrees: float) -> None:
    expected = float(special.stdtr(degrees, -t))
    if expected > 1e-200:
        assert upper_tail(t, degrees) == pytest.approx(expected, rel=1e-9)


def test_half_lies_above_nothing() -> None:
    assert upper_tail(0.0, 7.0) == 0.5
