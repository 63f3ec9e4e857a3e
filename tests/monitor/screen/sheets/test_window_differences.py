"""Two windows beside each other: what counts as moved, and of what they differ."""

import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.analysis.tracking.window_departure import AGREEING
from monitor.screen.parts.agreement import agreement
from monitor.screen.parts.columns import Columns
from monitor.screen.sheets.compare_windows import change_of, figures, title
from monitor.screen.sheets.sources import LEAST_PERCENT, sources
from monitor.screen.sheets.water_figures import water_figures

THIS = Estimate(
    1, 100.0, 162.0, 32, 30.0, True, 0, {"Glu": 8.0}, {"Glu": 0.4}, {"Glu": 6.0},
    {"Glu": 2.0}, shift_hz=1.0, fwhm_hz=6.0, snr=40.0,
)  # fmt: skip
NAMES = ("time_s", "weight", "shift_hz", "water", "lipid")


def quality(*rows: tuple[float, ...]) -> Columns:
    held = Columns(NAMES)
    for row in rows:
        held.append(*row)
    return held


def compared(this=THIS, other=THIS, held=None, curves=(None, None), outcome="Glu"):
    rows = figures(this, other, held or quality(), curves, outcome)
    return {row.name: row for row in rows}


def moved(**changes: object) -> set[str]:
    rows = compared(other=replace(THIS, **changes))
    return {name for name, row in rows.items() if row.moved}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, set()),
        ({"shift_hz": 1.9}, set()),
        ({"shift_hz": -0.1}, {"alignment: shift"}),
        ({"shift_hz": 2.1}, {"alignment: shift"}),
        ({"fwhm_hz": 6.6}, {"line width"}),
        ({"snr": 45.0}, {"SNR of the window"}),
        ({"snr": 43.0}, set()),
        ({"converged": False}, {"fit"}),
        ({"n_effective": 20.0}, {"effective transients"}),
        ({"n_effective": 20.0, "n_transients": 63}, {"effective transients"}),
        ({"n_effective": 90.0, "n_transients": 64}, set()),  # it is only longer
        ({"changes_percent": {"Glu": 1.0}}, {"Glu, change"}),
        ({"changes_percent": {"Glu": 3.0}}, set()),  # within 1.96 of its SDs
        ({"sds": {"Glu": 0.6}}, {"SD of the level"}),
    ],
)
def test_what_differs_by_more_than_usual_is_marked(changes, names):
    assert moved(**changes) == names


def test_without_another_window_nothing_has_moved():
    rows = compared(other=None)
    assert not any(row.moved for row in rows.values())
    assert {row.before for row in rows.values()} == {"–"}
    assert rows["Glu, change"].this == "+6.0 ± 3.9 %"
    assert rows["SD of the level"].this == "5.00 %"


def test_a_change_without_its_interval_or_none_at_all():
    alone = replace(THIS, change_sds_percent={})
    assert compared(alone)["Glu, change"].this == "+6.0 %"
    assert compared(replace(THIS, changes_percent={}))["Glu, change"].this == "–"
    assert "Glu, change" not in compared(outcome=None)


@pytest.mark.parametrize(
    ("change", "sd", "given"),
    [
        (20.0, 50.0, True),
        (20.0, 52.0, False),
        (-140.0, 15.0, False),
        (-140.0, 30.0, True),
    ],
)
def test_a_change_that_cannot_be_or_may_be_anything_is_no_number(change, sd, given):
    """As in the headline and the table: below -100 %, or wider than a brain."""
    wild = replace(
        THIS, changes_percent={"Glu": change}, change_sds_percent={"Glu": sd}
    )
    assert (compared(wild)["Glu, change"].this != "–") is given
    assert math.isfinite(change_of(wild, "Glu")[0]) is given


def test_a_level_in_doubt_is_given_and_none_of_nothing():
    doubted = replace(THIS, doubts={"Glu": 0.5})
    assert compared(doubted)["Glu, level"].this == "8.00 ± 0.78, MM ± 0.98"
    assert "Glu, level" not in compared()
    assert "Glu, level" not in compared(replace(doubted, values={}))
    assert compared(replace(THIS, values={"Glu": 0.0}))["SD of the level"].this == "– %"


def test_transients_of_the_window_alone_count_its_ends_with_it():
    held = quality(
        (98.0, 0.0, 90.0, 9.0, 9.0), (100.0, 1.0, 1.0, 2.0, 0.5),
        (130.0, 0.5, 4.0, 2.0, 0.5), (162.0, 0.9, math.nan, 2.0, 0.5),
        (164.0, 0.0, 90.0, 9.0, 9.0),
    )  # fmt: skip
    rows = compared(held=held)
    assert rows["mean weight"].this == "0.800"
    assert rows["alignment: spread"].this == "3.00 Hz"
    assert rows["residual water / NAA"].this == "2.00"
    assert rows["lipid / NAA"].this == "0.500"
    assert compared()["mean weight"].this == "–"


PPM = np.array([1.0, 1.8, 3.0, 4.2, 5.0], np.float32)


def lines(data=0.0, baseline=0.0, residual=0.0, **parts: float) -> Curves:
    """Curves that are flat; `parts` are heights of components."""
    one = np.ones(5, np.float32)
    components = {name: height * one for name, height in parts.items()}
    model = one * (sum(parts.values()) + baseline)
    return Curves(PPM, data * one, model, baseline * one, residual * one, components)


def test_the_residual_is_held_against_the_tallest_line_within_the_fit():
    curves = lines(baseline=3.0, residual=0.1, Glu=4.0)
    curves.residual[[0, -1]] = 90.0  # outside 1.8 to 4.2 ppm
    curves.model[[0, -1]] = 90.0
    row = compared(curves=(curves, None))["residual / tallest line"]
    assert row.this == "2.50 %"
    flat = compared(curves=(lines(residual=0.1), None))["residual / tallest line"]
    assert flat.this == "– %"


def named(this: Curves | None, before: Curves | None) -> dict[str, str]:
    return {f.name.removeprefix("diff.: "): f.this for f in sources(this, before)}


def test_a_difference_is_shared_out_among_its_parts():
    before = lines(data=1.0, baseline=0.5, Glu=2.0)
    this = lines(data=2.0, baseline=0.3, residual=0.1, Glu=2.8)
    assert named(this, before) == {
        "Glu": "80 %",
        "baseline": "20 %",
        "not fitted": "10 %",
    }
    after = lines(data=2.0, baseline=0.5, residual=LEAST_PERCENT / 100, Glu=2.0)
    assert named(after, before) == {"not fitted": "5 %"}
    after = lines(data=2.0, baseline=0.5, residual=0.049, Glu=2.0)
    assert named(after, before) == {}


def test_macromolecules_move_with_the_baseline():
    this = lines(data=2.0, baseline=0.25, MM=0.75)
    assert named(this, lines(data=1.0, MM=0.0)) == {"baseline": "100 %"}


def test_without_both_spectra_or_any_difference_nothing_is_shared_out():
    one, other = lines(data=1.0), lines(data=2.0)
    assert named(None, one) == named(one, None) == named(one, one) == {}
    short = Curves(PPM[:3], *(np.ones(3),) * 4, {})
    assert named(short, other) == {}


def test_a_window_is_called_by_its_time_and_what_is_in_it():
    assert title(THIS, 0.0, False).endswith("32 transients")
    assert title(THIS, 100.0, True).startswith("+00:00 to +01:02")


def point(change: float, sd: float):
    return type("P", (), {"filtered": {"Glu": change}, "filtered_sd": {"Glu": sd}})()


def test_the_last_window_is_held_against_the_tracker():
    """A mean of 62 s and 2 s more, its own SD 2 %."""
    said = agreement("Glu", THIS, point(6.0, 0.5), 2.0, "")
    assert said.span == "window of 32 transients, 64 s"
    assert said.window == "last 64 s: +6.0 ± 3.9 %, agrees"
    off = agreement("Glu", THIS, point(-20.0, 0.5), 2.0, "Doubt.")
    assert off.window.endswith(" SD off")
    assert float(off.window.split(", ")[-1].split()[0]) > AGREEING
    assert off.doubt == "Doubt."


def test_without_a_window_or_a_tracker_there_is_nothing_to_hold_against():
    assert agreement("Glu", None, point(6.0, 0.5), 2.0, "").window == ""
    assert agreement("Glu", THIS, None, 2.0, "").window == ""
    assert agreement("Glx", THIS, point(6.0, 0.5), 2.0, "").window == ""


def waters(*rows: tuple[float, ...]) -> Columns:
    held = Columns(("time_s", "shift_hz", "fwhm_hz", "amplitude", "interleaved"))
    for row in rows:
        held.append(*row)
    return held


FIRST, SECOND = (20.0, 1.0, 7.0, 50.0, 1.0), (150.0, 1.5, 7.2, 45.0, 1.0)


def test_the_newest_water_by_the_end_of_each_window_is_shown():
    before = replace(THIS, time_start_s=0.0, time_end_s=62.0)
    late = (163.0, 9.0, 9.0, 9.0, 1.0)
    rows = {f.name: f for f in water_figures(THIS, before, waters(FIRST, SECOND, late))}
    assert rows["water: shift"].this == "+1.5 Hz"
    assert rows["water: shift"].before == "+1.0 Hz"
    assert rows["water: amplitude"].this == "\N{MINUS SIGN}10.0 %"
    assert rows["water: amplitude"].before == "0.0 %"
    assert rows["water: amplitude"].moved
    assert not rows["water: shift"].moved
    assert not rows["water: line width"].moved


def test_water_before_the_metabolites_is_only_what_others_are_held_against():
    alone = (20.0, 1.0, 7.0, 50.0, 0.0)
    assert water_figures(THIS, None, waters(alone)) == ()
    before = replace(THIS, time_start_s=0.0, time_end_s=62.0)
    rows = {f.name: f for f in water_figures(THIS, before, waters(alone, SECOND))}
    assert rows["water: shift"].before == "+1.0 Hz"
    (shift, *_) = water_figures(THIS, None, waters(FIRST))
    assert (shift.before, shift.moved) == ("–", False)
    assert water_figures(THIS, None, waters((163.0, *FIRST[1:]))) == ()


def test_water_of_no_amplitude_has_no_share():
    none = (20.0, 1.0, 7.0, 0.0, 1.0)
    rows = {f.name: f for f in water_figures(THIS, None, waters(none, SECOND))}
    assert rows["water: amplitude"].this == "–"
