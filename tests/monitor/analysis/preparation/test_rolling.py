"""The last rows that came, against a deque of them."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.preparation.rolling import ROOM, Rolling, middle


@given(st.integers(1, 9), st.integers(0, 200))
def test_it_holds_the_last_rows_oldest_first(length, count):
    kept, plain = Rolling(length, 2), deque(maxlen=length)
    for i in range(count):
        kept.append(np.array([i, -i]))
        plain.append([i, -i])
        assert kept.rows.tolist() == list(plain)
    assert len(kept) == len(plain)


def test_it_forgets_all_but_the_last():
    kept = Rolling(6, 1)
    for i in range(6 * ROOM + 2):
        kept.append(np.array([i]))
    kept.keep(3)
    assert kept.rows[:, 0].tolist() == [47, 48, 49]
    kept.append(np.array([50]))
    assert kept.rows[:, 0].tolist() == [47, 48, 49, 50]


@pytest.mark.parametrize("count", [1, 2, 7, 48])
def test_the_middle_is_the_median(count):
    values = np.random.default_rng(count).standard_normal((count, 5))
    assert np.array_equal(middle(values), np.median(values, axis=0))
