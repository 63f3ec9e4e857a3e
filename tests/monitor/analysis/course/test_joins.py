"""Series that went on with their epoch: what may lie between them unseen."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course.epoch_offset import JOIN_SHARE, PERCENT, join_covariance
from monitor.analysis.course.joins import Joins
from monitor.analysis.fit.window import Window

REFERENCE = SimpleNamespace(first=0, stop=40)


def joins(*places: int) -> Joins:
    found = Joins()
    for place in places:
        found.add(place)
    return found


def test_joins_before_a_transient_are_counted() -> None:
    found = joins(30, 60)
    assert [found.before(i) for i in (0, 29, 30, 59, 60, 99)] == [0, 0, 1, 1, 2, 2]
    assert joins().before(5) == 0


def test_a_window_departs_by_what_of_it_lies_behind_each_join() -> None:
    windows = [Window(0, 30), Window(50, 70), Window(70, 80)]
    weights = np.ones(100)
    found = joins(30, 60).departures(windows, REFERENCE, weights)
    np.testing.assert_allclose(found, [[-0.25, 0], [0.75, 0.5], [0.75, 1.0]])
    weights[50:60] = 0.5
    found = joins(30, 60).departures(windows, REFERENCE, weights)
    assert found[1, 1] == pytest.approx(2 / 3)


def test_windows_of_no_weight_and_sessions_without_joins() -> None:
    found = joins(30).departures([Window(50, 60)], REFERENCE, np.zeros(100))
    assert found.tolist() == [[0.0]]
    assert joins().departures([Window(0, 5)], REFERENCE, np.ones(50)).shape == (1, 0)


def test_the_step_is_a_share_of_what_a_shim_does() -> None:
    names, c = ("Glu", "Gln", "NAA", "NAAG"), np.array([9.5, 2.6, 10.0, 1.6])
    J = join_covariance(names, c)
    glx, tnaa = np.array([1, 1, 0, 0.0]), np.array([0, 0, 1, 1.0])
    b = glx / (glx @ c) - tnaa / (tnaa @ c)
    own = np.hypot(PERCENT["Glu"] * 9.5, PERCENT["Gln"] * 2.6) / 12.1
    both = np.hypot(own, PERCENT["tNAA"])
    assert 100 * np.sqrt(b @ J @ b) == pytest.approx(JOIN_SHARE * both, rel=0.02)
