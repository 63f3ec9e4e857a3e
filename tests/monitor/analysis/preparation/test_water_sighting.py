"""Water's own shift and phase, and how sure they are, against the metabolites'."""

import cmath
import math

import numpy as np
import pytest

from monitor.analysis.preparation.water_position import (
    BASE,
    FAINTEST_RAD,
    sighting_of,
)

# amplitude, phase, shift, broadening, Re c, Re d, Im c, Im d
P = np.array([1.1, 0.0, 0.0, 0.2, 0.8, 0.3, -0.5, 0.6])
AMPLITUDE = 1.1


def covariance(scale: float = 1e-4, more: int = 0) -> np.ndarray:
    rng = np.random.default_rng(5)
    half = rng.normal(size=(BASE + more, BASE + more))
    return scale * (half @ half.T)


def positions(p: np.ndarray) -> np.ndarray:
    """Shift and phase of the metabolites, then of the water, by the module's words."""
    c, d = complex(p[4], p[6]), complex(p[5], p[7])
    return np.array([p[2] / AMPLITUDE, p[1] / AMPLITUDE, (d / c).real, cmath.phase(c)])


def test_the_difference_is_that_of_the_water() -> None:
    found = sighting_of(P, covariance(), AMPLITUDE)
    np.testing.assert_allclose(found.difference, positions(P)[2:])


def test_its_noise_is_that_of_both() -> None:
    """To first order, by differences of the positions."""
    S, step = covariance(1e-6), 1e-6
    slopes = np.array(
        [(positions(P + step * e) - positions(P - step * e)) / (2 * step)
         for e in np.eye(BASE)]
    ).T  # fmt: skip
    both = slopes @ S @ slopes.T
    found = sighting_of(P, S, AMPLITUDE)
    apart = np.array([[-1, 0, 1, 0], [0, -1, 0, 1]])
    np.testing.assert_allclose(found.noise, apart @ both @ apart.T, rtol=1e-5)
    np.testing.assert_allclose(found.own, both[:2, :2], rtol=1e-5)
    lost = -both[:2] @ apart.T
    np.testing.assert_allclose(found.shared, lost, rtol=1e-4, atol=1e-12)


def test_further_parameters_do_not_count() -> None:
    S = covariance(more=3)
    more = sighting_of(np.append(P, [1.0, 2.0, 3.0]), S, AMPLITUDE)
    plain = sighting_of(P, S[:BASE, :BASE], AMPLITUDE)
    np.testing.assert_allclose(more.noise, plain.noise)


def test_water_that_is_too_faint_tells_nothing() -> None:
    turn = sighting_of(P, covariance(1e-8), AMPLITUDE).noise[1, 1] / 1e-8
    edge = FAINTEST_RAD**2 / turn
    assert sighting_of(P, covariance(0.99 * edge), AMPLITUDE) is not None
    assert sighting_of(P, covariance(1.01 * edge), AMPLITUDE) is None
    none = P.copy()
    none[[4, 6]] = 0.0
    assert sighting_of(none, covariance(), AMPLITUDE) is None
    assert sighting_of(P, np.full((BASE, BASE), math.nan), AMPLITUDE) is None


@pytest.mark.parametrize("turn", [0.0, 2.0, -2.5])
def test_turned_water_is_as_far_off(turn: float) -> None:
    """Its shift does not depend on its phase."""
    c, d = (complex(P[4], P[6]), complex(P[5], P[7]))
    c, d = c * cmath.exp(1j * turn), d * cmath.exp(1j * turn)
    p = P.copy()
    p[4:] = c.real, d.real, c.imag, d.imag
    found = sighting_of(p, covariance(), AMPLITUDE)
    assert found.difference[0] == pytest.approx(positions(P)[2])
    off = found.difference[1] - positions(P)[3] - turn
    assert math.remainder(off, math.tau) == pytest.approx(0.0, abs=1e-9)
