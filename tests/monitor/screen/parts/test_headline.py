"""The headline: a number once it means something, how old it is, and whose it is."""

from dataclasses import replace

import pytest
from fake_session import SETTINGS, true_change
from screen_cases import LIVE, shown

from monitor.analysis.course.response import Z95
from monitor.analysis.update import Update
from monitor.screen.fold import settle
from monitor.screen.screen import Level
from monitor.screen.words import signed


def test_headline_is_a_dash_before_the_infusion(updates):
    headline = shown(updates, 590.0).screen(590.5).headline
    assert headline.number == "–"
    assert "infusion starts" in headline.caption


def test_headline_waits_for_a_window_of_its_own(updates):
    headline = shown(updates, 630.0).screen(630.5).headline
    assert headline.number == "–"
    assert "first full window" in headline.caption


def test_headline_is_value_and_95_percent_interval(updates):
    display = shown(updates, 1700.0)
    headline = display.screen(1700.5 + 2).headline
    newest = display.state.estimates[-1]
    outcome = SETTINGS.outcome
    assert headline.number == f"+{newest.changes_percent[outcome]:.1f} %"
    half = Z95 * newest.change_sds_percent[outcome]
    assert headline.interval == f"± {half:.1f}"
    assert "32 transients, 64 s" in headline.caption
    assert abs(newest.changes_percent[outcome] - true_change(1668.0)) < 6


def test_headline_stands_for_two_seconds(updates):
    display = shown(updates, 1600.0)
    settle(display.state, 1600.0)
    first = display.screen(1600.1).headline.number
    estimate = replace(display.state.estimates[-1], time_end_s=1e5)
    moved = replace(estimate, changes_percent={SETTINGS.outcome: -3.0})
    display.fold(Update(10**6, 0, estimate=moved), 1600.2)
    assert display.screen(1600.3).headline.number == first
    assert display.screen(1602.1).headline.number == "−3.0 %"


def test_headline_says_whether_it_is_window_or_tracker(updates):
    display = shown(updates, 1700.0)
    assert "window of 32" in display.screen(1702.5).headline.caption
    display.show(by_tracker=True)
    headline = display.screen(1702.5).headline
    assert "tracker" in headline.caption
    value = display.state.tracks.newest.filtered[SETTINGS.outcome]
    assert headline.number == f"{signed(value)} %"
    assert headline.interval == f"± {Z95 * 1.6:.1f}"


def test_tracker_waits_as_long_as_the_window(updates):
    display = shown(updates, 650.0)
    display.show(by_tracker=True)
    headline = display.screen(652.5).headline
    assert headline.number == "–"
    assert "first full window" in headline.caption


def test_unconverged_window_gives_no_headline(updates):
    display = shown(updates, 1600.0)
    lost = replace(display.state.estimates[-1], time_end_s=1e5, converged=False)
    display.fold(Update(10**6, 0, estimate=lost), 1602.0)
    assert display.screen(1605.0).headline.number == "–"


def test_headline_fades_and_counts_when_transients_stop(updates):
    display = shown(updates, 1700.0)
    assert display.screen(1701.0).headline.fade == 0
    assert display.screen(1706.0).headline.fade == pytest.approx(0.5)
    stale = display.screen(1720.0)
    assert stale.headline.fade == 1
    assert "20 s old" in stale.headline.caption
    assert stale.messages[0].level is Level.ATTENTION
    assert stale.messages[0].condition == "No transient for 20 s"
    assert "console" in stale.messages[0].action


def test_a_short_newest_window_does_not_take_the_headline(updates):
    display = shown(updates, 1700.0)
    before = display.screen(1703.0).headline
    last = display.state.estimates[-1]
    short = replace(last, n_transients=4, time_start_s=last.time_end_s - 6)
    display.fold(Update(9000, 0, estimate=short), 1704.0)
    assert display.screen(1707.0).headline.number == before.number


def test_table_and_headline_show_the_same_window(updates):
    screen = shown(updates, 1700.0).screen(1701.0)
    row = next(row for row in screen.table if row.name == SETTINGS.outcome)
    assert f"{row.change} %" == screen.headline.number
    assert f"± {row.half}" == screen.headline.interval


def test_a_number_whose_window_is_long_over_looks_old(updates):
    """At the beginning of an epoch transients come, and no window for a while."""
    display = shown(updates, 1500.0)
    assert display.screen(1500.5).headline.fade == 0.0
    of_epoch = [u for u in updates if u.quality and 1500.0 < u.quality.time_s < 1560.0]
    for update in of_epoch:
        late = replace(update.quality, epoch=update.quality.epoch + 1)
        display.fold(
            Update(update.seq, 0, quality=late, strip=update.strip), late.time_s
        )
    found = display.screen(1560.0).headline
    assert found.fade == 1.0
    assert " old · window of" in found.caption


def test_a_number_that_lags_behind_the_stream_looks_old(updates):
    display = shown(updates, 1500.0)
    display.hear(replace(LIVE, lag=300), 1500.0)
    found = display.screen(1500.5).headline
    assert found.fade == 1.0
    assert found.caption.startswith("10 min old")
    display.hear(replace(LIVE, lag=2), 1501.0)
    assert display.screen(1501.0).headline.fade == 0.0
