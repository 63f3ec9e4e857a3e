"""Gain, phase, shift and width of a whole spectrum leave nothing; a line's own does."""

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, NAMES, clean_fid, line, make_model

from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.glm.nuisance import steady_of

PHASE, SHIFT = 0.4, 1.5


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture(scope="module")
def session(model):
    mean, sd = clean_fid(model), 2.0 * np.sqrt(model.points)
    return make_session_model(
        model, mean, sd, 0.2, mean[None], 0.2, Freedom(water_removal=False)
    )


@pytest.fixture(scope="module")
def left(model, session):
    steady = steady_of(session, clean_fid(model))
    top = steady.mean.real.max()
    return lambda fid: steady.left(session.spectra(fid[None]))[0] / top


@pytest.mark.parametrize(
    "moved",
    [
        {"phase": PHASE + 0.03},
        {"shift": SHIFT + 0.1},
        {"lorentz": 2.8},
        {"gauss": 38.0},
    ],
    ids=str,
)
def test_what_moves_the_whole_spectrum_leaves_next_to_nothing(model, left, moved):
    assert np.abs(left(clean_fid(model, **moved))).max() < 2e-3


def test_a_gain_leaves_nothing(model, left):
    assert np.abs(left(1.05 * clean_fid(model))).max() < 1e-3


def test_glutamate_stays_where_its_lines_are(model, session, left):
    more = CONCENTRATIONS.copy()
    more[NAMES.index("Glu")] *= 1.1
    found = left((more @ model.fids) * line(model))
    ppm = session.problem.model.ppm
    assert 2.2 < ppm[np.argmax(found)] < 2.45
    assert found.max() > 0.01
    beyond = (ppm < 1.8) | ((ppm > 2.7) & (ppm < 3.6))
    assert np.abs(found[beyond]).max() < 0.35 * found.max()
