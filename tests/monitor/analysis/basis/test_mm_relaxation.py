"""What an inversion leaves, and which series is one that nulls metabolites."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.basis.mm_relaxation import (
    METABOLITE_T1_S,
    inversion_gain,
    is_nulled,
    nulling_time_s,
    weight,
)
from streams.messages.transient import Acquisition


def acquisition(ti_s: float | None, tr_s: float | None = 2.0) -> Acquisition:
    return Acquisition(123.25, "1H", 5e-4, 1024, 1, 0.03, tr_s, inversion_time_s=ti_s)


@pytest.mark.parametrize(
    ("ti_s", "tr_s", "nulled"),
    [
        (None, 2.0, False),
        (0.67, 2.0, True),
        (0.6, 1.5, True),
        (0.92, 6.0, True),
        (0.8, None, True),
        (0.2, 2.0, False),  # macromolecules are nulled
        (2.4, 3.0, False),  # nothing is
    ],
)
def test_an_inversion_time_that_nulls_metabolites_is_told_from_others(
    ti_s, tr_s, nulled
):
    assert is_nulled(acquisition(ti_s, tr_s)) == nulled


@given(st.floats(0.8, 10.0))
def test_the_nulling_time_nulls(tr_s):
    ti_s = nulling_time_s(tr_s)
    left = weight(np.array([METABOLITE_T1_S]), ti_s, tr_s)[0]
    assert abs(left) < 1e-9
    assert is_nulled(acquisition(ti_s, tr_s))


def test_slow_groups_are_raised_against_fast_ones():
    gain = inversion_gain(np.array([1.67, 0.92, 3.75]), 0.67, 2.0, 2.0)
    assert gain[0] < gain[1] < gain[2]
    fully = inversion_gain(np.array([1.67, 3.75]), 15.0, 30.0, 30.0)
    np.testing.assert_allclose(fully, 1.0, atol=1e-6)
