"""What a design's products give is what least squares on its columns gives."""

import numpy as np
import pytest

from monitor.analysis.preparation.design import LIPID_PPM, PARTS
from monitor.analysis.preparation.template import model_of
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import rotation

AXIS = Axis(1024, 4e-4, 123.25)
LINES = ((2.01, 10, 7), (3.03, 8, 7), (3.21, 4, 7), (2.3, 8, 25), (4.66, 30, 9))
SD, HEIGHT = 2.0, 400.0


def fid(seed):
    random = np.random.default_rng(seed)
    total = np.zeros(AXIS.points, complex)
    for ppm, size, fwhm in LINES:
        nu = (ppm - 4.65) * AXIS.frequency_mhz
        total += size * np.exp((-2j * np.pi * nu - np.pi * fwhm) * AXIS.t)
    noise = random.standard_normal((2, AXIS.points))
    return total + 0.1 * (noise[0] + 1j * noise[1])


def directly(design, L, y, lipid):
    """Parameters by the definition: columns, priors, pseudo-inverse."""
    base, rows = design.base, design.rows
    varying = rows[base : base + PARTS].T @ np.linalg.solve(design.whitening, L)
    A = np.concatenate([rows[:base].T, varying], axis=1)
    used = A
    if not lipid:
        A = np.concatenate([A, rows[-4:].T], axis=1)
        ppm = np.tile(AXIS.ppm[design.band], 2)
        inside = (ppm > LIPID_PPM[0]) & (ppm < LIPID_PPM[1])
        used = np.where(inside[:, None], 0.0, A)
    prior = np.zeros(A.shape[1])
    free = np.isinf(design.tail)
    spread = np.where(free, 1.0, design.tail * HEIGHT)
    prior[4:base] = np.where(free, 0.0, (SD / spread) ** 2)
    prior[base : base + L.shape[1]] = 1.0
    information = used.T @ used + np.diag(prior)
    covariance = np.linalg.inv(information)
    p = covariance @ used.T @ y
    share = np.zeros(len(p))
    share[0] = 1.0
    varying = slice(base, base + L.shape[1])
    share[varying] = A[:, varying].T @ A[:, 0] / (A[:, 0] @ A[:, 0])
    return A @ p, p, covariance, share


@pytest.mark.parametrize("lipid", [True, False])
@pytest.mark.parametrize("directions", [0, 2])
@pytest.mark.parametrize("which", ["wide", "narrow"])
def test_products_give_what_the_columns_give(which, directions, lipid):
    design = getattr(model_of(fid(1), AXIS, 0.02), which)
    L = np.random.default_rng(3).standard_normal((PARTS, directions))
    lines = AXIS.lines(fid(2), design.band)
    y = np.concatenate([lines.real, lines.imag])
    solver = design.solver(L, HEIGHT, SD, lipid)
    p = solver.parameters(fid(2))
    products = solver.rows @ (y if lipid else y * design.kept)
    assert np.allclose(solver.gain @ products, p, rtol=1e-9)
    modelled, expected, covariance, share = directly(design, L, y, lipid)
    *p, amplitude = p
    assert amplitude == pytest.approx(share @ p, rel=1e-9)
    sds = np.sqrt(np.diag(covariance))
    assert np.all(np.abs(p - expected) < 1e-6 * SD * sds)
    assert np.allclose((solver.columns @ p) @ solver.rows, modelled)
    assert np.allclose(solver.covariance, covariance, rtol=1e-6)


def test_a_rotation_is_what_an_exponential_says():
    for points in (5, 32, 1000, 2048):
        n = np.arange(points)
        turned = rotation(points, 0.7, 0.31)
        assert np.abs(turned - np.exp(1j * (0.7 - 0.31 * n))).max() < 1e-12


def test_misfits_are_means_of_the_squares_in_their_ranges():
    model, squares = model_of(fid(1), AXIS, 0.02), np.random.default_rng(5)
    for design in (model.wide, model.narrow):
        rest = squares.uniform(0, 9, design.rows.shape[1])
        for told, one in zip(
            design.misfits(rest),
            (design.singlets, design.lipids, design.water),
            strict=True,
        ):
            mean = rest[one.places].mean() if one.places.size else 1.0
            assert told == pytest.approx(mean, rel=1e-12)
    assert not model.narrow.water.places.size
