"""The table: before, now, change and what could be detected."""

import csv
import io
import math
from dataclasses import replace

import pytest
from fake_session import SETTINGS
from screen_cases import shown

from monitor.analysis.course.detectable import FACTOR
from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.update import Update
from monitor.screen.parts.answer import least_seen_percent
from monitor.screen.parts.table import as_csv

OUTCOME = SETTINGS.outcome


def rows_of(display, now_s):
    return {row.name: row for row in display.screen(now_s).table.rows}


def number(text):
    return float(text.replace("\N{MINUS SIGN}", "-"))


def test_the_outcomes_row_is_the_headline(updates):
    display = shown(updates, 1700.0)
    answer = Answer(6.0, 1.0, 2.5, 9.5, 12.0, 900.0)
    display.fold(Update(9000, 0, answers={OUTCOME: answer}), 1700.0)
    screen, row = display.screen(1702.5), rows_of(display, 1702.5)[OUTCOME]
    assert f"{row.change} %" == screen.headline.number
    assert f"± {row.half}" == screen.headline.interval
    assert row.accent
    assert not row.of_window
    before, now = number(row.before), number(row.now)
    assert before == pytest.approx(0.935, abs=0.001)
    assert 100 * (now / before - 1) == pytest.approx(number(row.change), abs=0.6)
    least = least_seen_percent(answer)
    assert number(row.detectable) == pytest.approx(least, abs=0.06)


def test_what_is_not_tracked_is_the_newest_windows_and_says_so(updates):
    display = shown(updates, 1700.0)
    newest, rows = display.state.estimates[-1], rows_of(display, 1702.5)
    assert rows["tNAA"].of_window
    sd = newest.change_sds_percent["tNAA"]
    assert number(rows["tNAA"].half) == pytest.approx(Z95 * sd, abs=0.06)
    assert number(rows["tNAA"].detectable) == pytest.approx(FACTOR * sd, abs=0.06)
    note = display.screen(1702.5).table.note
    assert note.endswith("with ·: last 64 s alone, else as above")


def test_what_has_no_change_of_its_own_is_compared_with_the_references_windows(updates):
    display = shown(updates, 1700.0)
    newest, row = display.state.estimates[-1], rows_of(display, 1702.5)["tCho"]
    assert "tCho" not in newest.changes_percent
    assert number(row.before) == pytest.approx(1.62)
    assert row.change == "0.0"
    own = newest.sds["tCho"] / newest.values["tCho"]
    assert 0.01 * number(row.half) >= Z95 * own - 1e-3


def test_a_window_that_overlaps_the_reference_has_no_change(updates):
    display = shown(updates, 640.0)
    assert display.state.estimates[-1].time_start_s < 600.0
    rows = rows_of(display, 640.5)
    for name in ("tNAA", "tCr", "tCho", "mI"):
        assert rows[name].before != "–"
        assert rows[name].now != "–"
        assert rows[name].change == rows[name].half == "–"
    assert "no window since the reference" in display.screen(640.5).table.note


def test_amplitudes_of_a_new_epoch_have_no_change_and_the_table_says_why(updates):
    display = shown(updates, 1700.0)
    lost = dict.fromkeys(("Glu", "Gln", "Glx", "tNAA", "tCr"), math.nan)
    newest = display.state.estimates[-1]
    changes = newest.changes_percent | lost
    other = replace(
        newest, epoch=1, changes_percent=changes, time_end_s=1701.0, other_gain=True
    )
    display.fold(Update(9000, 1, estimate=other), 1701.0)
    point = display.state.tracks.newest
    tracked = replace(
        point,
        time_s=1701.0,
        filtered=point.filtered | {"Glu": 26.8},
        filtered_sd=point.filtered_sd | {"Glu": 3.7},
    )
    display.fold(Update(9001, 1, tracker=tracked), 1701.0)
    rows, note = rows_of(display, 1704.0), display.screen(1704.0).table.note
    assert not rows["Glu"].of_window
    assert {rows[n].change for n in ("Glu", "tNAA", "tCr", "tCho", "mI")} == {"–"}
    assert "other gain" in note


def test_small_amplitudes_share_a_power_of_ten(updates):
    display = shown(updates, 1700.0)
    newest = display.state.estimates[-1]
    tiny = {n: v if "/" in n else 1e-6 * v for n, v in newest.values.items()}
    small = replace(newest, values=tiny, time_end_s=1701.0)
    display.fold(Update(9000, 0, estimate=small), 1701.0)
    table = display.screen(1704.0).table
    assert table.unit == "1e−5 i.u."
    rows = {row.name: row for row in table.rows}
    assert number(rows["tNAA"].now) == pytest.approx(1.23)
    assert number(rows[OUTCOME].before) == pytest.approx(0.935, abs=0.001)


def test_before_a_reference_there_is_the_present_value_alone(updates):
    row = rows_of(shown(updates, 500.0), 500.5)["tNAA"]
    assert row.now != "–"
    assert {row.before, row.change, row.half, row.detectable} == {"–"}
    assert not row.of_window


def test_as_csv_every_row_says_its_unit_and_whose_change_it_is(updates):
    table = shown(updates, 1700.0).screen(1702.5).table
    rows = {r["metabolite"]: r for r in csv.DictReader(io.StringIO(as_csv(table)))}
    assert (rows[OUTCOME]["unit"], rows[OUTCOME]["change_of"]) == ("ratio", "tracker")
    assert (rows["tCr"]["unit"], rows["tCr"]["change_of"]) == ("i.u.", "window")
    assert float(rows["tCr"]["before"]) == pytest.approx(8.1)
