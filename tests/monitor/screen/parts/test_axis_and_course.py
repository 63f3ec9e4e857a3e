"""The time axis and the course on it, from figures alone: ends, rows, pools, scales."""

import math

import numpy as np
import pytest

from monitor.analysis.course.response import Z95
from monitor.screen.graphs import Mark
from monitor.screen.parts.axis import (
    LATE_S,
    NEW_EPOCH,
    PLAN_SHARE,
    PLANNED_END,
    Place,
    grown,
    label_of,
    places,
    time_axis,
    together,
    unmarked,
    whole_minutes,
)
from monitor.screen.parts.trend import (
    MOST_POINTS,
    OutcomeCourse,
    after,
    plasma,
    pooled,
    reference_half,
    scale,
    trend,
)
from monitor.screen.parts.windows import Course
from streams.messages.marks import VIEWER
from streams.messages.transient import Event


def axis(first_s=0.0, last_s=600.0, infusion_s=(None, None), **given):
    wanted = {"events": (), "epoch_starts_s": (), "left_out_s": (), "reference_s": None}
    wanted |= given
    return time_axis(
        *(wanted[name] for name in ("events", "epoch_starts_s", "left_out_s")),
        *(wanted["reference_s"], infusion_s, first_s, last_s),
        wanted.get("planned_end_s"),
    )


def test_minutes_count_from_the_infusion_or_from_the_recording():
    before = axis(reference_s=(0.0, 300.0))
    assert (before.zero_s, before.start_min) == (0.0, 0.0)
    assert before.label == "minutes from start of the recording"
    assert (before.reference, before.infusion) == ((0.0, 5.0), None)
    given = {"reference_s": (0.0, 300.0), "left_out_s": ((60.0, 120.0),)}
    running = axis(0.0, 900.0, (600.0, None), epoch_starts_s=(300.0,), **given)
    assert running.label == "minutes from infusion start"
    assert running.start_min == -10.0
    assert running.end_min == -10.0 + grown(15.0)
    assert running.infusion == (0.0, 5.0)  # so far
    assert (running.reference, running.left_out) == ((-10.0, -5.0), ((-9.0, -8.0),))
    assert running.breaks == (-5.0,)
    assert axis(0.0, 900.0, (600.0, 660.0)).infusion == (0.0, 1.0)


def test_an_axis_begins_with_a_recording_that_begins_late():
    assert axis(LATE_S, 600.0).start_min == 0.0
    assert axis(LATE_S + 6, 600.0).start_min == pytest.approx(1.1)
    assert axis(-12.0, 600.0).start_min == pytest.approx(-0.2)


def test_an_axis_leads_a_little_beyond_the_planned_end():
    ahead = axis(0.0, 900.0, (600.0, None), planned_end_s=3000.0)
    assert ahead.end_min == pytest.approx(40.0 + PLAN_SHARE * 50.0)
    assert ahead.marks[-1] == Mark(40.0, PLANNED_END)
    near = axis(0.0, 900.0, (600.0, None), planned_end_s=605.0)
    assert near.end_min == axis(0.0, 900.0, (600.0, None)).end_min


def test_epochs_without_an_event_of_their_own_are_named():
    """An event comes before the transients of its epoch, and counts for that alone."""
    shim = Event(290.0, "re-shim")
    assert unmarked([shim], [0.0, 300.0]) == [Event(0.0, NEW_EPOCH)]
    assert unmarked([shim], [0.0, 290.0, 600.0]) == [
        Event(0.0, NEW_EPOCH),
        Event(600.0, NEW_EPOCH),
    ]
    assert unmarked([Event(300.0, "note")], [300.0]) == [Event(300.0, NEW_EPOCH)]
    assert unmarked([Event(301.0, "re-shim")], [300.0]) == [Event(300.0, NEW_EPOCH)]


def test_labels_are_words_and_say_whose_a_mark_is():
    assert label_of(Event(0.0, "infusion_start", "", "operator")) == "infusion on"
    assert label_of(Event(0.0, "infusion_start", "", VIEWER)) == "infusion on (here)"
    assert label_of(Event(0.0, "note", "hello", VIEWER)) == "hello"
    assert label_of(Event(0.0, "note", "x" * 22)) == "x" * 22
    assert label_of(Event(0.0, "note", "x" * 23)) == "x" * 21 + "…"


def test_labels_take_another_row_only_where_they_meet():
    def rows(*given: tuple[float, float]) -> list[Place]:
        marks = [Mark(at, "") for at, _ in given]
        return list(places(marks, [width for _, width in given], 60.0))

    assert rows((0.0, 5.0), (5.0, 5.0)) == [Place(0, False)] * 2
    assert rows((0.0, 5.0), (4.9, 5.0)) == [Place(0, False), Place(1, False)]
    assert rows((55.0, 5.0), (50.0, 5.0)) == [Place(0, False)] * 2
    # past the end a label stands on the left, where another may stand already
    assert rows((55.1, 5.0)) == [Place(0, True)]
    assert rows((50.0, 5.0), (55.1, 5.0)) == [Place(0, False), Place(1, True)]
    assert rows((50.0, 5.0), (60.0, 5.0)) == [Place(0, False), Place(0, True)]


@pytest.mark.parametrize(("span_min", "step"), [(13, 1), (14, 2), (26, 2), (27, 5)])
def test_ticks_are_some_ten(span_min, step):
    long = axis(0.0, 600.0)
    object.__setattr__(long, "end_min", float(span_min))
    assert whole_minutes(long) == range(0, span_min + 1, step)


def test_ticks_lie_on_multiples_of_their_step_before_the_start_too():
    assert list(whole_minutes(axis(0.0, 1500.0, (630.0, None))))[:3] == [-10, -5, 0]


def test_two_axes_are_brought_to_the_same_minutes():
    one, other = axis(0.0, 900.0, (600.0, None)), axis(0.0, 2400.0)
    both = together(one, other)
    assert {(a.start_min, a.end_min) for a in both} == {(-10.0, other.end_min)}
    assert [a.zero_s for a in both] == [600.0, 0.0]


def course(change, sd=2.0, independent=1.0, epoch=0.0, transients=32.0, step_s=64.0):
    n = len(change)
    start_s = step_s * np.arange(n)
    fill = [np.broadcast_to(np.asarray(x, float), n) for x in (sd, independent, epoch)]
    whole = np.broadcast_to(np.asarray(transients, float), n)
    return Course(start_s, start_s + 64.0, np.asarray(change, float), *fill, whole)


def test_the_references_half_width_is_of_its_independent_windows():
    """The mean of n windows: sqrt(sum sd^2) / n, those that lie in it as a whole."""
    windows = course([0.0] * 4, sd=[1.0, 2.0, 3.0, 9.0], independent=[1, 0, 1, 1])
    half = reference_half(windows, (0.0, 192.0))
    assert half == pytest.approx(Z95 * math.sqrt(1 + 9) / 2)
    assert reference_half(windows, (1.0, 192.0)) == pytest.approx(Z95 * 3.0)
    assert reference_half(windows, (0.0, 191.0)) == pytest.approx(Z95 * 1.0)
    assert math.isnan(reference_half(windows, (0.0, 30.0)))
    assert math.isnan(reference_half(windows, None))


def test_pools_keep_to_their_epoch_and_share_the_references_error():
    n = MOST_POINTS + 2
    epoch = np.where(np.arange(n) < 3, 0.0, 1.0)
    windows = course(np.arange(n), sd=2.0, epoch=epoch)
    points, each = pooled(windows, 1.0)
    assert each == 2
    assert points.change[:3].tolist() == pytest.approx(
        [0.5, 2.0, 3.5]
    )  # two, the odd one, two
    own = 2.0**2 - 1.0**2
    assert points.sd[0] == pytest.approx(math.sqrt(own / 2 + 1.0))
    assert points.sd[1] == pytest.approx(2.0)
    assert (points.start_s[0], points.end_s[0]) == (0.0, 128.0)
    assert points.transients[0] == 64.0
    few, each = pooled(course(np.arange(MOST_POINTS)), 1.0)
    assert (len(few.change), each) == (MOST_POINTS, 1)


def test_a_pool_weighs_by_variance():
    n = MOST_POINTS * 2
    windows = course([0.0, 5.0] * MOST_POINTS, sd=[1.0, 2.0] * MOST_POINTS)
    points, _ = pooled(windows, 0.0)
    assert len(points.change) == n / 2
    assert points.change[0] == pytest.approx(5.0 * 0.25 / 1.25)


@pytest.mark.parametrize(
    ("values", "wider", "limit"),
    [
        ([0.0], 0, 10.0),
        ([20.0], 0, 10.0),  # twice above what is below
        ([20.1], 0, 20.0),
        ([-10.0], 0, 10.0),
        ([-10.1], 0, 20.0),
        ([0.0], 1, 20.0),
        ([0.0], -1, 5.0),
        ([0.0], -9, 5.0),
        ([0.0], 9, 100.0),
        ([900.0], 0, 100.0),
        ([], 0, 10.0),
    ],
)
def test_the_scale_is_the_smallest_that_holds_what_is_drawn(values, wider, limit):
    assert scale(np.array(values), None, wider) == (-limit, 2 * limit)


def test_points_off_the_scale_are_arrows_and_the_line_stops_at_epochs():
    change = [5.0] * 30 + [90.0, -80.0]
    windows = course(change, epoch=[0.0] * 10 + [1.0] * 22)
    found = trend(
        axis(0.0, 2400.0), OutcomeCourse("Glu", windows, None, None, ()), 0, ""
    )
    assert (found.low, found.high) == (-10.0, 20.0)
    assert len(found.points) == 30
    assert (len(found.above_min), len(found.below_min)) == (1, 1)
    assert found.above_min[0] == pytest.approx((30 * 64 + 32) / 60)
    assert found.line[-2:].tolist() == [20.0, -10.0]
    assert np.flatnonzero(~found.line_connect).tolist() == [9]
    assert found.provisional
    start_min, end_min = found.now
    assert (start_min, end_min) == pytest.approx((31 * 64 / 60, 32 * 64 / 60))


def test_without_windows_the_note_stands_alone():
    none = course([])
    found = trend(axis(), OutcomeCourse("Glu", none, None, None, ()), 0, "it fills")
    assert (found.note, found.now) == ("it fills", None)
    some = OutcomeCourse("Glu", course([1.0]), None, (0.0, 64.0), ())
    found = trend(axis(), some, 0, "it fills")
    assert (found.note, found.provisional) == ("", False)


def test_plasma_is_drawn_from_the_start_to_the_end_or_to_now():
    name = after("")
    on = axis(0.0, 900.0, (600.0, None))
    overlay = plasma(name, on, (600.0, 1200.0), 900.0)
    assert overlay.time_min[[0, -1]].tolist() == [0.0, 10.0]
    assert plasma(name, on, (600.0, 1200.0), 1800.0).time_min[-1] == 20.0
    assert plasma(name, on, None, 900.0) is None
    assert after("no such model") == name
