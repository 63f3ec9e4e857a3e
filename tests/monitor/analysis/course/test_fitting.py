"""The course of a small session: what is fitted, and what is drawn of a window."""

import numpy as np
import pytest
from small_session import small_pipeline, small_session

from monitor.analysis.course.curves import average_spectrum
from monitor.analysis.course.fitting import refit
from monitor.analysis.fit.fitted_windows import mean_fid
from monitor.analysis.pipeline import Pipeline


@pytest.fixture(scope="module")
def whole() -> Pipeline:
    basis, messages = small_session()
    pipeline = small_pipeline(basis)
    pipeline.live = False
    for message in messages:
        pipeline.push(message)
    return pipeline


def test_an_epoch_that_is_rejected_has_no_windows(whole: Pipeline):
    course, plan = whole.course, whole.plan
    assert len(refit(course, plan, anew=False)) > 5
    course.rejected = frozenset({course.epochs[0]})
    try:
        assert refit(course, plan, anew=False) == ()
    finally:
        course.rejected = frozenset()
        refit(course, plan, anew=False)


def test_a_window_is_drawn_without_the_water_beside_it(whole: Pipeline):
    course = whole.course
    fitted = course.fitted[-1]
    session = course.session_of(fitted)
    assert session.water is not None
    model = session.problem.model
    placed = session.placed(mean_fid(course.fids, fitted.average))
    near = slice(model.band.stop, model.band.stop + 20)
    left = np.abs(average_spectrum(course, fitted))
    there = np.abs(model.full_spectra(placed))
    assert np.linalg.norm(left[near]) < 0.5 * np.linalg.norm(there[near])
