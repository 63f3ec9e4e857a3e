"""The spectrum of the newest window."""

from dataclasses import replace

import numpy as np
import pytest
from screen_cases import shown

from monitor.analysis.fit.curves import Curves
from monitor.analysis.update import Update
from monitor.screen.parts.peaks import axis_offset
from monitor.screen.parts.spectrum import BASELINE, FOOT, STEP, fitting, height_of


def test_spectrum_keeps_the_scale_of_the_reference(updates):
    display = shown(updates, 900.0)
    before = display.screen(900.5).spectrum
    louder = display.state.curves
    assert louder is not None
    estimate = replace(display.state.estimates[-1], time_end_s=1e5)
    louder = times(1.05, louder)
    display.fold(Update(9000, 0, estimate=estimate, curves=louder), 901.0)
    after = display.screen(904.0).spectrum
    np.testing.assert_allclose(after.measured, 1.05 * before.measured, rtol=1e-5)
    assert after.ppm.min() >= 0.5
    assert after.high == before.high


def times(gain: float, curves: Curves) -> Curves:
    """The curves with another gain."""
    return replace(
        curves,
        data=gain * curves.data,
        model=gain * curves.model,
        baseline=gain * curves.baseline,
        residual=gain * curves.residual,
        components={name: gain * one for name, one in curves.components.items()},
    )


@pytest.mark.parametrize("gain", [0.4, 1.3, 2.0, 30.0])
def test_another_epoch_s_gain_is_taken_out(updates, gain):
    """After a gain step the difference is the brain's; nothing leaves its place."""
    display = shown(updates, 900.0)
    newest = display.state.estimates[-1]
    unknown = dict.fromkeys(newest.changes_percent, float("nan"))
    other = replace(
        newest, time_end_s=1e5, epoch=1, changes_percent=unknown, other_gain=True
    )
    before = display.screen(900.5).spectrum
    stepped = times(gain, display.state.curves)
    display.fold(Update(9000, 1, estimate=other, curves=stepped), 901.0)
    after = display.screen(904.0).spectrum
    for name in ("measured", "model", "residual", "difference", "difference_fit"):
        one, two = getattr(before, name), getattr(after, name)
        np.testing.assert_allclose(two, one, atol=0.01, err_msg=name)
    assert "rescaled" in after.caption
    assert "rescaled" not in before.caption


@pytest.mark.parametrize(
    ("apart", "enlarged"), [(0.01, 4), (0.1, 2), (0.2, 1), (0.5, 1)]
)
def test_a_difference_is_enlarged_as_far_as_it_stays_in_its_place(
    updates, apart, enlarged
):
    display = shown(updates, 900.0)
    now, mean = display.state.curves, display.state.mean_curves
    line = np.exp(-(((now.ppm - 2.6) / 0.03) ** 2))
    moved = mean.model + np.float32(apart * display.state.height) * line
    estimate = replace(display.state.estimates[-1], time_end_s=1e5)
    wide = replace(now, model=moved.astype(np.float32))
    display.fold(Update(9000, 0, estimate=estimate, curves=wide), 901.0)
    view = display.screen(904.0).spectrum
    assert f"diff. ×{enlarged}" in {name for _, name in view.labels}
    top = view.difference_fit.max() - view.difference_zero
    assert top == pytest.approx(enlarged * apart, rel=0.05)


@pytest.mark.parametrize("gain", [1.3, 2.0])
def test_names_stay_below_the_residual_whatever_the_gain(updates, gain):
    display = shown(updates, 900.0)
    estimate = replace(display.state.estimates[-1], time_end_s=1e5)
    louder = times(gain, display.state.curves)
    display.fold(Update(9000, 0, estimate=estimate, curves=louder), 901.0)
    view = display.screen(904.0).spectrum
    assert max(peak.height for peak in view.peaks) < view.residual_zero - 0.15
    assert view.model.max() < view.residual_zero - 0.05


def listed(updates):
    return {row.name for row in shown(updates, 900.0).screen(900.5).table.rows}


def test_difference_is_the_change_from_the_reference_enlarged(updates):
    display = shown(updates, 900.0)
    view = display.screen(900.5).spectrum
    now, mean = display.state.curves, display.state.mean_curves
    moved = now.ppm + axis_offset(now)
    seen = (moved >= 0.5) & (moved <= 4.2)
    expected = 4 * (now.model - mean.model)[seen] / display.state.height
    np.testing.assert_allclose(
        view.difference_fit - view.difference_zero, expected, atol=1e-5
    )
    glu = np.argmin(np.abs(view.ppm - 2.35))
    assert view.difference_fit[glu] > view.difference_zero + 0.02  # it rises by 4 %
    assert not len(shown(updates, 590.0).screen(590.5).spectrum.difference)


@pytest.mark.parametrize("off", [0.0, -0.038, 0.05])
def test_naa_lies_where_it_belongs_at_any_field(updates, off):
    display = shown(updates, 900.0)
    curves = display.state.curves
    moved = replace(curves, ppm=(curves.ppm + np.float32(off)))
    estimate = replace(display.state.estimates[-1], time_end_s=1e5)
    display.fold(Update(9000, 0, estimate=estimate, curves=moved), 901.0)
    view = display.screen(904.0).spectrum
    tnaa = next(c for c in view.components if c.name == "tNAA")
    assert view.ppm[np.argmax(tnaa.curve)] == pytest.approx(2.008, abs=0.006)
    names = {(peak.name, peak.ppm) for peak in view.peaks}
    assert {("NAA", 2.008), ("Cr", 3.03), ("Cho", 3.21), ("Glx", 2.35)} <= names
    assert display.screen(904.0).waterfall.ppm_low == pytest.approx(0.2, abs=0.02)


def test_the_spectrum_says_how_wide_its_lines_are(updates):
    assert shown(updates, 900.0).screen(900.5).spectrum.caption == "64 s, FWHM 5.6 Hz"


def test_names_of_the_spectrum_stand_clear_of_one_another(updates):
    view = shown(updates, 900.0).screen(900.5).spectrum
    heights = sorted(height for height, _ in view.labels)
    assert np.diff(heights).min() > 0.2
    names = [name for _, name in view.labels]
    drawn = ["Glu", "Gln", "tNAA", "tCr", "tCho", "mI"]
    assert names == ["diff. ×4", *drawn, "baseline", "residual"]
    assert set(drawn) <= listed(updates)  # what is drawn is in the table
    assert view.low < heights[0] < heights[-1] < view.high


@pytest.mark.parametrize("least_share", [0.01, 0.06, 0.1, 0.14, 0.3])
def test_as_many_components_stay_as_have_room_for_their_names(updates, least_share):
    view = shown(updates, 900.0).screen(900.5).spectrum
    whole = len(view.components)
    assert whole > 2

    def room(low: float) -> float:
        return STEP / (view.high - low)

    lows = [view.low, *(c.offset - FOOT for c in reversed(view.components[:-1]))]
    fits = [room(low) >= least_share for low in lows]
    kept = fitting(view, least_share)
    least = 0 if len(view.difference) else 1
    dropped = fits.index(True) if any(fits) else whole - least
    assert len(kept.components) == whole - dropped
    assert kept.low == pytest.approx(
        lows[dropped] if dropped < len(lows) else view.difference_zero - STEP - FOOT
    )
    gone = {c.name for c in view.components[len(kept.components) :]}
    gone |= set() if room(kept.low) >= least_share else {BASELINE}
    assert kept.labels == tuple(one for one in view.labels if one[1] not in gone)


@pytest.mark.parametrize(
    ("at_ppm", "height"), [(1.3, 2.0), (1.9, 9.0), (2.0, 9.0), (3.4, 9.0), (3.9, 2.0)]
)
def test_the_tallest_line_is_a_metabolite_s_and_stands_on_the_baseline(at_ppm, height):
    """Neither lipid nor what lies under residual water sets the scale."""
    ppm = np.linspace(0.5, 4.2, 38).astype(np.float32)
    lines = np.where(np.abs(ppm - 3.03) < 0.05, 2.0, 0.0)
    lines = np.maximum(lines, np.where(np.abs(ppm - at_ppm) < 0.04, 9.0, 0.0))
    flat = np.full(ppm.size, 100.0, np.float32)
    drawn = Curves(ppm, flat, flat + lines.astype(np.float32), flat, 0 * flat, {})
    assert height_of(drawn) == height
    empty = Curves(ppm, flat, flat, flat, 0 * flat, {})
    assert height_of(empty) == 1.0
    lost = replace(drawn, model=np.full(ppm.size, np.nan, np.float32))
    assert height_of(lost) == 1.0
