"""All clocks are read once for a screen."""

from dataclasses import replace

from screen_cases import LIVE, shown

from monitor.screen.parts.windows import Windows
from monitor.screen.reading import UNANSWERED_S, read_clocks
from monitor.screen.scanner_time import ScannerTime


def test_a_screen_reads_each_clock_once(updates, monkeypatch):
    display = shown(updates, 900.0)
    asked, read = [], ScannerTime.at

    def at(self: ScannerTime, now_s: float) -> float | None:
        asked.append(now_s)
        return read(self, now_s)

    monkeypatch.setattr(ScannerTime, "at", at)
    display.screen(901.0)
    assert asked == [901.0]


def test_where_only_clocks_go_on_no_window_is_made_again(updates, monkeypatch):
    display, made = shown(updates, 900.0), []
    display.screen(903.0)  # what was held for a moment has gone by then
    whole = Windows._estimate

    def estimate(self: Windows, at: int) -> object:
        made.append(at)
        return whole(self, at)

    monkeypatch.setattr(Windows, "_estimate", estimate)
    one, two = display.screen(904.0), display.screen(909.0)
    assert one.status != two.status
    assert made == []


def test_the_newest_whole_window_follows_what_comes_and_goes(updates):
    windows = shown(updates, 900.0).state.estimates
    newest = windows.newest_whole
    later = replace(newest, window=newest.window + 1, time_end_s=1e4)
    windows.append(later)
    assert windows.newest_whole.time_end_s == 1e4
    windows.pop()
    assert windows.newest_whole == newest


def test_a_worker_is_waited_for_where_it_should_speak(updates):
    state = shown(updates, 900.0).state
    assert read_clocks(state, 5000.0).unanswered_s == 0.0  # it never spoke
    state.answered_s = 900.0
    assert read_clocks(state, 900.0 + UNANSWERED_S - 0.1).unanswered_s == 0.0
    assert read_clocks(state, 900.0 + UNANSWERED_S).unanswered_s == UNANSWERED_S
    state.stream = replace(LIVE, idle=True)
    assert read_clocks(state, 5000.0).unanswered_s == 0.0
