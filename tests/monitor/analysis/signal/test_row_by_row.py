"""A transient's projection has the same bits alone and among others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.signal.spectrum import row_by_row


@given(st.integers(1, 130), st.integers(1, 300), st.integers(1, 120))
def test_a_row_is_the_same_in_any_company(rows, points, wanted):
    rng = np.random.default_rng(rows)
    many = rng.normal(size=(rows, points)) + 1j * rng.normal(size=(rows, points))
    matrix = rng.normal(size=(wanted, points)) + 1j * rng.normal(size=(wanted, points))
    together = row_by_row(many, matrix.T)
    np.testing.assert_allclose(together, many @ matrix.T, atol=1e-10)
    for at in {0, rows // 2, rows - 1}:
        assert np.array_equal(together[at], row_by_row(many[at], matrix.T))
        assert np.array_equal(
            together[at : at + 3], row_by_row(many[at : at + 3], matrix.T)
        )
