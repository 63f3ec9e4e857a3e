"""What was drawn last."""

import gc
import weakref

import numpy as np

from monitor.screen.last_drawn import Identity, Kept


class Thing:
    """Something that can be waited for to be gone."""


def test_a_part_is_made_again_for_another_key_alone():
    kept = Kept[list[int]]()
    first = kept.of("a", lambda: [1])
    assert kept.of("a", lambda: [2]) is first
    assert kept.of("b", lambda: [3], may_wait=True) is first
    assert kept.of("b", lambda: [3]) == [3]


def test_a_part_that_may_wait_is_made_where_there_is_none():
    assert Kept[int]().of("a", lambda: 1, may_wait=True) == 1


def test_an_equal_part_is_the_one_before():
    kept = Kept[list[int]]()
    first = kept.same([1])
    assert kept.same([1]) is first
    assert kept.same([2]) == [2]


def test_arrays_are_compared_by_which_they_are():
    one, other = np.zeros(3), np.zeros(3)
    assert Identity((one, None)) == Identity((one, None))
    assert Identity((one, None)) != Identity((other, None))
    assert Identity((one, None)) != Identity((one, other))


def test_a_key_keeps_its_object_so_that_no_other_can_take_its_place():
    thing = Thing()
    gone = weakref.ref(thing)
    kept = Kept[int]()
    kept.of(Identity((thing,)), lambda: 1)
    del thing
    gc.collect()
    assert gone() is not None
