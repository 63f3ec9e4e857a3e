"""What each part of the screen is handed of a session's state, by hand."""

import math
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from fake_session import ACQUISITION, SETTINGS
from screen_cases import LIVE, REPLAY

from monitor.analysis.tracking.plasma import PLASMA
from monitor.screen import session_parts
from monitor.screen.changes_now import ChangesNow
from monitor.screen.last_drawn import Kept
from monitor.screen.number_words import DASH
from monitor.screen.parts import headline
from monitor.screen.parts.outlook import LATER, STOPPED
from monitor.screen.reading import Reading
from monitor.screen.screen import Measure
from monitor.screen.state import QUALITY, SessionState
from monitor.screen.view import View

OUTCOME = SETTINGS.outcome
AT = Reading(0.0, 90.0, 3.0, 4.0, 2.0, None, False, 0.0, False, None)
NOW = SimpleNamespace(percent=5.0)


def state_with(n: int) -> SessionState:
    state = SessionState(SETTINGS, LIVE, ACQUISITION)
    for i in range(n):
        state.quality.append_named({**dict.fromkeys(QUALITY, 1.0), "time_s": 2.0 * i})
    if n:
        state.newest = SimpleNamespace(time_s=2.0 * (n - 1))
        state.find_anew()
    return state


@pytest.fixture
def handed(monkeypatch):
    """The parts give back what they were handed."""
    monkeypatch.setattr(session_parts, "status", lambda stream, progress: progress)
    monkeypatch.setattr(headline, "headline", lambda standing: standing)
    monkeypatch.setattr(session_parts.trend, "trend", _Trend)
    monkeypatch.setattr(session_parts, "outlook_words", lambda *known: known)


@dataclass
class _Trend:
    """What the trend is made of."""

    axis: object
    course: session_parts.trend.OutcomeCourse
    wider: int
    note: str
    plasma: object = None


def test_the_strip_waits_for_a_first_transient_of_either_kind(handed) -> None:
    for n, nulled, phase in (
        (0, None, "WAITING"),
        (0, 7, "MACROMOLECULES 7"),
        (3, None, "BEFORE 01:30"),
        (3, 7, "MACROMOLECULES 7"),
    ):
        state = state_with(n)
        if nulled:
            state.nulled = SimpleNamespace(transients=nulled, time_s=0.0)
        found = session_parts.status_of(state, AT)
        assert found.phase == phase
        assert (found.interval_s is None) is (n == 0)
        assert found.who == (SETTINGS.name if n else "")
        assert (found.transients, found.clock_s) == (n, 90.0)


@pytest.mark.parametrize("silent_s", [0.0, 16.0])
def test_the_strip_says_that_nobody_answers(handed, silent_s) -> None:
    found = session_parts.status_of(state_with(1), replace(AT, unanswered_s=silent_s))
    assert found.unanswered is (silent_s > 0)
    assert not found.ended
    assert not found.stopped


@pytest.mark.parametrize(
    ("read", "lost", "number", "waits"),
    [
        (None, "", None, "waits"),
        (None, "lost", None, "waits"),  # nothing is read yet: nothing is lost
        (NOW, "lost", None, "lost"),
        (NOW, "", None, headline.NO_NUMBER),
        (NOW, "", NOW, ""),
        (NOW, "lost", NOW, ""),
    ],
)
def test_why_there_is_no_number(handed, monkeypatch, read, lost, number, waits):
    monkeypatch.setattr(session_parts, "_waiting", lambda *_: "waits")
    state = state_with(3)
    state.answers = {OUTCOME: "yes"}
    changes = ChangesNow(read, lost, {OUTCOME: number} if number else {}, 7.0)
    held = SimpleNamespace(estimate=None, point=None)
    for ended in (None, "complete"):
        state.ended = ended
        found = session_parts.headline_of(state, AT, held, changes)
        assert (found.now, found.waiting) == (number, waits)
        believed = not lost or read is None
        assert found.answer == ("yes" if believed else None)
        assert found.over is (ended is not None)
        assert (found.age_s, found.interval_s) == (4.0, 2.0)
        assert found.nothing_counts_s == 7.0


def test_before_a_reference_the_course_is_one_against_the_mean(handed) -> None:
    state, view = state_with(3), View()
    axis = SimpleNamespace(zero_s=0.0)
    for name in ("course", "provisional"):
        setattr(state.estimates, name, lambda outcome, name=name: Drawn(name, outcome))
    state.tracks = SimpleNamespace(band=lambda *given: given)
    for reference_s, windows in ((None, "provisional"), ((0.0, 60.0), "course")):
        state.reference_s = reference_s
        found = session_parts.trend_of(state, view, axis)
        windows_of, band = found.course.windows, found.course.band
        assert windows_of == Drawn(windows, OUTCOME)
        assert (band is None) is (reference_s is None)
        assert found.wider == view.wider
        assert found.note == "00:04 so far; the first window fills"


def test_plasma_is_drawn_where_a_drug_is_chosen(handed, monkeypatch) -> None:
    monkeypatch.setattr(session_parts.trend, "plasma", lambda name, *_: name)
    state, axis = state_with(3), SimpleNamespace(zero_s=0.0)
    for drug in (*PLASMA, "", "water"):
        found = session_parts._plasma_on(state, replace(View(), plasma=drug), axis)
        assert found == (drug if drug in PLASMA else None)


def test_strips_get_what_the_measures_say(monkeypatch) -> None:
    state, axis = state_with(4), SimpleNamespace(zero_s=0.0)
    given = {}
    monkeypatch.setattr(
        session_parts.strips,
        "level_strip",
        lambda key, *more: given.setdefault(key, more[-1]),
    )
    monkeypatch.setattr(
        session_parts.strips, "width_strip", lambda *more: given.update(fwhm=more[3])
    )
    monkeypatch.setattr(session_parts.strips, "pressing", lambda *more: more)
    measures = [
        Measure(key, "", "", value, "", good, "")
        for key, value, good in (
            ("fwhm", "7.0", True),
            ("snr", DASH, None),
            ("lipid", "0.4", False),
            ("water", "1.2", False),
        )
    ]
    state.gaps_s = []
    _, past, on = session_parts.strips_of(state, axis, measures)
    assert given == {"fwhm": "7.0", "snr": "", "lipid": "0.4", "water": "1.2"}
    assert past == {"lipid", "water"}
    assert on == frozenset()


@dataclass
class Drawn:
    """Which course of which outcome."""

    course: str
    outcome: str
    drawn: bool = False


def test_how_long_still(handed) -> None:
    state = state_with(40)  # to 78 s
    changes = ChangesNow(None, "", {}, state.window_s)
    state.foreseen = SimpleNamespace(now_percent=3.456)
    for infusion_s, begun, over in (
        ((None, None), False, False),
        ((20.0, None), True, False),
        ((20.0, 78.0), True, True),
        ((20.0, 79.0), True, False),
    ):
        state.infusion_s = infusion_s
        for ended in (None, "complete"):
            state.ended = ended
            found = session_parts.outlook_of(state, AT, changes, Kept())
            known = state.foreseen, 3.5, begun, over, ended is not None
            assert found == (*known, True)
            out = replace(changes, nothing_counts_s=state.window_s + 1.0)
            found = session_parts.outlook_of(state, AT, out, Kept())
            assert found == (*known, False)
    for at, words in (
        (replace(AT, stopped=True), STOPPED),
        (replace(AT, catching_up=(1, 9)), LATER),
        (replace(AT, stopped=True, catching_up=(1, 9)), STOPPED),
    ):
        told = session_parts.outlook_of(state, at, changes, Kept())
        assert (told.verdict, told.figures) == ("", words)


@pytest.mark.parametrize("hidden", [False, True])
def test_what_is_detected_is_the_answers_where_that_may_be_told(monkeypatch, hidden):
    monkeypatch.setattr(session_parts, "least_seen_percent", lambda answer: 1.234)
    state = state_with(3)
    assert math.isinf(session_parts._detects_percent(state))
    state.foreseen = SimpleNamespace(now_percent=3.456)
    assert session_parts._detects_percent(state) == 3.5
    state.hidden, state.answers = hidden, {OUTCOME: "yes"}
    assert session_parts._detects_percent(state) == (3.5 if hidden else 1.2)


def test_a_replay_waits_in_other_words() -> None:
    state = state_with(3)
    state.stream = REPLAY
    assert np.isfinite(state.time_s)
    live = session_parts._waiting(state_with(3), None, AT)
    assert session_parts._waiting(state, None, AT) != live
