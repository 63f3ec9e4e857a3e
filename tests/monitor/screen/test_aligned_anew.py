"""What is shown of transients once an epoch was aligned anew."""

from dataclasses import replace

from screen_cases import shown

from monitor.analysis.update import Update


def test_strips_and_counts_follow_what_was_aligned_anew(updates):
    display = shown(updates, 700.0)
    last = [u for u in updates if u.quality and u.quality.time_s <= 700.0]
    times = display.state.quality.rows
    again = tuple(
        replace(u.quality, shift_hz=u.quality.shift_hz - 3.0, weight=0.0) for u in last
    )
    display.fold(Update(9000, 0, qualities=again), 700.0)
    held = display.state.quality
    assert held.rows == times == len(again)
    assert held["shift_hz"].tolist() == [q.shift_hz for q in again]
    assert display.state.low_weight == times
