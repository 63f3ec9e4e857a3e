"""The course of the outcome on the time axis."""

from dataclasses import replace

import numpy as np
import pytest
from fake_session import SETTINGS
from screen_cases import shown, texts, time_of

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.update import Update
from monitor.screen.sheets.summary import summary_of
from streams.messages.transient import Event


def test_the_tracker_leads_and_only_independent_windows_are_points(updates):
    display = shown(updates, 1500.0)
    trend = display.screen(1500.5).trend
    independent = [e for e in display.state.estimates if e.independent]
    assert len(trend.points) == len(independent)
    assert not len(trend.line)
    assert trend.band is not None
    np.testing.assert_allclose(
        trend.half,
        [Z95 * e.change_sds_percent[SETTINGS.outcome] for e in independent],
    )


def test_an_outcome_that_is_not_tracked_has_the_sliding_line(updates):
    display = shown(updates, 1500.0)
    display.show(settings=replace(SETTINGS, outcome="tCr"))
    trend = display.screen(1501.0).trend
    assert trend.band is None
    assert len(trend.line) == len(display.state.estimates)


def test_before_a_reference_windows_stand_against_their_own_mean(updates):
    display = shown(updates, 590.0)
    trend = display.screen(590.5).trend
    own = [e for e in display.state.estimates if e.independent]
    values = np.array([e.values[SETTINGS.outcome] for e in own])
    assert trend.provisional
    assert trend.title == "Glx/tNAA against its mean so far (%), provisional"
    assert len(trend.points) == len(values) > 5
    expected = 100 * (values / np.average(values, weights=values**-2.0) - 1)
    np.testing.assert_allclose(trend.points, expected)  # SDs are in proportion
    assert not shown(updates, 700.0).screen(700.5).trend.provisional


@pytest.mark.parametrize(("value", "ends"), [(6.0, 20.0), (30.0, 40.0), (-14.0, 40.0)])
def test_the_scale_widens_by_itself(updates, value, ends):
    display = shown(updates, 1500.0)
    point = display.state.tracks.newest
    for i in range(200):
        later = {SETTINGS.outcome: value}
        at = replace(point, time_s=1500.0 + i, filtered=later)
        display.fold(Update(9000 + i, 0, tracker=at), 1500.0)
    trend = display.screen(1503.0).trend
    assert (trend.low, trend.high) == (-ends / 2, ends)
    display.show(wider=1)
    wider = display.screen(1504.0).trend
    assert wider.high > ends
    display.show(wider=-100)
    assert display.screen(1505.0).trend.high == 10.0


def test_points_off_the_scale_become_arrows(updates):
    display = shown(updates, 1500.0)
    newest = display.state.estimates[-1]
    for i, change in enumerate((90.0, -50.0)):
        off = replace(newest, changes_percent={SETTINGS.outcome: change})
        off = replace(off, time_end_s=1600.0 + i, independent=True)
        display.fold(Update(9000 + i, 0, estimate=off), 1500.0)
    trend = display.screen(1502.5).trend
    assert trend.high == 20.0  # two in thirty do not widen it
    assert (len(trend.above_min), len(trend.below_min)) == (1, 1)


def test_many_windows_are_pooled_within_their_epoch(updates):
    display = shown(updates, 900.0)
    last = display.state.estimates[-1]
    longer = [
        replace(
            last,
            time_start_s=t,
            time_end_s=t + 62,
            independent=True,
            changes_percent={SETTINGS.outcome: float(i % 2)},
            change_sds_percent={SETTINGS.outcome: 5.0},
            epoch=int(t > 5000),
        )
        for i, t in enumerate(np.arange(600, 12_000, 64.0))
    ]
    display.fold(Update(9000, 0, course=tuple(longer), reference_s=(0, 600)), 900.0)
    trend = display.screen(901.0).trend
    assert trend.pooled == 3
    assert 58 <= len(trend.points) <= 61
    whole = trend.half < 0.99 * Z95 * 5.0
    np.testing.assert_allclose(trend.half[whole][:50], Z95 * 5.0 / np.sqrt(3))
    edge = (5000 - 600) / 60
    assert not np.any(np.abs(trend.points_min - edge) < 0.5)


def test_time_leads_to_the_planned_end(updates):
    planned = replace(SETTINGS, infusion_length_s=2400.0)
    axis = shown(updates, 900.0, planned).screen(900.5).trend.axis
    assert axis.end_min == pytest.approx(40.0, rel=0.1)
    assert axis.end_min > 40.0
    assert [mark.text for mark in axis.marks] == ["infusion on", "planned end"]
    stopped = shown(updates, 900.0, planned)
    stopped.fold(Update(9000, 0, event=Event(880.0, "infusion_stop")), 900.0)
    axis = stopped.screen(901.0).trend.axis
    assert axis.end_min <= 10
    assert "planned end" not in [mark.text for mark in axis.marks]


def test_an_epoch_breaks_the_course_and_is_named(updates):
    display = shown(updates, 900.0)
    reshim = replace(updates[500].quality, epoch=1, time_s=910.0)
    display.fold(Update(9000, 1, quality=reshim), 910.0)
    axis = display.screen(911.0).trend.axis
    assert axis.breaks == ((910 - 600) / 60,)
    assert axis.marks[-1].text == "new epoch"
    display.fold(Update(9001, 1, event=Event(906.0, "re-shim")), 911.0)
    axis = display.screen(912.0).trend.axis
    assert [mark.text for mark in axis.marks] == ["infusion on", "re-shim"]
    assert axis.breaks == ((910 - 600) / 60,)


def test_line_is_not_drawn_over_an_epoch(updates):
    display = shown(updates, 900.0, replace(SETTINGS, outcome="tCr"))
    last = display.state.estimates[-1]
    for i in (1, 2):
        later = replace(last, time_end_s=last.time_end_s + i, epoch=1)
        display.fold(Update(5000 + i, 1, estimate=later), 900.0 + i)
    connect = display.screen(905.0).trend.line_connect
    assert not connect[-3]
    assert connect[-2]
    assert connect[:-3].all()


def test_the_sliding_line_never_runs_backwards(updates):
    """A window cut short by a boundary lies nearer to it than whole ones before it."""
    display = shown(updates, 900.0, replace(SETTINGS, outcome="tCr"))
    last = display.state.estimates[-1]
    short = replace(
        last, time_start_s=last.time_start_s + 4, n_transients=26, independent=True,
        time_end_s=last.time_end_s - 8,
    )  # fmt: skip
    display.fold(Update(9000, 0, estimate=short), 901.0)
    trend = display.screen(905.0).trend
    assert (np.diff(trend.line_min) > 0).all()
    middle_min = (short.time_s - 600) / 60
    assert trend.points_min[-1] == pytest.approx(middle_min)
    assert trend.now == pytest.approx(
        ((last.time_start_s - 600) / 60, (last.time_end_s - 600) / 60)
    )


def test_nothing_is_drawn_where_nothing_was_measured(updates):
    """Over a pause of six minutes neither line, band nor strips are joined."""
    display = shown(updates, 1000.0)
    for update in updates:
        if 1360.0 <= time_of(update) < 1600.0 and not update.ended:
            display.fold(update, time_of(update))
    assert display.state.gaps_s == [(1000.0, 1360.0)]
    screen = display.screen(1601.0)
    gap = (1000.0 - 600) / 60, (1360.0 - 600) / 60
    drawn = [(s.time_min, s.connect) for s in screen.strips]
    drawn += [(screen.trend.band.time_min, screen.trend.band.connect)]
    for at, connect in drawn:
        over = (at[:-1] < gap[1]) & (at[1:] > gap[0])
        assert over.any()
        assert not connect[:-1][over].any()
        assert connect[:-1][~over].all()


def test_plasma_is_drawn_where_it_is_asked_for(updates):
    settings = replace(SETTINGS, infusion_length_s=2400.0)
    display = shown(updates, 1500.0, settings)
    assert display.screen(1500.5).trend.plasma is None
    display.show(plasma="Kamp")
    plasma = display.screen(1501.5).trend.plasma
    assert (plasma.name, plasma.time_min[0]) == ("Kamp", 0.0)
    assert plasma.relative[-1] == pytest.approx(1.0)  # at the planned end
    assert plasma.time_min[-1] == pytest.approx(40.0)
    unplanned = shown(updates, 1500.0)
    unplanned.show(plasma="Kamp")
    assert unplanned.screen(1500.5).trend.plasma is None


def test_course_done_again_replaces_all_estimates(updates):
    display = shown(updates, 900.0)
    fewer = tuple(display.state.estimates[:3])
    course = Update(9000, 0, course=fewer, reference_s=(0.0, 300.0), tracks=())
    display.fold(course, 900.0)
    trend = display.screen(901.0).trend
    assert len(trend.line) == 3
    assert trend.axis.reference == (-10, -5)
    assert trend.band is None


def test_estimate_that_comes_with_the_course_is_not_doubled(updates):
    display = shown(updates, 900.0)
    course = tuple(display.state.estimates)
    both = Update(9000, 0, course=course, estimate=course[-1], reference_s=(0, 600))
    display.fold(both, 900.0)
    assert len(display.state.estimates) == len(course)


def test_band_is_the_trackers_95_percent(updates):
    band = shown(updates, 1500.0).screen(1500.5).trend.band
    assert band is not None
    np.testing.assert_allclose(band.high - band.low, 2 * Z95 * 1.6)


def test_page_and_summary_say_the_same(updates):
    answer = {SETTINGS.outcome: Answer(6.0, 1.0, 2.5, 9.5, 12.0, 900.0)}
    display = shown(updates, 1500.0)
    display.fold(Update(9000, 0, answers=answer), 1500.0)
    headline = display.screen(1502.5).headline
    lines = {
        line.name: line.figure for line in summary_of(display.state, 1502.5).outcome
    }
    assert lines[headline.title] == f"{headline.number} {headline.interval}"
    assert lines["has it changed?"] == headline.verdict
    assert lines["mean, 95 % however often one looks"] == "+2.5 to +9.5 %"
    blind = shown(updates, 1500.0, replace(SETTINGS, outcome_hidden=True))
    blind.fold(Update(9000, 0, answers=answer), 1500.0)
    assert headline.verdict not in " ".join(texts(blind.screen(1500.5)))


def test_another_outcome_is_drawn_at_once(updates):
    display = shown(updates, 1500.0)
    display.screen(1500.5)
    display.show(settings=replace(SETTINGS, outcome="Gln"))
    trend = display.screen(1501.0).trend
    assert trend.half == pytest.approx(Z95 * 11.0)
    assert trend.band is None


def test_a_long_sliding_line_is_thinned_but_no_window_is_left_out(updates):
    display = shown(updates, 900.0)
    last = display.state.estimates[-1]
    longer = [
        replace(last, time_start_s=t, time_end_s=t + 62, independent=i % 8 == 0)
        for i, t in enumerate(np.arange(0, 20_000, 8.0))
    ]
    display.fold(Update(9000, 0, course=tuple(longer), reference_s=(0, 600)), 900.0)
    display.show(settings=replace(SETTINGS, outcome="tCr"))
    trend = display.screen(901.0).trend
    assert 400 < len(trend.line) <= 800
    assert trend.pooled * len(trend.points) >= len(longer) // 8


def test_a_long_track_is_thinned_with_its_ends(updates):
    display = shown(updates, 700.0)
    last = display.state.tracks.newest
    for i in range(5000):
        point = replace(last, index=i, time_s=last.time_s + i)
        display.fold(Update(9000 + i, 0, tracker=point), 700.0)
    band = display.screen(701.0).trend.band
    assert len(band.value) <= 802
    assert band.time_min[-1] == pytest.approx((last.time_s + 4999 - 600) / 60)
