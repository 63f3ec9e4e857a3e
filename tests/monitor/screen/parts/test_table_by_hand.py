"""The table from figures by hand: what is tracked, a window's, or hidden."""

import math
from dataclasses import replace

import pytest

from monitor.analysis.course.detectable import FACTOR
from monitor.analysis.course.response import Z95, Estimate
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.current_change import CurrentChange
from monitor.analysis.tracking.finding import least_seen_percent
from monitor.screen.parts.answer import verdict
from monitor.screen.parts.table import (
    NOTHING_NOW,
    OTHER_GAIN,
    OVERLAP,
    ROWS,
    UNIT,
    Known,
    Numbers,
    _by_window,
    _tracked_row,
    by_windows,
    table,
    tells_outcome,
)
from monitor.screen.parts.windows import Windows
from monitor.screen.screen import Table

OUTCOME = "Glx/tNAA"
VALUES = {"Glu": 9.0, "Gln": 2.0, "tNAA": 12.0, "tCr": 8.0, "tCho": 1.5, "Ins": 5.0}
VALUES |= {OUTCOME: 0.9}
SDS = {name: 0.03 * value for name, value in VALUES.items()}
CHANGES, CHANGE_SDS = {"Glu": 12.5, "tCr": -20.0}, {"Glu": 2.0, "tCr": 1.0}


def window(start_s: float, **changes: object) -> Estimate:
    end_s = start_s + 62.0
    one = Estimate(0, start_s, end_s, 32, 32.0, True, 0, dict(VALUES), dict(SDS))
    return replace(one, **changes)


BEFORE = Windows([window(0.0), window(64.0)])
NOW = window(200.0, changes_percent=CHANGES, change_sds_percent=CHANGE_SDS)
ANSWER = Answer(6.0, 1.0, 2.5, 9.5, 12.0, 900.0)
TRACKED = {OUTCOME: CurrentChange(10.0, 2.0, True)}
ANSWERS = {OUTCOME: ANSWER}
KNOWN = Known(OUTCOME, NOW, BEFORE, (0.0, 130.0), 64.0, False)


def tracked(
    known: Known = KNOWN,
    change: CurrentChange | None = TRACKED[OUTCOME],
    answer: Answer | None = ANSWER,
    name: str = OUTCOME,
) -> Numbers:
    return _tracked_row(known.estimate, _by_window(known, name), change, answer)


def table_of(known: Known) -> Table:
    return table(known, by_windows(known), TRACKED, ANSWERS)


def unknown(*numbers: float) -> bool:
    return all(math.isnan(number) for number in numbers)


def test_what_is_tracked_is_before_so_much_changed() -> None:
    row = tracked()
    assert not row.of_window
    assert row.before == pytest.approx(0.9)
    assert row.now == pytest.approx(0.99)
    assert (row.change, row.sd) == (10.0, 2.0)
    assert row.detectable == least_seen_percent(ANSWER)


def test_a_change_that_may_be_anything_is_no_number() -> None:
    wide = replace(NOW, change_sds_percent={"Glu": 80.0, "tCr": 1.0})
    row = _by_window(replace(KNOWN, estimate=wide), "Glu")
    assert unknown(row.change, row.sd)
    assert row.detectable == pytest.approx(FACTOR * 80.0)


def test_a_verdict_on_what_cannot_be_was_seen_from_no_time() -> None:
    """Seen: "TOO LITTLE IS KNOWN on average, seen from +05:00"."""
    impossible = replace(ANSWER, mean_percent=-803.6, sd_percent=48.0)
    assert impossible.changed
    said = verdict(impossible, 600.0, 8.0)
    assert "seen from" not in said
    assert verdict(ANSWER, 600.0, 8.0) == "INCREASE, seen from +05:00"


def test_what_is_tracked_and_not_yet_known_has_what_could_be_seen() -> None:
    row = tracked(change=None)
    assert (row.before, row.now) == (pytest.approx(0.9), 0.9)
    assert unknown(row.change, row.sd)
    assert row.detectable == least_seen_percent(ANSWER)
    assert unknown(tracked(change=None, answer=None).detectable)


def test_what_is_not_tracked_is_the_windows() -> None:
    row = _by_window(KNOWN, "Glu")
    assert row.of_window
    assert (row.before, row.now) == (pytest.approx(8.0), 9.0)
    assert (row.change, row.sd, row.detectable) == (12.5, 2.0, FACTOR * 2.0)
    fallen = _by_window(KNOWN, "tCr")
    assert (fallen.before, fallen.change) == (pytest.approx(10.0), -20.0)


def test_what_has_no_change_is_held_against_the_references_windows() -> None:
    row = _by_window(KNOWN, "tCho")
    risen = _by_window(
        replace(KNOWN, estimate=window(200.0, values={"tCho": 3.0})), "tCho"
    )
    assert (row.before, row.change) == (pytest.approx(1.5), pytest.approx(0.0))
    assert risen.change == pytest.approx(100.0)
    own, reference_sd = 0.03, BEFORE.mean_of("tCho", (0.0, 130.0))[1] / 1.5
    assert row.sd == pytest.approx(100 * math.hypot(own, reference_sd))


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("reference_s", [None, (0.0, 130.0)])
def test_without_a_reference_or_under_a_lock_nothing_is_compared(
    hidden: bool, reference_s: tuple[float, float] | None
) -> None:
    known = replace(KNOWN, hidden=hidden, reference_s=reference_s)
    for name in (OUTCOME, "tNAA", "tCho"):
        row = _by_window(known, name)
        bare = hidden or reference_s is None
        assert unknown(row.before, row.change, row.sd, row.detectable) is bare
        assert row.of_window is not bare
        assert not unknown(row.now)
    rows = {row.name: row for row in table_of(known).rows}
    assert not any(row.of_window for row in rows.values()) or not bare
    assert hidden or rows[OUTCOME].of_window is False
    assert hidden or (rows[OUTCOME].change == "+10.0") is not bare


def test_a_lock_hides_the_outcome_and_its_parts() -> None:
    hidden = [row.name for row in table_of(replace(KNOWN, hidden=True)).rows]
    assert hidden == ["tCr", "tCho", "mI"]
    seen = [row.name for row in table_of(KNOWN).rows]
    assert seen == [OUTCOME, *ROWS]
    assert tells_outcome("glu/tCr", OUTCOME)
    assert tells_outcome("tNAA", OUTCOME)
    assert not tells_outcome("tCr", OUTCOME)
    assert tells_outcome("tCr", "GABA/tCr")


def test_without_a_window_or_without_the_name_in_it_a_row_is_empty() -> None:
    for estimate in (None, window(200.0, values={"GABA": 1.0})):
        known = replace(KNOWN, estimate=estimate)
        row = _by_window(known, "Glu")
        assert unknown(row.before, row.now, row.change)
        assert row.of_window
        assert tracked(known, name="Glu") == replace(row, of_window=False)


@pytest.mark.parametrize(("start_s", "compared"), [(129.9, False), (130.0, True)])
def test_a_window_in_the_reference_has_no_change(
    start_s: float, compared: bool
) -> None:
    known = replace(KNOWN, estimate=replace(NOW, time_start_s=start_s))
    assert unknown(_by_window(known, "Glu").change) is not compared
    assert (OVERLAP in table_of(known).note) is not compared
    assert ("last 64 s" in table_of(known).note) is compared


def test_of_another_epoch_ratios_alone_are_compared() -> None:
    lost = {"tCr": math.nan, "Glu": math.nan, OUTCOME: 10.0}
    other = replace(NOW, changes_percent=lost, other_gain=True)
    known, glu = replace(KNOWN, estimate=other), CurrentChange(5.0, 1.0, True)
    assert tracked(known).change == 10.0
    assert unknown(tracked(known, glu, name="Glu").change)
    assert unknown(_by_window(known, "tCho").change)
    assert OTHER_GAIN in table_of(known).note
    assert tracked(KNOWN, glu, name="Glu").change == 5.0
    assert OTHER_GAIN not in table_of(KNOWN).note


def test_a_window_that_is_left_out_has_no_levels() -> None:
    """What is tracked is so much changed as it was: the page greys it."""
    lost = dict.fromkeys(("tCr", "Glu", OUTCOME), math.nan)
    known = replace(KNOWN, estimate=replace(NOW, changes_percent=lost, n_effective=0.0))
    found = _by_window(known, "tCr")
    assert found.before == pytest.approx(8.0)
    assert unknown(found.now, found.change, _by_window(known, "tCho").change)
    assert tracked(known).now == pytest.approx(1.1 * 0.9)
    assert unknown(tracked(known, None).now)
    assert NOTHING_NOW in table_of(known).note
    assert NOTHING_NOW in table_of(replace(known, reference_s=None)).note
    assert OTHER_GAIN not in table_of(known).note


@pytest.mark.parametrize(
    "change", [{"estimate": None}, {"hidden": True}, {"reference_s": None}]
)
def test_where_nothing_is_compared_the_note_is_of_units(change: dict) -> None:
    assert table_of(replace(KNOWN, **change)).note == f"amplitudes in {UNIT}"


def test_powers_of_ten_are_of_amplitudes_alone() -> None:
    assert table_of(KNOWN).unit == UNIT
    large = {n: v if "/" in n else 1e5 * v for n, v in VALUES.items()}
    big = table_of(replace(KNOWN, estimate=replace(NOW, values=large)))
    assert big.unit == f"1e6 {UNIT}"
    rows = {row.name: row for row in big.rows}
    assert (rows["tNAA"].now, rows[OUTCOME].before) == ("1.20", "0.900")
    ratio = replace(NOW, values=VALUES | {OUTCOME: 9e7})
    assert table_of(replace(KNOWN, estimate=ratio)).unit == UNIT


def test_the_outcome_is_the_row_with_the_accent() -> None:
    rows = table_of(KNOWN).rows
    assert [row.name for row in rows if row.accent] == [OUTCOME]
    assert rows[0].half == f"{Z95 * 2.0:.1f}"
