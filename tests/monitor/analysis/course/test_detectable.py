"""The smallest change that would be seen, by the textbook."""

import math

import pytest

from monitor.analysis.course.detectable import detectable_percent


def test_it_falls_with_transients_on_either_side() -> None:
    # 2.80 SD of the difference of two means, each of 100 transients of 10 %.
    assert detectable_percent(10.0, 100, 100) == pytest.approx(3.962, abs=1e-3)
    assert detectable_percent(10.0, 25, 25) == pytest.approx(2 * 3.962, abs=2e-3)
    assert detectable_percent(10.0, 100, 1e12) == pytest.approx(2.802, abs=1e-3)


@pytest.mark.parametrize(("n", "reference"), [(0, 10), (10, 0), (-1, 10), (0, 0)])
def test_without_transients_on_one_side_nothing_is_seen(n: int, reference: int) -> None:
    assert detectable_percent(10.0, n, reference) == math.inf
