"""Neighbouring transients in blocks, and the time that passes between them."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.tracking.blocks import (
    BLOCK,
    FINEST,
    GrowingBlocks,
    belongs,
    block_of,
    blocks_of,
    passed,
    taken,
    with_marks,
)
from monitor.analysis.tracking.transient_view import Observed


def one(place: int, weight: float = 1.0, **others: object) -> Observed:
    made = Observed(
        place, 0, 2.0 * place, place, np.array([float(place), 1.0]), weight, False
    )
    return replace(made, **others)


def test_a_block_is_the_weighted_mean_of_its_transients() -> None:
    block = block_of([one(4, 1.0), one(6, 3.0), one(7, 0.0)])
    assert (block.begins, block.place, block.weight) == (4, 5.5, 4.0)
    np.testing.assert_allclose(block.o, [5.5, 1.0])
    empty = block_of([one(4, 0.0), one(6, 0.0)])
    assert (empty.place, empty.weight) == (5.0, 0.0)
    assert np.isfinite(empty.o).all()


@pytest.mark.parametrize("other", [{"epoch": 1}, {"reference": True}, {"part": 1}])
def test_a_block_lies_on_one_side_of_everything(other: dict) -> None:
    assert belongs([one(0), one(1)], one(2))
    assert not belongs([one(0), one(1)], one(2, **other))
    assert belongs([], one(2, **other))


def test_a_block_is_so_long_gaps_counted() -> None:
    assert belongs([one(3)], one(3 + BLOCK - 1))
    assert not belongs([one(3)], one(3 + BLOCK))
    assert [b.begins for b in blocks_of([one(i) for i in range(40)])] == [0, 16, 32]
    assert blocks_of([]) == []


def test_blocks_grow_with_the_time_since_a_mark() -> None:
    seen = [one(100 + i, part=1, since=i) for i in range(64)]
    begins = [block.begins - 100 for block in blocks_of(seen)]
    lengths = np.diff(begins)
    assert lengths[0] == FINEST
    assert (np.diff(lengths) >= 0).all()
    assert all(n <= max(FINEST, b) for n, b in zip(lengths, begins, strict=False))
    assert lengths.max() == BLOCK


def test_before_a_mark_a_block_that_says_nothing_ends_the_course() -> None:
    before = block_of([one(i) for i in range(4)])
    after = block_of([one(i, part=1) for i in range(8, 10)])
    found = with_marks([before, after])
    assert [(b.place, b.weight, b.part) for b in found] == [
        (1.5, 4.0, 0),
        (7.0, 0.0, 0),
        (8.5, 2.0, 1),
    ]
    assert with_marks([before, replace(after, part=0)]) == [
        before,
        replace(after, part=0),
    ]
    near = replace(before, place=7.0)
    assert with_marks([near, after]) == [near, after]


class Passing:
    """A tracker that writes down what is asked of it; transitions are numbers."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def predict(self, steps: int) -> np.ndarray:
        self.asked.append(steps)
        return np.array([[2.0**steps]])

    def bend(self) -> None:
        self.asked.append("bend")

    def begin_epoch(self, foreign: bool) -> np.ndarray:
        self.asked.append(("epoch", foreign))
        return np.array([[3.0]])


def pass_time(before: Observed | None, after: Observed) -> tuple[list[object], float]:
    tracker = Passing()
    F = passed(tracker, before, after)
    return tracker.asked, float(F[0, 0])


def test_a_gap_is_so_many_steps() -> None:
    assert pass_time(None, one(0)) == ([1], 2.0)
    assert pass_time(one(3), one(4)) == ([1], 2.0)
    assert pass_time(one(3), one(8)) == ([5], 32.0)
    assert pass_time(one(3), one(3)) == ([1], 2.0)


def test_the_course_bends_just_before_the_first_transient_behind_a_mark() -> None:
    assert pass_time(one(3), one(4, part=1)) == (["bend", 1], 2.0)
    assert pass_time(one(3), one(8, part=1)) == ([4, "bend", 1], 32.0)
    mean = block_of([one(8, part=1), one(9, part=1), one(10, part=1)])
    assert pass_time(one(3), mean) == ([4, "bend", 2], 64.0)


def test_another_epoch_begins_when_the_time_has_passed() -> None:
    asked, F = pass_time(one(3), one(5, epoch=1, foreign=True))
    assert (asked, F) == ([2, ("epoch", True)], 12.0)
    assert pass_time(one(3, epoch=1), one(5))[0] == [2, ("epoch", False)]
    assert pass_time(None, one(0, foreign=True)) == ([1, ("epoch", True)], 6.0)


@pytest.mark.parametrize("reference", [True, False])
def test_only_the_reference_period_is_remembered(reference: bool) -> None:
    class Taking(Passing):
        def measure(self, rows, o, weight, smoothed):
            self.asked.append(("measure", weight, smoothed))

        def remember(self, weight):
            self.asked.append(("remember", weight))

        def joint(self):
            return np.zeros(1), np.zeros((1, 1))

    tracker = Taking()
    seen = one(5, 0.5, reference=reference)
    taken(tracker, seen, one(4), np.zeros((2, 1)), seen.o)
    remembered = [("remember", 0.5)] if reference else []
    assert tracker.asked == [1, ("measure", 0.5, False), *remembered]


def test_blocks_that_grow_are_those_of_all_transients() -> None:
    seen = [one(i) for i in range(70)]
    growing = GrowingBlocks()
    for count in (0, 5, 16, 17, 40, 70, 70):
        for found, whole in zip(
            growing.of(seen[:count]), blocks_of(seen[:count]), strict=True
        ):
            assert replace(found, o=None) == replace(whole, o=None)
            np.testing.assert_array_equal(found.o, whole.o)
