"""A small part of `injection`; the whole table is in `injection.md`."""

import numpy as np
import pytest
from injection import one
from threadpoolctl import threadpool_limits


@pytest.mark.slow
def test_what_is_put_in_is_read_and_predicts_what_is_true():
    with threadpool_limits(1):
        found = one(100)
    step, rise = found.recoveries
    assert step[1] == pytest.approx(1.0, abs=0.1)  # windows
    assert rise[1] == pytest.approx(1.0, abs=0.1)
    assert 0.8 < step[0] < 1.05  # tracker
    assert np.abs(step - found.true).max() < 0.25
    level = found.level_sd / 100
    assert abs(found.true[1] / step[1] - 1) < 3 * level
    assert found.apart < 1e-4
