"""A slice of `forecast.py`: one session of each of two kinds."""

import pytest
from forecast import session


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mixed", "null"])
def test_the_forecast_at_half_time_is_what_the_end_detects(kind):
    found = session(kind, 720)
    assert found["whole"] == pytest.approx(1.0, abs=0.1)
    assert found["last"] == pytest.approx(1.0, abs=0.15)
