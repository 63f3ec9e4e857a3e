"""No cell that we write is a formula, and no number changes."""

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.study.group_files import tsv
from streams.export.bids_events import events_table
from streams.export.cells import name_cell, text_cell
from streams.messages.transient import Event

FORMULAS = (
    '=HYPERLINK("http://x/","y")', "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3+cmd|x!A0",
    "\t=1+1", "\r=1+1", "-A1*2", " =1", "\uff1d1+1",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_text(formula: str):
    assert text_cell(formula) == f"'{formula}"


@given(st.floats())
def test_numbers_stay(number: float):
    assert text_cell(repr(number)) == repr(number)


@pytest.mark.parametrize("text", ["-1.5e-3", "+4.2", "-inf", "n/a", "a=b", "", "2-3"])
def test_what_is_no_formula_stays(text: str):
    assert text_cell(text) == text


def test_the_name_of_a_metabolite_stays():
    """LCModel's -CrCH2 is a column that other programs look for."""
    for name in ("-CrCH2", "-CrCH2_sd", "Glx/tNAA"):
        assert name_cell(name) == name
    assert name_cell("-x|y!A0") == "'-x|y!A0"


@given(st.text(), st.text(), st.floats(-1e6, 1e6))
def test_events_hold_no_formula(kind: str, text: str, time_s: float):
    table = events_table([Event(time_s, kind, text, "@x")], 0.0)
    (row,) = csv.DictReader(io.StringIO(table), delimiter="\t")
    assert float(row["onset"]) == time_s
    for column in ("trial_type", "details", "author"):
        cell = row[column]
        assert cell[0] not in "=+-@\t" or math.isfinite(float(cell))


def test_the_table_of_sessions_holds_no_formula():
    said = tsv(("session", "mean"), [{"session": "=1+1", "mean": -2.5}])
    assert said == "session\tmean\n'=1+1\t-2.5\n"
