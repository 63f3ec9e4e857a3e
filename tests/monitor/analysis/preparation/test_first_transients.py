"""The first transients of an epoch together: what counts among them, and what not."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.preparation import first_transients
from monitor.analysis.preparation.epoch import Place
from monitor.analysis.preparation.first_transients import _judge, _learn
from monitor.analysis.preparation.preparation import FIRST, Preparation
from monitor.analysis.preparation.weights import NAMES, Judgement, Measures
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

PLACE = Place(0, 0, 0, 0.0, settling=False, saturated=False, step=0)
NOT = ({"settling": True}, {"saturated": True}, {"settling": True, "saturated": True})


def test_the_last_of_them_comes_with_all_of_them_anew(axis, transient) -> None:
    acquisition = Acquisition(
        axis.frequency_mhz, "1H", axis.dwell_time_s, axis.points, 1, 0.03
    )
    preparation = Preparation(acquisition, Settings())
    for k in range(FIRST):
        one = preparation.push(k, k, 0, 2.0 * k, transient(k)[None])
    assert one.index == one.quality.index == FIRST - 1
    assert [again.index for again in one.redone] == list(range(FIRST))
    np.testing.assert_array_equal(one.redone[-1].aligned, one.aligned)


def measures(count: int, by: float = 0.0) -> list[Measures]:
    values = np.random.default_rng(3).standard_normal((count, len(NAMES))) + by
    sds = (0.5,) * len(NAMES)
    return [Measures(tuple(row), sds) for row in values.tolist()]


@pytest.mark.parametrize("no", NOT, ids=str)
def test_they_are_judged_by_those_of_them_that_count(no: dict[str, bool]) -> None:
    places = [PLACE] * 12 + [replace(PLACE, **no)] * 20
    every = measures(12) + measures(20, by=40.0)
    state = SimpleNamespace(kind=SimpleNamespace(cycle_steps=1))
    weights = [one.weight for one in _judge(state, places, every)]
    assert np.median(weights[:12]) > 0.7
    assert max(weights[12:]) == 0.0


class Learning:
    """Writes down what is learned from."""

    def __init__(self, *_: object) -> None:
        self.pushed: list[object] = []

    def settled_on(self, _: object) -> "Learning":
        return Learning()

    def push(self, *given: object) -> None:
        self.pushed.append(given[-1])


@pytest.mark.parametrize("no", NOT, ids=str)
def test_only_good_ones_that_count_teach(monkeypatch, no: dict[str, bool]) -> None:
    monkeypatch.setattr(first_transients, "Navigator", Learning)
    good, bad = (Judgement(w, (), (0.0,) * len(NAMES)) for w in (1.0, 0.1))
    places = [PLACE, PLACE, replace(PLACE, **no), replace(PLACE, **no)]
    state = SimpleNamespace(kind=SimpleNamespace(cycle_steps=1), shape=Learning())
    _learn(state, places, ["a", "b", "c", "d"], [good, bad, good, bad])
    assert state.shape.pushed == ["a"]
    assert state.navigator.pushed == ["a"]
