"""Criteria: verdicts, drift, gaps, markers."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from monitor.analysis.course.response import Estimate
from monitor.judge.criteria import TITLES, Criterion, Verdict
from monitor.judge.followed_session import PlacedEvent
from monitor.judge.session import JudgedSession, judge
from monitor.judge.session_figures import independent_widths, lateness_s
from monitor.protocol.choose import Wishes
from monitor.run.result import Result
from streams.messages.transient import Event


def criterion(measured: float, sense: str, limit: float) -> Criterion:
    return Criterion("key", "title", measured, sense, limit, "", "")


CASES = [
    (3.0, ">=", 3.0, Verdict.KEPT),
    (2.9, ">=", 3.0, Verdict.MISSED),
    (12.3, "<=", 12.3, Verdict.KEPT),
    (12.4, "<=", 12.3, Verdict.MISSED),
    (1.0, "<=", math.nan, Verdict.NO_LIMIT),
    (math.nan, "<=", 1.0, Verdict.NOT_MEASURED),
]


@pytest.mark.parametrize(("measured", "sense", "limit", "verdict"), CASES)
def test_verdicts(measured: float, sense: str, limit: float, verdict: Verdict) -> None:
    assert criterion(measured, sense, limit).verdict == verdict


PLACES = [
    (10.0, 9.0, 11.0, 0.0),  # between its neighbours
    (4.0, 9.0, 11.0, 5.0),  # stamped 5 s before the transient that it came after
    (13.0, 9.0, 11.0, 2.0),  # stamped later than the transient after it
    (0.0, None, 2.0, 0.0),
    (99.0, 98.0, None, 0.0),
]


@pytest.mark.parametrize(("stamp", "before", "after", "late"), PLACES)
def test_a_marker_belongs_between_its_neighbours(
    stamp: float, before: float | None, after: float | None, late: float
) -> None:
    placed = PlacedEvent(Event(stamp, "infusion_start"), before, after)
    assert lateness_s(placed) == pytest.approx(late)


def test_a_good_session_keeps_what_it_should(judged: JudgedSession) -> None:
    found = {c["key"]: c for c in judged.report["criteria"]}
    assert found["snr"]["measured"] == pytest.approx(48, rel=0.1)
    assert found["fwhm_hz"]["measured"] == pytest.approx(7.7, abs=0.4)
    assert found["missing_percent"]["measured"] == 0
    assert found["marker_s"]["measured"] <= 2
    assert found["drift_hz_per_min"]["measured"] == pytest.approx(0.55, abs=0.35)
    assert all(c["verdict"] == "kept" for c in found.values() if c["key"] not in
               ("detectable_percent", "line_width_bias_percent"))  # fmt: skip


def test_line_width_is_checked(judged: JudgedSession) -> None:
    """The lines narrow by up to 0.2 Hz during the infusion."""
    found = judged.report["line_width"]
    assert -0.35 < found["during_hz"] - found["before_hz"] < 0.0
    assert abs(found["bias_percent"]) < 0.5


def test_an_infusion_in_another_epoch_is_told(
    judged: JudgedSession, infusion_short: Path
) -> None:
    """Nothing is said of its line width, which is another epoch's own."""
    said = "do not lie in one epoch"
    assert not any(said in note for note in judged.report["notes"])
    periods = {"reference_s": (0.0, 60.0), "infusion_s": (124.0, 190.0)}
    restless = infusion_short.with_name("restless-short.mcap")
    wishes = Wishes(changes={"window": 8, "step": 4, **periods})
    found = judge(restless, wishes).report
    assert any(said in note for note in found["notes"])
    assert found["line_width"] is None


@pytest.mark.parametrize(
    ("independent", "converged", "fwhm_hz", "counted"),
    [
        (True, True, 8.0, True),
        (False, True, 8.0, False),
        (True, False, 8.0, False),
        (True, True, math.nan, False),
    ],
)
def test_which_windows_count_for_the_line_width(
    independent: bool, converged: bool, fwhm_hz: float, counted: bool
) -> None:
    window = Estimate(0, 0.0, 62.0, 32, 32.0, independent, 0, {}, {},
                      fwhm_hz=fwhm_hz, converged=converged)  # fmt: skip
    result = SimpleNamespace(estimates=(window,))
    assert bool(independent_widths(cast("Result", result))) is counted


def test_what_one_look_shows_is_not_called_as_what_the_window_detects():
    """Two figures of one name were read as two answers to one question."""
    assert TITLES["detectable_percent"][0] == "Change seen in one look"
    assert not any("detect" in title.lower() for title, _, _ in TITLES.values())
