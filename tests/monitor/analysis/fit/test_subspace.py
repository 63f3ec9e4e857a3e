"""The small space of a session against the whole model that it stands for."""

import math

import numpy as np
import pytest
from fit_cases import make_model, noisy_fid

from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import GAUSS, LORENTZ, PHASE, SHIFT
from monitor.analysis.fit.subspace import (
    ORDER,
    Subspace,
    _spread,
    coefficients,
)


@pytest.fixture(scope="module")
def subspace() -> Subspace:
    model = make_model()
    mean, sd = noisy_fid(model, 1, 0.4), 2.0 * np.sqrt(model.points)
    freedom = Freedom(water_removal=False)
    return make_session_model(model, mean, sd, 0.2, mean[None], 0.2, freedom).subspace


def projected(subspace: Subspace, **moved: float) -> np.ndarray:
    """The session's own spectrum with some of it moved, in the small space."""
    theta = subspace.theta.copy()
    for name, by in moved.items():
        theta[{"p": PHASE, "d": SHIFT, "l": LORENTZ, "g": GAUSS}[name]] += by
    columns, _ = subspace.problem.model.columns(theta)
    return subspace.projected((columns @ subspace.amplitudes)[None])[0]


def test_its_columns_make_up_the_sessions_spectrum(subspace: Subspace) -> None:
    own = subspace.columns[0] @ subspace.amplitudes
    error = np.linalg.norm(projected(subspace) - own)
    assert error < 1e-4 * np.linalg.norm(own)


@pytest.mark.parametrize(("number", "name"), list(enumerate("pdlg")))
def test_tangents_are_the_slopes_of_the_whole_model(subspace, number, name) -> None:
    unit = subspace.gauss_rate if name == "g" else 1.0
    step = 1e-3
    more = projected(subspace, **{name: step * unit})
    less = projected(subspace, **{name: -step * unit})
    slope = (more - less) / (2 * step)
    error = np.linalg.norm(subspace.tangents[number] - slope)
    assert error < 0.01 * np.linalg.norm(slope)


def test_the_series_is_that_of_the_exponential() -> None:
    """exp(-u t - v t^2) = sum a_k t^k / k!, to the order that is kept."""
    u, v = np.array([0.4 + 0.9j, -0.3j]), np.array([0.15, -0.1])
    a = coefficients(u, v)
    for t in (0.0, 0.5, 1.0):
        powers = np.array([t**k / math.factorial(k) for k in range(ORDER + 1)])
        exact = np.exp(-u * t - v * t**2)
        np.testing.assert_allclose(a @ powers, exact, rtol=2e-5)


def test_without_a_shift_the_series_is_real() -> None:
    u, v = np.array([0.4, -0.3]), np.array([0.15, -0.1])
    a = coefficients(u, v)
    assert a.dtype == float
    np.testing.assert_allclose(a, coefficients(u.astype(complex), v), rtol=1e-14)


def test_each_coefficient_counts_the_ways_to_reach_its_power() -> None:
    spread = _spread().reshape(ORDER + 1, -1, ORDER + 1)
    for j in range(spread.shape[1]):
        for k in range(ORDER + 1):
            column = spread[:, j, k]
            if k < 2 * j:
                assert not column.any()
                continue
            ways = math.comb(k, 2 * j) * math.factorial(2 * j) / math.factorial(j)
            assert column[k - 2 * j] == pytest.approx(ways)
            assert np.count_nonzero(column) == 1


def test_noise_alone_has_as_much_energy_as_its_degrees(subspace: Subspace) -> None:
    rng = np.random.default_rng(4)
    K = subspace.problem.model.ppm.size
    white = rng.normal(size=(2, 300, K)) * subspace.problem.noise_sd
    z = subspace.projected(white[0] + 1j * white[1])
    energy = np.mean(np.sum(np.abs(z) ** 2, axis=1))
    assert energy == pytest.approx(subspace.degrees, rel=0.03)
