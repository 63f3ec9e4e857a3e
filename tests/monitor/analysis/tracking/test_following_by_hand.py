"""One transient through the filters, by hand: what is taken of it, and what is said."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.tracking import tracker_update
from monitor.analysis.tracking.measurement import Beyond
from monitor.analysis.tracking.tracker import TRACKED
from monitor.analysis.tracking.tracker_update import Following

NAMES = len(TRACKED)


@dataclass(frozen=True)
class View:
    """A transient as the tracker sees it."""

    o: np.ndarray
    weight: float = 1.0
    index: int = 7
    time_s: float = 14.0
    series: int = 0
    epoch: int = 0
    infused: bool = False
    rescaled: bool = False


def following(reference_weight: float = 30.0) -> Following:
    tied = SimpleNamespace(
        amplitudes=np.ones(2),
        widths_hz=np.zeros(2),
        reference_weight=reference_weight,
        foreign=(),
    )
    steps = SimpleNamespace(added=lambda series: 10.0 * series)
    nothing = SimpleNamespace()
    places = {name: k for k, name in enumerate(TRACKED)}
    return Following(tied, nothing, nothing, nothing, nothing, places, 1.0, steps)


def test_what_lies_beyond_the_rows_is_taken_off_before_it_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, seen = following(), []
    beyond = Beyond(np.array([0.5, 0.25]), np.full((2, 4), 2.0), np.array([1, 1, 0, 0]))
    seeing = SimpleNamespace(
        measurements={0: SimpleNamespace(beyond=lambda *_: beyond)},
        bent=lambda epoch, slope: ("rows", slope),
    )
    monkeypatch.setattr(tracker_update, "taken", lambda *given: seen.append(given))
    monkeypatch.setattr(tracker_update, "belongs", lambda *_: True)
    monkeypatch.setattr(Following, "_answer", lambda *_: None)
    monkeypatch.setattr(Following, "_say", lambda *_: "point")
    view, said = one.advance(View(np.array([3.0, 5.0])), 0.5, seeing)
    assert (view.o.tolist(), view.weight, said) == ([2.5, 4.75], 0.5, "point")
    for call, tracker in zip(seen, (one.tied, one.free), strict=True):
        assert call[0] is tracker
        assert call[1] is view
        assert call[2] is None
        assert call[4].tolist() == [6.5, 8.75]
    assert (one.count, one._open) == (1, (view,))
    after, _ = one.advance(View(np.array([3.0, 5.0])), 1.0, seeing)
    assert seen[-1][2] is view
    assert (one.count, one._open) == (2, (view, after))


@pytest.fixture
def stated(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Covariances that changes were formed from."""
    found: list[np.ndarray] = []

    def changes(means, covariances):
        found.append(covariances)
        rows = np.arange(2 * NAMES, dtype=float).reshape(2, NAMES)
        return rows, rows + 100.0

    monkeypatch.setattr(tracker_update, "tracked_changes", changes)
    monkeypatch.setattr(tracker_update, "without_gain", lambda both, _: both)
    return found


@pytest.mark.parametrize("series", [0, 2])
def test_doubt_and_steps_between_series_add_to_what_the_filters_say(
    stated: list[np.ndarray], series: int
) -> None:
    one, joint = following(), [(np.zeros(2), np.full((2, 2), 4.0))] * 2
    point = one._say(View(np.zeros(2), series=series), joint)
    assert np.unique(stated[0]).tolist() == [4.0 + 1.0 + 10.0 * series]
    assert one.point is point
    assert (point.index, point.time_s) == (7, 14.0)
    tables = (point.filtered, point.filtered_sd, point.free, point.free_sd)
    firsts = [table[TRACKED[0]] for table in tables]
    assert firsts == [0.0, 100.0, float(NAMES), NAMES + 100.0]


def test_without_a_reference_nothing_is_said(stated: list[np.ndarray]) -> None:
    one = following(reference_weight=0.0)
    point = one._say(View(np.zeros(2)), [])
    assert (point.filtered, point.filtered_sd) == ({}, {})
    assert one.point is None
    assert stated == []
