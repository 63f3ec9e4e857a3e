"""The model and its derivatives."""

import numpy as np
import pytest
from fit_cases import make_model

from monitor.analysis.fit.baseline import make_baseline
from monitor.analysis.fit.lineshape import decays, rotations
from monitor.analysis.fit.model import (
    GAUSS,
    LORENTZ,
    MM_GAUSS,
    PHASE,
    PHASE_SLOPE,
    RELAXATION,
    SHIFT,
)
from monitor.analysis.fit.relaxation import POOLS, t2_widths_hz
from monitor.analysis.signal.spectrum import spectrum_of

STEPS = {
    PHASE: 1e-5,
    SHIFT: 1e-4,
    LORENTZ: 1e-4,
    GAUSS: 1e-2,
    MM_GAUSS: 1e-2,
    PHASE_SLOPE: 1e-5,
    RELAXATION: 1e-4,
}


@pytest.fixture(scope="module")
def model():
    return make_model()


def somewhere(model):
    theta = model.layout.zeros()
    theta[: model.layout.rates.start] = 0.4, 1.3, 3.0, 60.0, 10.0, 0.05, 0.7
    theta[model.layout.rates] = 0.1, -0.2, 0.3, -0.05
    theta[model.layout.kernel] = 0.02 * np.arange(12) - 0.1
    theta[model.layout.shifts] = 0.1 * np.arange(len(model.names))
    return theta


def parameters(model):
    layout = model.layout
    rates = range(layout.rates.start, layout.rates.stop)
    return [*STEPS, *rates, layout.kernel.start + 2, layout.shifts.start + 3]


def test_derivatives_are_those_of_the_columns(model):
    theta, c = somewhere(model), np.arange(1.0, len(model.names) + 1)
    active = np.array(parameters(model))
    A, shaped = model.columns(theta)
    D = model.derivatives(theta, active, c, A, shaped)
    for column, parameter in enumerate(active):
        h = STEPS.get(parameter, 1e-4)
        up, down = theta.copy(), theta.copy()
        up[parameter] += h
        down[parameter] -= h
        slope = (model.columns(up)[0] - model.columns(down)[0]) @ c / (2 * h)
        largest = np.abs(slope).max()
        assert np.abs(D[:, column] - slope).max() < 1e-5 * largest


def test_the_band_is_a_part_of_the_whole_spectrum(model):
    for low, high in ((0.2, 4.2), (4.0, 5.5), (4.8, 6.0)):
        other = make_model(low, high)
        whole = spectrum_of(other.fids)[:, other.band]
        np.testing.assert_allclose(other.in_band(other.fids), whole, atol=1e-9)
        assert other.ppm[0] >= low
        assert other.ppm[-1] <= high


def test_products_of_short_series_are_exponentials(model):
    values = np.array([-3.0, 0.0, 11.5])
    turned = np.exp(-2j * np.pi * values[:, None] * model.t)
    np.testing.assert_allclose(rotations(values, model.t), turned, atol=1e-12)
    falling = np.exp(-np.pi * values[:, None] * model.t)
    np.testing.assert_allclose(decays(values, model.t), falling, rtol=1e-10)


def test_a_kernel_moves_no_area(model):
    theta = somewhere(model)
    assert model.kernel(theta)[0] == pytest.approx(1.0)


def test_naa_is_narrower_than_creatine_and_macromolecules_have_no_part():
    names = ("NAA", "Cr", "GABA", "MM09")
    widths = t2_widths_hz(names, np.array([0, 0, 0, 1], bool))[0]
    assert widths[0] == pytest.approx(-0.95, abs=0.02)
    assert widths[1] == 0
    assert widths[2] > 1
    assert widths[3] == 0


def test_a_rate_broadens_its_pool_alone():
    names = ("Ins", "PCr", "Cr", "tNAA", "GPC", "PCho", "Glu", "MM09")
    rates = t2_widths_hz(names, np.array([name == "MM09" for name in names]))[1:]
    told = {pool: np.flatnonzero(row) for pool, row in zip(POOLS, rates, strict=True)}
    found = {pool: {names[m] for m in row} for pool, row in told.items()}
    assert found == {
        "NAA": {"tNAA"}, "tCr": {"Cr", "PCr"}, "tCho": {"GPC", "PCho"}, "mI": {"Ins"},
    }  # fmt: skip
    of_creatine = rates[list(POOLS).index("tCr")]
    assert of_creatine[1] == of_creatine[2] == pytest.approx(1 / (np.pi * 0.146))


def test_the_baseline_is_a_projection_when_it_is_free(model):
    baseline = make_baseline(model.ppm)
    x = model.x
    smooth = (1 + 2j) * x - 3
    assert np.abs(baseline.removed(smooth, 1e3)).max() < 1e-8
    rows = np.stack([np.exp(1j * x), np.cos(9 * x) + 0j])
    apart = baseline.stacked_rows(rows, 0.3)
    columns = baseline.removed(rows.T, 0.3)
    np.testing.assert_allclose(apart, np.hstack([columns.real.T, columns.imag.T]))


def test_stiffer_baselines_have_fewer_dimensions(model):
    baseline = make_baseline(model.ppm)
    found = [baseline.effective_dimension(lam) for lam in (1e-3, 1e-1, 1e1, 1e6)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(4, abs=0.05)
