"""Normal equations against numpy's own, and what cannot be solved."""

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from monitor.analysis.fit.normal import LEAST_RIDGE, factored, inverse


def positive(seed: int, n: int = 6) -> np.ndarray:
    """A matrix whose columns differ by orders of magnitude."""
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(3 * n, n)) * 10.0 ** rng.integers(-4, 5, size=n)
    return A.T @ A


@pytest.mark.parametrize("seed", range(4))
def test_solutions_inverse_and_determinant(seed: int) -> None:
    H = positive(seed)
    rng = np.random.default_rng(seed)
    factor = factored(H)
    for columns in (rng.normal(size=6), rng.normal(size=(6, 2))):
        back = H @ factor.solve(H @ columns)
        np.testing.assert_allclose(back, H @ columns, rtol=1e-6)
    assert factor.log_determinant == pytest.approx(np.linalg.slogdet(H)[1])
    covariance, regular = inverse(H)
    assert regular
    np.testing.assert_allclose(covariance, np.linalg.inv(H), rtol=1e-5)


def test_a_column_of_zeros_gets_a_solution_of_zero() -> None:
    H = positive(1)
    H[2], H[:, 2] = 0.0, 0.0
    factor = factored(H)
    assert factor.solve(np.ones(6))[2] == 0.0
    rest = np.delete(np.delete(H, 2, 0), 2, 1)
    assert factor.log_determinant == pytest.approx(np.linalg.slogdet(rest)[1])
    covariance, regular = inverse(H)
    assert not regular
    assert (covariance[2] == 0).all()


def test_columns_that_are_one_are_said_to_be() -> None:
    A = np.random.default_rng(1).normal(size=(20, 3))
    twice = np.concatenate([A, A[:, :1]], axis=1)
    assert factored(twice.T @ twice).ridge >= LEAST_RIDGE
    assert not inverse(twice.T @ twice)[1]


def test_what_is_no_matrix_of_squares_is_refused() -> None:
    with pytest.raises(LinAlgError, match="not finite"):
        factored(np.array([[1.0, np.nan], [np.nan, 1.0]]))
    mixed = np.array([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(LinAlgError, match="not positive"):
        factored(mixed)
    covariance, regular = inverse(mixed)
    assert not regular
    assert np.isnan(covariance).all()
