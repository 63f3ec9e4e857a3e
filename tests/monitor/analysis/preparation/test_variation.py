"""The learned variation of shape."""

import numpy as np

from monitor.analysis.preparation.variation import Variation


def test_noise_alone_has_no_direction() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(50):
        variation = Variation.empty(10)
        for _ in range(60):
            variation.push(rng.normal(size=10))
        found.append(variation.loadings().shape[1])
    assert np.mean(np.array(found) > 0) < 0.25


def test_a_real_direction_is_found_with_its_size() -> None:
    rng = np.random.default_rng(2)
    direction = np.eye(10)[3]
    variation = Variation.empty(10)
    for _ in range(200):
        variation.push(rng.normal(size=10) + 5.0 * rng.normal() * direction)
    L = variation.loadings()
    assert L.shape[1] >= 1
    assert abs(L[3, -1]) > 0.95 * np.linalg.norm(L[:, -1])
    assert 4.0 < abs(L[3, -1]) < 6.0


def test_nothing_is_known_at_first() -> None:
    variation = Variation.empty(10)
    for _ in range(5):
        variation.push(np.full(10, 50.0))
    assert variation.loadings().shape == (10, 0)


def test_directions_are_those_that_all_eigenvalues_tell() -> None:
    rng = np.random.default_rng(4)
    variation, found = Variation.empty(10), []
    for _ in range(300):
        variation.push(rng.normal(size=10) * np.append(np.ones(9), 1.25))
        w = np.linalg.eigvalsh(variation.moment / variation.count)
        edge = (1.0 + np.sqrt(10 / variation.count)) ** 2
        expected = min(int(np.sum(w > edge)), 2) if variation.count >= 12 else 0
        found.append(variation.loadings().shape[1])
        assert found[-1] == expected
    assert 0 < np.count_nonzero(found) < len(found)
