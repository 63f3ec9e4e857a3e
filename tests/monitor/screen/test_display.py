"""A display: parts that did not change, and the settings of its session."""

from dataclasses import fields, replace

from fake_session import SETTINGS
from screen_cases import shown

from monitor.analysis.update import Update
from monitor.screen import session_parts
from monitor.screen.display import Display
from monitor.screen.held import held_at
from monitor.screen.parts.table import by_windows
from monitor.screen.screen import Screen
from monitor.screen.state import HEADLINE_S


def test_settings_of_the_session_come_with_its_start():
    display = Display(replace(SETTINGS, outcome="Glu"))
    display.fold(Update(0, 0, settings=SETTINGS), 0.0)
    assert display.screen(0.0).trend.title.startswith("Glx/tNAA against its mean")


def test_parts_that_did_not_change_are_the_same_objects(updates):
    display = shown(updates, 900.0)
    one, two = display.screen(900.2), display.screen(900.4)
    assert one is not two
    for field in fields(Screen):
        if field.name not in ("playback", "running"):
            assert getattr(one, field.name) is getattr(two, field.name), field.name


def test_the_headline_holds_its_window_for_a_moment_and_as_it_was_done_again(updates):
    state = shown(updates, 900.0).state
    first, second = state.estimates[-9], state.estimates[-1]
    state.shown_window = (1000.0, first)
    assert held_at(state, 1000.5).estimate == first
    assert held_at(state, 1000.0 + HEADLINE_S).estimate == second
    gone = replace(first, time_start_s=first.time_start_s - 0.5)
    state.shown_window = (1000.0, gone)
    assert held_at(state, 1000.5).estimate == second
    assert held_at(state, 1000.5).estimate == second


def test_where_a_session_comes_from_is_known_from_its_start_on():
    display = Display(SETTINGS)
    display.fold(Update(0, 0, source="scanner 7"), 0.0)
    assert display.state.source == "scanner 7"
    display.fold(Update(1, 0), 1.0)
    assert display.state.source == "scanner 7"


def test_what_windows_say_is_asked_again_once_they_change(updates, monkeypatch):
    asked = []

    def counted(known):
        asked.append(known)
        return by_windows(known)

    monkeypatch.setattr(session_parts, "by_windows", counted)
    display = shown(updates, 900.0)
    display.screen(900.0)
    seen, windows = len(asked), display.state.estimates.revision
    for update in updates:
        if update.quality is None or update.quality.time_s <= 900.0:
            continue
        display.fold(update, update.quality.time_s)
        display.screen(update.quality.time_s)
        changed = display.state.estimates.revision != windows
        assert (len(asked) > seen) is changed
        if changed:
            return
    raise AssertionError("no window came")
