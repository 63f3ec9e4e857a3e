"""Another T2 of glutamate is in its interval, as far as it moves it."""

from dataclasses import replace

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, make_model, noisy_fid

from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.lineshape import gauss_rate
from monitor.analysis.fit.model import GAUSS, LORENTZ, RELAXATION
from monitor.analysis.fit.relaxation import RATE_SCATTER, own_rates_hz
from monitor.analysis.fit.slopes_of_fit import slopes_of
from monitor.analysis.fit.t2_doubt import with_t2_doubt

SD = 0.05
PLAIN = Freedom(kernel=0.0, metabolite_shift_ppm=0.0, mm_width_hz=0.0)


def fitted(broader, freedom=PLAIN):
    """Fit of a spectrum whose glutamate decays faster by `broader` SDs of its rate."""
    model = make_model()
    theta = model.layout.zeros()
    theta[[LORENTZ, GAUSS, RELAXATION]] = 2.0, gauss_rate(6.0), 1.0
    own_hz = own_rates_hz(model.names, model.macromolecule)
    own_hz[np.array(model.names) != "Glu"] = 0.0
    falls = np.exp(-np.pi * broader * RATE_SCATTER * own_hz[:, None] * model.t)
    other = replace(model, fids=model.fids * falls)
    y = other.columns(theta)[0] @ CONCENTRATIONS
    noise = noisy_fid(model, 1, SD) - noisy_fid(model, 1, 0.0)
    sd = SD * np.sqrt(model.points)
    return cold_fit(model, y + model.in_band(noise), sd, freedom)


def test_glutamate_moves_as_far_as_the_doubt_says():
    (straight, _), (faster, _) = fitted(0.0), fitted(1.0)
    bare, problem = fitted(0.0)
    glu = straight.names.index("Glu")
    moved = faster.amplitudes[glu] - straight.amplitudes[glu]
    slopes = slopes_of(bare, problem)
    told = with_t2_doubt(bare, problem, slopes).covariance - bare.covariance
    assert np.linalg.eigvalsh(told).min() > -1e-9
    assert abs(moved) == pytest.approx(np.sqrt(told[glu, glu]), rel=0.35)
    assert abs(moved) > 2 * np.sqrt(bare.covariance[glu, glu])


def test_what_may_have_no_t2_has_no_doubt_of_it():
    fit, problem = fitted(0.0, replace(PLAIN, relaxation=False))
    assert with_t2_doubt(fit, problem, slopes_of(fit, problem)) is fit
    hopeless = replace(fitted(0.0)[0], converged=False)
    assert with_t2_doubt(hopeless, problem, slopes_of(hopeless, problem)) is hopeless


def test_pools_and_macromolecules_have_no_rate_besides():
    names = ("Glu", "Cr", "GPC", "Ins", "NAA", "MM09", "Gln")
    rates = own_rates_hz(names, np.array([name == "MM09" for name in names]))
    assert np.flatnonzero(rates).tolist() == [0, 6]
    assert rates[0] == pytest.approx(1 / (np.pi * 0.128))
