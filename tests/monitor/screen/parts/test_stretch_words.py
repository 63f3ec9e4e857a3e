"""What is said of stretches that are unlike the rest, and of ways that differ."""

from dataclasses import replace

import pytest

from monitor.analysis.contamination.stretch import ENOUGH, Cause, Stretch
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.screen.parts.stretch_words import (
    compared_words,
    doubt_of,
    lasting,
    listed,
    over_words,
    stretch_words,
)
from monitor.screen.screen import Level

LIPID = Stretch(70, 130, 0, 152.0, 270.0, Cause.LIPID)


def test_a_stretch_says_since_when_and_what_to_do():
    said = lasting(LIPID, 512.0)
    assert said.condition == "Lipid since \N{MINUS SIGN}06:00: left out while it lasts"
    assert "lie still" in said.action
    assert stretch_words(LIPID, 0.0) == "02:32 to 04:30, lipid, left out"
    taken_in = replace(LIPID, left_out=False)
    assert stretch_words(taken_in, 0.0).endswith("taken in")


@pytest.mark.parametrize(
    ("cause", "age_s", "level"),
    [
        (Cause.LIPID, 64.0, Level.NOTE),
        (Cause.LIPID, 64.5, Level.ATTENTION),
        (Cause.EMPTY, 900.0, Level.ATTENTION),
        (Cause.OPERATOR, 900.0, Level.NOTE),
        (Cause.CLEANER, 900.0, Level.NOTE),
    ],
)
def test_a_window_in_which_nothing_counts_wants_attention(cause, age_s, level):
    said = lasting(replace(LIPID, cause=cause), 0.0, age_s, 64.0)
    assert (said.level, said.age_s) == (level, age_s)


def test_what_is_cleaner_than_the_rest_is_told_when_it_counts():
    cleaner = replace(LIPID, cause=Cause.CLEANER)
    short = replace(cleaner, stop=LIPID.first + ENOUGH - 1)
    said = lasting(short, 0.0)
    assert said.condition == "Cleaner since 02:32: left out while it lasts"
    assert "counts once 24 have come" in said.action
    assert over_words(short, 0.0, None).action == ""
    # Where enough have come and the rest counts all the same the rest is named.
    for said in (lasting(cleaner, 0.0), over_words(cleaner, 0.0, None)):
        assert said.action.startswith("what counts has more lipid, water or width")


def test_a_stretch_that_is_over_says_from_when_to_when_and_what_it_changed():
    said = over_words(LIPID, 0.0, None)
    assert said.condition == "Lipid 02:32 to 04:30: 60 transients left out"
    assert (said.action, said.tells_outcome) == ("", False)
    found_shorter = replace(LIPID, stop=125, end_s=260.0)
    mended = Difference(Way.STRETCH, 7.7, 0.9, found_shorter)
    said = over_words(LIPID, 0.0, Agreement("Glx/tNAA", (mended,)))
    assert said.action == "that moves the mean change by +7.7 ± 1.8 %"
    assert said.tells_outcome


def test_what_the_operator_leaves_out_has_no_cause():
    said = over_words(replace(LIPID, cause=Cause.OPERATOR), 0.0, None)
    assert said.condition == "02:32 to 04:30: 60 transients left out"


def test_what_is_left_out_is_told_and_greys_nothing():
    mended = Difference(Way.STRETCH, 7.7, 0.9, LIPID)
    name, size = compared_words(mended, 0.0)
    assert name == "left out 02:32 to 04:30 (lipid)"
    assert size == "+7.7 ± 1.8 %"
    found = Agreement("Glx/tNAA", (mended,))
    assert found.agrees
    assert doubt_of(found, 0.0) == ""


def test_comparisons_are_listed_in_order_of_time():
    """Seen on F10: +31:40, +05:18, +24:48."""
    ties, windows = Difference(Way.TIES, 0.5, 2.0), Difference(Way.WINDOWS, -5.0, 1.2)
    late, early = (
        Difference(Way.STRETCH, 0.2, 0.9, replace(LIPID, start_s=start_s))
        for start_s in (900.0, 152.0)
    )
    found = Agreement("Glx/tNAA", (late, ties, windows, early))
    assert listed(found) == [ties, windows, early, late]
    assert listed(None) == []


def test_what_counts_and_differs_greys_the_number():
    counts = Difference(Way.STRETCH, 7.7, 0.9, replace(LIPID, left_out=False))
    ties = Difference(Way.TIES, 0.5, 2.0)
    found = Agreement("Glx/tNAA", (ties, counts))
    assert found.apart == (counts,)
    assert "leave it out (F4)" in doubt_of(found, 0.0)
    far = Agreement("Glx/tNAA", (Difference(Way.WINDOWS, -5.0, 1.2), ties))
    assert doubt_of(far, 0.0) == "the windows do not agree with it (F3)"
    assert doubt_of(None, 0.0) == ""
