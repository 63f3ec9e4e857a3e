"""Figures kept as columns: a long session stays small."""

import tracemalloc
from dataclasses import replace

import numpy as np

from monitor.screen.parts.columns import Columns
from monitor.screen.parts.tracks import Tracks
from monitor.screen.parts.windows import Windows
from monitor.screen.screen import Screen


def same(one: Screen, two: Screen) -> None:
    assert one.trend.line.tolist() == two.trend.line.tolist()
    assert one.trend.axis == two.trend.axis
    assert one.table == two.table
    assert one.headline == two.headline
    assert one.status.phase == two.status.phase
    np.testing.assert_array_equal(one.waterfall.image, two.waterfall.image)


def test_a_course_as_columns_gives_its_estimates_back(updates):
    course = next(u.course for u in reversed(updates) if u.course)
    kept = Windows(course)
    assert list(kept) == list(course)
    assert kept[-3:] == list(course[-3:])
    assert kept.nearest(course[7].time_s + 1.0) == course[7]
    assert kept.same(course[5]) == course[5]
    assert kept.before(course[0]) is None
    assert kept.before(course[-1]).time_end_s < course[-1].time_start_s


def test_a_long_session_stays_small(updates):
    """A window and its eight transients take less than four kilobytes for ever."""
    many = {f"metabolite {i}": float(i) for i in range(40)}
    estimate = replace(
        next(u.estimate for u in updates if u.estimate),
        values=many, sds=many | {"Glu/water": 1.0},
    )  # fmt: skip
    windows, tracks = Windows(), Tracks()
    point = next(u.tracker for u in updates if u.tracker)
    tracemalloc.start()
    for i in range(500):
        windows.append(replace(estimate, window=i))
        for j in range(8):
            tracks.append(replace(point, index=8 * i + j))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(windows) == 500
    assert len(tracks) == 4000
    assert held / 500 < 4096
    assert "Glu/water" not in windows[-1].sds


def test_columns_grow():
    columns = Columns(("a", "b"))
    for i in range(1000):
        columns.append(i, -i)
    assert columns.rows == 1000
    assert columns["b"][999] == -999
    assert not columns["a"].flags.writeable
