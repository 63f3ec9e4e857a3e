"""How many lines a short FID is taken to have: as many as stand out of its noise."""

import numpy as np
import pytest

from monitor.analysis.signal.water import MOST_POLES, _poles

N = np.arange(200)
POLES = 0.98 * np.exp(0.3j * np.arange(1, 40))


def signal(count: int, size: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=N.size) + 1j * rng.normal(size=N.size)
    lines = (POLES[:count, None] ** N).sum(axis=0) if count else 0.0
    return size * lines + noise


@pytest.mark.parametrize("count", [1, 2, 5])
def test_strong_lines_are_found_and_no_more(count: int) -> None:
    found = _poles(signal(count, 200.0), 1.0)
    assert found.size == count
    for pole in POLES[:count]:
        assert np.abs(found - pole).min() < 2e-3


def test_noise_alone_is_one_line_at_most() -> None:
    assert _poles(signal(0, 0.0), 1.0).size == 1
    assert _poles(signal(3, 0.02), 1.0).size == 1


def test_there_is_an_end_to_them_and_none_grows() -> None:
    found = _poles(signal(39, 500.0), 1.0)
    assert found.size == MOST_POLES
    assert (np.abs(found) <= 1.0 + 1e-12).all()
    grows = _poles(1.01**N * np.exp(0.5j * N), 1e-6)
    assert (np.abs(grows) <= 1.0 + 1e-12).all()
