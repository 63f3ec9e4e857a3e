"""What a transient measures, where its lines are far narrower than the session's."""

import numpy as np
import pytest
from fit_cases import clean_fid, make_model

from monitor.analysis.fit.epoch_model import make_session_model
from monitor.analysis.fit.first_fit import Freedom
from monitor.analysis.tracking.measurement import measurement_of

NARROWER_HZ, RISE = 0.6, 0.1


@pytest.fixture(scope="module")
def session():
    model = make_model()
    mean, sd = clean_fid(model), 2.0 * np.sqrt(model.points)
    return make_session_model(
        model, mean, sd, 0.2, mean[None], 0.2, Freedom(water_removal=False)
    )


@pytest.mark.parametrize("rise", [0.0, RISE])
def test_the_terms_beyond_the_linear_are_those_of_a_narrower_line(session, rise):
    """Linear in amplitudes and width, but for what `beyond` takes off."""
    subspace = session.subspace
    measured = measurement_of(subspace)
    c = subspace.amplitudes.copy()
    c[subspace.names.index("Glu")] *= 1 + rise
    theta = subspace.theta.copy()
    model = subspace.problem.model

    def seen(lorentz_hz, amplitudes):
        moved = theta.copy()
        moved[2] += lorentz_hz
        return measured.reduced(
            subspace.projected(model.columns(moved)[0] @ amplitudes)
        )

    o = seen(-NARROWER_HZ, c) - seen(0.0, subspace.amplitudes)
    linear = measured.rows @ np.append(c - subspace.amplitudes, -NARROWER_HZ)
    corrected = o - measured.beyond(c, -NARROWER_HZ)
    assert np.linalg.norm(o - linear) > 5 * np.linalg.norm(corrected - linear)
    assert np.linalg.norm(corrected - linear) < 0.01 * np.linalg.norm(linear)


def test_a_transient_reduces_to_the_same_bits_among_others(session):
    measured = measurement_of(session.subspace)
    random = np.random.default_rng(3)
    z = random.normal(size=(70, measured.reduction.shape[1], 2)).view(complex)[..., 0]
    together = measured.reduced(z)
    for i in (0, 1, 33, 69):
        assert np.array_equal(measured.reduced(z[i : i + 1])[0], together[i])
    assert np.allclose(together, (z @ measured.reduction.T).real, rtol=1e-9)
