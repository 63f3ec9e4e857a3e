"""Coil combination on coils with a known answer."""

import numpy as np
import pytest

from monitor.analysis.preparation import coils
from monitor.analysis.signal.noise import noise_sd, tail_noise
from streams.errors import InputError

RNG = np.random.default_rng(5)
COILS, POINTS, DWELL, MHZ = 8, 2048, 0.0004, 123.25
S = RNG.normal(size=COILS) + 1j * RNG.normal(size=COILS)
MIX = np.eye(COILS) + 0.35 * (
    RNG.normal(size=(COILS, COILS)) + 1j * RNG.normal(size=(COILS, COILS))
)
PSI = MIX @ MIX.conj().T


def noise(points: int = POINTS) -> np.ndarray:
    white = RNG.normal(size=(2, COILS, points)) / np.sqrt(2)
    return MIX @ (white[0] + 1j * white[1])


def snr_of(w: np.ndarray) -> float:
    return float(abs(np.vdot(w, S)) / np.sqrt(np.vdot(w, PSI @ w).real))


def fids(count: int, size: float = 30.0) -> np.ndarray:
    t = np.arange(POINTS) * DWELL
    x = size * np.exp(-t * 20) * np.exp(-2j * np.pi * 3 * t)
    return np.stack([np.outer(S, x) + noise() for _ in range(count)])


def estimated(count: int = 4) -> tuple[np.ndarray, np.ndarray]:
    stack = fids(count)
    estimate = coils.NoiseEstimate.empty(COILS)
    for fid in stack:
        estimate.push(tail_noise(fid, DWELL, MHZ))
    joined = np.concatenate(list(stack[:, :, :512]), axis=1)
    return coils.sensitivities(joined, estimate.covariance()), estimate.covariance()


def test_combination_reaches_the_optimum() -> None:
    s, psi = estimated()
    w = coils.gls_weights(s, psi, np.ones(COILS, bool))
    best = snr_of(np.linalg.solve(PSI, S))
    assert snr_of(w) > 0.98 * best
    assert best > 1.05 * snr_of(S)  # else whitening would not have been tested


def test_the_scale_is_the_root_sum_of_squares() -> None:
    s, psi = estimated()
    w = coils.gls_weights(s, psi, np.ones(COILS, bool))
    combined = coils.combine(np.outer(S, np.ones(3)), w)
    assert np.allclose(np.abs(combined), np.linalg.norm(S), rtol=0.03)


def test_covariance_from_tails() -> None:
    _, psi = estimated(16)
    assert np.linalg.norm(psi - PSI) < 0.1 * np.linalg.norm(PSI)


def test_noise_sd_does_not_see_long_narrow_water() -> None:
    t = np.arange(POINTS) * DWELL
    white = RNG.normal(size=(2, POINTS))
    fid = white[0] + 1j * white[1] + 50 * np.exp(-t * 1.0)
    assert noise_sd(fid, DWELL, MHZ) == pytest.approx(1.0, rel=0.12)


def test_dead_coil_gets_no_weight_and_the_rest_stays_optimal() -> None:
    stack = fids(4)
    stack[:, 2] = 0
    estimate = coils.NoiseEstimate.empty(COILS)
    for fid in stack:
        estimate.push(tail_noise(fid, DWELL, MHZ))
    joined = np.concatenate(list(stack[:, :, :512]), axis=1)
    s = coils.sensitivities(joined, estimate.covariance())
    w = coils.gls_weights(s, estimate.covariance(), np.ones(COILS, bool))
    alive = np.arange(COILS) != 2
    best = np.sqrt(
        np.vdot(S[alive], np.linalg.solve(PSI[np.ix_(alive, alive)], S[alive])).real
    )
    assert w[2] == 0
    assert snr_of(w) > 0.98 * best


def test_all_zero_coils_are_refused_with_a_remedy() -> None:
    with pytest.raises(InputError, match=r"zero in every coil.*--no-coil-combine"):
        coils.sensitivities(
            np.zeros((COILS, 64), complex), np.eye(COILS, dtype=complex)
        )


def test_no_live_coil_is_refused() -> None:
    with pytest.raises(InputError, match="No live coil"):
        coils.gls_weights(S, PSI, np.zeros(COILS, bool))


def test_another_number_of_coils_is_refused() -> None:
    with pytest.raises(InputError, match="has 3 coils where the coil weights"):
        coils.combine(np.ones((3, 4)), S)


def test_reference_starts_real_and_positive() -> None:
    water = fids(1)[0]
    s, psi = estimated()
    every = np.ones(COILS, bool)
    s = coils.turned_to_reference(s, coils.gls_weights(s, psi, every), water)
    start = coils.combine(water, coils.gls_weights(s, psi, every))[:8].mean()
    assert abs(np.angle(start)) < 0.05


def test_the_strongest_coil_has_no_phase() -> None:
    """So that the phase of the sum is that of the signal in it, in every epoch."""
    found, _ = estimated()
    strongest = found[np.argmax(np.abs(found))]
    assert strongest.imag == pytest.approx(0.0, abs=1e-12)
    assert strongest.real > 0
