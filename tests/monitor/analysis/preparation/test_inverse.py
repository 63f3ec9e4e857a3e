"""The inverse of normal equations, and where there is none."""

import numpy as np
import pytest

from monitor.analysis.preparation.inverse import inverse


def normal_of(seed: int, n: int = 9) -> np.ndarray:
    random = np.random.default_rng(seed)
    columns = random.standard_normal((40, n)) * 10.0 ** random.uniform(-6, 6, n)
    return columns.T @ columns


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_inverse_with_priors(seed: int) -> None:
    normal = normal_of(seed)
    prior = np.where(np.arange(9) > 6, normal.diagonal(), 0.0)
    found = inverse(normal, prior)
    scale = np.sqrt(normal.diagonal())
    both = (normal + np.diag(prior)) / np.outer(scale, scale)
    unit = both @ (found * np.outer(scale, scale))
    assert np.abs(unit - np.eye(9)).max() < 1e-9
    assert np.array_equal(found, found.T)


def test_a_direction_that_says_nothing_gets_nothing() -> None:
    normal = normal_of(1)
    normal[3], normal[:, 3] = 0.0, 0.0
    found = inverse(normal, np.zeros(9))
    assert np.abs(found[3]).max() < 1e-9
    kept = np.arange(9) != 3
    others = np.ix_(kept, kept)
    scale = np.outer(*[np.sqrt(normal.diagonal()[kept])] * 2)
    own = np.linalg.inv(normal[others] / scale)
    assert found[others] * scale == pytest.approx(own, rel=1e-6, abs=1e-9)


def test_two_columns_that_are_one_share() -> None:
    columns = np.random.default_rng(2).standard_normal((40, 4))
    columns[:, 3] = columns[:, 2]
    found = inverse(columns.T @ columns, np.zeros(4))
    assert np.isfinite(found).all()
    assert found[2, 2] == pytest.approx(found[3, 3], rel=1e-6)
