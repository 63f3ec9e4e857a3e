"""A file is fitted at its end alone: the same bits as of the live path."""

import numpy as np
import pytest
from marked_sessions import CHANGES, Given, bodies_of, marked
from threadpoolctl import threadpool_limits

from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import Event, Kind

SLOW = pytest.mark.slow


def result_of(messages, live: bool) -> Result:
    run = SessionRun(Wishes(changes=CHANGES), live=live)
    with threadpool_limits(1):
        if live:
            for message in messages:
                run.push(message)
        else:
            push_all(run, messages)
        return run.finish()[1]


def points_of(points) -> tuple[np.ndarray, np.ndarray]:
    values = [[p.filtered[n] for n in sorted(p.filtered)] for p in points if p.filtered]
    sds = [[p.filtered_sd[n] for n in sorted(p.filtered)] for p in points if p.filtered]
    return np.array(values), np.array(sds)


@pytest.fixture(
    scope="module",
    params=[
        (3, 1, 1),
        pytest.param((4, 2, 1), marks=SLOW),
        pytest.param((5, 1, 2), marks=SLOW),
    ],
)
def both(request) -> tuple[Result, Result]:
    """Of one coil, of two, and of two epochs; the start is told late in one."""
    seed, coils, epochs = request.param
    late_s = 0.0 if coils == 1 else 30.0
    given = (
        Given(80.0 + late_s, Event(80.0, "infusion_start")),
        Given(170.0, Event(170.0, "infusion_stop")),
    )
    messages = marked(bodies_of(seed, coils, epochs), given)
    return result_of(messages, live=True), result_of(messages, live=False)


def test_transients_and_stretches_are_the_same_to_the_bit(both):
    live, file = both
    assert live.qualities == file.qualities
    assert live.stretches == file.stretches
    assert all(
        np.array_equal(a, b)
        for a, b in zip(live.course.fids, file.course.fids, strict=True)
    )


def test_windows_are_the_same(both):
    live, file = both
    assert live.estimates
    for a, b in zip(live.estimates, file.estimates, strict=True):
        assert (a.window, a.independent, a.epoch) == (b.window, b.independent, b.epoch)
        for name in ("values", "sds", "changes_percent", "change_sds_percent"):
            assert repr(getattr(a, name)) == repr(getattr(b, name))


def test_tracker_and_smoother_are_the_same(both):
    live, file = both
    assert len(live.tracks) == len(file.tracks) > 0
    for one, other in ((live.tracks, file.tracks), (live.smoothed, file.smoothed)):
        for a, b in zip(points_of(one), points_of(other), strict=True):
            assert np.array_equal(a, b, equal_nan=True)


def test_marks_and_answers_are_the_same(both):
    live, file = both
    assert (live.marks, live.reference_s) == (file.marks, file.reference_s)
    assert set(live.answers) == set(file.answers)
    assert [m.places_ppm for m in live.spectral_maps] == [
        m.places_ppm for m in file.spectral_maps
    ]


@pytest.mark.parametrize("wished", [True, False])
def test_an_eddy_phase_is_taken_where_that_is_wished_and_there_is_water(wished):
    bodies = bodies_of(3)
    dry = [b for b in bodies if getattr(b, "kind", None) is not Kind.WATER]
    for some, taken in ((bodies, wished), (dry, False)):
        messages = list(marked(some, ()))[:40]
        run = SessionRun(
            Wishes(changes={**CHANGES, "eddy_current": wished}), live=False
        )
        with threadpool_limits(1):
            push_all(run, messages)
            assert run.finish()[1].eddy_corrected is taken
