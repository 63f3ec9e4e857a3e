"""What narrows with the lines, known or not, is no change of an amplitude."""

import numpy as np
import pytest
from fit_cases import clean_fid, make_model, noisy_fid

from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import PHASE
from monitor.analysis.fit.window_fit import warm_fits

SD, NOISE = 0.5, 0.2
UNKNOWN_PPM = (2.27, 2.43, 3.6)
STRONG = 4.0


def with_unknown_lines(fid, share=0.03):
    """The session's FID and lines that no basis set holds, as wide as the others."""
    model = make_model()
    nu_hz = (np.array(UNKNOWN_PPM) - 4.65) * model.frequency_mhz
    lines = np.exp(-2j * np.pi * nu_hz[:, None] * model.t).sum(axis=0)
    width = np.exp(-np.pi * 3.0 * model.t - 150.0 * model.t**2)
    return fid + share * abs(fid[0]) * lines * width


@pytest.fixture(scope="module", params=[0.0, SD], ids=["clean", "noisy"])
def session(request):
    model = make_model()
    noise = noisy_fid(model, 1, request.param) - noisy_fid(model, 1, 0.0)
    mean = with_unknown_lines(noisy_fid(model, 1, 0.0)) + noise
    sd = max(request.param, 0.1) * np.sqrt(model.points)
    freedom = Freedom(water_removal=False)
    return make_session_model(model, mean, sd, 1.0, mean[None], 1.0, freedom)


@pytest.mark.parametrize(
    ("lorentz_hz", "gauss_hz"), [(-0.8, 0.0), (0.0, -0.4), (0.7, 0.0), (0.0, 0.7)]
)
def test_what_narrows_as_a_whole_changes_no_amplitude(session, lorentz_hz, gauss_hz):
    """By a model that narrows alone, amplitudes here moved by some percent."""
    t = session.problem.model.t
    rate = session.subspace.gauss_rate
    wider = np.exp(-(np.pi * lorentz_hz + gauss_hz * rate * t) * t)
    fid = with_unknown_lines(noisy_fid(make_model(), 1, 0.0))
    windows = session.projected(np.stack([fid, fid * wider]))
    found = warm_fits(session.subspace, windows, np.full(2, 0.02))
    assert found.converged.all()
    assert np.diff(found.width_hz)[0] == pytest.approx(lorentz_hz, abs=0.02)
    assert np.diff(found.gauss_hz)[0] == pytest.approx(gauss_hz, abs=0.02)
    strong = session.fit.amplitudes > STRONG
    change = 100 * (found.amplitudes[1] / found.amplitudes[0] - 1)[strong]
    assert np.abs(change).max() < 0.05


def test_the_mean_itself_is_the_sessions_solution(session):
    subspace = session.subspace
    matching, c = subspace.matching, subspace.amplitudes
    signal = matching.signal(subspace.mean * np.exp(-1j * subspace.theta[PHASE]))
    said = matching.said(signal[None], np.zeros((1, 4)), subspace.gauss_rate)[0]
    left = said - matching.matrix[:, : c.size] @ c
    assert np.abs(left).max() < 1e-6 * np.abs(said).max()


def test_a_signal_that_falls_as_a_whole_is_narrower_in_nothing(session):
    """What the mean's fit leaves over falls with it."""
    fid = with_unknown_lines(noisy_fid(make_model(), 1, 0.0))
    z = session.projected(np.stack([fid, 0.8 * fid]))
    found = warm_fits(session.subspace, z, np.full(2, 0.02))
    assert abs(np.diff(found.width_hz)[0]) < 0.03
    strong = session.fit.amplitudes > STRONG
    ratio = (found.amplitudes[1] / found.amplitudes[0])[strong]
    np.testing.assert_allclose(ratio, 0.8, rtol=2e-3)


def test_windows_are_asked_what_the_columns_and_tangents_are(session):
    """The matrix of what is said is that of the fit, but for what fades late."""
    subspace = session.subspace
    D = np.column_stack([subspace.columns[0], *subspace.tangents])
    expected = (D.conj().T @ D).real
    size = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    difference = (subspace.matching.matrix - expected) / size
    assert np.abs(difference).max() < 0.06


def test_a_change_of_an_amplitude_is_found_in_a_narrower_line(session):
    model = session.problem.model
    j = session.fit.names.index("Glu")
    own = model.shaped(session.fit.theta)[j] * model.kernel(session.fit.theta)
    more = 0.1 * session.fit.amplitudes[j] * own * np.exp(1j * session.fit.theta[0])
    fid = with_unknown_lines(noisy_fid(make_model(), 1, 0.0))
    narrower = np.exp(np.pi * 0.8 * model.t)
    z = session.projected(np.stack([fid, (fid + more) * narrower]))
    found = warm_fits(session.subspace, z, np.full(2, 0.02)).amplitudes[:, j]
    assert found[1] - found[0] == pytest.approx(
        0.1 * session.fit.amplitudes[j], rel=0.01
    )


def test_no_line_is_asked_for_before_the_beginning():
    model = make_model()
    mean, sd = clean_fid(model), 0.1 * np.sqrt(model.points)
    freedom = Freedom(water_removal=False)
    held = make_session_model(model, mean, sd, 1.0, mean[None], 1.0, freedom)
    assert -0.04 <= held.subspace.matching.times_s.min() < 0.0
    assert held.subspace.matching.times_s.max() < model.t[-1]
