"""How long still, in words, before and during the infusion."""

import math
from dataclasses import replace

import pytest
from fake_session import SETTINGS
from screen_cases import LIVE, shown

from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.analysis.update import Update
from monitor.screen.parts.outlook import LATER, NOTHING, OutlookWords, outlook_words
from monitor.screen.sheets.checks import card_of
from streams.messages.transient import Event

SEEN = Foreseen("Glu", 5.0, 480.0, 0.0, math.nan, 4.1, 6.2, 0.0, 900.0)
SHORT = replace(SEEN, whole_percent=5.6, longer_reference_s=200.0)
NEVER = replace(SEEN, whole_percent=9.0, longer_reference_s=math.inf)
SINCE = replace(SEEN, infusion_s=300.0, now_percent=8.0)


@pytest.mark.parametrize(
    ("seen", "infusing", "verdict"),
    [
        (SEEN, False, "Reference long enough"),
        (SHORT, False, "Reference: 4 min more"),
        (
            replace(SHORT, longer_reference_s=6000.0),
            False,
            "Reference: > 1 h more",
        ),
        (
            NEVER,
            False,
            "Out of reach, however long",
        ),
        (SINCE, True, "15 min more to detect 5.0 %"),
        (
            replace(SINCE, now_percent=math.inf),
            True,
            "15 min more to detect 5.0 %",
        ),
        (
            replace(SINCE, whole_percent=9.1),
            True,
            "5.0 % needs 15 min more",
        ),
        (
            replace(SINCE, whole_percent=9.1, to_target_s=math.inf),
            True,
            "5.0 % stays out of reach",
        ),
        (
            replace(SINCE, to_target_s=0.0),
            True,
            "Nearly enough to detect 5.0 %",
        ),
        (
            replace(SINCE, now_percent=4.2),
            True,
            "Enough data to detect 5.0 %",
        ),
        (
            replace(SINCE, to_target_s=math.inf),
            True,
            "5.0 % stays out of reach",
        ),
    ],
)
def test_the_verdict_says_how_long_still(seen, infusing, verdict):
    assert (
        outlook_words(seen, seen.now_percent, infusing, False, False).verdict == verdict
    )


def test_the_figures_say_what_the_planned_end_detects_and_what_is_usable():
    said = outlook_words(SINCE, 8.0, True, False, False).figures
    end = "planned end 4.1 %, last 10 min 6.2 %"
    assert said == f"target 5.0 %, now 8.0 % · {end} · usable 8 + 5 min"
    unplanned = replace(SEEN, whole_percent=math.nan)
    figures = outlook_words(unplanned, math.nan, False, False, False).figures
    assert figures.startswith("target 5.0 % · last 10 min")
    assert outlook_words(None, math.nan, False, False, False) == OutlookWords(
        "", NOTHING
    )
    assert outlook_words(SEEN, math.nan, True, True, True) == OutlookWords("", "")


def test_after_the_stop_it_says_what_could_be_detected(updates):
    said = outlook_words(SINCE, 8.0, True, True, False)
    assert said == OutlookWords("Over: 8.0 % could be detected", "usable 8 + 5 min")
    unknown = outlook_words(SINCE, math.inf, True, True, False)
    assert unknown == OutlookWords("", "usable 8 + 5 min")
    display = shown(updates, 700.0)
    display.fold(Update(9000, 0, foreseen=SINCE), 700.0)
    assert "more to detect" in display.screen(700.5).outlook.verdict
    stop = Event(700.0, "infusion_stop", "", "operator")
    display.fold(Update(9001, 0, event=stop), 700.0)
    assert display.screen(700.5).outlook == said


def test_nothing_is_foreseen_from_a_backlog(updates):
    display = shown(updates, 700.0)
    display.fold(Update(9000, 0, foreseen=SINCE), 700.0)
    display.hear(replace(LIVE, lag=300), 700.0)
    assert display.screen(700.5).outlook == OutlookWords("", LATER)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("seen", "figure", "wanted", "good"),
    [
        (SEEN, "08:20: 4.1 %", "detects 5.0 %", True),
        (SHORT, "08:20: 5.6 %, 03:20 more", "detects 5.0 %", False),
        (NEVER, "08:20: 9.0 %", "detects 5.0 %: run longer", False),
    ],
)
def test_the_card_and_the_page_follow_the_forecast_under_a_lock_too(
    updates, hidden, seen, figure, wanted, good
):
    display = shown(updates, 500.0, replace(SETTINGS, outcome_hidden=hidden))
    display.fold(Update(9000, 0, foreseen=seen), 500.0)
    check = card_of(display.state).checks[0]
    assert (check.figure, check.wanted, check.good) == (figure, wanted, good)
    assert display.screen(500.5).outlook == outlook_words(
        seen, math.nan, False, False, False
    )


def test_page_table_and_verdict_name_one_figure(updates):
    """Seen: "a change of 8.0 % can be detected now" beside "detects 6.2 %"."""
    display = shown(updates, 700.0)
    answer = Answer(0.4, 1.5, -4.5, 5.3, 0.4)
    display.fold(Update(9000, 0, foreseen=SINCE, answers={"Glx/tNAA": answer}), 700.0)
    screen = display.screen(700.5)
    (row,) = [row for row in screen.table.rows if row.name == "Glx/tNAA"]
    assert row.detectable == "6.2"
    assert ", now 6.2 % ·" in screen.outlook.figures
    assert screen.headline.verdict == "can only detect 6.2 % or more so far"


@pytest.mark.parametrize(
    ("missing_s", "said"),
    [(89.0, "89 s"), (0.2, "1 s"), (91.0, "2 min"), (3600.0, "60 min")],
)
def test_what_is_missing_is_no_clock(missing_s, said):
    """A stranger read "01:32 more" as an hour and a half."""
    seen = replace(SINCE, to_target_s=missing_s)
    words = outlook_words(seen, 8.0, True, False, False)
    assert words.verdict == f"{said} more to detect 5.0 %"


def test_there_is_not_enough_where_nothing_counts():
    seen = replace(SINCE, now_percent=4.2)
    counting, paused = (
        outlook_words(seen, 4.2, True, False, False, counts) for counts in (True, False)
    )
    assert counting.verdict == "Enough data to detect 5.0 %"
    assert paused.verdict == "Waits: nothing counts now"
    assert paused.figures == counting.figures
