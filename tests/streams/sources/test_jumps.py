"""Times that jump in a recording or a file: said, and never averaged across."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stream_cases import ACQUISITION, all_parts, fid, messages, transient

from streams.export.nifti_mrs import write_session
from streams.messages import wire
from streams.messages.transient import Event, Kind, Message, Start, Transient, number
from streams.recording.journal import Journal
from streams.sources import recording
from streams.sources.files.open_file import messages_of, open_source
from streams.sources.jumps import ForwardTimes, forward, forward_times
from streams.subscription.time_line import DAY_S

JUMPS = [1.7e9, 9e14, -1e9, 90_000.0]


def recorded(path, bodies):
    with Journal.create(path) as journal:
        for message in number(bodies, "abc"):
            journal.append(wire.encode(message))
    return path


def jumping(jump_s, transients=6):
    """Times that jump in the middle, with a mark of the operator behind it."""
    yield Start(ACQUISITION, "test")
    for count in range(transients):
        late_s = jump_s if count >= transients // 2 else 0.0
        body = transient(count)
        yield replace(body, time_s=body.time_s + late_s)
    yield Event(2.0 * transients + jump_s, "infusion_start", author="operator")


def unmarked(jump_s):
    return (b for b in jumping(jump_s) if not isinstance(b, Event))


def check_said(several):
    """One jump: said once, in a new epoch, and times go on after it."""
    (event,) = [m for m in several if getattr(m.body, "kind", "") == "re-shim"]
    assert "time_s jumped by" in event.body.text
    assert event.body.author == "relay"
    transients = [m for m in several if isinstance(m.body, Transient)]
    assert [m.body.time_s for m in transients] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert [m.epoch for m in transients] == [0, 0, 0, 1, 1, 1]
    assert [m.seq for m in several] == list(range(len(several)))


@pytest.mark.parametrize("jump_s", [*JUMPS, -5.0])
def test_a_recording_whose_times_jump(tmp_path, jump_s):
    path = recorded(tmp_path / "s.mcap", jumping(jump_s))
    several = list(messages_of(open_source(path)))
    check_said(several)
    assert several[-1].body.time_s == pytest.approx(12.0, abs=0.2)
    again = list(number(recording.bodies(path), "abc"))  # through a relay
    assert all_parts(again) == all_parts(several)


@pytest.mark.parametrize("jump_s", JUMPS)
def test_a_file_whose_times_jump(tmp_path, jump_s):
    path = tmp_path / "s.nii.gz"
    write_session(path, number(unmarked(jump_s)))
    several = list(messages_of(open_source(path)))
    check_said(several)


def test_a_new_series_may_come_after_days():
    """A session that was gone on with: the relay placed it by its own clock."""
    later = [replace(transient(n), time_s=3e5 + 2.0 * n) for n in range(3)]
    start = Start(ACQUISITION, "test")
    several = list(number([start, transient(0), start, *later], "abc"))
    assert all_parts(forward(several)) == all_parts(several)


def test_water_and_noise_may_have_times_of_their_own():
    water = [Transient(n, 50.0 + n, Kind.WATER, fid(n)) for n in range(3)]
    several = list(number([Start(ACQUISITION, "x"), *water, transient(3)], "abc"))
    assert all_parts(forward(several)) == all_parts(several)


def test_a_clock_that_is_set_forth_and_back():
    """The times are the first ones again, the numbers and epochs are not."""
    late_s = [0.0, 0.0, 1e9, 1e9, 0.0, 0.0]
    bodies = [replace(transient(n), time_s=2.0 * n + s) for n, s in enumerate(late_s)]
    several = list(forward(number([Start(ACQUISITION, "x"), *bodies], "abc")))
    assert [m.seq for m in several] == list(range(9))
    transients = [m for m in several if isinstance(m.body, Transient)]
    assert [m.epoch for m in transients] == [0, 0, 1, 1, 2, 2]
    assert [m.body.time_s for m in transients] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


def test_numbers_that_are_missing_stay_missing():
    several = [m for m in number(jumping(1e9), "abc") if m.seq not in (2, 5)]
    numbers = [m.seq for m in forward(several)]
    assert numbers == [0, 1, 3, 4, 5, 7, 8]


@given(st.lists(st.floats(0.0, 80_000.0, width=32), max_size=20))
def test_times_that_go_forward_stay_as_they_are(steps):
    times = [sum(steps[: n + 1]) for n in range(len(steps))]
    assert forward_times(times, 2.0) == (tuple(times), {})


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=30))
def test_whatever_the_times_they_go_forward(times):
    placed, _ = forward_times(times, None)
    steps = [after - before for before, after in pairwise(placed)]
    assert all(-DAY_S - 1 <= step <= DAY_S + 1 for step in steps)


def test_messages_as_they_were_are_the_very_messages():
    several = messages(8)
    assert all(a is b for a, b in zip(forward(several), several, strict=True))
    assert isinstance(several[0], Message)


@pytest.mark.parametrize("last_s", [60.0, 60_000.0])
def test_an_event_near_the_last_transient_keeps_its_time_late_in_the_day_too(last_s):
    times = ForwardTimes(2.0)
    for given_s in (last_s - 2.0, last_s - 1e6, last_s - 1e6 + 2.0):
        time_s, _ = times.transient(given_s)
    assert times.event(last_s - 1e6 + 7.0) == time_s + 5.0
    assert times.event(last_s + 1e6) == time_s


def test_what_came_late_by_the_counter_set_no_clock():
    order = [0, 1, 3, 2, 4, 5, 8, 6, 7, 9]
    bodies = [replace(transient(n), time_s=2.0 * n) for n in order]
    several = list(forward(number([Start(ACQUISITION, "test"), *bodies], "abc")))
    times_s = [m.body.time_s for m in several[1:]]
    assert {m.epoch for m in several} == {0}
    expected_s = [0, 2, 6, 6.001, 8, 10, 16, 16.001, 16.002, 18]
    assert times_s == pytest.approx(expected_s)


@pytest.mark.parametrize("first", [30, 10, 2])
def test_a_clock_that_was_set_back_with_its_counter_is_a_jump_all_the_same(first):
    bodies = [replace(transient(n), time_s=2.0 * n) for n in [*range(first), 0, 1]]
    several = list(forward(number([Start(ACQUISITION, "test"), *bodies], "abc")))
    assert [m.body.kind for m in several if isinstance(m.body, Event)] == ["re-shim"]


@pytest.mark.parametrize(("repetition_time_s", "step_s"), [(2.0, 2.0), (None, 3.0)])
def test_time_goes_on_after_a_repetition_time_or_the_last_step(
    repetition_time_s, step_s
) -> None:
    given_s = [0.0, 3.0, 6.0, 1e9, 1e9 + 3.0]
    found, jumps = forward_times(given_s, repetition_time_s)
    assert found == (0.0, 3.0, 6.0, 6.0 + step_s, 9.0 + step_s)
    assert list(jumps) == [3]


def test_an_event_is_where_it_is_said_until_time_has_jumped() -> None:
    times = ForwardTimes(2.0)
    assert times.event(5.0) == 5.0
    times.transient(0.0)
    assert times.event(3 * DAY_S) == 3 * DAY_S
    times.transient(-1e9)  # goes on at 2 s
    assert times.event(-1e9 + 3.0) == 5.0
    assert times.event(0.0) == 2.0
