"""The joint fit: sizes, shapes and the comparison of models."""

from dataclasses import replace

import numpy as np
import pytest
from state_cases import C0, NAMES, dynamics, measurement, with_widths

from monitor.analysis.tracking.blocks import blocks_of
from monitor.analysis.tracking.comparison import compared
from monitor.analysis.tracking.joint import joint_fits, log_weight
from monitor.analysis.tracking.joint_models import MODELS
from monitor.analysis.tracking.transient_view import Observed
from streams.simulator.courses import Plasma, Saturating, StepChange, Surge, fraction

INFUSION_S = (600.0, 1600.0)


def course(seed, size, curve):
    """Blocks of a course whose Glu follows a curve, and their times."""
    random, m, seen = np.random.default_rng(seed), measurement(), []
    for i in range(800):
        g = curve(np.array([2.0 * i]))[0]
        c = C0 * np.array([1 + 0.01 * size * g, 1 + 0.005 * size * g, 1, 1, 1])
        o = m.rows @ with_widths(c) + random.standard_normal(len(m.rows))
        seen.append(Observed(i, 0, 2.0 * i, i, o, 1.0, i < 300))
    blocks = blocks_of(seen)
    return blocks, np.array([2.0 * block.place for block in blocks])


def rising(t):
    return -np.expm1(-np.maximum(t - 600.0, 0.0) / 240.0)


def fitted(seed, size, curve=rising):
    blocks, times_s = course(seed, size, curve)
    still = dynamics(0.0)
    rows = {0: still.observed(measurement().rows)}
    return joint_fits(blocks, times_s, rows, still, INFUSION_S)


def test_the_right_model_finds_size_and_time_constant():
    fits = {fit.model: fit for fit in fitted(1, 20.0)}
    fit = fits["saturating"]
    truth = 20.0 * rising(fit.time_s)
    assert 100 < fit.shape["tau_s"] < 500
    z = (fit.changes["Glu"] - truth)[-20:] / fit.sds["Glu"][-20:]
    assert np.abs(z).max() < 3
    assert fit.sds["Glu"][-1] < 2.0


def test_stated_sds_cover():
    inside = []
    for seed in range(30):
        fit = {f.model: f for f in fitted(seed, 15.0)}["saturating"]
        late = fit.time_s > 1200
        error = (fit.changes["Glu/tCr"] - 15.0 * rising(fit.time_s))[late]
        inside.append(np.mean(np.abs(error) < 1.96 * fit.sds["Glu/tCr"][late]))
    assert np.mean(inside) > 0.85


def test_all_models_are_shown_in_the_order_of_the_criterion():
    fits = fitted(2, 15.0)
    assert {fit.model for fit in fits} == {model.name for model in MODELS}
    weights = [log_weight(fit) for fit in fits]
    assert weights == sorted(weights, reverse=True)
    assert fits[0].model != "none"
    by_name = {fit.model: fit for fit in fits}
    assert by_name["none"].log_likelihood == 0.0
    assert by_name["trapezoid"].parameters == 4


def test_nothing_is_best_described_by_none():
    best = [fitted(seed, 0.0)[0].model for seed in range(8)]
    assert best.count("none") >= 7


def test_surge_and_return_is_told_from_a_plateau():
    def surge(t):
        x = np.maximum(t - 600.0, 0.0) / 300.0
        return (x * np.exp(1 - x)) ** 2

    fits = fitted(3, 25.0, surge)
    by_name = {fit.model: fit for fit in fits}
    assert by_name["surge and return"].bic < by_name["saturating"].bic - 6
    assert by_name["surge and return"].evidence > by_name["saturating"].evidence + 3


def test_without_an_infusion_there_is_nothing_to_compare():
    blocks, times_s = course(4, 0.0, rising)
    still = dynamics(0.0)
    rows = {0: still.observed(measurement().rows)}
    fits = joint_fits(blocks, times_s, rows, still, None)
    assert [fit.model for fit in fits] == ["none"]


def test_amplitudes_of_another_epoch_have_no_curve_and_ratios_have():
    blocks, times_s = course(5, 15.0, rising)
    cut = len(blocks) - 20
    blocks[cut:] = [replace(b, epoch=1, foreign=True) for b in blocks[cut:]]
    still, measured = dynamics(0.0), measurement()
    U = np.diag(0.04 * C0)
    rows = {0: still.observed(measured.rows), 1: still.observed(measured.rows, U)}
    fits = joint_fits(blocks, times_s, rows, still, INFUSION_S)
    for fit in fits:
        for by in (fit.changes, fit.sds):
            assert np.isfinite(by["Glu"][:cut]).all()
            assert np.isnan(by["Glu"][cut:]).all()
            assert np.isfinite(by["Glu/tCr"]).all()
    for one in compared(fits, INFUSION_S[1]).models:
        assert np.isnan([one.end_percent["Glu"], one.largest_percent["Glu"]]).all()
        assert np.isfinite(one.end_percent["Glu/tCr"])


@pytest.mark.parametrize(
    ("name", "shape", "course"),
    [
        ("step", {}, StepChange(10.0)),
        ("saturating", {"tau_s": 240.0}, Saturating(10.0, 240.0)),
        ("surge and return", {"peak_s": 300.0, "sharpness": 2.0}, Surge(1, 300.0, 2.0)),
        ("Kamp", {"lag_s": 60.0}, Plasma(10.0, "Kamp", 60.0)),
    ],
)
def test_curves_are_those_of_the_virtual_scanner_after_the_stop_too(
    name, shape, course
):
    t = np.linspace(500.0, 3000.0, 101)
    (model,) = (m for m in MODELS if m.name == name)
    curve, true = model.curve(t, INFUSION_S, shape), fraction(course, t, INFUSION_S)
    end = np.argmin(np.abs(t - 1500.0))
    away = np.abs(t - INFUSION_S[1]) > 1.0
    np.testing.assert_allclose(
        (curve / curve[end] - true / true[end])[away], 0, atol=1e-6
    )


@pytest.mark.parametrize("model", [m for m in MODELS if m.curve is not None])
def test_curves_are_zero_before_the_infusion(model):
    t = np.array([0.0, 599.0, 601.0, 1500.0])
    for shape in model.trials():
        curve = model.curve(t, INFUSION_S, shape)
        assert np.all(curve[:2] == 0)
        assert np.all(np.isfinite(curve))
    assert NAMES[0] == "Glu"
