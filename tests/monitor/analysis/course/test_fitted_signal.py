"""The signal of one metabolite as the fit has it."""

import numpy as np
import pytest
from fit_cases import make_model, noisy_fid

from monitor.analysis.course.fitted_signal import (
    change_by,
    fitted_fid,
    level_sds_percent,
)
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model


@pytest.fixture(scope="module")
def session() -> SessionModel:
    model = make_model()
    fid = noisy_fid(model, 3, 0.02)
    windows = np.zeros((0, model.points), complex)
    return make_session_model(model, fid, 0.02, 1.0, windows, 1.0, Freedom())


def test_signals_of_all_metabolites_are_the_fitted_spectrum(
    session: SessionModel,
) -> None:
    model, fit = session.problem.model, session.fit
    parts = [fitted_fid(session, name) for name in model.names]
    columns, _ = model.columns(fit.theta)
    whole = model.in_band(np.sum(parts, axis=0))
    fitted = columns @ fit.amplitudes * 1.0
    np.testing.assert_allclose(whole, fitted, atol=1e-6 * np.abs(fitted).max())


def test_what_is_not_fitted_has_none(session: SessionModel) -> None:
    assert fitted_fid(session, "Xyz") is None


def test_a_change_of_glutamate_is_one_of_its_sums(session: SessionModel) -> None:
    outcomes = outcomes_of(session.problem.model.names)
    c = session.fit.amplitudes
    found = change_by(session, outcomes, c, "Glu", 4.0)
    values = dict(zip(outcomes.names, outcomes.values(c), strict=True))
    assert found["Glu"] == pytest.approx(4.0)
    assert found["Glx"] == pytest.approx(4.0 * values["Glu"] / values["Glx"])
    assert found["tNAA"] == pytest.approx(0.0)


def test_a_level_is_known_as_well_as_its_fit(session: SessionModel) -> None:
    outcomes, fit = outcomes_of(session.problem.model.names), session.fit
    place = fit.names.index("Glu")
    sd = np.sqrt(session.level_covariance[place, place])
    found = level_sds_percent(session, outcomes)["Glu"]
    assert found == pytest.approx(100 * sd / fit.amplitudes[place])
