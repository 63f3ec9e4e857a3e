"""The forecast's parts by hand: what is of use, what is to come, and when."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.tracking import forecast
from monitor.analysis.tracking.forecast import LAST_S, Outlook
from monitor.analysis.tracking.sequential import least_seen
from monitor.analysis.tracking.transient_view import FLOOR_SHARE


class Weights:
    """In the place of what is accumulated: SD of one over the root of both weights."""

    def __init__(self, before: float = 0.0, since: float = 0.0) -> None:
        self.sums = {False: before, True: since}
        self.asked: list[tuple[int, int]] = []

    def expecting(self, epoch, measurement, after, weight, series=0):
        more = Weights(self.sums[False], self.sums[True])
        more.sums[after] += weight
        more.asked = [*self.asked, (epoch, series)]
        return more

    def reference_alone(self):
        return Weights(self.sums[False])

    def flat_sds(self) -> dict[str, float]:
        if not all(self.sums.values()):
            return {}
        return {"Glu": math.sqrt(sum(100.0 / w for w in self.sums.values()))}


def test_what_is_still_to_come_counts_by_its_rate() -> None:
    outlook = Outlook(Weights(50.0, 20.0), 3, None, 0.5, "Glu", 5.0, 2)
    assert outlook.sd(0.0, 0.0) == pytest.approx(math.sqrt(2 + 5))
    assert outlook.sd(100.0, 160.0) == pytest.approx(math.sqrt(1 + 1))
    assert outlook.whole(0.0, 0.0) == least_seen(math.sqrt(7), 5.0)
    alone = math.sqrt(100 / 50 + 100 / (0.5 * LAST_S))
    assert outlook.last() == least_seen(alone, 5.0)
    longer = math.sqrt(100 / 100 + 100 / (0.5 * LAST_S))
    assert outlook.last(100.0) == least_seen(longer, 5.0)
    nothing = Outlook(Weights(50.0), 3, None, 0.5, "Glu", 5.0)
    assert nothing.sd(100.0, 0.0) == math.inf
    assert nothing.whole(0.0, 0.0) == math.inf


def course_of(weights, reference=None, rejected=()) -> SimpleNamespace:
    """Transients 2 s apart; the last two in epoch 1."""
    n = len(weights)
    epochs = [int(i >= n - 2) for i in range(n)]
    return SimpleNamespace(
        weights=np.array(weights),
        qualities=[SimpleNamespace(epoch=e, time_s=2.0 * i)
                   for i, e in enumerate(epochs)],
        times_s=2.0 * np.arange(n),
        interval_s=2.0,
        aligned=True,
        sessions={0: None, 1: SimpleNamespace(subspace=None)},
        rejected=frozenset(rejected),
        reference=reference,
        joins=SimpleNamespace(before=lambda i: int(i >= n - 1)),
    )  # fmt: skip


def test_what_the_tracker_leaves_out_is_of_no_use() -> None:
    weights = [1.0, 0.9 * FLOOR_SHARE, FLOOR_SHARE, 0.5, 1.0, 1.0]
    used = [1.0, 0.0, FLOOR_SHARE, 0.5, 1.0, 1.0]
    assert forecast._used(course_of(weights)).tolist() == used
    left_out = forecast._used(course_of(weights, rejected={1})).tolist()
    assert left_out == [*used[:4], 0.0, 0.0]


def test_seconds_that_can_be_used() -> None:
    course = course_of([1.0] * 6)
    assert forecast._usable_s(course, ()) == (6.0, 0.0)
    assert forecast._usable_s(course, (4.0,)) == (2.0, 4.0)
    assert forecast._usable_s(course, (4.1,)) == (3.0, 3.0)
    course.reference = SimpleNamespace(first=1, stop=3)
    assert forecast._usable_s(course, (8.0,)) == (2.0, 2.0)


def tracking_of(course, evidence=None, **changes) -> SimpleNamespace:
    observer = SimpleNamespace(measurements={1: "known"})
    whole = {
        "course": course, "evidence": evidence, "observer": observer,
        "excess": 2.0, "target_percent": 5.0,
    }  # fmt: skip
    return SimpleNamespace(**{**whole, **changes})


def test_the_outlook_is_that_of_the_newest_epoch() -> None:
    course, evidence = course_of([1.0, 0.5, 1.0, 1.0, 1.0]), Weights(1.0)
    found = forecast._outlook(tracking_of(course, evidence), "Glu")
    assert (found.evidence, found.epoch, found.measurement) == (evidence, 1, "known")
    assert found.rate == pytest.approx(4.5 / 5 / 2.0 / 2.0)
    assert (found.outcome, found.target_percent, found.series) == ("Glu", 5.0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"interval_s": 0.0}, {"aligned": False}, {"qualities": [None]},
        {"sessions": {0: None}}, {"weights": np.zeros(4)},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_there_is_no_outlook_yet(change) -> None:
    course = course_of([1.0] * 4)
    vars(course).update(change)
    assert forecast._outlook(tracking_of(course, Weights(1.0)), "Glu") is None
    assert forecast.foreseen_now(tracking_of(course), "Glu", None, ()) is None


def test_without_an_infusion_all_of_the_epoch_is_as_its_reference(monkeypatch) -> None:
    monkeypatch.setattr(forecast, "Accumulated", lambda *_: Weights())
    course = course_of([1.0, 1.0, 0.5, 0.25])
    course.names = ()
    course.sessions[1] = SimpleNamespace(subspace=SimpleNamespace(amplitudes=[]))
    found = forecast._as_if_now(course, 1, None)
    assert found.sums == {False: 0.75, True: 0.0}
    assert found.asked == [(1, 0), (1, 1)]


class Seen:
    """In the place of an outlook: what is seen falls with time."""

    target_percent = 5.0

    def whole(self, reference_s: float, infusion_s: float) -> float:
        return 8.0 - 0.01 * infusion_s - 0.001 * reference_s

    def last(self, reference_s: float = 0.0) -> float:
        return 6.0 - 0.01 * reference_s


def test_the_forecast_as_things_stand(monkeypatch) -> None:
    monkeypatch.setattr(forecast, "_outlook", lambda *_: Seen())
    course = course_of([1.0] * 6)
    without = forecast.foreseen_now(SimpleNamespace(course=course), "Glu", None, ())
    assert (without.reference_s, without.infusion_s) == (12.0, 0.0)
    assert math.isnan(without.now_percent)
    assert math.isnan(without.whole_percent)
    assert without.last_percent == 6.0
    assert 100.0 <= without.longer_reference_s <= 104.0
    assert 300.0 <= without.to_target_s <= 308.0
    tracking = SimpleNamespace(course=course)
    planned = forecast.foreseen_now(tracking, "Glu", 202.0, (8.0,))
    assert (planned.reference_s, planned.infusion_s) == (8.0, 4.0)
    assert planned.now_percent == 8.0
    assert planned.whole_percent == pytest.approx(8.0 - 0.01 * 200.0)
    assert 1000.0 <= planned.longer_reference_s <= 1025.0


def test_each_series_of_the_epoch_counts_by_its_own_weights(monkeypatch) -> None:
    course = course_of([0.3, 0.5, 0.7, 1.0, 0.8, 0.6])
    for quality in course.qualities:
        quality.epoch = int(quality.time_s >= 4.0)
    model = SimpleNamespace(amplitudes=[1.0])
    course.sessions, course.names = {1: SimpleNamespace(subspace=model)}, ("Glu",)
    monkeypatch.setattr(forecast, "Accumulated", lambda *_: Series())
    found = forecast._as_if_now(course, 1, None)
    assert found.weights == pytest.approx({0: 0.7 + 1.0 + 0.8, 1: 0.6})


class Series:
    """In the place of what is accumulated: weights by series."""

    def __init__(self) -> None:
        self.weights: dict[int, float] = {}

    def expecting(self, epoch, measurement, after, weight, series=0):
        assert (epoch, after) == (1, False)
        self.weights[series] = weight
        return self
