"""Registration: signs, range, precision, robustness."""

from collections.abc import Callable

import numpy as np
import pytest
from registration_bound import bound

from monitor.analysis.preparation.registration import register
from monitor.analysis.preparation.template import Model, Template, model_of
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex

Make = Callable[..., Complex]
SD = 0.9


@pytest.fixture
def model(axis: Axis, metabolites: Complex, water_line: Complex) -> Model:
    return model_of(metabolites + water_line, axis, 1e-3)


@pytest.mark.parametrize("shift_hz", [-30.0, -15.0, -4.0, 0.0, 0.3, 15.0, 30.0])
@pytest.mark.parametrize("phase_rad", [-3.0, 0.0, 1.5])
def test_moved_undoes_what_is_found(
    axis: Axis, model: Model, transient: Make, shift_hz: float, phase_rad: float
) -> None:
    fid = transient(1, shift_hz, phase_rad, noise_sd=0.01)
    found = register(fid, model, axis, 0.01)
    assert found.shift_hz == pytest.approx(shift_hz, abs=0.05)
    back = spectrum.moved(fid, axis.dwell_time_s, -found.shift_hz, -found.phase_rad)
    expected = transient(1, noise_sd=0.0)
    assert np.abs(back - expected)[:200].max() < 0.05 * np.abs(expected).max()
    assert found.amplitude == pytest.approx(1.0, abs=0.01)


def test_precision_and_stated_sd_against_the_bound(
    axis: Axis, model: Model, transient: Make, metabolites: Complex, water_line: Complex
) -> None:
    rng = np.random.default_rng(3)
    errors = []
    for seed in range(200):
        shift, phase = rng.uniform(-4, 4), rng.uniform(-0.7, 0.7)
        found = register(transient(seed, shift, phase), model, axis, SD)
        errors.append((found.shift_hz - shift, found.phase_rad - phase))
    sd = np.std(errors, axis=0)
    limit = bound(metabolites, water_line, axis, SD)
    stated = (found.shift_sd_hz, found.phase_sd_rad)
    assert np.all(sd < 1.25 * np.array(limit))
    assert np.allclose(sd, stated, rtol=0.2)


def test_bound_is_that_of_a_line_of_known_width() -> None:
    """A Lorentzian line alone: the Fisher information by hand."""
    axis = Axis(8192, 0.0002, 123.25)
    rate = 20.0
    line = 10.0 * np.exp(-rate * axis.t)
    shift_sd, phase_sd = bound(line, np.zeros(axis.points), axis, 1.0)
    # sum t^k exp(-2 r t) ~ k! / (2 r)^(k + 1) / dwell
    f = (
        100.0
        / axis.dwell_time_s
        * np.array(
            [
                [(2 * np.pi) ** 2 * 2 / (2 * rate) ** 3, -2 * np.pi / (2 * rate) ** 2],
                [-2 * np.pi / (2 * rate) ** 2, 1 / (2 * rate)],
            ]
        )
    )
    expected = np.sqrt(np.diag(np.linalg.inv(f)))
    assert (shift_sd, phase_sd) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("change", "limit_hz", "limit_rad"),
    [
        ({"water": 8.0 * np.exp(2j)}, 0.4, 0.06),
        ({"water": -1.0 + 0.5j}, 0.4, 0.06),
        ({"lipid": 60.0}, 0.5, 0.08),
        ({"broadening_hz": 4.0}, 0.5, 0.06),
        ({"amplitude": 0.5}, 0.6, 0.08),
    ],
)
def test_what_is_not_frequency_does_not_pass_for_it(
    axis: Axis,
    model: Model,
    transient: Make,
    change: dict[str, complex],
    limit_hz: float,
    limit_rad: float,
) -> None:
    errors = []
    for seed in range(20):
        found = register(transient(seed, 5.0, 0.4, **change), model, axis, SD)
        errors.append((found.shift_hz - 5.0, found.phase_rad - 0.4))
    rms = np.sqrt(np.mean(np.square(errors), axis=0))
    assert rms[0] < limit_hz
    assert rms[1] < limit_rad


def test_water_thirty_times_naa_does_not_draw_the_search(
    axis: Axis, transient: Make
) -> None:
    fid = transient(2, water=40.0 * np.exp(1j), noise_sd=0.1)
    found = register(fid, model_of(fid, axis, 0.1), axis, 0.1)
    assert abs(found.shift_hz) < 0.2
    assert abs(found.phase_rad) < 0.05


def test_noise_alone_ends_and_is_finite(axis: Axis, model: Model) -> None:
    noise = np.random.default_rng(1).normal(size=(2, axis.points))
    found = register(noise[0] + 1j * noise[1], model, axis, 1.0)
    assert np.isfinite([found.shift_hz, found.phase_rad, found.misfit]).all()
    assert abs(found.amplitude) < 0.3


def test_a_frozen_template_stays(axis: Axis, transient: Make) -> None:
    template = Template.empty(axis)
    template.push(transient(1))
    template.push(transient(2), 0.5)
    template.freeze()
    before = template.fid
    template.push(transient(3))
    assert np.array_equal(template.fid, before)
    assert template.weight == pytest.approx(1.5)


def test_template_is_a_weighted_mean(axis: Axis, transient: Make) -> None:
    template = Template.empty(axis)
    a, b = transient(1), transient(2)
    template.push(a, 1.0)
    template.push(b, 0.25)
    template.push(transient(3), 0.0)
    assert np.allclose(template.fid, (a + 0.25 * b) / 1.25)
