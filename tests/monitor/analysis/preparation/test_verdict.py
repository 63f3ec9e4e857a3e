"""From a registration to weight, reasons and quality."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.preparation.epoch import Place
from monitor.analysis.preparation.verdict import (
    PHASE_JUMP_RAD,
    measures_of,
    quality_of,
    verdict_of,
)
from monitor.analysis.preparation.weights import NAMES, Judgement
from monitor.analysis.signal.axis import Axis

PLACE = Place(7, 9, 1, 14.0, settling=False, saturated=False, step=2)
GOOD = Judgement(1.0, (), (0.0,) * len(NAMES))
BAD = Judgement(0.2, ("motion",), (9.0,) * len(NAMES))


def found(**others: float) -> SimpleNamespace:
    usual = {
        "shift_hz": 1.5, "shift_sd_hz": 0.2, "phase_rad": 0.3, "phase_sd_rad": 0.02,
        "amplitude": 0.9, "amplitude_sd": 0.01, "broadening_hz": 0.5,
        "broadening_sd_hz": 0.1, "misfit": 1.2, "lipid": 1.1, "water_height": 8.0,
        "noise_sd": 0.4,
    }  # fmt: skip
    return SimpleNamespace(**(usual | others))


def test_what_is_compared_is_on_a_scale_on_which_noise_is_even(axis: Axis) -> None:
    measured = measures_of(found(), axis)
    values = dict(zip(NAMES, measured.values, strict=True))
    sds = dict(zip(NAMES, measured.sds, strict=True))
    assert values["water"] == pytest.approx(math.log(8.0))
    assert sds["water"] == pytest.approx(0.05)
    logs = [value for name, value in values.items() if "amplitude" not in name]
    assert math.log(1.2) in [pytest.approx(value) for value in logs]
    # A mean of squares over 2.4 ppm: as many as there are points in it.
    step_ppm = 1 / (axis.points * axis.dwell_time_s * axis.frequency_mhz)
    points = 2.4 / step_ppm
    assert measured.sds[0] == pytest.approx(1 / math.sqrt(points))
    assert measured.sds[1] == pytest.approx(math.sqrt(2.1 / points))


def test_a_fit_without_any_rest_is_finite(axis: Axis) -> None:
    """A simulation without noise, or without water."""
    measured = measures_of(found(misfit=0.0, lipid=0.0, water_height=0.0), axis)
    assert np.isfinite(measured.values).all()
    assert np.isfinite(measured.sds).all()


def verdict(judged: Judgement, place: Place = PLACE, phase=0.3, recent=(), reject=True):
    return verdict_of(place, found(phase_rad=phase), judged, recent, reject=reject)


def test_what_counts_keeps_its_weight_and_has_no_flag() -> None:
    assert verdict(GOOD) == (1.0, ())
    assert verdict(BAD) == (0.2, ("motion",))


def test_what_is_not_to_be_rejected_has_weight_and_its_flags_all_the_same() -> None:
    assert verdict(BAD, reject=False) == (1.0, ("motion",))


@pytest.mark.parametrize("reject", [True, False])
def test_clipped_and_settling_transients_never_count(reject: bool) -> None:
    clipped, settling = replace(PLACE, saturated=True), replace(PLACE, settling=True)
    assert verdict(GOOD, clipped, reject=reject) == (0.0, ("saturated",))
    assert verdict(GOOD, settling, reject=reject) == (0.0, ("settling",))


@pytest.mark.parametrize(
    ("off", "jumped"),
    [(0.9, False), (-0.9, False), (1.1, True), (-1.1, True), (3.0, True)],
)
@pytest.mark.parametrize("middle", [0.0, math.pi - 0.1, -math.pi + 0.1])
def test_a_jump_of_phase_is_named_against_the_last_ones(off, jumped, middle) -> None:
    """Around the circle: a little above pi is a little below -pi."""
    recent = [middle + d for d in (-0.2, 0.0, 0.2)]
    phase = math.remainder(middle + off * PHASE_JUMP_RAD, math.tau)
    _, flags = verdict(BAD, phase=phase, recent=recent)
    assert ("phase" in flags) is jumped
    assert "motion" in flags


def test_a_jump_of_phase_alone_is_no_fault() -> None:
    """The phase is undone; it is a reason only of one that does not count."""
    assert verdict(GOOD, phase=3.0, recent=[0.0]) == (1.0, ())
    assert verdict(BAD, phase=3.0, recent=[]) == (0.2, ("motion",))


def state(axis: Axis, fwhm_hz: float = 6.0) -> SimpleNamespace:
    return SimpleNamespace(
        axis=axis,
        line=SimpleNamespace(height=4.0, fwhm_hz=fwhm_hz),
        absolute=SimpleNamespace(shift_hz=10.0),
    )


def test_quality_is_against_the_templates_line(axis: Axis) -> None:
    lines = np.zeros(axis.points, complex)
    off_ppm = (10.0 + 1.5) / axis.frequency_mhz
    lines[np.abs(axis.ppm - 1.15 - off_ppm) < 0.3] = 2.0
    q = quality_of(PLACE, lines, found(), (0.7, ("lipid",)), state(axis))
    assert (q.index, q.seq, q.epoch, q.time_s) == (7, 9, 1, 14.0)
    assert q.snr == pytest.approx(4.0 * 0.9 / 0.4)
    assert q.water == pytest.approx(2.0)
    assert q.fwhm_hz == pytest.approx(6.5)
    assert q.lipid == pytest.approx(0.5, rel=0.05)
    assert (q.weight, q.flags) == (0.7, ("lipid",))


def test_lipid_is_looked_for_where_the_lines_are(axis: Axis) -> None:
    """Its band moves with template and transient."""
    lines = np.zeros(axis.points, complex)
    lines[(axis.ppm > 1.47) & (axis.ppm < 1.6)] = 2.0  # inside with both shifts alone
    moved, still = state(axis), state(axis)
    still.absolute.shift_hz = -10.0
    assert quality_of(PLACE, lines, found(), (1.0, ()), moved).lipid > 0.4
    assert quality_of(PLACE, lines, found(), (1.0, ()), still).lipid < 0.2


def test_a_width_is_never_below_nothing_nor_a_snr_without_noise(axis: Axis) -> None:
    lines = np.zeros(axis.points, complex)
    narrow = found(broadening_hz=-9.0, noise_sd=0.0)
    q = quality_of(PLACE, lines, narrow, (1.0, ()), state(axis))
    assert q.fwhm_hz == 0.0
    assert math.isnan(q.snr)
