"""Scanner time of a publisher's run, step by step."""

import math

import pytest

from streams.subscription.time_line import DAY_S, TimeLine

TR_S = 2.0


def line(*steps_s: float, waits_s: float | None = None, **options) -> TimeLine:
    """A run whose transients came after these steps, as measured or after `waits_s`."""
    times, given_s, arrived_s = TimeLine(**options), 0.0, 100.0
    times.transient(given_s, arrived_s)
    for step_s in steps_s:
        given_s += step_s
        arrived_s += step_s if waits_s is None else waits_s
        times.transient(given_s, arrived_s)
    return times


def after(times: TimeLine, step_s: float, waited_s: float):
    """The next transient, so much later by its own clock and by this machine's."""
    return times.transient(times._given_s + step_s, times._arrived_s + waited_s)


def test_times_that_go_forward_are_the_publishers_own():
    times = line(TR_S, TR_S, repetition_time_s=TR_S)
    placed = after(times, 7.0, 0.1)
    assert (placed.time_s, placed.said, placed.epoch) == (11.0, "", False)


@pytest.mark.parametrize(("first_s", "kept"), [(DAY_S, True), (-DAY_S - 1, False)])
def test_the_first_time_may_be_up_to_a_day(first_s, kept):
    times = TimeLine(TR_S)
    placed = times.transient(first_s, 0.0)
    assert placed.time_s == (first_s if kept else 0.0)
    assert bool(placed.said) is not kept
    assert after(times, 3.0, 3.0).time_s == placed.time_s + 3.0


@pytest.mark.parametrize(
    ("step_s", "jumps"), [(-1.1, True), (-0.9, False), (0.0, False), (DAY_S + 1, True)]
)
def test_back_by_half_a_step_is_a_clock_that_was_set(step_s, jumps):
    placed = after(line(TR_S, repetition_time_s=TR_S), step_s, 3.0)
    assert placed.epoch is jumps
    assert placed.time_s == pytest.approx(2.0 + (3.0 if jumps else TR_S))


def test_after_a_jump_the_new_clock_counts_on():
    times = line(TR_S, repetition_time_s=TR_S)
    placed = after(times, -500.0, 3.0)
    assert "-500 s" in placed.said
    assert after(times, TR_S, TR_S).time_s == pytest.approx(5.0 + TR_S)
    assert times.event(-495.0).time_s == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("paced", "step_s", "waited_s", "jumps"),
    [
        (3, 14.1, 2.0, True),  # over 2 waits and ten seconds
        (3, 13.9, 2.0, False),
        (2, 14.1, 2.0, False),  # not yet at their pace
        (3, 30.0, 29.0, False),
    ],
)
def test_far_ahead_counts_once_transients_came_at_their_pace(
    paced, step_s, waited_s, jumps
):
    times = line(*[TR_S] * paced, repetition_time_s=TR_S)
    assert after(times, step_s, waited_s).epoch is jumps


def test_a_burst_has_no_pace():
    times = line(*[TR_S] * 9, waits_s=0.0, repetition_time_s=TR_S)
    assert not after(times, 20.0, 0.0).epoch


@pytest.mark.parametrize(("step_s", "jumps"), [(62.0, False), (64.0, True)])
def test_a_long_tr_may_seem_to_go_further_ahead(step_s, jumps):
    times = line(*[9.0] * 4, repetition_time_s=9.0)
    assert after(times, step_s, 9.0).epoch is jumps


def test_times_that_stand_still_go_by_tr_and_that_is_said_once():
    times = line(TR_S, repetition_time_s=TR_S)
    first, second = (after(times, 0.0, 1.0) for _ in range(2))
    assert (first.time_s, second.time_s) == (4.0, 6.0)
    assert "go by TR" in first.said
    assert second.said == ""
    unknown = line(TR_S)
    assert after(unknown, 0.0, 1.5).time_s == pytest.approx(3.5)
    assert after(unknown, 0.0, 0.0).time_s == pytest.approx(3.501)


def test_a_clock_of_this_machine_that_steps_back_takes_no_time():
    times = line(TR_S)
    assert after(times, -100.0, -50.0).time_s == pytest.approx(2.001)


@pytest.mark.parametrize(
    ("event_s", "time_s", "said"),
    [(5.0, 5.0, False), (-3.0, -3.0, False), (DAY_S + 3, 2.0, True)],
)
def test_events_lie_where_they_are_said_to_within_a_day(event_s, time_s, said):
    placed = line(TR_S, repetition_time_s=TR_S).event(event_s)
    assert placed.time_s == time_s
    assert bool(placed.said) is said


def test_an_event_before_the_first_transient():
    assert TimeLine().event(5.0).time_s == 5.0
    placed = TimeLine().event(DAY_S + 5)
    assert (placed.time_s, placed.said) == (0.0, "")
    assert not math.isnan(placed.time_s)


def test_what_came_late_by_the_counter_set_no_clock():
    line = TimeLine(2.0)
    told = [
        line.transient(2.0 * n, 2.0 * k, n) for k, n in enumerate([0, 1, 3, 2, 4, 5])
    ]
    assert [one.time_s for one in told] == [0.0, 2.0, 6.0, 6.001, 8.0, 10.0]
    assert not any(one.epoch or one.said for one in told)
    assert line.transient(0.0, 14.0, 0).epoch  # it came already: a clock was set


def test_a_counter_that_begins_again_soon_is_a_clock_that_was_set():
    """A scanner that was started again after ten transients, without a start."""
    line = TimeLine(2.0)
    counts = [*range(10), *range(4)]
    told = [line.transient(2.0 * n, 2.0 * k, n) for k, n in enumerate(counts)]
    assert [one.epoch for one in told] == [k == 10 for k in range(14)]
    assert [one.time_s for one in told] == pytest.approx([2.0 * k for k in range(14)])


@pytest.mark.parametrize("offset_s", [0.0, 1000.0, -1000.0])
def test_what_comes_late_is_placed_by_the_clock_that_holds(offset_s):
    """After a jump the publisher's times are others than ours."""
    times = TimeLine(TR_S)
    for count, given_s in enumerate((0.0, 2.0, 4.0, 8.0)):
        if count == 2:
            times._offset_s, times.time_s = offset_s, 2.0 + offset_s
        times.transient(given_s, 100.0 + given_s, count + (count == 3))
    assert times.time_s == 8.0 + offset_s
    late = times.transient(6.0, 109.0, 3)
    assert late.time_s == pytest.approx(8.0 + offset_s + 0.001)
    assert (late.said, late.epoch) == ("", False)
    assert times.transient(10.0, 110.0, 5).time_s == 10.0 + offset_s
