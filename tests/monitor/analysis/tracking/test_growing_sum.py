"""A sum that grows: what it answers is what the normal equations answer."""

import numpy as np
import pytest

from monitor.analysis.tracking.growing_sum import GrowingSum


@pytest.mark.parametrize("weight", [0.0, 0.3, 40.0, 5000.0])
@pytest.mark.parametrize("seed", range(4))
def test_it_answers_as_the_normal_equations_do(seed: int, weight: float) -> None:
    random = np.random.default_rng(seed)
    n, q = 12, 5
    root = random.standard_normal((n, n)) * 10.0 ** random.uniform(-3, 3, n)
    A, H = root.T @ root + np.eye(n), random.standard_normal((q, n))
    asked, score = random.standard_normal((3, n)), random.standard_normal(n)
    moment = random.standard_normal(q)
    growing = GrowingSum.of("others", A, H, asked, score)
    value, covariance = growing.answered(weight, moment)
    inverse = np.linalg.inv(A + weight * H.T @ H)
    assert value == pytest.approx(asked @ inverse @ (score + H.T @ moment), rel=1e-7)
    assert covariance == pytest.approx(asked @ inverse @ asked.T, rel=1e-7)
