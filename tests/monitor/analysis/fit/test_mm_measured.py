"""A metabolite-nulled spectrum is taken apart: macromolecules, residues, noise."""

import numpy as np
import pytest

from monitor.analysis.fit.mm_measured import MeasuredMM, measured_mm
from monitor.analysis.fit.mm_prior import unmeasured
from monitor.analysis.fit.mm_system import System, weighed

MHZ, DWELL_S, POINTS = 123.25, 4e-4, 2048
T = np.arange(POINTS) * DWELL_S


def nulled(seed: int, creatine: float = 0.0, noise: float = 0.03):
    """Macromolecules (points,) of a draw of the prior, and their noisy nulled FID."""
    rng = np.random.default_rng(seed)
    prior = unmeasured(MHZ, DWELL_S, POINTS)
    mm = prior.mean + rng.normal(size=len(prior.directions)) @ prior.directions
    line = np.exp(-2j * np.pi * (3.922 - 4.65) * MHZ * T - np.pi * 6 * T)
    turn = np.exp(1j * rng.uniform(-np.pi, np.pi))
    both = rng.normal(size=(2, POINTS)) * noise
    return mm, (mm + creatine * line) * turn + both[0] + 1j * both[1]


def spectrum(fid: np.ndarray) -> np.ndarray:
    """Real spectrum from 0.6 to 4.0 ppm."""
    halved = fid.copy()
    halved[0] *= 0.5
    ppm = 4.65 + np.fft.fftshift(np.fft.fftfreq(POINTS, DWELL_S)) / MHZ
    return np.fft.fftshift(np.fft.ifft(halved)).real[(ppm > 0.6) & (ppm < 4.0)]


def apart(mm: np.ndarray, found: MeasuredMM) -> float:
    """RMS of the difference of two entries of one area, over the highest point."""
    true = spectrum(mm)
    entry = spectrum(found.fid(MHZ, DWELL_S, POINTS))
    entry *= (entry @ true) / (entry @ entry)
    return float(np.sqrt(np.mean((entry - true) ** 2)) / true.max())


@pytest.mark.parametrize("seed", range(4))
def test_the_entry_is_what_was_there_without_its_noise_and_phase(seed):
    mm, fid = nulled(seed)
    found = measured_mm(fid, MHZ, DWELL_S, {})
    assert apart(mm, found) < 0.05
    assert 0.5 < found.noise_percent < 10


def test_creatine_is_told_and_taken_out():
    mm, fid = nulled(5, creatine=0.4)
    _, without = nulled(5)
    found, clean = (measured_mm(f, MHZ, DWELL_S, {}) for f in (fid, without))
    left = {residue.name: residue for residue in found.residues}["Cr CH2"]
    assert left.seen
    assert left.percent > 10
    assert apart(mm, found) < apart(mm, clean) + 0.02
    kept = measured_mm(fid, MHZ, DWELL_S, {}, take_out=False)
    assert apart(mm, kept) > 1.3 * apart(mm, found)


def test_what_is_no_macromolecule_is_said_to_be_far_from_any():
    _, fid = nulled(6)
    usual = measured_mm(fid, MHZ, DWELL_S, {})
    lipid = 30 * np.exp(-2j * np.pi * (1.45 - 4.65) * MHZ * T - np.pi * 30 * T)
    odd = measured_mm(fid + lipid, MHZ, DWELL_S, {})
    assert usual.prior_rms < 2.0
    assert odd.prior_rms > 2 * usual.prior_rms


def test_the_entry_is_on_the_scale_of_protons_on_any_grid():
    _, fid = nulled(1)
    found = measured_mm(7.0 * fid, MHZ, DWELL_S, {})
    for mhz, points in ((MHZ, 512), (127.8, 1024)):
        mean = unmeasured(mhz, 5e-4, points).mean
        assert found.fid(mhz, 5e-4, points)[0].real == pytest.approx(mean[0].real)


def test_a_phase_that_is_known_is_not_told_from_noise():
    mm, _ = nulled(2)
    rng = np.random.default_rng(9)
    off = {True: [], False: []}
    for _ in range(4):
        noise = 0.15 * (rng.normal(size=POINTS) + 1j * rng.normal(size=POINTS))
        for known, sd_rad in ((True, 0.01), (False, np.inf)):
            found = measured_mm(mm + noise, MHZ, DWELL_S, {}, phase_sd_rad=sd_rad)
            off[known].append(apart(mm, found))
    assert np.mean(off[True]) < np.mean(off[False])


def test_sds_are_weighed_by_the_likelihood_of_the_data():
    """Against the dense Gaussian, C = noise^2 + A sds^2 A^T; a constant is left out."""
    random, sd = np.random.default_rng(4), 0.7
    A, y = random.standard_normal((30, 4)), random.standard_normal(30)

    def both(sds: np.ndarray) -> tuple[float, float]:
        C = sd**2 * np.eye(30) + A @ np.diag(sds**2) @ A.T
        dense = float(y @ np.linalg.solve(C, y)) + np.linalg.slogdet(C)[1]
        made = System(A, A.T @ A, A.T @ y, float(y @ y), sds, 1.0, 1.0)
        return dense, weighed(made, sd)[0]

    one, other = both(np.array([1.0, 2.0, 0.5, 3.0])), both(np.full(4, 0.1))
    assert one[0] - other[0] == pytest.approx(one[1] - other[1], rel=1e-6)
