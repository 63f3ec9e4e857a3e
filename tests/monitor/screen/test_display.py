"""What the operator is to see, tested without Qt: a session folded into screens."""

import json
import math
import tracemalloc
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from fake_session import SETTINGS, TR_S, FakePipeline, messages, true_change

from monitor.analysis.course.detectable import Detectable
from monitor.analysis.course.response import Z95
from monitor.analysis.note import Note, NoteKind
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.update import Update
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import Again, Began, Computed, Failed, Heard, Rewound
from monitor.screen import closer
from monitor.screen.display import Display
from monitor.screen.messages import DELAY, Watch, above, below
from monitor.screen.parts.axis import grown, joined, marks_of, places
from monitor.screen.parts.columns import Columns
from monitor.screen.parts.spectrum import OUTCOME_PPM
from monitor.screen.parts.status import phase_words, stream_words
from monitor.screen.parts.strips import drift_hz_per_min, nice, thinned
from monitor.screen.parts.tracks import Tracks
from monitor.screen.parts.trend import wider
from monitor.screen.parts.waterfall import COLUMNS, Stack
from monitor.screen.parts.windows import Windows
from monitor.screen.rewindable import MOST_CURVES, Session
from monitor.screen.screen import Level, Screen
from monitor.screen.sheets.summary import Line, event_lines
from monitor.screen.words import ago, clock, measured, plain, signed
from streams.messages.transient import CONJUGATION_CONTRADICTED, Event, Message

LIVE = Stream(connected=True, recording=True, disk_free_bytes=10**11)


@pytest.fixture(scope="module")
def updates() -> list[Update]:
    pipeline = FakePipeline()
    return [pipeline.push(message) for message in messages(30.0)]


def time_of(update: Update) -> float:
    if update.quality is not None:
        return update.quality.time_s
    return update.event.time_s if update.event else 0.0


def shown(updates: list[Update], until_s: float, settings=SETTINGS) -> Display:
    """Display of a live session up to a scanner time; its clock is scanner time."""
    display = Display(settings)
    display.hear(LIVE, 0.0)
    for update in updates:
        if time_of(update) > until_s or update.ended:
            break
        display.fold(update, time_of(update))
    return display


def texts(part: object) -> list[str]:
    """Every string anywhere in a screen."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple | list):
        return [text for item in part for text in texts(item)]
    if is_dataclass(part):
        return [text for f in fields(part) for text in texts(getattr(part, f.name))]
    return []


# -- headline --------------------------------------------------------------------------


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
    newest = display.estimates[-1]
    outcome = SETTINGS.outcome
    assert headline.number == f"+{newest.changes_percent[outcome]:.1f} %"
    half = Z95 * newest.change_sds_percent[outcome]
    assert headline.interval == f"± {half:.1f}"
    assert "32 transients, 64 s" in headline.caption
    assert abs(newest.changes_percent[outcome] - true_change(1668.0)) < 6


def test_headline_stands_for_two_seconds(updates):
    display = shown(updates, 1600.0)
    display.settle(1600.0)
    first = display.screen(1600.1).headline.number
    estimate = replace(display.estimates[-1], time_end_s=1e5)
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
    value = display.tracks.newest.filtered[SETTINGS.outcome]
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
    lost = replace(display.estimates[-1], time_end_s=1e5, converged=False)
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
    last = display.estimates[-1]
    short = replace(last, n_transients=4, time_start_s=last.time_end_s - 6)
    display.fold(Update(9000, 0, estimate=short), 1704.0)
    assert display.screen(1707.0).headline.number == before.number


def test_the_trackers_own_sentences_are_in_the_log_alone(updates):
    display = shown(updates, 900.0)
    said = "Tracker: the slope's noise is 0.02 % per transient from now on."
    display.fold(Update(9000, 0, notes=(Note(NoteKind.TRACKER, said),)), 900.0)
    assert said not in [m.condition for m in display.screen(900.5).messages]
    assert said in [m.condition for _, m in display.messages_so_far()]


def test_table_and_headline_show_the_same_window(updates):
    screen = shown(updates, 1700.0).screen(1701.0)
    row = next(row for row in screen.table if row.name == SETTINGS.outcome)
    assert f"{row.change} %" == screen.headline.number
    assert f"± {row.half}" == screen.headline.interval


# -- trend -----------------------------------------------------------------------------


def test_trend_counts_minutes_from_the_infusion(updates):
    axis = shown(updates, 1800.0).screen(1800.5).trend.axis
    assert axis.start_min == -10
    assert axis.reference == (-10, 0)
    assert axis.infusion == (0, pytest.approx(1798 / 60 - 10, abs=0.1))
    assert axis.end_min > 20
    assert axis.label == "minutes from infusion start"


def test_only_independent_windows_are_points(updates):
    display = shown(updates, 1500.0)
    trend = display.screen(1500.5).trend
    independent = [e for e in display.estimates if e.independent]
    assert len(trend.points) == len(independent)
    assert len(trend.line) == len(display.estimates)
    np.testing.assert_allclose(
        trend.half,
        [Z95 * e.change_sds_percent[SETTINGS.outcome] for e in independent],
    )


def test_points_off_the_scale_become_arrows(updates):
    display = shown(updates, 1500.0)
    display.show(limit=2.0)
    trend = display.screen(1500.5).trend
    outcome = SETTINGS.outcome
    own = [e.changes_percent[outcome] for e in display.estimates if e.independent]
    assert len(trend.above_min) == sum(v > 2 for v in own) > 0
    assert len(trend.points) + len(trend.above_min) + len(trend.below_min) == len(own)
    assert np.abs(trend.line).max() <= 2.0


def test_line_is_not_drawn_over_an_epoch(updates):
    display = shown(updates, 900.0)
    last = display.estimates[-1]
    for i in (1, 2):
        later = replace(last, time_end_s=last.time_end_s + i, epoch=1)
        display.fold(Update(5000 + i, 1, estimate=later), 900.0 + i)
    connect = display.screen(905.0).trend.line_connect
    assert not connect[-3]
    assert connect[-2]
    assert connect[:-3].all()


def test_the_sliding_line_never_runs_backwards(updates):
    """A window cut short by a boundary lies nearer to it than whole ones before it."""
    display = shown(updates, 900.0)
    last = display.estimates[-1]
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
    assert display.gaps_s == [(1000.0, 1360.0)]
    screen = display.screen(1601.0)
    gap = (1000.0 - 600) / 60, (1360.0 - 600) / 60
    drawn = [(s.time_min, s.connect) for s in screen.strips]
    drawn += [(screen.trend.line_min, screen.trend.line_connect)]
    drawn += [(screen.trend.band.time_min, screen.trend.band.connect)]
    for at, connect in drawn:
        over = (at[:-1] < gap[1]) & (at[1:] > gap[0])
        assert over.any()
        assert not connect[:-1][over].any()
        assert connect[:-1][~over].all()


@pytest.mark.parametrize(
    ("gaps", "connect"),
    [
        ((), [1, 1, 1, 1, 1]),
        (((1.0, 2.0),), [1, 0, 1, 1, 1]),
        (((1.2, 2.5),), [1, 0, 0, 1, 1]),
        (((-5.0, -1.0), (9.0, 10.0)), [1, 1, 1, 1, 0]),
    ],
)
def test_points_are_joined_but_over_gaps(gaps, connect):
    found = joined(np.arange(5.0), gaps)
    assert found.tolist()[:4] == [bool(c) for c in connect][:4]


def test_epochs_left_out_are_marked_on_the_axis(updates):
    display = shown(updates, 900.0)
    reshim = replace(updates[500].quality, epoch=1, time_s=910.0)
    display.fold(Update(9000, 1, quality=reshim), 910.0)
    assert display.screen(911.0).trend.axis.left_out == ()
    change = Event(911.0, "settings", json.dumps({"rejected_epochs": [0]}))
    display.fold(Update(9001, 1, event=change), 911.0)
    assert display.screen(912.0).trend.axis.left_out == ((-10.0, (910 - 600) / 60),)


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


def test_one_clock_is_shown():
    """Twelve seconds of water references come before the first transient."""
    display = Display(SETTINGS)
    display.hear(LIVE, 0.0)
    pipeline = FakePipeline()
    for message in messages(3.0, end=False):
        body = message.body
        if hasattr(body, "time_s"):
            body = replace(body, time_s=body.time_s + 12.0)
        display.fold(pipeline.push(replace(message, body=body)), 0.0)
    screen = display.screen(0.0)
    assert screen.status.stream.endswith("00:03:10")
    assert screen.status.phase == "BEFORE 03:10"
    assert screen.trend.axis.start_min == 0.0
    assert screen.strips[0].time_min[-1] == pytest.approx(190 / 60)
    note = Event(190.0, "note", "coughed")
    display.fold(Update(9000, 0, event=note), 0.0)
    assert "coughed: recorded at 03:10" in texts(display.screen(0.1).messages)


def test_a_course_as_columns_gives_its_estimates_back(updates):
    course = next(u.course for u in reversed(updates) if u.course)
    kept = Windows(course)
    assert list(kept) == list(course)
    assert kept[-3:] == list(course[-3:])
    assert kept.nearest(course[7].time_s + 1.0) == course[7]
    assert kept.same(course[5]) == course[5]
    assert kept.before(course[0]) is None
    assert kept.before(course[-1]).time_end_s < course[-1].time_start_s


def test_a_long_session_stays_small(updates):
    """A window and its eight transients take less than four kilobytes for ever."""
    many = {f"metabolite {i}": float(i) for i in range(40)}
    estimate = replace(
        next(u.estimate for u in updates if u.estimate),
        values=many, sds=many | {"Glu/water": 1.0},
    )  # fmt: skip
    windows, tracks = Windows(), Tracks()
    point = next(u.tracker for u in updates if u.tracker)
    tracemalloc.start()
    for i in range(500):
        windows.append(replace(estimate, window=i))
        for j in range(8):
            tracks.append(replace(point, index=8 * i + j))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(windows) == 500
    assert len(tracks) == 4000
    assert held / 500 < 4096
    assert "Glu/water" not in windows[-1].sds


def test_course_done_again_replaces_all_estimates(updates):
    display = shown(updates, 900.0)
    fewer = tuple(display.estimates[:3])
    course = Update(9000, 0, course=fewer, reference_s=(0.0, 300.0), tracks=())
    display.fold(course, 900.0)
    trend = display.screen(901.0).trend
    assert len(trend.line) == 3
    assert trend.axis.reference == (-10, -5)
    assert trend.band is None


def test_estimate_that_comes_with_the_course_is_not_doubled(updates):
    display = shown(updates, 900.0)
    course = tuple(display.estimates)
    both = Update(9000, 0, course=course, estimate=course[-1], reference_s=(0, 600))
    display.fold(both, 900.0)
    assert len(display.estimates) == len(course)


def test_correcting_the_start_of_the_infusion_moves_minute_zero(updates):
    display = shown(updates, 900.0)
    again = Event(660.0, "infusion_start", "", "operator")
    display.fold(Update(9000, 0, event=again), 900.0)
    assert display.screen(900.5).trend.axis.start_min == -11


def test_labels_of_events_do_not_run_into_one_another(updates):
    display = shown(updates, 900.0)
    for i in range(4):
        note = Event(700.0 + 3 * i, "note", f"remark number {i}", "operator")
        display.fold(Update(9000 + i, 0, event=note), 900.0)
    axis = display.screen(901.0).trend.axis
    at = places(axis.marks, [5.0] * len(axis.marks), axis.end_min)
    rows = [p.row for m, p in zip(axis.marks, at, strict=True) if "remark" in m.text]
    assert len(set(rows)) == len(rows) == 4


def test_label_near_the_end_stands_on_the_left(updates):
    display = shown(updates, 900.0)
    axis = display.screen(900.5).trend.axis
    late = Event(600 + 60 * (axis.end_min - 0.5), "note", "almost over", "operator")
    display.fold(Update(9000, 0, event=late), 900.0)
    axis = display.screen(901.0).trend.axis
    at = places(axis.marks, [1.0] * len(axis.marks), axis.end_min)
    assert [place.leftwards for place in at] == [False, True]


def test_band_is_the_trackers_95_percent(updates):
    band = shown(updates, 1500.0).screen(1500.5).trend.band
    assert band is not None
    np.testing.assert_allclose(band.high - band.low, 2 * Z95 * 1.6)


@pytest.mark.parametrize(
    ("sd", "since_s", "words"),
    [
        (1.0, None, "no change seen, 4.3 % would have been"),
        (3.0, None, "too uncertain to say, 6.0 % would be seen"),
        (1.0, 900.0, "change seen at +05:00"),
    ],
)
def test_trend_and_summary_say_whether_the_outcome_has_changed(
    updates, sd, since_s, words
):
    answer = {SETTINGS.outcome: Answer(6.0, sd, 2.5, 9.5, 12.0, since_s)}
    display = shown(updates, 1500.0)
    display.fold(Update(9000, 0, answers=answer), 1500.0)
    assert display.screen(1500.5).trend.title == f"Change of Glx/tNAA (%): {words}"
    lines = {line.name: line.figure for line in closer.page(display, 1500.5).outcome}
    assert lines["has it changed?"] == words
    assert lines["right at all times, 95 %"] == "+2.5 to +9.5 %"
    blind = shown(updates, 1500.0, replace(SETTINGS, outcome_hidden=True))
    blind.fold(Update(9000, 0, answers=answer), 1500.0)
    assert words not in " ".join(texts(blind.screen(1500.5)))


@pytest.mark.parametrize(("minutes", "end"), [(0, 5), (4, 5), (5, 10), (19, 20)])
def test_axis_grows_in_steps(minutes, end):
    assert grown(minutes) == end


# -- blinded ---------------------------------------------------------------------------


def telling_notes(*sentences: str) -> tuple[Note, ...]:
    """Notes that depend on the outcome."""
    return tuple(Note(NoteKind.COMPONENTS, text) for text in sentences)


def test_blinded_screen_has_no_outcome_anywhere(updates):
    blinded = replace(SETTINGS, outcome_hidden=True)
    display = shown(updates, 1500.0, blinded)
    note = Update(
        9000, 0, notes=telling_notes("Glx/tNAA rose by 8 %", "a change of 4 %")
    )
    display.fold(note, 1500.0)
    screen = display.screen(1500.5)
    assert not len(screen.trend.points) + len(screen.trend.line)
    assert screen.trend.band is None
    assert screen.spectrum is not None
    assert {c.name for c in screen.spectrum.components} == {"tCr", "tCho", "mI"}
    assert not len(screen.spectrum.mean)
    assert [row.name for row in screen.table] == ["tCr"]
    assert screen.table[0].change == "–"
    said = " ".join(texts(screen))
    assert not any(name in said for name in ("Glu", "Gln", "Glx", "NAA"))
    assert "%" not in said


def test_blinded_spectrum_and_waterfall_leave_out_the_lines_of_the_outcome(updates):
    blind = shown(updates, 900.0, replace(SETTINGS, outcome_hidden=True))
    view = blind.screen(900.5).spectrum
    for low, high in OUTCOME_PPM:
        assert not np.any((view.ppm >= low) & (view.ppm <= high))
    assert not len(view.mean)
    gaps = np.flatnonzero(np.diff(view.ppm) > 0.05)
    assert len(gaps) == 2
    assert not view.connect[gaps].any()
    fall = blind.screen(900.5).waterfall
    ppm = np.linspace(fall.ppm_low, fall.ppm_high, fall.image.shape[1])
    assert np.ptp(fall.image[:, (ppm > 2.1) & (ppm < 2.55)]) == 0
    assert np.ptp(fall.image[:, (ppm > 2.9) & (ppm < 3.1)]) > 0


def test_lines_of_any_blinded_outcome_are_left_out(updates):
    for outcome, low, high in (("tCho/tCr", 3.10, 3.32), ("tNAA", 1.90, 2.06)):
        blind = replace(SETTINGS, outcome=outcome, outcome_hidden=True)
        screen = shown(updates, 900.0, blind).screen(901.0)
        ppm, image = screen.spectrum.ppm, screen.waterfall.image
        assert not ((ppm > low) & (ppm < high)).any()
        at = np.linspace(0.2, 4.2, image.shape[1])
        inside = image[:, (at > low + 0.05) & (at < high - 0.05)]
        assert np.nanmin(inside) == np.nanmax(inside)
        assert ((ppm > 3.4) & (ppm < 3.6)).any()


def test_a_closer_look_tells_no_blinded_outcome(updates):
    blind = shown(updates, 1500.0, replace(SETTINGS, outcome_hidden=True))
    blind.fold(Update(9000, 0, notes=telling_notes("Glx/tNAA changed by 8 %")), 1500.0)
    seen = [
        closer.look(blind, blind.estimates[-1]),
        closer.hover(blind, 10.0),
        closer.card(blind),
        closer.page(blind, 1500.5),
        blind.messages_so_far(),
    ]
    words = " ".join(text for part in seen for text in texts(part))
    for telling in ("Glx", "Glu", "tNAA", "change of"):
        assert telling not in words


def test_blinded_screen_keeps_quality_stream_and_markers(updates):
    screen = shown(updates, 1700.0, replace(SETTINGS, outcome_hidden=True)).screen(1701)
    assert len(screen.strips[0].value) > 800
    assert "REC" in screen.status.stream
    assert [mark.text for mark in screen.trend.axis.marks] == [
        "infusion on",
        "subject coughed",
    ]
    assert screen.waterfall is not None


def test_settings_of_the_session_come_with_its_start():
    display = Display(replace(SETTINGS, outcome="Glu"))
    display.fold(Update(0, 0, settings=SETTINGS), 0.0)
    assert display.screen(0.0).trend.title == "Change of Glx/tNAA (%)"


def test_settings_event_changes_the_view_but_lifts_no_blind(updates):
    display = shown(updates, 900.0, replace(SETTINGS, outcome_hidden=True))
    change = json.dumps({"outcome": "Glu", "outcome_hidden": False, "window": 64})
    display.fold(Update(9000, 0, event=Event(900.0, "settings", change)), 900.0)
    assert display.settings.outcome == SETTINGS.outcome  # it says what is hidden
    assert display.settings.window == 64
    assert display.hidden


def test_settings_event_that_is_nonsense_is_told(updates):
    display = shown(updates, 900.0)
    display.fold(Update(9000, 0, event=Event(900.0, "settings", "{")), 900.0)
    conditions = [m.condition for m in display.screen(901.0).messages]
    assert any("not understood" in words for words in conditions)


# -- stream, messages ------------------------------------------------------------------

REPLAY = Stream(connected=True, playback=Playback(True, 20.0, 60.0, 600.0))
OVER = Playback(False, 20.0, 600.0, 600.0)
PAUSED = Stream(connected=True, playback=Playback(False, 20.0, 60.0, 600.0))


@pytest.mark.parametrize(
    ("stream", "ended", "words", "attention"),
    [
        (LIVE, False, "● REC 00:01:05", False),
        (Stream(connected=True), False, "NOT RECORDING", True),
        (Stream(), False, "NO STREAM", True),
        (LIVE, True, "ENDED 00:01:05", False),
        (REPLAY, False, "REPLAY 20×", False),
        (REPLAY, True, "REPLAY 20×", False),
        (PAUSED, False, "REPLAY paused", False),
        (replace(PAUSED, playback=OVER), False, "REPLAY ended", False),
    ],
)
def test_state_of_the_stream_in_words(stream, ended, words, attention):
    assert stream_words(stream, 65.0, ended) == (words, attention)


@pytest.mark.parametrize(
    ("infusion", "words"),
    [
        ((None, None), "BEFORE 16:40"),
        ((620.0, None), "INFUSION +06:20"),
        ((100.0, 880.0), "AFTER +02:00"),
    ],
)
def test_phase_in_words(infusion, words):
    assert phase_words(infusion, 1000.0) == words


@pytest.mark.parametrize(
    ("stream", "condition"),
    [
        (Stream(), "No stream"),
        (Stream(connected=True), "Not recording"),
        (replace(LIVE, disk_free_bytes=10**8), "Disk low: 100 MB left"),
        (replace(LIVE, lost=3), "3 messages lost"),
        (replace(LIVE, refused=3, refusal="x lacks y"), "3 messages refused"),
        (replace(LIVE, deaf="start the relay again"), "The relay is deaf"),
    ],
)
def test_conditions_of_the_stream_are_named_with_an_action(updates, stream, condition):
    display = shown(updates, 300.0)
    display.hear(stream, 300.0)
    message = display.screen(300.5).messages[0]
    assert message.condition == condition
    assert message.level is Level.ATTENTION
    assert message.action


def test_being_behind_is_told_when_it_lasts(updates):
    display = shown(updates, 300.0)
    for lag, at, told in (
        (9, 300, False),
        (7, 304, False),
        (8, 305.5, True),
        (1, 306, False),
    ):
        display.hear(replace(LIVE, lag=lag), at)
        conditions = [m.condition for m in display.screen(at).messages]
        assert (f"{lag} messages behind" in conditions) == told


def test_a_feed_can_say_what_is_wrong():
    display = Display(SETTINGS)
    display.hear(Stream(said="nobody listens on tcp://x:1, still trying"), 0.0)
    screen = display.screen(1.0)
    assert "nobody listens" in screen.messages[0].action
    assert screen.status.phase == "WAITING"
    assert screen.trend.note == "no transients yet"


def test_a_stream_may_take_its_time_to_begin():
    """No amber in the first seconds of a normal start; at once where it was there."""
    display = Display(SETTINGS)
    assert display.screen(50.0).status.stream == "STARTING"
    display.hear(Stream(said="Nobody listens on tcp://x"), 100.0)
    early = display.screen(105.0)
    assert (early.status.stream, early.status.stream_attention) == ("STARTING", False)
    assert [m.level for m in early.messages] == [Level.NOTE]
    late = display.screen(106.5)
    assert (late.status.stream, late.status.stream_attention) == ("NO STREAM", True)
    display.hear(LIVE, 107.0)
    display.hear(Stream(), 108.0)
    assert display.screen(108.1).status.stream == "NO STREAM"


def test_silence_is_told_of_a_live_stream_that_nothing_keeps_waiting(updates):
    def told(now_s):
        return "silent" in {m.key for m in display.screen(now_s).messages}

    display = shown(updates, 900.0)
    assert told(920.0)
    display.asked("settings", 921.0)  # the worker is fitting
    assert not told(922.0)
    display.fold(Update(9000, 0, event=Event(900.0, "settings", "{}", "")), 925.0)
    assert told(926.0)
    faded = display.screen(926.0).headline.fade
    for speed, old in ((20.0, True), (math.inf, False)):
        display.hear(replace(REPLAY, playback=Playback(True, speed, 900, 999)), 927.0)
        assert not told(927.0)  # nobody can look after the export of a recording
        assert (display.screen(927.0).headline.fade > 0) is old
    assert faded > 0


def test_paused_replay_is_not_a_silent_stream(updates):
    display = shown(updates, 1700.0)
    display.hear(PAUSED, 1700.0)
    screen = display.screen(1800.0)
    assert not screen.messages
    assert screen.headline.fade == 0
    assert not screen.running


def test_missing_transients_are_counted_by_the_scanner_s_counter(updates):
    display = shown(updates, 110.0)
    last = display.newest
    later = replace(last, index=last.index + 1, seq=9001, time_s=last.time_s + 4 * TR_S)
    display.fold(Update(9001, 0, quality=later, missing=3), 111.0)
    assert display.screen(111.5).messages[0].condition == "3 transients missing"
    display.fold(Update(9002, 0, missing=-1), 112.0)  # one came late
    assert display.missing == 2
    assert Line("missing transients", "2") in closer.page(display, 112.0).session


def test_a_file_without_a_counter_shows_no_missing_transients(updates):
    display = shown(updates, 100.0)
    display.fold(Update(9001, 0, counted=False), 101.0)
    line = Line("missing transients", "not seen in such a file")
    assert line in closer.page(display, 101.0).session


def test_a_pause_is_no_missing_transient(updates):
    display = shown(updates, 100.0)
    last = display.newest
    later = replace(last, index=last.index + 1, seq=9001, time_s=last.time_s + 9 * TR_S)
    display.fold(Update(9001, 0, quality=later), 118.0)
    assert not any("missing" in m.condition for m in display.screen(118.1).messages)
    assert display.gaps_s[-1] == (last.time_s, later.time_s)


def test_an_event_that_names_a_missing_transient_says_so_alone(updates):
    display = shown(updates, 100.0)
    why = "Transient 60 (message 9) holds values that are not finite."
    refused = Event(100.0, "dropped", why, "relay")
    display.fold(Update(9000, 0, event=refused, missing=1), 101.0)
    assert display.missing == 1
    said = [m for m in display.screen(101.1).messages if m.key in ("gap", "dropped")]
    assert [(m.condition, m.action) for m in said] == [
        ("Left out of the recording", why)
    ]


def test_message_comes_after_a_delay_and_goes_with_a_deadband():
    watch = Watch()
    values = [13, 13, 12, 13, 13, 13, 12.5, 11.9, 11, 11, 11]
    on = []
    for value in values:
        watch = above(watch, value, 12.8, 5.0, "wide")
        on.append(watch.since_s is not None)
    assert on == [False] * 5 + [True] * 4 + [True, False]


def test_value_below_its_limit_is_watched_the_other_way_round():
    watch = Watch()
    for _ in range(DELAY):
        watch = below(watch, 2.0, 3.0, 0.0, "low")
    assert watch.since_s == 0.0
    assert below(watch, math.nan, 3.0, 0.0, "low") is watch


def test_drift_past_its_limit_is_told(updates):
    display = shown(updates, 400.0, replace(SETTINGS, drift_limit_hz_per_min=0.03))
    assert any("Field drifts" in m.condition for m in display.screen(400.5).messages)


def test_advice_follows_from_the_figures(updates):
    def drifting(q):
        tired = replace(q, shift_hz=0.05 * q.time_s, snr=10 - 0.003 * q.time_s)
        return tired

    moved = [
        replace(u, quality=drifting(u.quality)) if u.quality else u for u in updates
    ]
    for until_s, action in ((550.0, "re-centre before"), (900.0, "new epoch")):
        messages = shown(moved, until_s).screen(until_s + 0.5).messages
        drift = next(m for m in messages if m.key == "drift")
        assert drift.condition.startswith("Field drifts 3.0 Hz/min, SNR loss")
        assert action in drift.action


@pytest.mark.parametrize(
    ("longer_s", "hidden", "words"),
    [
        (0.0, False, "Reference period long enough: a change of 4.2 % would now be"),
        (0.0, True, "Reference period long enough"),
        (200.0, False, "Reference period: 03:20 more to see 5.0 %"),
        (math.inf, True, "No reference period is long enough"),
    ],
)
def test_reference_period_is_judged_before_the_infusion(
    updates, longer_s, hidden, words
):
    found = Detectable("Glu", 20.0, {32: 4.2}, {32: 4.0}, math.inf, 2.0, longer_s)
    display = shown(updates, 500.0, replace(SETTINGS, outcome_hidden=hidden))
    display.fold(Update(9000, 0, detectable=found), 500.0)
    said = [m.condition for m in display.screen(500.5).messages]
    assert any(s == words if hidden else s.startswith(words) for s in said)
    later = shown(updates, 900.0)
    later.fold(Update(9000, 0, detectable=found), 900.0)
    assert not [m for m in later.screen(900.5).messages if m.key == "reference"]


@pytest.mark.parametrize("hidden", [False, True])
def test_where_no_reference_is_long_enough_the_whole_infusion_may_be(updates, hidden):
    found = Detectable("Glu", 60.0, {32: 12.0}, {32: 9.0}, math.inf, 4.1, math.inf)
    display = shown(updates, 500.0, replace(SETTINGS, outcome_hidden=hidden))
    display.fold(Update(9000, 0, detectable=found), 500.0)
    messages = display.screen(500.5).messages
    action = next(m.action for m in messages if m.key == "reference")
    assert ("the whole infusion: 4.1 %" in action) is not hidden
    wanted = closer.card(display).checks[0].wanted
    assert wanted == (("" if hidden else "5.0 %: ") + "longer window, F4")


@pytest.mark.parametrize("kind", ["settings", "reference"])
def test_while_the_course_is_fitted_again_the_window_says_so(updates, kind):
    def first(now_s):
        return display.screen(now_s).messages[0].condition

    display = shown(updates, 400.0)
    display.asked(kind, 400.0)
    assert first(400.1) == first(402.5) == "Fitting the whole course again"
    changed = Event(400.0, kind, '{"window": 64}', "operator")
    display.fold(Update(9000, 0, event=changed), 403.0)
    assert first(403.1).endswith("recorded at 06:40")
    for now_s, end in ((410.0, lambda: display.refused(kind, "no answer", 410.0)),
                       (420.0, lambda: None)):  # fmt: skip
        display.asked(kind, now_s)
        end()
        later = now_s + (0.1 if now_s < 420 else 31.0)  # or it never comes back
        conditions = [m.condition for m in display.screen(later).messages]
        assert "Fitting the whole course again" not in conditions


def test_event_is_sent_then_recorded_or_refused(updates):
    display = shown(updates, 400.0)
    display.asked("infusion_start", 400.0)
    assert display.screen(400.1).messages[0].condition == "infusion on: sent"
    started = Event(400.0, "infusion_start", "", "operator")
    display.fold(Update(9000, 0, event=started), 400.3)
    told = [m.condition for m in display.screen(400.4).messages]
    assert told[0] == "infusion on: recorded at 06:40"
    assert "infusion on: sent" not in told
    display.refused("note", "no answer", 401.0)
    first = display.screen(401.1).messages[0]
    assert (first.condition, first.action) == ("Not recorded: note", "no answer")


# -- parts -----------------------------------------------------------------------------


def test_parts_that_did_not_change_are_the_same_objects(updates):
    display = shown(updates, 900.0)
    one, two = display.screen(900.2), display.screen(900.4)
    assert one is not two
    for field in fields(Screen):
        if field.name not in ("playback", "running"):
            assert getattr(one, field.name) is getattr(two, field.name), field.name


def test_spectrum_keeps_the_scale_of_the_reference(updates):
    display = shown(updates, 900.0)
    before = display.screen(900.5).spectrum
    louder = display.curves
    assert louder is not None
    louder = replace(louder, data=2 * louder.data, model=2 * louder.model)
    estimate = replace(display.estimates[-1], time_end_s=1e5)
    display.fold(Update(9000, 0, estimate=estimate, curves=louder), 901.0)
    after = display.screen(904.0).spectrum
    np.testing.assert_allclose(after.measured, 2 * before.measured)
    assert after.ppm.min() >= 0.5
    assert after.high == before.high


def test_names_of_the_spectrum_stand_clear_of_one_another(updates):
    view = shown(updates, 900.0).screen(900.5).spectrum
    heights = sorted(height for height, _ in view.labels)
    assert np.diff(heights).min() > 0.2
    names = [name for _, name in view.labels]
    assert names == ["Glu", "Gln", "tNAA", "tCr", "tCho", "mI", "baseline", "residual"]
    assert view.low < heights[0] < heights[-1] < view.high


def test_strips_show_limit_and_value_now(updates):
    shift, width, snr, weight, water, lipid = shown(updates, 900.0).screen(900.5).strips
    assert (water.now, lipid.now) == ("1.0", "0.1")
    assert water.limits == (SETTINGS.water_limit,)
    assert width.limits == (SETTINGS.fwhm_limit_hz,)
    assert not width.past_limit
    assert snr.limits == (SETTINGS.snr_limit,)
    assert (shift.name, shift.unit, weight.high) == ("shift", "Hz", 1.08)
    assert width.low < SETTINGS.fwhm_limit_hz < width.high


def test_footer_names_what_a_report_must_name(updates):
    footer = shown(updates, 100.0).screen(100.0).footer
    for words in ("PRESS TE 30 ms", "TR 2000 ms", "20×20×20 mm", "1 coil", "protocol"):
        assert words in footer


def test_thinning_keeps_every_extreme():
    x = np.arange(20_001.0)
    y = np.sin(x / 50)
    y[12_345] = 99.0
    tx, ty = thinned(x, y)
    assert len(tx) <= 1300
    assert ty.max() == 99.0
    assert tx[np.argmax(ty)] == 12_345
    assert (np.diff(tx) > 0).all()


def test_waterfall_does_not_grow_with_the_run():
    stack = Stack(TR_S)
    for i in range(20_000):
        stack.add(i * TR_S, np.full(500, i // 2000, np.float32))
    view = stack.view(0.0)
    assert view is not None
    assert len(view.image) <= COLUMNS
    assert view.end_min == pytest.approx(20_000 * TR_S / 60, rel=0.01)
    column = int(0.55 * len(view.image))
    assert view.image[column, 0] == pytest.approx(5, abs=0.3)


def test_waterfall_leaves_a_gap_where_nothing_came():
    stack = Stack(TR_S)
    for time_s in (0.0, 2.0, 10.0):
        stack.add(time_s, np.ones(100, np.float32))
    view = stack.view(0.0)
    assert view is not None
    assert np.isnan(view.image[:, 0]).tolist() == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]


def test_columns_grow():
    columns = Columns(("a", "b"))
    for i in range(1000):
        columns.append(i, -i)
    assert len(columns) == 1000
    assert columns["b"][999] == -999
    assert not columns["a"].flags.writeable


def test_drift_is_the_slope_per_minute():
    t = np.arange(100.0)
    assert drift_hz_per_min(t, 0.05 * t) == pytest.approx(3.0)
    assert math.isnan(drift_hz_per_min(t[:5], t[:5]))


@pytest.mark.parametrize(("value", "words"), [(8.14, "+8.1"), (-0.04, "0.0")])
def test_signed(value, words):
    assert signed(value) == words


def test_words():
    assert signed(-3.26) == "−3.3"
    assert (plain(0.09366), plain(12.34), plain(1234.5)) == ("0.0937", "12.3", "1234")
    assert (clock(380), clock(3980), clock(5, True)) == (
        "06:20",
        "01:06:20",
        "00:00:05",
    )
    assert (ago(9.6), ago(300)) == ("10 s", "5 min")
    assert (nice(0.7), nice(14.1), nice(0.0)) == (1.0, 20.0, 1.0)
    assert (wider(30.0, 1), wider(10.0, -1)) == (50.0, 10.0)


# -- session ---------------------------------------------------------------------------


def played(updates: list[Update]) -> Session:
    session = Session(SETTINGS)
    session.take(Began("fake"), 0.0)
    session.take(Heard(REPLAY), 0.0)
    for update in updates:
        session.take(Computed(update), time_of(update))
    return session


def same(one: Screen, two: Screen) -> None:
    assert one.trend.line.tolist() == two.trend.line.tolist()
    assert one.trend.axis == two.trend.axis
    assert one.table == two.table
    assert one.headline == two.headline
    assert one.status.phase == two.status.phase
    np.testing.assert_array_equal(one.waterfall.image, two.waterfall.image)


def test_going_back_shows_what_was_known_then(updates):
    session = played(updates)
    session.take(Rewound(400.0), 2000.0)
    only = played([u for u in updates if time_of(u) < 400.0 and not u.ended])
    only.display.settle(2000.0)
    same(session.screen(2005.0), only.screen(2005.0))
    assert session.screen(2005.0).headline.number == "–"


def test_messages_that_come_again_are_not_worked_through_again(updates):
    session = played(updates)
    whole = session.screen(5000.0)
    session.take(Rewound(400.0), 5000.0)
    for update in updates:
        session.take(Again(update.seq), 5001.0)
    same(session.screen(5010.0), whole)


def test_curves_are_kept_sparsely_but_estimates_all():
    session = Session(SETTINGS)
    session.take(Heard(REPLAY), 0.0)
    pipeline = FakePipeline(replace(SETTINGS, step=1))
    for message in messages(50.0):
        session.take(Computed(pipeline.push(message)), 0.0)
    kept = [u for u in session._updates if u.curves is not None]
    assert MOST_CURVES / 2 <= len(kept) <= MOST_CURVES
    assert len(session.display.estimates) == 1500 - 32 + 1


def test_updates_of_a_live_session_are_not_kept(updates):
    session = Session(SETTINGS)
    session.take(Heard(LIVE), 0.0)
    for update in updates:
        session.take(Computed(update), 0.0)
    assert not session._updates
    assert len(session.display.estimates) > 200


def test_another_outcome_is_drawn_at_once(updates):
    display = shown(updates, 1500.0)
    display.screen(1500.5)
    display.show(settings=replace(SETTINGS, outcome="Gln"))
    trend = display.screen(1501.0).trend
    assert trend.half == pytest.approx(Z95 * 11.0)
    assert trend.band is None


def test_a_long_sliding_line_is_thinned_but_no_point_is_left_out(updates):
    display = shown(updates, 900.0)
    last = display.estimates[-1]
    longer = [
        replace(last, time_start_s=t, time_end_s=t + 62, independent=i % 8 == 0)
        for i, t in enumerate(np.arange(0, 20_000, 8.0))
    ]
    display.fold(Update(9000, 0, course=tuple(longer), reference_s=(0, 600)), 900.0)
    trend = display.screen(901.0).trend
    assert 400 < len(trend.line) <= 800
    assert len(trend.points) == len(longer) // 8 + 1


def test_a_long_track_is_thinned_with_its_ends(updates):
    display = shown(updates, 700.0)
    last = display.tracks.newest
    for i in range(5000):
        point = replace(last, index=i, time_s=last.time_s + i)
        display.fold(Update(9000 + i, 0, tracker=point), 700.0)
    band = display.screen(701.0).trend.band
    assert len(band.value) <= 802
    assert band.time_min[-1] == pytest.approx((last.time_s + 4999 - 600) / 60)


def test_a_new_session_begins_afresh(updates):
    session = played(updates)
    session.display.show(limit=50.0, by_tracker=True, plasma="Kamp")
    session.take(Began("another"), 3000.0)
    assert session.screen(3000.0).trend.note == "no transients yet"
    session.take(Failed("The recording cannot be read."), 3001.0)
    assert session.failed == "The recording cannot be read."
    screen = session.screen(3002.0)
    assert screen.messages[0].condition == "The analysis has stopped"
    display = session.display
    assert (display.limit_percent, display.by_tracker) == (50.0, True)
    assert display.plasma == "Kamp"


def test_quality_type_has_what_the_strips_need():
    names = {f.name for f in fields(Quality)}
    assert {"time_s", "shift_hz", "fwhm_hz", "snr", "weight"} <= names


@pytest.mark.parametrize("kind", ["gap", "series_refused", "protocol_error", "dropped"])
def test_trouble_that_the_source_noted_is_shown_in_its_words(updates, kind):
    display = shown(updates, 100.0)
    event = Event(99.0, kind, "40 acquisitions of 2 coils, 4 were announced", "scanner")
    display.fold(Update(9001, 0, event=event), 100.0)
    first, *_ = display.screen(101.0).messages
    assert (first.key, first.level) == (kind, Level.ATTENTION)
    assert first.action == event.text
    assert display.notices.log[-1][1].action == event.text


def test_contradicted_conjugation_stays_on_the_screen(updates):
    display = shown(updates, 100.0)
    text = "CONJUGATION CONTRADICTED by the spectrum: lines above water; change it."
    display.fold(
        Update(9001, 0, event=Event(99.0, CONJUGATION_CONTRADICTED, text, "scanner")),
        100.0,
    )
    display.settle(101.0)
    for later in (102.0, 1000.0):
        display.hear(LIVE, later)
        said = [m for m in display.screen(later).messages if m.key == "conjugation"]
        assert [m.level for m in said] == [Level.ATTENTION]
        assert said[0].condition.startswith("CONJUGATION CONTRADICTED")
        assert said[0].action == "change it."


def test_a_corrected_start_keeps_its_line_without_its_words(updates):
    display = shown(updates, 700.0)
    for at, kind in ((650.0, "infusion_stop"), (660.0, "infusion_start")):
        display.fold(Update(9000, 0, event=Event(at, kind)), 700.0)
    marks = display.screen(701.0).trend.axis.marks
    assert [mark.text for mark in marks] == ["", "", "infusion on"]


def test_a_change_of_settings_is_told_when_it_is_recorded(updates):
    display = shown(updates, 700.0)
    change = Event(700.0, "settings", json.dumps({"window": 64}))
    display.fold(Update(9000, 0, event=change), 700.0)
    assert "window 64: recorded at 11:40" in texts(display.screen(700.1).messages)


def test_what_the_protocol_did_not_expect_stays_on_the_screen(updates):
    display = shown(updates, 700.0)
    said = "Protocol p expects PRESS, this is STEAM."
    for seq in (9000, 9001):  # two series
        note = Note(NoteKind.EXPECTATION, said)
        display.fold(Update(seq, 0, notes=(note,)), 700.0)
    display.settle(700.0)
    messages = [m for m in display.screen(900.0).messages if m.key == "expected"]
    assert [(m.condition, m.action) for m in messages] == [
        ("Not as the protocol expects", said)
    ]
    assert messages[0].level is Level.ATTENTION


def test_an_empty_window_is_no_trouble():
    display = Display(SETTINGS)
    display.hear(Stream(idle=True), 0.0)
    screen = display.screen(100.0)
    assert (screen.status.stream, screen.status.stream_attention) == (
        "NO SESSION", False,
    )  # fmt: skip
    assert "Ctrl+N" in screen.messages[0].action


def test_the_clocks_are_named_beside_the_stream(updates):
    display = shown(updates, 300.0)
    display.hear(replace(LIVE, clock="clock +0.012 s, +3.1 ppm"), 300.0)
    assert display.screen(300.5).status.details[1].endswith("clock +0.012 s, +3.1 ppm")


def test_going_back_after_a_change_in_this_window_shows_the_changed_course(updates):
    pipeline = FakePipeline()
    session = Session(SETTINGS)
    session.take(Heard(Stream(connected=True, playback=Playback(True, 1, 0, 1800))), 0)
    kept = [pipeline.push(message) for message in messages(25.0, end=False)]
    for update in kept:
        session.take(Computed(update), time_of(update))
    change = Event(1498.0, "settings", json.dumps({"step": 16}), "viewer")
    again = pipeline.push(Message("fake", kept[-1].seq, 0, change))
    session.take(Computed(again, here=True), 1500.0)
    whole = len(session.display.estimates)
    session.take(Rewound(900.0), 1501.0)
    display = session.display
    assert display.settings.step == 16
    assert 0 < len(display.estimates) < whole
    assert max(e.time_end_s for e in display.estimates) < 900.0
    for update in kept:
        if time_of(update) >= 900.0:
            session.take(Again(update.seq), 1502.0)
    assert len(session.display.estimates) == pytest.approx(whole, abs=1)
    assert len(session.display.quality) == len(pipeline.qualities)


def test_the_end_is_told_with_the_way_to_the_summary(updates):
    display = shown(updates, 1500.0)
    display.fold(Update(9001, 0, ended="finished"), 1501.0)
    said = display.screen(1502.0).messages
    assert [(m.condition, "F10" in m.action) for m in said if m.key == "ended"] == [
        ("Session ended: finished", True)
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00012345, "1.23e−4"), (-0.00012345, "−1.23e−4"), (0.0321, "0.0321"),
        (8.134, "8.13"), (0.0, "0"), (math.nan, "–"), (12345678.0, "1.23e7"),
        (1.5e-12, "1.50e−12"),
    ],
)  # fmt: skip
def test_amplitudes_of_any_unit_fit_into_the_table(value, words):
    assert measured(value) == words


def test_a_window_says_whether_its_times_count_from_the_infusion(updates):
    assert closer.hover(shown(updates, 500.0), 5.0).startswith("04:")
    later = shown(updates, 1500.0)
    assert closer.hover(later, 5.0).startswith("+04:")
    assert closer.hover(later, -5.0).startswith("\N{MINUS SIGN}05:")


def test_conditions_and_troubles_of_the_stream_stay_in_the_log(updates):
    """What came on, since when, and when it was over."""
    display = shown(updates, 700.0)
    before = len(display.notices.log)
    wide = [replace(u, estimate=replace(u.estimate, fwhm_hz=20.0))
            for u in updates if u.estimate is not None][:3]  # fmt: skip
    good = [replace(u, estimate=replace(u.estimate, fwhm_hz=5.0)) for u in wide]
    for update in (*wide, *good):
        display.fold(replace(update, quality=None, course=None, notes=()), 701.0)
    lost = replace(LIVE, connected=False, said="Nothing for 3 s; still trying.")
    for stream in (lost, replace(lost, said="Nothing for 4 s."), LIVE):
        display.hear(stream, 710.0)
    said = [m.condition for _, m in display.messages_so_far()[before:]]
    assert said == [
        "Line width 20.0 Hz, limit 12.8", "Line width 20.0 Hz, limit 12.8: over",
        "No stream", "No stream: over",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("settings", '{"window": 64, "step": 8}', "window 64, step 8"),
        ("settings", '{"rejected_epochs": [1, 2]}', "rejected epochs 1, 2"),
        ("settings", '{"rejected_epochs": []}', "rejected epochs none"),
        ("settings", "[1]", "settings"),
        ("reference", "0:600", "reference period 0:600 s"),
        ("blinded", "protocol trial", "blinded"),
    ],
)
def test_a_change_is_told_in_words(updates, kind, text, words):
    display = shown(updates, 700.0)
    display.fold(Update(9000, 0, event=Event(700.0, kind, text, "operator")), 700.0)
    assert display.notices.log[-1][1].condition == f"{words}: recorded at 11:40"


def test_the_tracker_says_the_same_but_once(updates):
    display = shown(updates, 100.0)
    before = len(display.notices.log)
    for said in ("Tracker: a.", "Tracker: a.", "Tracker: b.", "Tracker: a."):
        note = Note(NoteKind.TRACKER, said)
        display.fold(Update(9000, 0, notes=(note,)), 100.0)
    said = [m.condition for _, m in display.notices.log[before:]]
    assert said == ["Tracker: a.", "Tracker: b.", "Tracker: a."]


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


def test_the_summary_leaves_out_markers_that_were_corrected():
    events = [
        Event(245.0, "infusion_start"), Event(317.0, "infusion_start"),
        Event(400.0, "note", "eyes closed"), Event(900.0, "infusion_stop"),
        Event(905.0, "infusion_stop"), Event(910.0, "blinded", "protocol trial"),
    ]  # fmt: skip
    assert event_lines(events) == (
        "05:17  infusion on", "06:40  eyes closed", "15:05  infusion off",
    )  # fmt: skip
    labels = [mark.text for mark in marks_of(events, 317.0)]
    assert labels == ["", "infusion on", "eyes closed", "", "infusion off"]


def test_a_clock_that_goes_back_has_a_true_minus(updates):
    display = shown(updates, 300.0)
    display.hear(replace(LIVE, clock="clock -0.012 s, -3.1 ppm"), 300.0)
    said = display.screen(300.5).status.details[1]
    assert said.endswith("clock −0.012 s, −3.1 ppm")
