"""The judge of a session of two epochs: stretches by number and time, and weights."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import quality

from monitor.analysis.contamination.dirtier import LIPIDS
from monitor.analysis.contamination.features import BANDS, EpochFeatures, Features
from monitor.analysis.contamination.judge import EVERY, WATER, Judge
from monitor.analysis.contamination.states import SPAN
from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.analysis.preparation.weights import Measures
from monitor.analysis.signal.axis import Axis

FIRST, SECOND = 90, 120
"""Transients of the two epochs, one every 2 s."""
LIPID_AT = (130, 160)
"""Transients of the second epoch that have lipid, by number in the session."""
GOOD = np.abs(np.random.default_rng(4).normal(size=2 * BANDS)) * 0.3 + 0.05
LIPID = np.where(LIPIDS, 0.3, 0.0)


def features(i: int) -> Features:
    """Of a transient, by its number in the session."""
    rng = np.random.default_rng(i)
    bands = GOOD + 0.03 * rng.normal(size=2 * BANDS)
    if LIPID_AT[0] <= i < LIPID_AT[1]:
        bands = bands + LIPID
    water, width_hz = 0.5 + 0.1 * rng.normal(), 9.0 + 0.3 * rng.normal()
    return Features(40 * bands, water, width_hz, 1.0, 0.0, 40.0, 1.0, i, True)


@pytest.fixture
def judge() -> Judge:
    made, random = Judge(), np.random.default_rng(1)
    made._epochs = {0: EpochFeatures(0), 1: EpochFeatures(FIRST)}
    for i in range(FIRST + SECOND):
        epoch = int(i >= FIRST)
        made._arrived.append(quality(i, epoch))
        values = tuple(random.standard_normal(5).tolist())
        made._measured.append(Measures(values, (0.5,) * 5))
        made._epochs[epoch].put(i, features(i))
    return made


def weights(judge: Judge) -> np.ndarray:
    return np.array([q.weight for q in judge.qualities()])


def test_a_stretch_has_its_numbers_and_times_in_the_session(judge: Judge) -> None:
    judge.qualities()
    (found,) = judge.stretches
    assert (found.epoch, found.cause, found.left_out) == (1, Cause.LIPID, True)
    assert found.first == pytest.approx(LIPID_AT[0], abs=1)
    assert found.stop == pytest.approx(LIPID_AT[1], abs=1)
    assert (found.start_s, found.end_s) == (2.0 * found.first, 2.0 * (found.stop - 1))


def test_what_is_left_out_has_no_weight_and_says_why(judge: Judge) -> None:
    found = judge.qualities()
    (stretch,) = judge.stretches
    out = [i for i, q in enumerate(found) if "stretch" in q.flags]
    assert out == list(range(stretch.first, stretch.stop))
    assert all(found[i].weight == 0 for i in out)
    assert [q.index for q in found] == list(range(FIRST + SECOND))
    assert np.median([q.weight for q in found if q.index not in out]) > 0.9


def test_an_epoch_without_a_stretch_keeps_the_weights_of_arrival(judge: Judge) -> None:
    judge._arrived[:FIRST] = [replace(q, weight=0.7) for q in judge._arrived[:FIRST]]
    assert (weights(judge)[:FIRST] == 0.7).all()


def test_what_is_only_said_keeps_its_weight(judge: Judge) -> None:
    judge.rejects = False
    assert (weights(judge) == 1.0).all()
    (found,) = judge.stretches
    assert not found.left_out


@pytest.mark.parametrize(
    ("in_s", "left_out"),
    [
        ((270.0, 300.0), False),  # within
        ((0.0, 262.0), False),  # over its beginning
        ((316.0, 900.0), False),  # over its end
        ((0.0, 900.0), False),
        ((0.0, 250.0), True),  # before
        ((325.0, 900.0), True),  # after
    ],
)
def test_the_operator_takes_in_whatever_a_span_meets(
    judge: Judge, in_s: tuple[float, float], left_out: bool
) -> None:
    judge.take_spans((), (in_s,))
    judge.qualities()
    assert [one.left_out for one in judge.stretches] == [left_out]


@pytest.mark.parametrize("rejects", [True, False])
def test_the_operator_takes_out_what_lies_in_a_span(judge, rejects: bool) -> None:
    judge.rejects = rejects
    judge.take_spans(((20.0, 30.0), (384.0, 390.0), (31.0, 32.0)), ((0.0, 999.0),))
    found = judge.qualities()
    out = [i for i, q in enumerate(found) if q.weight == 0]
    assert out == [10, 11, 12, 13, 14, 192, 193, 194]
    mine = [s for s in judge.stretches if s.cause == Cause.OPERATOR]
    assert [(s.first, s.stop, s.epoch) for s in mine] == [(10, 15, 0), (192, 195, 1)]
    assert all(s.left_out for s in mine)
    assert [s.first for s in judge.stretches] == sorted(
        s.first for s in judge.stretches
    )


class TestPutWeights:
    """Whether something has to be done again: another weight before the newest."""

    def found(self, monkeypatch, judge: Judge, **changes: object) -> list:
        qualities = list(judge._arrived)
        for place, change in changes.items():
            i = int(place[1:])
            qualities[i] = replace(qualities[i], **change)
        monkeypatch.setattr(Judge, "qualities", lambda _: qualities)
        return qualities

    def test_nothing_has_moved(self, judge: Judge, monkeypatch) -> None:
        held = list(judge._arrived)
        self.found(monkeypatch, judge)
        assert judge.put_weights(held) is False
        assert held == judge._arrived

    def test_one_before_the_newest_has(self, judge: Judge, monkeypatch) -> None:
        held = list(judge._arrived)
        self.found(monkeypatch, judge, _50={"weight": 0.2, "flags": ("lipid",)})
        assert judge.put_weights(held) is True
        assert (held[50].weight, held[50].flags) == (0.2, ("lipid",))

    def test_the_newest_alone_is_in_no_window_yet(self, judge, monkeypatch) -> None:
        held = list(judge._arrived)
        newest = len(held) - 1
        self.found(monkeypatch, judge, **{f"_{newest}": {"weight": 0.2}})
        assert judge.put_weights(held) is False
        assert held[-1].weight == 0.2

    def test_another_flag_alone_moves_nothing(self, judge, monkeypatch) -> None:
        held = list(judge._arrived)
        self.found(monkeypatch, judge, _50={"flags": ("lipid",)})
        assert judge.put_weights(held) is False
        assert held[50].flags == ("lipid",)


def test_a_transient_is_taken_in_once_and_anew(axis: Axis) -> None:
    judge = Judge()

    def put(i: int, epoch: int, water: float | None) -> None:
        measured = None
        if water is not None:
            measured = Measures((0.0, 0.0, water, 0.0, 0.0), (0.5,) * 5)
        spectrum = np.ones(axis.points, complex)
        made = SimpleNamespace(
            quality=quality(i, epoch, weight=0.1 * i),
            index=i,
            measured=measured,
            spectrum=spectrum,
            width_hz=6.0,
        )
        judge.put(made, axis, 0.0, 4.0, 1.0, i)

    for i in range(4):
        put(i, int(i > 1), None)
    put(1, 0, None)
    assert [q.index for q in judge._arrived] == [0, 1, 2, 3]
    assert [len(judge._epochs[e]) for e in (0, 1)] == [2, 2]
    assert judge._epochs[1].first == 2
    assert judge._epochs[0]._rows["water"][0] == -math.inf
    values = [0.0] * 5
    values[WATER] = 3.0
    judge._measured[1] = Measures(tuple(values), (0.5,) * 5)
    again = SimpleNamespace(
        quality=quality(1, 0),
        index=1,
        measured=judge._measured[1],
        spectrum=np.ones(axis.points, complex),
        width_hz=6.0,
    )
    judge.put(again, axis, 0.0, 4.0, 1.0, 1)
    assert judge._epochs[0]._rows["water"][1] == 3.0


def test_it_looks_every_few_transients_of_the_newest_epoch(judge: Judge) -> None:
    asked = []
    for count in range(1, 13):
        judge._epochs[1]._count = count
        asked.append(judge.due())
    assert asked == [(n % EVERY == 0) for n in range(1, 13)]


def test_within_a_stretch_it_looks_at_each(judge: Judge) -> None:
    judge._epochs[1]._count = 5
    n = len(judge._arrived)
    early = Stretch(3, 9, 0, 6.0, 16.0, Cause.LIPID)
    judge.stretches = (early, replace(early, first=n - 20, stop=n - SPAN))
    assert judge.due()
    judge.stretches = (early, replace(early, first=n - 20, stop=n - SPAN - 1))
    assert not judge.due()
    judge.stretches = (replace(early, stop=n),)
    assert judge.due()


def test_where_an_epoch_is_good_is_counted_in_the_epoch(judge: Judge) -> None:
    first, stop = LIPID_AT[0] - FIRST, LIPID_AT[1] - FIRST
    assert judge.good_from(1, first, 16) == pytest.approx(stop, abs=1)
    assert judge.good_from(1, first - 6, 16) == pytest.approx(stop, abs=1)
    # Most of those that the template began from are good, or none is unlike.
    assert judge.good_from(1, first - 12, 16) is None
    assert judge.good_from(1, stop - 5, 16) is None
    assert judge.good_from(1, stop + 2, 16) is None
    assert judge.good_from(1, 0, 16) is None
    assert judge.good_from(0, 0, 16) is None
    assert judge.good_from(7, 0, 16) is None


def test_two_stretches_are_the_same_where_they_overlap_in_an_epoch() -> None:
    one = Stretch(10, 20, 0, 20.0, 38.0, Cause.LIPID)
    for first, stop, epoch, same in (
        (15, 30, 0, True),
        (5, 11, 0, True),
        (19, 21, 0, True),
        (20, 30, 0, False),
        (0, 10, 0, False),
        (15, 30, 1, False),
        (30, 40, 1, False),
    ):
        other = replace(one, first=first, stop=stop, epoch=epoch)
        assert one.is_same(other) is other.is_same(one) is same


def test_what_is_left_out_is_known_by_number(judge: Judge) -> None:
    judge.qualities()
    (found,) = judge.stretches
    assert judge.left_out(1) == frozenset(range(found.first, found.stop))
    assert judge.left_out(0) == judge.left_out(7) == frozenset()
    judge.rejects = False
    assert judge.left_out(1) == frozenset()
