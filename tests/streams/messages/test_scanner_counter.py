"""Missing transients, counted by the scanner's own counter."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stream_cases import ACQUISITION, transient

from streams.messages.scanner_counter import LATEST, LateTransients, ScannerCounter
from streams.messages.transient import End, Event, Start

START = Start(ACQUISITION, "test")
REFUSED = "Transient {} (message 8) holds values that are not finite"


def counted(*bodies):
    counter = ScannerCounter()
    for body in bodies:
        counter.take(transient(body) if isinstance(body, int) else body)
    return counter.missing, counter.came, counter.doubled


def refused(count, author="relay"):
    return Event(0.0, "dropped", REFUSED.format(count), author)


CASES = {  # bodies (a number: a transient of that count): missing, came, doubled
    "nothing": ((), (0, 0, 0)),
    "all": ((START, 0, 1, 2), (0, 3, 0)),
    "the first": ((START, 2, 3), (2, 2, 0)),
    "in the middle": ((START, 0, 3, 4, 6), (3, 4, 0)),
    "late": ((START, 0, 2, 1), (0, 3, 0)),
    "twice": ((START, 0, 1, 1, 2), (0, 3, 1)),
    "a series that goes on": ((START, 0, 1, START, 4, 5), (2, 4, 0)),
    "a source that began again": ((START, 0, 2, START, 0, 1, 3), (2, 5, 0)),
    "began again, one twice": ((START, 0, 1, START, 0, 1, 1), (0, 4, 1)),
    "refused": ((START, 0, refused(1), 2), (1, 2, 0)),
    "refused, the last": ((START, 0, 1, refused(2)), (1, 2, 0)),
    "refused, the first again": ((START, 0, 1, START, refused(0), 1), (1, 3, 0)),
    "refused, the first two again": (
        (START, 0, 1, 2, START, refused(0), refused(1), 2), (2, 4, 0)),
    "refused again, and none came": ((START, 0, 1, START, refused(0)), (1, 2, 0)),
    "refused once more, and it went on": (
        (START, 0, 1, START, refused(1), 2), (0, 3, 0)),
    "refused, and it came": ((START, 0, refused(1), 1), (0, 2, 0)),
    "refused by whoever": ((START, 0, refused(1, "operator")), (0, 1, 0)),
    "lost before the end": (
        (START, 0, Event(0.0, "gap", "2 lost, up to transient 2", "relay"), End(1, "")),
        (2, 1, 0),
    ),
    "a remark": ((START, 0, Event(0.0, "note", "transient 9", "relay")), (0, 1, 0)),
    "a file": ((START, 0, Event(0.0, "dropped", "File 3 was", "relay")), (0, 1, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_counted(name):
    bodies, expected = CASES[name]
    assert counted(*bodies) == expected


@given(st.sets(st.integers(0, 60), min_size=1), st.randoms(use_true_random=False))
def test_order_and_repeats_make_nothing_missing(came, rng: random.Random):
    order = [*came, *rng.choices(sorted(came), k=5)]
    rng.shuffle(order)
    missing = len(set(range(max(came))) - came)
    assert counted(START, *order) == (missing, len(came), 5)


@given(st.permutations(range(1, 12)))
def test_late_are_those_that_come_behind_a_higher_count(order):
    late, order = LateTransients(), [0, *order]
    expected = [count < max(order[: k + 1]) for k, count in enumerate(order)]
    assert [late.take(count) for count in order] == expected


def test_what_came_already_or_long_ago_is_not_late():
    late = LateTransients()
    assert [late.take(n) for n in (0, 1, 3, 3)] == [False] * 4
    late = LateTransients()
    assert [late.take(n) for n in (0, 2, 2 + LATEST, 1, 2)] == [False] * 5


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("refused", 1),
        ("refused, the last", 1),
        ("refused, the first again", 1),
        ("refused, the first two again", 2),
        ("refused again, and none came", 1),
        ("refused once more, and it went on", 0),
        ("refused, and it came", 0),
        ("refused by whoever", 0),
        ("lost before the end", 0),
        ("in the middle", 0),
    ],
)
def test_what_came_and_could_not_be_used_is_known_of_the_missing(name, dropped):
    counter = ScannerCounter()
    for body in CASES[name][0]:
        counter.take(transient(body) if isinstance(body, int) else body)
    assert counter.dropped == dropped


def test_what_is_refused_behind_a_new_start_is_missed_with_the_refusal():
    """The screen tells of what is missed with a transient as of what never came."""
    counter, missing = ScannerCounter(), []
    for body in (START, 0, 1, START, refused(0), 1):
        counter.take(transient(body) if isinstance(body, int) else body)
        missing.append(counter.missing)
    assert missing == [0, 0, 0, 0, 1, 1]


def test_a_transient_is_late_where_its_count_was_left_out_of_late() -> None:
    """Neither one that came already nor one of long ago."""
    late = LateTransients()
    assert [late.take(n) for n in (0, 1, 5, 3, 3, 5, 1)] == [
        False, False, False, True, False, False, False,
    ]  # fmt: skip
    for again in (0, 1):  # what came already came of a new beginning
        late = LateTransients()
        assert [late.take(n) for n in (0, 1, 5, again)] == [False] * 4
    late = LateTransients()
    late.take(0)
    late.take(LATEST + 4)
    assert [late.take(n) for n in (5, 4)] == [True, True]
    late = LateTransients()
    late.take(0)
    late.take(LATEST + 5)
    assert not late.take(4)
    late = LateTransients()
    for n in (0, 3, 4 + LATEST):
        late.take(n)
    assert not late.take(1)  # the gap that was there is of too long ago
