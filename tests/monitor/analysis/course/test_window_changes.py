"""Changes of one outcome in windows, and what they have in common."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course.epoch_offset import join_covariance
from monitor.analysis.course.joins import Joins
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.response import Estimate, Reference
from monitor.analysis.course.window_changes import OutcomeChanges, changes_of

CHANGES = OutcomeChanges(
    np.array([0.0, 60.0, 120.0]),
    np.array([60.0, 120.0, 180.0]),
    np.array([0.0, 25.0, 100.0]),
    np.diag([1.0, 25.0, 16.0]) + 1.0,
    np.ones(3),
    1.0,
)


def test_windows_are_within_by_their_middle():
    assert CHANGES.within(30.0, 90.0).percent.tolist() == [0.0]
    assert CHANGES.within(30.1, 90.1).percent.tolist() == [25.0]
    part = CHANGES.within(60.0, 1e9)
    assert part.covariance.tolist() == [[26.0, 1.0], [1.0, 17.0]]
    assert CHANGES.inside_s(90.0, 130.0).tolist() == [0.0, 30.0, 10.0]


def test_a_mean_weighs_windows_by_how_long_they_lie_in_it():
    mean, sd = CHANGES.mean(90.0, 180.0)
    assert mean == pytest.approx((25.0 + 2 * 100.0) / 3)
    assert sd == pytest.approx(math.sqrt((26.0 + 4 * 17.0 + 2 * 2 * 1.0) / 9))
    assert all(map(math.isnan, CHANGES.mean(180.0, math.inf)))


def test_flat_is_the_precision_of_no_change():
    flat = CHANGES.flat
    assert flat.percent.tolist() == [0.0, 0.0, 0.0]
    assert np.diag(flat.covariance) == pytest.approx([2.0, 26 / 1.25**2, 17 / 4])
    assert flat.covariance[1, 2] == pytest.approx(1 / 2.5)


def window(k: int, **others: object) -> Estimate:
    """The k-th minute, in which Glu is k percent above the reference period."""
    estimate = Estimate(
        k,
        60.0 * k,
        60.0 * k + 58.0,
        30,
        29.0,
        True,
        0,
        {},
        {},
        {"Glu": float(k)},
        {"Glu": 4.0},
    )
    return replace(estimate, **others)


@pytest.mark.parametrize("offset", [None, 0.0009])
def test_changes_share_the_error_of_the_reference_period(offset):
    mean = Reference(
        0.0,
        60.0,
        0,
        30,
        np.ones(30) / 30,
        np.array([10.0]),
        np.array([[0.04]]),
        {"Glu": 1.5},
    )
    between = None if offset is None else np.full((2, 2, 1, 1), 100 * offset)
    course = SimpleNamespace(
        reference=mean,
        outcomes=outcomes_of(("Glu",)),
        offsets_between=lambda epochs: between,
        joins=Joins(),
        names=("Glu",),
        times_s=2.0 * np.arange(700),
        weights=np.ones(700),
    )
    left_out = [
        window(0),
        window(3, independent=False),
        window(4, converged=False),
        window(5, change_sds_percent={"Glu": math.nan}),
        window(6, change_sds_percent={}),
    ]
    found = changes_of(course, [window(1), *left_out, window(20)], "Glu", 2.0)
    assert found.percent.tolist() == [1.0, 20.0]
    assert found.end_s.tolist() == [120.0, 1260.0]
    relative = 1.5**2 * 0.04 / 100 + (offset or 0.0)
    shared = 1e4 * relative * 1.01 * 1.2
    np.testing.assert_allclose(found.covariance, [[16.0, shared], [shared, 16.0]])
    assert found.reference_sd == pytest.approx(100 * 1.5 * 0.02)
    course.joins.add(200)  # between the two windows
    joined = changes_of(course, [window(1), window(20)], "Glu", 2.0)
    np.testing.assert_allclose(joined.covariance, found.covariance)
    course.joins.add(30)  # behind the reference period
    joined = changes_of(course, [window(1), window(20)], "Glu", 2.0)
    step = join_covariance(("Glu",), np.array([10.0]))[0, 0] / 100
    added = joined.covariance[0, 1] - found.covariance[0, 1]
    assert added == pytest.approx(1e4 * step * 1.01 * 1.2)
    assert changes_of(course, [], "Gln", 2.0) is None
    course.reference = None
    assert changes_of(course, [], "Glu", 2.0) is None
