"""What is measured of FIDs without noise is what was done to them."""

from collections.abc import Callable

import numpy as np
import pytest

from monitor.analysis.preparation import measures as qm
from monitor.analysis.preparation.coarse import coarse_search
from monitor.analysis.preparation.glance import glance_of
from monitor.analysis.preparation.registration import register
from monitor.analysis.preparation.template import (
    REMAKE,
    Template,
    _parts,
    _taper,
    _windows,
    model_of,
)
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex

Make = Callable[..., Complex]
TINY = 1e-3


@pytest.fixture(scope="module")
def clean(axis: Axis, metabolites: Complex, water_line: Complex) -> Complex:
    return metabolites + water_line


def moved(fid: Complex, axis: Axis, shift_hz: float, phase_rad: float = 0.0) -> Complex:
    return spectrum.moved(fid, axis.dwell_time_s, shift_hz, phase_rad)


@pytest.mark.parametrize("shift_hz", [-0.37, -0.1, 0.05, 0.2, 3.3])
def test_absolute_shifts_follow_to_a_fraction_of_a_point(
    axis: Axis, metabolites: Complex, shift_hz: float
) -> None:
    before = qm.absolute_of(metabolites, axis)
    after = qm.absolute_of(moved(metabolites, axis, shift_hz, 0.3), axis)
    assert after.shift_hz - before.shift_hz == pytest.approx(shift_hz, abs=0.03)
    assert after.phase_rad - before.phase_rad == pytest.approx(0.3, abs=0.03)
    assert after.contrast == pytest.approx(before.contrast, rel=0.02)


def test_zeros_have_no_contrast(axis: Axis) -> None:
    found = qm.absolute_of(np.zeros(axis.points, complex), axis)
    assert (found.contrast, found.standing) == (0.0, 0.0)


def test_height_and_lipid_grow_with_the_signal_and_move_with_it(
    axis: Axis, metabolites: Complex
) -> None:
    there = qm.Absolute(0.0, 0.0, 1.0)
    one, two = (qm.naa_line(k * metabolites, axis, there) for k in (1, 2))
    assert two.height == pytest.approx(2 * one.height)
    assert two.fwhm_hz == pytest.approx(one.fwhm_hz)
    turned = qm.naa_line(
        moved(metabolites, axis, 5.0, 1.0), axis, qm.Absolute(5.0, 1.0, 1.0)
    )
    assert turned.height == pytest.approx(one.height, rel=1e-6)
    assert turned.fwhm_hz == pytest.approx(one.fwhm_hz, rel=1e-6)
    still = qm.lipid_height(spectrum.spectrum_of(metabolites), axis)
    step_hz = -28 / (axis.points * axis.dwell_time_s)  # tNAA among the lipids
    away = spectrum.spectrum_of(moved(metabolites, axis, step_hz))
    assert qm.lipid_height(away, axis, step_hz) == pytest.approx(still, rel=0.02)
    assert qm.lipid_height(away, axis, 0.0) > 1.5 * still


@pytest.mark.parametrize(("times", "clipped"), [(2, False), (3, True)])
@pytest.mark.parametrize("part", [1.0, -1.0, 1j, -1j])
def test_three_points_at_the_extreme_are_clipped(
    times: int, clipped: bool, part: complex
) -> None:
    fid = 0.1 * np.random.default_rng(1).normal(size=(2, 64, 2)) @ [1, 1j]
    fid[1, :times] = 5.0 * part
    assert qm.saturated(fid) is clipped
    fid[1, :times] = 0.25 * part  # no more than the noise has
    assert not qm.saturated(fid)


@pytest.mark.parametrize("shift_hz", [-12.0, 0.0, 7.3])
@pytest.mark.parametrize("phase_rad", [-3.0, 0.2, 3.1])
def test_a_transient_without_noise_is_registered_exactly(
    axis: Axis, clean: Complex, shift_hz: float, phase_rad: float
) -> None:
    model = model_of(clean, axis, TINY)
    turned = 1.7 * moved(clean, axis, shift_hz, phase_rad)
    found = register(turned, model, axis, TINY)
    assert found.converged
    assert found.wide
    assert found.shift_hz == pytest.approx(shift_hz, abs=1e-3)
    assert found.phase_rad == pytest.approx(phase_rad, abs=1e-4)
    assert found.amplitude == pytest.approx(1.7, rel=1e-3)
    assert found.broadening_hz == pytest.approx(0.0, abs=0.01)
    assert found.sighting is not None


@pytest.mark.parametrize("wider_hz", [-0.3, 0.3])
def test_broadening_has_its_sign(axis: Axis, clean: Complex, wider_hz: float) -> None:
    model = model_of(clean, axis, TINY)
    wider = clean * np.exp(-np.pi * wider_hz * axis.t)
    found = register(wider, model, axis, TINY)
    assert found.broadening_hz == pytest.approx(wider_hz, rel=0.1)


def test_stated_sds_grow_with_the_noise_and_fall_with_the_signal(
    axis: Axis, clean: Complex, transient: Make
) -> None:
    model = model_of(clean, axis, 0.1)
    one, twice = (register(clean, model, axis, sd) for sd in (0.5, 1.0))
    large = register(2 * clean, model, axis, 1.0)
    for name in ("shift_sd_hz", "phase_sd_rad", "broadening_sd_hz"):
        sds = [getattr(found, name) for found in (one, twice, large)]
        assert sds[1] == pytest.approx(2 * sds[0], rel=1e-6)
        assert sds[2] == pytest.approx(sds[0], rel=1e-3)
    assert twice.amplitude_sd == pytest.approx(large.amplitude_sd)
    noise = [transient(k, noise_sd=1.0) for k in range(40)]
    found = [register(fid, model, axis, 1.0) for fid in noise]
    assert np.mean([f.misfit for f in found]) == pytest.approx(1.0, abs=0.08)


def test_where_there_is_nothing_no_shift_is_known(axis: Axis, clean: Complex) -> None:
    model = model_of(clean, axis, TINY)
    none = register(0 * clean, model, axis, 1.0)
    lines = register(clean, model, axis, 1.0)
    assert none.shift_sd_hz > 100 * lines.shift_sd_hz
    empty = register(clean, model_of(0 * clean, axis, TINY), axis, 1.0)
    assert empty.shift_sd_hz == np.inf
    assert empty.sighting is None


@pytest.mark.parametrize(
    ("shift_hz", "near_hz", "found"),
    [(30.0, 0.0, True), (60.0, 0.0, False), (60.0, 50.0, True)],
)
def test_the_coarse_search_reaches_forty_hertz(
    axis: Axis, clean: Complex, shift_hz: float, near_hz: float, found: bool
) -> None:
    model = model_of(clean, axis, TINY)
    turned = moved(clean, axis, shift_hz, 0.5)
    seen = glance_of(turned, axis)
    at_hz, phase_rad = coarse_search(seen, model, axis, near_hz)
    assert (abs(at_hz - shift_hz) < 1.3) is found
    if found:
        assert phase_rad == pytest.approx(0.5, abs=0.6)


def test_a_template_is_the_weighted_mean_until_it_is_frozen(
    axis: Axis, clean: Complex
) -> None:
    template = Template.empty(axis)
    template.push(clean, 1.0)
    template.push(3 * clean, 0.5)
    template.push(99 * clean, 0.0)
    template.push(99 * clean, -1.0)
    np.testing.assert_allclose(template.fid, clean * 2.5 / 1.5)
    assert template.weight_squares == pytest.approx(1.25)
    before = template.model(1.0)
    assert template.model(1.0) is before
    template.push(clean, (REMAKE - 1.0) * 1.5)
    assert template.model(1.0) is before
    template.push(clean, 0.01)
    assert template.model(1.0) is not before
    template.freeze()
    kept, weight = template.model(1.0), template.weight
    template.push(9 * clean, 1.0)
    template.freeze()
    assert template.weight == weight
    assert template.model(1.0) is kept


def test_the_taper_keeps_what_stands_above_the_noise(
    axis: Axis, metabolites: Complex
) -> None:
    np.testing.assert_allclose(_taper(metabolites, axis, 0.0), 1.0, atol=1e-6)
    g = _taper(metabolites, axis, 2.0)
    assert (np.diff(g) <= 0).sum() > 0.8 * g.size
    assert g.max() <= 1.0
    assert g.min() >= 0.0
    assert g[0] > 0.9
    assert g[-1] < 0.2
    assert (_taper(metabolites, axis, 8.0) <= g + 1e-12).all()


def test_parts_make_up_the_whole_between_their_edges(
    axis: Axis, metabolites: Complex
) -> None:
    windows = _windows(axis)
    nu = np.fft.fftfreq(2 * axis.points, axis.dwell_time_s)
    ppm = 4.65 + nu / axis.frequency_mhz
    inside = (ppm > 0.5) & (ppm < 4.2)
    np.testing.assert_allclose(windows.sum(axis=0)[inside], 1.0, atol=1e-4)
    outside = (ppm < 0.0) | (ppm > 4.8)
    assert np.abs(windows[:, outside]).max() < 1e-3
    for phase in (0.0, 0.7):
        lines = metabolites * np.exp(1j * phase)
        whole = spectrum.spectrum_of(_parts(lines, axis, phase).sum(axis=0))
        band = axis.band(1.0, 4.0)
        halved = lines.copy()
        halved[0] *= 0.5
        expected = spectrum.spectrum_of(halved)[band] * np.exp(-1j * phase)
        found = whole[band] * np.exp(-1j * phase)
        off = np.abs((found - expected).real)
        assert off.max() < 0.1 * np.abs(expected).max()
