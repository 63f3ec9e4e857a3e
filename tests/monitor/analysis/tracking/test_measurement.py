"""What a transient measures, where its lines are far narrower than the session's."""

import numpy as np
import pytest
from fit_cases import clean_fid, make_model

from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import GAUSS, LORENTZ
from monitor.analysis.fit.moving_line import moving_line
from monitor.analysis.fit.subspace import WIDTH_REACH_HZ
from monitor.analysis.tracking.measurement import measurement_of

RISE = 0.1


@pytest.fixture(scope="module")
def session():
    model = make_model()
    mean, sd = clean_fid(model), 2.0 * np.sqrt(model.points)
    return make_session_model(
        model, mean, sd, 0.2, mean[None], 0.2, Freedom(water_removal=False)
    )


@pytest.mark.parametrize("rise", [0.0, RISE])
@pytest.mark.parametrize("widths_hz", [(-0.6, 0.0), (0.0, -0.6), (0.3, -0.7)], ids=str)
def test_the_terms_beyond_the_linear_are_those_of_a_narrower_line(
    session, rise, widths_hz
):
    """Linear in amplitudes and widths, but for what `beyond` takes off."""
    subspace = session.subspace
    measured = measurement_of(subspace)
    c = subspace.amplitudes.copy()
    c[subspace.names.index("Glu")] *= 1 + rise
    model, rates = subspace.problem.model, np.array([1.0, subspace.gauss_rate])
    line = moving_line(session.problem, session.fit, session.naa_fwhm_hz)

    def seen(widths_hz, amplitudes):
        moved = line.copy()
        moved[[LORENTZ, GAUSS]] += rates * widths_hz
        change = model.columns(moved)[0] - model.columns(line)[0]
        columns = model.columns(subspace.theta)[0] + change
        return measured.reduced(subspace.projected(columns @ amplitudes))

    widths = np.array(widths_hz)
    o = seen(widths, c) - seen(np.zeros(2), subspace.amplitudes)
    linear = measured.rows @ np.append(c - subspace.amplitudes, widths)
    corrected = o - measured.beyond(c, widths).value
    assert np.linalg.norm(o - linear) > 5 * np.linalg.norm(corrected - linear)
    assert np.linalg.norm(corrected - linear) < 0.01 * np.linalg.norm(linear)


@pytest.mark.parametrize("widths_hz", [(0.0, 0.0), (-1.2, 1.7), (2.9, -0.4)], ids=str)
def test_the_slope_is_that_of_what_lies_beyond(session, widths_hz):
    measured = measurement_of(session.subspace)
    m0 = np.append(session.subspace.amplitudes, widths_hz)

    def value(m):
        return measured.beyond(m[:-2], m[-2:]).value

    found, step = measured.beyond(m0[:-2], m0[-2:]).slope, 1e-4
    close = 1e-6 * np.abs(measured.rows).max()
    for k, slope in enumerate(found.T):
        at = step * np.eye(len(m0))[k]
        wanted = (value(m0 + at) - value(m0 - at)) / (2 * step)
        np.testing.assert_allclose(slope, wanted, atol=close)


def test_beyond_the_reach_of_the_series_widths_do_no_more(session):
    """It is cut off there, and grows no further."""
    measured, c = measurement_of(session.subspace), session.subspace.amplitudes
    edge, far = (measured.beyond(c, f * WIDTH_REACH_HZ) for f in (1.0, 3.0))
    np.testing.assert_allclose(edge.value, far.value)
    assert not far.slope[:, -2:].any()
    np.testing.assert_allclose(far.known[-2:], 3.0 * WIDTH_REACH_HZ)


def test_what_is_measured_about_a_point_is_what_the_series_says_there(session):
    measured, c = measurement_of(session.subspace), session.subspace.amplitudes
    m0 = np.append(1.05 * c, (-0.8, 0.9))
    about = measured.beyond(m0[:-2], m0[-2:])
    o = measured.rows @ m0 + about.value
    seen = (measured.rows + about.slope) @ m0
    np.testing.assert_allclose(about.measured(o - about.value), seen)


def test_a_transient_reduces_to_the_same_bits_among_others(session):
    measured = measurement_of(session.subspace)
    random = np.random.default_rng(3)
    z = random.normal(size=(70, measured.reduction.shape[1], 2)).view(complex)[..., 0]
    together = measured.reduced(z)
    for i in (0, 1, 33, 69):
        assert np.array_equal(measured.reduced(z[i : i + 1])[0], together[i])
    assert np.allclose(together, (z @ measured.reduction.T).real, rtol=1e-9)
