import random

from hypothesis import given
from hypothesis import strategies as st
from stream_cases import ACQUISITION, messages, transient

from streams.messages.transient import Message, Start
from streams.subscription.ordering import HELD, Ordering

SESSION = messages(20)


def answer(order, limit=5):
    """What a relay's journal gives for what is wanted."""
    first, count = order.next_gap()
    for message in SESSION[first : first + min(count, limit)]:
        order.take(message, fetched=True)


@given(st.lists(st.booleans(), min_size=len(SESSION), max_size=len(SESSION)), st.data())
def test_order_is_kept_whatever_is_lost_doubled_or_swapped(arrives, data):
    order, out = Ordering(), []
    live = [m for m, came in zip(SESSION, arrives, strict=True) if came]
    live += [m for m in live if data.draw(st.booleans())]
    random.Random(data.draw(st.integers())).shuffle(live)
    for message in live:
        order.take(message, fetched=False)
        out += order.ready()
        if order.next_gap() and data.draw(st.booleans()):
            answer(order)
            out += order.ready()
    order.knows("abc", len(SESSION) - 1)
    while order.next_gap():
        answer(order)
        out += order.ready()
    assert out == SESSION
    assert order.open_gaps == 0
    assert order.received == len(SESSION)


def test_history_and_gaps_are_told_apart():
    order = Ordering()
    order.take(SESSION[8], fetched=False)
    order.take(SESSION[11], fetched=False)
    for message in SESSION[:11]:
        order.take(message, fetched=True)
    assert len(order.ready()) == 12
    assert (order.history, order.filled, order.open_gaps) == (8, 2, 0)


def test_without_a_relay_gaps_are_gone_over_and_counted():
    order = Ordering(skipping=True)
    order.take(SESSION[4], fetched=False)
    assert order.ready() == []  # not before a start
    order.take(SESSION[0], fetched=False)  # announced again
    order.take(SESSION[7], fetched=False)
    assert order.ready() == [SESSION[0], SESSION[4], SESSION[7]]
    assert order.open_gaps == 3 + 2
    order.take(SESSION[0], fetched=False)
    assert order.ready() == []
    assert order.duplicates == 0


def test_a_session_that_is_over_does_not_come_back():
    order = Ordering()
    assert order.take(SESSION[0], fetched=False)
    assert order.take(Message("new", 0, 0, Start(ACQUISITION, "x")), fetched=False)
    assert not order.take(SESSION[1], fetched=False)
    assert not order.knows("abc", 5)
    assert order.session == "new"


def test_what_is_lost_for_good_is_gone_over():
    order = Ordering()
    for seq in (0, 3):
        order.take(SESSION[seq], fetched=False)
    assert order.ready() == [SESSION[0]]
    assert order.next_gap() == (1, 2)
    order.note_lost((1, 2))
    assert order.ready() == [SESSION[3]]
    assert order.open_gaps == 2


def test_what_is_held_is_bounded():
    order = Ordering()
    for seq in range(1, 2 * HELD):
        order.take(Message("abc", seq, 0, transient(seq)), fetched=False)
    assert order.next_gap() == (0, 1)
    assert order.last_seq == 2 * HELD - 1
    order.take(SESSION[0], fetched=True)
    assert len(order.ready()) == HELD + 1
    assert order.next_gap() == (HELD + 1, HELD - 1)


def test_another_session_begins_with_nothing_counted():
    order = Ordering()
    order.take(SESSION[3], fetched=False)
    order.take(SESSION[3], fetched=False)
    assert order.duplicates == 1
    order.note_lost((0, 1, 2))
    order.ready()
    assert order.open_gaps == 3
    order.take(Message("new", 2, 0, transient(2)), fetched=False)
    assert (order.next_seq, order.last_seq, order.duplicates) == (0, 2, 0)
    assert (order.open_gaps, order.received, order.history) == (0, 0, 0)
    assert order.next_gap() == (0, 2)
    for fetched in (True, False):
        order.take(Message("new", 1, 0, transient(1)), fetched)
    assert order.duplicates == 1  # live after it was fetched, but below the highest


def test_duplicates_are_what_comes_live_twice():
    order = Ordering()
    order.take(SESSION[0], fetched=False)
    order.take(SESSION[2], fetched=False)
    order.take(SESSION[1], fetched=True)
    order.take(SESSION[1], fetched=True)
    order.take(SESSION[1], fetched=False)
    order.ready()
    order.take(SESSION[2], fetched=True)
    assert order.duplicates == 1  # the one that came live after it was fetched
    order.take(SESSION[2], fetched=False)
    assert order.duplicates == 2


def test_what_is_known_to_exist_is_wanted():
    order = Ordering()
    assert order.knows("abc", 4)
    assert (order.last_seq, order.next_gap()) == (4, (0, 5))
    assert order.knows("abc", 2)
    assert order.last_seq == 4
    for message in SESSION[:5]:
        order.take(message, fetched=True)
    assert len(order.ready()) == 5
    assert (order.history, order.filled) == (5, 0)
    order.take(SESSION[6], fetched=False)
    order.take(SESSION[5], fetched=True)
    assert (order.history, order.filled) == (5, 1)


def test_a_number_that_was_passed_is_not_lost():
    order = Ordering()
    order.take(SESSION[0], fetched=False)
    order.ready()
    order.note_lost((0,))
    order.take(SESSION[2], fetched=False)
    assert order.ready() == []
    assert order.release_all() == [SESSION[2]]
    assert order.open_gaps == 1
    assert not order.skipping


def test_full_is_full_but_for_the_one_in_turn():
    order = Ordering()
    for seq in range(1, HELD + 1):
        order.take(Message("abc", seq, 0, transient(seq)), fetched=False)
    order.take(Message("abc", HELD + 1, 0, transient(0)), fetched=False)
    order.take(SESSION[0], fetched=False)
    assert len(order.ready()) == HELD + 1
