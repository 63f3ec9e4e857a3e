"""What nulling leaves of metabolites: what all have in common, and what one has."""

import numpy as np
import pytest

from monitor.analysis.fit.mm_measured import measured_mm
from monitor.analysis.fit.mm_prior import unmeasured
from monitor.analysis.fit.mm_residues import OTHERS, SINGLETS, left_of
from monitor.analysis.fit.model_for import per_proton
from monitor.basis.files import load_basis

MHZ, DWELL_S, POINTS = 123.25, 4e-4, 2048
T = np.arange(POINTS) * DWELL_S
LINE = np.exp(-np.pi * 6 * T)


@pytest.fixture(scope="module")
def left():
    basis = load_basis("press_3t_te30")
    there = basis.subset(list(OTHERS)).resampled(DWELL_S, POINTS, MHZ)
    fids = there.fids / per_proton(basis)
    return left_of(MHZ, T, dict(zip(OTHERS, fids, strict=True)))


def height(fid: np.ndarray) -> float:
    halved = fid.copy()
    halved[0] *= 0.5
    return float(np.fft.ifft(halved).real.max())


def test_all_together_are_as_a_brain_has_them(left):
    assert left.names == (*SINGLETS, *OTHERS)
    assert np.allclose(left.fids[-1], left.amounts @ left.fids[:-1])
    x = np.append(np.zeros(len(left.names)), 0.05)
    assert np.allclose(left.amplitudes(x), 0.05 * left.amounts)
    alone = np.zeros((x.size, x.size))
    alone[-1, -1] = 0.01**2
    assert np.allclose(left.amplitude_sds(alone), 0.01 * left.amounts)


def test_singlets_say_in_noise_what_is_left_of_glutamate(left):
    errors = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        prior = unmeasured(MHZ, DWELL_S, POINTS)
        mm = prior.mean + rng.normal(size=len(prior.directions)) @ prior.directions
        parts = 0.06 + 0.03 * rng.normal(size=len(left.names))
        amplitudes = 0.5 * parts * left.amounts
        noise = 0.1 * (rng.normal(size=POINTS) + 1j * rng.normal(size=POINTS))
        fid = mm + amplitudes @ left.fids[:-1] * LINE + noise
        others = dict(zip(OTHERS, left.fids[len(SINGLETS) : -1], strict=True))
        found = measured_mm(fid, MHZ, DWELL_S, others).residues[-1]
        true = amplitudes[-1] * height(left.fids[-2] * LINE) / height(mm)
        assert found.name == "Glu"
        assert abs(found.percent - 100 * true) < 3 * found.sd
        errors.append(found.percent - 100 * true)
    # Free by itself it was off by 8 %.
    assert np.sqrt(np.mean(np.square(errors))) < 5
