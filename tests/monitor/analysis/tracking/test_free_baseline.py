"""Whether the last transients say that their baseline bends, and how often it is asked.

The session is small, 110 transients without a baseline of its own.
"""

from dataclasses import replace

import numpy as np
import pytest
from small_session import small_pipeline, small_session

from monitor.analysis.course.fitting import refit
from monitor.analysis.course.gains import SignalStep
from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking import free_baseline
from monitor.analysis.tracking.baseline_share import has_followed
from monitor.analysis.tracking.free_baseline import (
    ASKED,
    decide_bending,
    free_baseline_departures,
)


@pytest.fixture
def whole() -> Pipeline:
    """Worked through to its end."""
    basis, messages = small_session()
    pipeline = small_pipeline(basis)
    pipeline.live = False
    for message in messages:
        pipeline.push(message)
    return pipeline


@pytest.fixture
def asked(monkeypatch) -> list[int]:
    """Which means were fitted in the subspace, by their last transient."""
    found, fitted = list[int](), free_baseline._is_bent

    def noted(course, session, average, nearly):
        found.append(average.window.stop)
        return fitted(course, session, average, nearly)

    monkeypatch.setattr(free_baseline, "_is_bent", noted)
    return found


def with_a_broad_line(whole: Pipeline, first: int, size: float) -> None:
    """Put a hump under the transients from `first` on, by the height of a FID."""
    course = whole.course
    t = next(iter(course.grids.values())).t
    height = float(np.abs(course.fids[0][:4]).max())
    hump = size * height * np.exp(2j * np.pi * 280.0 * t - (np.pi * 60.0 * t) ** 2)
    fids = [
        fid if i < first else (fid + hump).astype(np.complex64)
        for i, fid in enumerate(course.fids)
    ]
    course.put_all(fids, list(course.qualities))


def test_each_window_is_asked_once_while_nothing_changes(whole, asked):
    course, plan = whole.course, whole.plan
    assert not decide_bending(course, plan)
    assert asked == []  # the end of the session has asked all of them
    course.put_all(list(course.fids), list(course.qualities))
    assert not decide_bending(course, plan)
    assert len(asked) >= 2
    first = list(asked)
    assert not decide_bending(course, plan)
    assert asked == first
    course.qualities[-1] = replace(course.qualities[-1], weight=0.5)
    decide_bending(course, plan)
    # Only means with the last transient, of which there may be none.
    assert all(stop == len(course.qualities) for stop in asked[len(first) :])


def test_the_subspace_says_nearly_what_the_fit_in_full_does(whole):
    course, since_s = whole.course, (whole.plan.reference_s or (0, 0))[1]
    stops = (90, 100, 110)
    means = [free_baseline._asked_of(course, since_s, stop) for stop in stops]
    fitted = free_baseline._in_subspace(course, means)
    for stop, mean, fits in zip(stops, means, fitted, strict=True):
        (alone,) = free_baseline._in_subspace(course, [mean])
        for one, other in zip(fits, alone, strict=True):
            np.testing.assert_allclose(one[0], other[0], rtol=1e-9, atol=1e-12)
        full = free_baseline_departures(course, ASKED, since_s, stop)
        near = free_baseline._departures(course, ASKED, *mean, fits)
        assert full
        for name, (off, sd) in full.items():
            assert near[name][0] == pytest.approx(off, abs=0.1 * sd)
            assert near[name][1] == pytest.approx(sd, rel=0.05)


def test_a_hump_bends_the_baseline_but_for_one_that_follows_the_signal(whole):
    course, plan = whole.course, whole.plan
    with_a_broad_line(whole, 70, 0.5)
    assert decide_bending(course, plan)
    assert course.bending
    with_a_broad_line(whole, 70, -0.5)
    assert decide_bending(course, plan)
    assert not course.bending

    # One of its own is as before beside the lines where it has followed the signal, and
    # twice as large where it has stayed behind a step to half.
    step = SignalStep(0, 0, 55, None, 0.5)
    with_a_broad_line(whole, 0, 0.5)
    refit(course, whole.plan, True)
    assert has_followed(course, step)
    assert not has_followed(course, replace(step, stop=60))  # too few to say
    assert not has_followed(course, replace(step, factor=0.98))  # too small a step
    with_a_broad_line(whole, 55, 0.5)
    assert not has_followed(course, step)
    assert has_followed(course, replace(step, factor=1.6))  # the other way
    for i in range(75, 110):  # 20 transients behind the step still count, of 55
        course.qualities[i] = replace(course.qualities[i], weight=0.0)
    assert has_followed(course, step)
