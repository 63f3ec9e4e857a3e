"""Weights: outliers are found, drift and lasting change are not outliers."""

import numpy as np
import pytest

from monitor.analysis.preparation import weights
from monitor.analysis.preparation.weights import Kind, Measures

SDS = (0.1, 0.1, 0.1, 0.03, 0.3)
GOOD = np.array([0.0, 0.0, 2.0, 1.0, 0.0])


def measures(values: np.ndarray) -> Measures:
    return Measures(tuple(values.tolist()), SDS)


def noisy(rng: np.random.Generator, mean: np.ndarray = GOOD) -> Measures:
    return measures(mean + rng.normal(size=5) * np.array(SDS))


def run(kind: Kind, series: list[Measures], start: int = 0) -> list[float]:
    found = []
    for index, m in enumerate(series, start):
        judged = kind.judge(index, m)
        kind.push(index, m, judged)
        found.append(judged.weight)
    return found


def filled(seed: int = 1, count: int = 40) -> tuple[Kind, np.random.Generator]:
    rng = np.random.default_rng(seed)
    kind = Kind()
    run(kind, [noisy(rng) for _ in range(count)])
    return kind, rng


def test_few_clean_transients_lose_more_than_half() -> None:
    kind, rng = filled()
    found = run(kind, [noisy(rng) for _ in range(2000)], 40)
    assert np.mean(np.array(found) < 0.5) < 0.002


@pytest.mark.parametrize(
    ("which", "by", "flag"),
    [
        (0, 1.0, "motion"),
        (1, 1.0, "lipid"),
        (2, 2.0, "water"),
        (3, -0.4, "motion"),
        (3, 0.4, "motion"),
        (4, 4.0, "motion"),
    ],
)
def test_each_kind_of_outlier_is_flagged(which: int, by: float, flag: str) -> None:
    kind, _ = filled()
    bad = GOOD.copy()
    bad[which] += by
    judged = kind.judge(40, measures(bad))
    assert judged.weight < 0.1
    assert judged.flags == (flag,)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_too_good_a_fit_is_no_outlier(which: int) -> None:
    kind, _ = filled()
    better = GOOD.copy()
    better[which] -= 3.0
    assert kind.judge(40, measures(better)).weight > 0.9


def test_slow_drift_of_everything_keeps_its_weight() -> None:
    kind, rng = filled()
    drift = np.array([0.4, 0.4, 1.0, -0.3, 2.0]) / 400
    series = [noisy(rng, GOOD + k * drift) for k in range(400)]
    assert np.mean(np.array(run(kind, series, 40)) < 0.5) < 0.01


def test_a_lasting_fall_by_half_is_accepted_within_the_run() -> None:
    kind, rng = filled()
    halved = GOOD.copy()
    halved[3] = 0.5
    found = run(kind, [noisy(rng, halved) for _ in range(60)], 40)
    assert found[0] < 0.1
    assert min(found[weights.RUN :]) > 0.5


def test_nearly_half_of_the_memory_may_be_bad() -> None:
    rng = np.random.default_rng(2)
    kind = Kind()
    for index in range(weights.MEMORY):
        bad = index % 7 in (0, 2, 4)
        mean = GOOD + (np.array([3.0, 3.0, 3.0, -0.6, 8.0]) * rng.uniform(1, 4) * bad)
        m = noisy(rng, mean)
        kind.push(index, m, kind.judge(index, m))
    assert kind.judge(0, measures(GOOD)).weight > 0.8
    worse = GOOD + np.array([3.0, 3.0, 3.0, -0.6, 8.0])
    assert kind.judge(0, measures(worse)).weight < 0.3


def test_each_step_of_the_phase_cycle_has_its_own_centre() -> None:
    rng = np.random.default_rng(3)
    kind = Kind(cycle_steps=2)
    step = np.array([2.0, 0.0, 0.0, 0.0, 0.0])
    found = run(kind, [noisy(rng, GOOD + step * (k % 2)) for k in range(100)])
    assert min(found[20:]) > 0.3
    assert kind.judge(0, measures(GOOD + step)).weight < 0.1
    assert kind.judge(1, measures(GOOD + step)).weight > 0.9


def test_too_few_to_judge_are_taken() -> None:
    kind = Kind()
    assert kind.judge(0, measures(GOOD * 100)).weight == 1.0


def test_transients_that_are_all_the_same_are_not_unlike() -> None:
    kind, same = Kind(), Measures((0.0, 0.0, 2.0, 1.0, 0.0), (0.0,) * 5)
    assert run(kind, [same] * 20) == [1.0] * 20
