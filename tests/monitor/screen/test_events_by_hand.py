"""Events folded into a state, what is held for a moment, and how a view is chosen."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fake_session import SETTINGS
from screen_cases import LIVE, REPLAY
from test_times_of_state import ESTIMATE, state_with

from monitor.analysis.tracking.plasma import PLASMA
from monitor.protocol.blinding import KIND as LOCK
from monitor.run.identity import IDENTITY, Identity
from monitor.run.unlock import KIND as UNLOCK
from monitor.screen import changes_now as module
from monitor.screen.acknowledgement import ACKNOWLEDGED, text_of
from monitor.screen.changes_now import changes_now
from monitor.screen.display import MOST, Display
from monitor.screen.fold_event import REFITTED, take_event
from monitor.screen.golden import Golden, placed
from monitor.screen.graphs import Points
from monitor.screen.held import Held, held_at
from monitor.screen.left_out import LeftOut
from monitor.screen.parts import headline
from monitor.screen.scanner_time import BACKLOG, UNDER_WAY, ScannerTime
from monitor.screen.screen import Level, Message
from monitor.screen.state import HEADLINE_S, SessionState
from streams.messages.marks import INFUSION, VIEWER
from streams.messages.transient import CONJUGATION_CONTRADICTED, Event

NOW_S = 100.0


def told(state: SessionState) -> list[str]:
    shown = state.notices.shown(LIVE, 0.0, 2.0, None, NOW_S + 1.0)
    return [message.condition for message in shown]


def taken(kind: str, text: str = "", author: str = "operator", **changes: object):
    state = state_with(3)
    state.notices.fitting_since_s, state.moving = NOW_S, Event(0.0, "note")
    for name, value in changes.items():
        setattr(state, name, value)
    take_event(state, Event(20.0, kind, text, author), NOW_S)
    return state


@pytest.mark.parametrize("kind", [*sorted(REFITTED), *sorted(INFUSION), "note"])
def test_marks_and_what_is_refitted_end_the_fitting(kind) -> None:
    state = taken(kind)
    ends = kind != "note"
    assert (state.notices.fitting_since_s is None) is ends
    assert (state.moving is None) is ends


def test_only_settings_change_the_view() -> None:
    text = json.dumps({"window": 64})
    assert taken("settings", text).settings.window == 64
    assert taken("note", text).settings.window == SETTINGS.window


@pytest.mark.parametrize("hidden", [False, True])
def test_a_view_that_hides_the_outcome_chooses_none(hidden) -> None:
    text = json.dumps({"outcome": "Glu/tCr", "window": 64, "water_removal": False})
    settings = replace(SETTINGS, outcome_hidden=hidden)
    found = taken("settings", text, settings=settings).settings
    assert found.outcome == (SETTINGS.outcome if hidden else "Glu/tCr")
    assert found.window == 64
    assert found.water_removal == SETTINGS.water_removal  # nothing of the view


def test_who_is_measured_stays_who_was_where_a_text_names_nobody() -> None:
    known = Identity("07", "1")
    assert taken(IDENTITY, known.text).identity == known
    assert taken(IDENTITY, "{", identity=known).identity == known
    assert told(taken(IDENTITY, known.text))[:-1] == []  # the fitting alone


def test_what_somebody_knows_is_logged_with_who() -> None:
    text = text_of(Message("gap", Level.NOTE, "2 missing", "", 0.0))
    state = taken(ACKNOWLEDGED, text, "Jo")
    assert state.notices.log[-1][1].condition == "acknowledged by Jo: 2 missing"
    assert taken(ACKNOWLEDGED, "{").notices.log == []


@pytest.mark.parametrize("kind", [LOCK, UNLOCK, "note"])
@pytest.mark.parametrize("hidden", [False, True])
def test_an_outcome_that_was_unlocked_is_said_where_it_is_shown(kind, hidden) -> None:
    settings = replace(SETTINGS, outcome_hidden=hidden)
    state = state_with(3, settings)
    take_event(state, Event(20.0, kind, "why", "operator"), NOW_S)
    said = any(words.startswith("Unlocked") for words in told(state))
    assert said is (kind != "note" and not hidden)


@pytest.mark.parametrize(
    ("stream", "author", "recorded"),
    [
        (LIVE, "operator", True),
        (LIVE, VIEWER, False),
        (REPLAY, "operator", False),
        (REPLAY, VIEWER, False),
    ],
)
def test_what_is_recorded_is_told_in_a_live_window(stream, author, recorded) -> None:
    state = state_with(3)
    state.stream = stream
    take_event(state, Event(20.0, "note", "cough", author), NOW_S)
    assert told(state) == ["cough: recorded at 00:20"] * recorded
    assert [t for t, _ in state.notices.log] == [20.0] * recorded


def test_trouble_is_told_and_a_contradiction_stands() -> None:
    assert told(taken("gap", "2 lost", stream=REPLAY))[-1] == "Gap in the stream"
    state = taken(CONJUGATION_CONTRADICTED, "mirrored; turn", stream=REPLAY)
    assert "mirrored" in told(state)


@pytest.mark.parametrize("since_s", [0.0, 0.5])
@pytest.mark.parametrize("moves", [True, False])
def test_what_is_shown_is_held_for_a_moment(since_s, moves) -> None:
    state = state_with(3)
    points = [SimpleNamespace(n=n) for n in (0, 1)]
    state.tracks = SimpleNamespace(newest=points[1] if moves else None)
    newer = replace(ESTIMATE, time_start_s=64.0, time_end_s=128.0, window=1)
    state.estimates.extend([ESTIMATE, newer])
    state.shown_track = NOW_S, points[0]
    state.shown_window = NOW_S, ESTIMATE
    held = held_at(state, NOW_S + HEADLINE_S - since_s)
    new = since_s == 0.0
    assert held.point is points[new and moves]
    assert held.estimate.window == int(new)


def test_a_held_window_is_the_one_of_the_course_as_it_is_now() -> None:
    state = state_with(3)
    assert held_at(state, NOW_S) == Held(None, None)
    again = replace(ESTIMATE, fwhm_hz=7.0)
    newer = replace(ESTIMATE, time_start_s=64.0, time_end_s=128.0)
    state.estimates.extend([again, newer])
    state.shown_window = NOW_S, ESTIMATE
    assert held_at(state, NOW_S).estimate.fwhm_hz == 7.0
    state.shown_window = NOW_S, replace(ESTIMATE, time_end_s=60.0)  # there no more
    assert held_at(state, NOW_S).estimate.time_end_s == 128.0


@pytest.mark.parametrize("lost", ["", "unconverged", "left out"])
@pytest.mark.parametrize(("percent", "sd"), [(5.0, 1.0), (5.0, 1e6)])
def test_numbers_are_given_of_what_can_be(monkeypatch, lost, percent, sd) -> None:
    one = SimpleNamespace(percent=percent, sd_percent=sd)
    asked = []

    def read(name, point, estimate, full, *_):
        asked.append((name, full))
        return one if name != "Gln" else None

    monkeypatch.setattr(module, "current_change", read)
    out = LeftOut(3.0, lost == "left out")
    monkeypatch.setattr(module, "left_out_now", lambda _: out)
    state = state_with(3)
    if lost == "unconverged":
        state.estimates.append(replace(ESTIMATE, converged=False))
    point = SimpleNamespace(filtered=("Glu", "Gln", "Glu/tCr"))
    found = changes_now(state, Held(point, None))
    assert found.outcome is one
    assert found.nothing_counts_s == 3.0
    words = {
        "": "",
        "unconverged": headline.UNCONVERGED,
        "left out": headline.NOTHING_SINCE,
    }
    assert found.lost == words[lost]
    can_be = not lost and sd == 1.0
    assert set(found.numbers) == ({SETTINGS.outcome, "Glu"} if can_be else set())
    assert {full for _, full in asked} == {
        min(SETTINGS.window, ESTIMATE.n_transients if lost == "unconverged" else 1)
    }


def test_a_view_is_chosen_within_its_bounds() -> None:
    display = Display(SETTINGS)
    drug = sorted(PLASMA)[0]
    for wider, expected in ((2, 2), (99, MOST), (-99, -MOST), (None, -MOST)):
        display.show(wider=wider)
        assert (display.view.wider, display.view.plasma) == (expected, "")
    for plasma, expected in ((drug, drug), (None, drug), ("water", ""), ("", "")):
        display.show(plasma=plasma)
        assert (display.view.wider, display.view.plasma) == (-MOST, expected)
    display.show(settings=replace(SETTINGS, window=64))
    assert display.state.settings.window == 64
    display.show()
    assert display.state.settings.window == 64


@pytest.mark.parametrize(
    ("golden_s", "running_s", "shift"),
    [((0.0, 9.0), (0.0, 9.0), 0.0), (None, (0.0, 9.0), 3.0), ((0.0, 9.0), None, 3.0),
     (None, None, 3.0)],
)  # fmt: skip
def test_a_golden_session_is_placed_by_both_infusions_or_by_beginnings(
    golden_s, running_s, shift
) -> None:
    axis, running = (
        SimpleNamespace(infusion=span, start_min=start)
        for span, start in ((golden_s, -10.0), (running_s, -7.0))
    )
    golden = Golden("best", axis, {}, None, None)
    points = Points(np.array([1.0]), np.array([2.0]))
    found = placed(points, golden, running)
    assert found.time_min.tolist() == [1.0 + shift]
    assert found.value is points.value


def test_the_scanners_clock_is_set_by_what_is_up_to_date() -> None:
    clock = ScannerTime()
    assert (clock.at(5.0), clock.catching_up) == (None, None)
    clock.take(9)
    assert clock.done == 10
    clock.take(3)
    assert clock.done == 10
    clock.hear(UNDER_WAY + 1, 100.0, 20.0)  # late: no time can be told
    assert clock.known == 10 + UNDER_WAY + 1
    assert (clock.at(100.0), clock.catching_up) == (None, (10, 13))
    assert clock.behind_s == clock.interval_s
    clock.hear(UNDER_WAY, 100.0, 20.0)
    assert clock.at(107.0) == 20.0 + UNDER_WAY * clock.interval_s + 7.0
    assert clock.at(93.0) == clock.at(100.0)
    assert clock.catching_up is None
    assert clock.behind_s == 0.0
    clock.hear(BACKLOG + 10, 120.0, 20.0)  # 10 more can have come in 20 s
    assert clock.at(120.0) is not None
    clock.hear(BACKLOG + 11, 120.0, 20.0)
    assert clock.at(120.0) is None
