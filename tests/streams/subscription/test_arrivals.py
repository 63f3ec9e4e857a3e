"""What a publisher's own numbers and sessions become: runs without a gap of ours."""

from dataclasses import replace

import pytest
from stream_cases import ACQUISITION, transient

from streams.messages.transient import Event, Heartbeat, Message, Start
from streams.subscription.arrivals import FAR, HELD, Arrivals

START = Start(ACQUISITION, "scanner")
OTHER = Start(replace(ACQUISITION, echo_time_s=0.1), "scanner")


def message(seq: int, session: str = "a", epoch: int = 0, time_s: float | None = None):
    body = transient(seq)
    at_s = 2.0 * seq if time_s is None else time_s
    return Message(session, seq, epoch, replace(body, time_s=at_s))


def start(seq: int = 0, session: str = "a", body: Start = START) -> Message:
    return Message(session, seq, 0, body)


def begun(*seqs: int) -> Arrivals:
    """A run of session a with these transients behind its start."""
    arrivals = Arrivals()
    arrivals.take(start(), 0.0)
    for seq in seqs:
        arrivals.take(message(seq), 2.0 * seq)
    return arrivals


def numbers(taken) -> list[int]:
    return [m.seq for m in taken.messages]


def test_numbers_of_a_run_are_the_publishers_own():
    arrivals = begun()
    assert arrivals.last_seq == 0
    assert numbers(arrivals.take(message(1), 2.0)) == [1]
    taken = arrivals.take(message(4), 8.0)  # two were lost on the way
    assert (numbers(taken), taken.remarks) == ([4], ())
    assert (arrivals.last_seq, arrivals.session, arrivals.start_seq) == (4, "a", 0)


def test_what_comes_twice_in_a_row_is_repeated_once():
    arrivals = begun(1, 2)
    assert arrivals.take(message(2), 4.0).repeated
    assert not arrivals.take(message(3), 6.0).repeated
    same = message(3)  # the same number, other samples
    changed = replace(same, body=replace(same.body, fid=2 * same.body.fid))
    taken = arrivals.take(changed, 6.0)
    assert not taken.repeated
    assert "went back from number 3 to 3" in taken.remarks[0]


def test_a_start_once_more_is_for_those_who_come_late():
    arrivals = begun(1)
    assert arrivals.take(start(), 2.0).messages == ()
    further = arrivals.take(start(2, body=OTHER), 4.0)
    assert numbers(further) == [2]
    assert further.remarks == ()
    again = arrivals.take(start(0), 6.0)
    assert "began again with its start: a new run" in again.remarks[0]
    assert again.messages[0].session == "a#2"


def test_a_session_of_another_name_is_a_run_of_its_own():
    arrivals = begun(1)
    taken = arrivals.take(start(5, "b"), 4.0)
    assert [(m.session, m.seq) for m in taken.messages] == [("b", 5)]
    assert (taken.remarks, arrivals.session) == ((), "b")
    assert numbers(arrivals.take(message(6, "b"), 6.0)) == [6]


def test_a_session_without_its_start_has_that_of_the_one_before():
    arrivals = begun(1)
    taken = arrivals.take(message(7, "b"), 4.0)
    assert [(m.session, m.seq) for m in taken.messages] == [("b", 0), ("b", 1)]
    assert isinstance(taken.messages[0].body, Start)
    assert "began without a start" in taken.remarks[0]
    assert arrivals.start_seq == 0  # none of this session was heard


def test_numbers_that_go_back_are_a_new_run_of_the_same_start():
    arrivals = begun(1, 2, 3)
    taken = arrivals.take(message(1, time_s=20.0), 20.0)
    assert [(m.session, m.seq) for m in taken.messages] == [("a#2", 0), ("a#2", 1)]
    assert "went back from number 3 to 1" in taken.remarks[0]


@pytest.mark.parametrize(("ahead", "far"), [(FAR, False), (FAR + 1, True)])
def test_a_number_far_ahead_is_taken_as_the_next(ahead, far):
    arrivals = begun(1)
    taken = arrivals.take(message(1 + ahead, time_s=4.0), 4.0)
    assert bool(taken.remarks) is far
    assert numbers(taken) == [2 if far else 1 + ahead]


def test_numbers_may_go_on_from_far_or_come_back():
    there = begun(1)
    there.take(message(FAR * 3, time_s=4.0), 4.0)
    on = there.take(message(FAR * 3 + 1, time_s=6.0), 6.0)
    assert (numbers(on), on.remarks, there.last_seq) == ([3], (), FAR * 3 + 1)
    back = begun(1)
    back.take(message(FAR * 3, time_s=4.0), 4.0)
    assert numbers(back.take(message(3, time_s=6.0), 6.0)) == [3]  # 2 was the odd one
    assert back.last_seq == 3


def test_what_came_before_the_start_is_held_and_given_behind_it():
    arrivals = Arrivals()
    for seq in (1, 2):
        assert arrivals.take(message(seq), 2.0 * seq).messages == ()
    assert arrivals.waiting_s == 2.0
    taken = arrivals.take(start(), 5.0)
    assert (numbers(taken), taken.refused) == ([0, 1, 2], ())
    assert arrivals.waiting_s is None


def test_of_what_was_held_only_that_of_the_start_is_given():
    arrivals = Arrivals()
    arrivals.take(message(1, "b"), 2.0)
    arrivals.take(message(3), 4.0)
    taken = arrivals.take(start(3), 5.0)
    assert numbers(taken) == [3]
    assert len(taken.refused) == 2
    assert taken.refused[0].startswith("No valid start came before transient")


def test_so_many_are_held_and_no_more():
    arrivals = Arrivals()
    taken = [arrivals.take(message(n), 2.0 * n) for n in range(1, HELD + 2)]
    assert [len(t.refused) for t in taken] == [0] * HELD + [1]
    assert len(arrivals.give_up()) == HELD
    assert arrivals.give_up() == ()


def test_after_a_start_that_was_refused_nothing_follows_until_one_that_is_valid():
    arrivals = begun(1)
    assert arrivals.follows(message(2))
    arrivals.doubt()
    assert not arrivals.follows(message(2))
    assert arrivals.take(message(2), 4.0).messages == ()
    assert numbers(arrivals.take(start(1, body=OTHER), 5.0)) == [1, 2]


@pytest.mark.parametrize(
    ("seq", "session", "plain"),
    [(1, "a", False), (2, "a", True), (1 + HELD, "a", True), (2 + HELD, "a", False),
     (2, "b", False)],
)  # fmt: skip
def test_what_plainly_follows(seq, session, plain):
    assert begun(1).follows(message(seq, session)) is plain
    assert not Arrivals().follows(message(seq, session))


def beat(last_seq: int, session: str = "a") -> Message:
    return Message(session, 0, 0, Heartbeat(last_seq, 0, 0))


@pytest.mark.parametrize(
    ("last_seq", "ours"), [(1, 1), (5, 5), (1 + FAR, 1 + FAR), (2 + FAR, 1), (0, 1)]
)
def test_a_heartbeat_speaks_in_our_numbers(last_seq, ours):
    taken = begun(1).beat(beat(last_seq))
    assert (taken.seq, taken.body.last_seq) == (ours, ours)


def test_a_heartbeat_of_no_run_is_none():
    arrivals = begun(1)
    assert arrivals.beat(beat(1, "b")) is None
    assert arrivals.beat(message(2)) is None
    assert Arrivals().beat(beat(1)) is None


def test_an_event_is_given_in_its_turn():
    arrivals = begun(1)
    event = Message("a", 2, 0, Event(3.0, "note", "hello"))
    taken = arrivals.take(event, 4.0)
    assert (numbers(taken), taken.messages[0].body.text) == ([2], "hello")
    assert arrivals.epoch == 0
    arrivals.take(message(3, epoch=2), 6.0)
    assert arrivals.epoch == 2


def test_before_anything_has_come():
    assert (Arrivals().last_seq, Arrivals().start_seq, Arrivals().epoch) == (-1, 0, 0)


def test_the_start_of_another_session_is_not_this_ones():
    arrivals = Arrivals()
    arrivals.take(start(3), 0.0)
    assert arrivals.start_seq == 3
    arrivals.take(message(9, "b"), 2.0)
    assert arrivals.start_seq == 0


def test_another_start_of_the_same_number_is_a_new_run():
    taken = begun(1).take(start(0, body=OTHER), 2.0)
    assert [(m.session, m.body) for m in taken.messages] == [("a#2", OTHER)]


def test_numbers_that_go_back_before_their_start_leave_it_room():
    taken = begun(1, 2).take(message(0, time_s=20.0), 20.0)
    assert [(m.session, m.seq) for m in taken.messages] == [("a#2", 0), ("a#2", 1)]
    assert len(taken.remarks) == 1


def event(seq: int, text: str, session: str = "a") -> Message:
    return Message(session, seq, 0, Event(3.0, "note", text))


def test_an_event_can_begin_a_session_without_a_start():
    taken = begun(1).take(event(4, "hello", "b"), 4.0)
    assert [type(m.body) for m in taken.messages] == [Start, Event]


def test_an_event_that_comes_twice_is_repeated_and_another_is_not():
    arrivals = begun(1)
    arrivals.take(event(2, "hello"), 4.0)
    assert arrivals.take(event(2, "hello"), 4.0).repeated
    assert not arrivals.take(event(2, "good bye"), 4.0).repeated
    transient_now = begun(1)
    assert not transient_now.take(event(1, "hello"), 4.0).repeated


def test_one_number_far_ahead_excuses_one_that_is_missing_and_no_more():
    arrivals = begun(1)
    arrivals.take(message(FAR * 3, time_s=4.0), 4.0)
    assert numbers(arrivals.take(message(3, time_s=6.0), 6.0)) == [3]
    assert numbers(arrivals.take(message(5, time_s=10.0), 10.0)) == [5]


def test_a_jump_in_time_begins_an_epoch_of_ours():
    arrivals = begun(1, 2)
    taken = arrivals.take(message(3, time_s=1e6), 6.0)
    assert [m.body.kind for m in taken.messages] == ["re-shim", "metabolite"]
    assert [(m.seq, m.epoch) for m in taken.messages] == [(3, 1), (4, 1)]
    after = arrivals.take(message(4, time_s=1e6 + 2), 8.0)
    assert [(m.seq, m.epoch) for m in after.messages] == [(5, 1)]
