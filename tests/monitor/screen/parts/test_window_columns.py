"""Windows and tracker points kept as columns say what was put in."""

import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.course.response import Estimate
from monitor.analysis.tracking.point import TrackerPoint
from monitor.screen.parts.tracks import MOST_DRAWN, Tracks
from monitor.screen.parts.windows import Windows


def window(k: int, **others: object) -> Estimate:
    """The k-th minute: a whole independent window with a change of k percent."""
    estimate = Estimate(
        k, 60.0 * k, 60.0 * k + 55.0, 16, 15.0, True, 0,
        {"Glu": 10.0 + k, "Glu/water": 3.0}, {"Glu": 0.5}, {"Glu": float(k)},
        {"Glu": 2.0}, 0.1, 0.2, 5.0, 30.0, True, {"Glu": 0.3},
    )  # fmt: skip
    return replace(estimate, **others)


FOUR = [window(k) for k in range(4)]


def test_what_is_put_in_comes_out_but_for_amplitudes_over_water():
    held = Windows(FOUR)
    expected = [replace(e, values={"Glu": e.values["Glu"]}) for e in FOUR]
    assert list(held) == expected
    assert held[-1] == expected[3]
    assert held[1:3] == expected[1:3]
    held.pop()
    assert len(held) == 3
    assert held.outcomes == ("Glu",)
    assert held.most_transients == 16
    assert Windows().most_transients == 0


def test_the_nearest_by_its_middle():
    held = Windows(FOUR)
    assert [held.place_of(t) for t in (-9.0, 57.0, 58.0, 87.5, 1e4)] == [0, 0, 1, 1, 3]
    assert held.nearest(90.0).window == 1
    assert Windows().nearest(0.0) is None


def test_the_newest_whole_one_is_no_shorter_than_those_of_late():
    assert Windows().newest_whole is None
    short = window(4, n_transients=5)
    assert Windows([*FOUR, short]).newest_whole.window == 3
    assert Windows([short, window(5)]).newest_whole.window == 5
    long_ago = [window(0, n_transients=99), *(window(k) for k in range(1, 13))]
    assert Windows(long_ago).newest_whole.window == 12


def test_the_one_before_shares_nothing_and_is_of_its_kind():
    sliding = window(2, time_start_s=90.0, time_end_s=145.0, independent=False)
    held = Windows([FOUR[0], FOUR[1], sliding, FOUR[3]])
    assert held.before(FOUR[3]).window == 1
    assert held.before(sliding).time_start_s == 0.0
    assert held.before(FOUR[0]) is None
    assert held.same(FOUR[1]).window == 1
    assert held.same(replace(FOUR[1], time_end_s=116.0)) is None
    assert held.same(replace(FOUR[1], time_start_s=61.0)) is None


def test_the_independent_ones_in_a_span():
    held = Windows([*FOUR, window(4, independent=False)])
    assert [e.window for e in held.inside((60.0, 300.0))] == [1, 2, 3]
    assert [e.window for e in held.inside((60.0, 175.0))] == [1, 2]
    assert [e.window for e in held.inside((60.1, 175.0))] == [2]
    assert [e.window for e in held.inside((60.0, 174.9))] == [1]


def test_the_mean_is_weighted_by_what_each_is_worth():
    held = Windows([window(0), window(1, sds={"Glu": 1.0}), window(2)])
    mean, sd = held.mean_of("Glu", (0.0, 115.0))
    assert mean == pytest.approx((4 * 10 + 11) / 5)
    assert sd == pytest.approx(5**-0.5)
    for none in (window(0, converged=False), window(0, sds={"Glu": 0.0})):
        assert all(map(math.isnan, Windows([none]).mean_of("Glu")))


def test_courses_have_what_is_known():
    unknown = window(4, changes_percent={"Glu": math.nan})
    failed = window(5, converged=False)
    held = Windows([*FOUR, unknown, failed])
    course = held.course("Glu")
    np.testing.assert_array_equal(course.change, [0, 1, 2, 3])
    np.testing.assert_array_equal(course.middle_s, [27.5, 87.5, 147.5, 207.5])
    first = Windows(FOUR[:2]).provisional("Glu")
    np.testing.assert_allclose(
        first.change, [100 * (10 / 10.5 - 1), 100 * (11 / 10.5 - 1)]
    )
    np.testing.assert_allclose(first.sd, 100 * 0.5 / 10.5)


def point(k: int, value: float | None = None) -> TrackerPoint:
    known = float(k) if value is None else value
    return TrackerPoint(k, 2.0 * k, {"Glu": known}, {"Glu": 0.5})


def test_a_band_is_thinned_and_keeps_the_newest():
    tracks = Tracks(point(k) for k in range(2 * MOST_DRAWN + 2))
    assert tracks.newest == point(2 * MOST_DRAWN + 1)
    band = tracks.band("Glu", 60.0)
    assert len(band.time_min) <= MOST_DRAWN + 1
    assert band.time_min[0] == -1.0
    assert band.value[-1] == 2 * MOST_DRAWN + 1
    np.testing.assert_allclose(band.high - band.value, 1.96 * 0.5, rtol=1e-3)
    np.testing.assert_allclose(band.value - band.low, 1.96 * 0.5, rtol=1e-3)
    assert Tracks([point(0, math.nan)]).band("Glu", 0.0) is None
    assert tracks.band("Gln", 0.0) is None
