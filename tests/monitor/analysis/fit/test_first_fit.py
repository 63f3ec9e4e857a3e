"""The cold fit: exact without noise, honest with it, never an exception."""

from dataclasses import replace

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, NAMES, clean_fid, make_model, noisy_fid

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit import first_fit as first_fit_module
from monitor.analysis.fit.first_fit import cold_fit, least_fit
from monitor.analysis.fit.freedom import STAND_IN, Freedom, active_parameters, usual
from monitor.analysis.fit.lineshape import gauss_rate
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.model import (
    GAUSS,
    LORENTZ,
    MM_GAUSS,
    PHASE,
    RELAXATION,
    SHIFT,
)
from monitor.analysis.fit.model_choice import Rule, Traits
from monitor.analysis.fit.normal import factored, inverse

PLAIN = Freedom(
    metabolite_shift_ppm=0.0,
    mm_width_hz=0.0,
    kernel=0.0,
    relaxation=False,
    rule=Rule(stiffness=1e5),
    ratio_priors=False,
)


@pytest.fixture(scope="module")
def model():
    return make_model()


def turned(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


@pytest.mark.parametrize("phase", [-3.0, -1.5, 0.0, 1.6, 3.1])
@pytest.mark.parametrize("shift", [-14.0, 0.3, 14.0])
def test_without_noise_the_truth_is_found(model, phase, shift):
    fid = clean_fid(model, phase=phase, shift=shift)
    fit, _ = cold_fit(model, model.in_band(fid), 0.01, PLAIN)
    assert fit.converged
    assert turned(fit.theta[PHASE] - phase) == pytest.approx(0, abs=1e-4)
    assert fit.theta[SHIFT] == pytest.approx(shift, abs=1e-3)
    assert fit.theta[LORENTZ] == pytest.approx(3.0, abs=1e-3)
    assert fit.theta[GAUSS] == pytest.approx(40.0, rel=1e-3)
    np.testing.assert_allclose(fit.amplitudes, CONCENTRATIONS, rtol=2e-3)


@pytest.mark.parametrize("gauss", [3.0, 100.0, 1500.0])
def test_widths_from_narrow_to_broad_are_found(model, gauss):
    fid = noisy_fid(model, 3, 0.2, gauss=gauss, phase=2.5, shift=-9.0)
    fit, _ = cold_fit(model, model.in_band(fid), 0.2 * 32, PLAIN)
    assert fit.converged
    assert abs(fit.theta[GAUSS] - gauss) < 5 * fit.theta_sd[GAUSS]


def test_the_stated_sd_is_the_real_one(model):
    o = outcomes_of(model.names).subset(("Glu/tCr", "Glx/tNAA", "tNAA/tCr"))
    truth, sd = o.values(CONCENTRATIONS), 1.0
    z, values = [], []
    for seed in range(60):
        y = model.in_band(noisy_fid(model, seed, sd))
        fit, _ = cold_fit(model, y, sd * np.sqrt(model.points), PLAIN)
        values.append(o.values(fit.amplitudes))
        z.append((values[-1] - truth) / o.sds(fit.amplitudes, fit.covariance))
    spread = np.sqrt(np.mean(np.square(z), axis=0))
    # 60 spectra know an SD to 9 %.
    assert np.all((spread > 0.75) & (spread < 1.3))


def test_a_voigt_line_is_asked_for_no_kernel(model):
    y = model.in_band(noisy_fid(model, 1, 0.5))
    fit, _ = cold_fit(model, y, 0.5 * np.sqrt(model.points))
    assert not fit.theta[model.layout.kernel].any()


def test_a_skewed_line_is_met_by_a_kernel(model):
    skew = 0.75 + 0.25 * np.exp(-2j * np.pi * 7.0 * model.t)
    noise = noisy_fid(model, 1, 0.5) - clean_fid(model)
    y = model.in_band(clean_fid(model) * skew + noise)
    o = outcomes_of(model.names).subset(("Glu/tCr", "tNAA/tCr"))
    truth = o.values(CONCENTRATIONS)
    sd = 0.5 * np.sqrt(model.points)
    bent, _ = cold_fit(model, y, sd)
    stiff, _ = cold_fit(model, y, sd, Freedom(kernel=0.0))
    assert bent.theta[model.layout.kernel].any()
    assert bent.misfit < stiff.misfit
    error = np.abs(o.values(bent.amplitudes) / truth - 1)
    assert np.all(error < 4 * o.sds(bent.amplitudes, bent.covariance) / truth)


def test_a_kernel_that_was_declined_is_asked_for_again_where_a_voigt_does_not_fit(
    model, monkeypatch
):
    asked = first_fit_module.choose

    def declined(*given):
        choice = asked(*given)
        return replace(choice, traits=replace(choice.traits, kernel=False))

    skew = 0.75 + 0.25 * np.exp(-2j * np.pi * 7.0 * model.t)
    noise = noisy_fid(model, 1, 0.5) - clean_fid(model)
    skewed = model.in_band(clean_fid(model) * skew + noise)
    sd = 0.5 * np.sqrt(model.points)
    usual, _ = cold_fit(model, skewed, sd)
    monkeypatch.setattr(first_fit_module, "choose", declined)
    again, problem = cold_fit(model, skewed, sd)
    assert again.converged
    assert again.theta[model.layout.kernel].any()
    assert np.isfinite(problem.priors.sd[[LORENTZ, GAUSS]]).all()
    np.testing.assert_allclose(again.amplitudes, usual.amplitudes, rtol=0.02, atol=0.05)
    straight = model.in_band(noisy_fid(model, 1, 0.5))
    voigt, _ = cold_fit(model, straight, sd / 1.4)  # misfit 2, and nothing to bend
    assert voigt.misfit > first_fit_module.SUSPECT
    assert not voigt.theta[model.layout.kernel].any()


def test_a_fit_is_bent_only_where_it_is_suspect(model, monkeypatch):
    bent = []

    def bend(fit, problem, *_):
        bent.append(fit)
        return fit, problem

    monkeypatch.setattr(first_fit_module, "_bend", bend)
    y, sd = model.in_band(noisy_fid(model, 1, 0.5)), 0.5 * np.sqrt(model.points)
    fit, _ = cold_fit(model, y, sd)
    assert fit.misfit < first_fit_module.SUSPECT
    assert not fit.theta[model.layout.kernel].any()
    assert bent == []
    cold_fit(model, y, sd / 1.4)
    assert [one.misfit > first_fit_module.SUSPECT for one in bent] == [True]


def humps(model, height):
    """Two broad humps of different phase in the band's spectrum."""
    shape = [np.exp(-((model.ppm - at) ** 2) / 0.18) for at in (1.4, 2.9)]
    return height * (shape[0] * np.exp(0.4j) + shape[1] * np.exp(-0.5j))


def test_the_baseline_is_as_soft_as_the_spectrum_asks(model):
    y, sd = model.in_band(noisy_fid(model, 1, 0.5)), 0.5 * np.sqrt(model.points)
    _, straight = cold_fit(model, y, sd)
    _, bent = cold_fit(model, y + humps(model, 12 * sd), sd)
    assert bent.stiffness < straight.stiffness <= Freedom().rule.stiffest


def test_humps_move_no_ratio_beyond_its_interval(model):
    y, sd = model.in_band(noisy_fid(model, 1, 0.5)), 0.5 * np.sqrt(model.points)
    o = outcomes_of(model.names).subset(("Glu/tCr", "tNAA/tCr"))
    fit, _ = cold_fit(model, y + humps(model, 12 * sd), sd)
    error = o.values(fit.amplitudes) - o.values(CONCENTRATIONS)
    assert np.all(np.abs(error) < 3 * o.sds(fit.amplitudes, fit.covariance))


@pytest.mark.parametrize("part", [0.0, 1.0])
def test_differences_of_t2_are_fitted_where_they_show(model, part):
    theta = model.layout.zeros()
    theta[[LORENTZ, GAUSS, RELAXATION]] = 3.0, 40.0, part
    columns, _ = model.columns(theta)
    sd = 0.3 * np.sqrt(model.points)
    rng = np.random.default_rng(4)
    y = columns @ CONCENTRATIONS + sd * (rng.normal(size=(len(columns), 2)) @ [1, 1j])
    fit, _ = cold_fit(model, y, sd)
    if part:
        assert abs(fit.theta[RELAXATION] - part) < 4 * fit.theta_sd[RELAXATION]
    else:
        assert fit.theta[RELAXATION] == 0.0


def test_a_brain_whose_t2_are_not_those_of_the_table_moves_no_ratio(model):
    """Creatine's rate a fifth higher, NAA's and choline's a fifth lower."""
    theta = model.layout.zeros()
    theta[[LORENTZ, GAUSS, RELAXATION]] = 3.0, 40.0, 1.0
    theta[model.layout.rates] = -0.2, 0.2, -0.2, 0.0
    columns, _ = model.columns(theta)
    sd = 0.2 * np.sqrt(model.points)
    rng = np.random.default_rng(4)
    y = columns @ CONCENTRATIONS + sd * (rng.normal(size=(len(columns), 2)) @ [1, 1j])
    fit, _ = cold_fit(model, y, sd)
    o = outcomes_of(model.names).subset(("Glu/tCr", "tNAA/tCr"))
    truth = o.values(CONCENTRATIONS)
    error = np.abs(o.values(fit.amplitudes) - truth)
    assert np.all(error < 2 * o.sds(fit.amplitudes, fit.covariance))
    assert np.all(error < [0.04 * truth[0], 0.02 * truth[1]])
    apart = fit.theta[model.layout.rates][1] - fit.theta[model.layout.rates][0]
    assert apart == pytest.approx(0.4, abs=0.15)


def test_a_fit_glides_along_the_bound_of_the_macromolecules_width(model):
    """Measured in a worse shim they are too broad, and cannot be made narrower."""
    broad = np.where(model.macromolecule[:, None], gauss_rate(20.0) * model.t**2, 0.0)
    measured = replace(model, fids=model.fids * np.exp(-broad))
    sd = 0.05 * np.sqrt(model.points)
    y = model.in_band(noisy_fid(model, 6, 0.05, lorentz=5.0, gauss=gauss_rate(8.0)))
    fit, problem = cold_fit(measured, y, sd, Freedom(kernel=0.0))
    assert fit.converged
    assert fit.theta[MM_GAUSS] == -fit.theta[GAUSS]
    moved = active_parameters(measured, Freedom(), Traits(fine=True))
    start = fit.theta.copy()
    start[[LORENTZ, GAUSS]] = 1.0, 0.5 * start[GAUSS]
    start[MM_GAUSS] = -start[GAUSS]
    again = minimise(problem, start, moved)
    assert again.converged
    assert again.steps < 20
    assert again.cost == pytest.approx(fit.cost, abs=0.1)


def worst_cases(model):
    rng = np.random.default_rng(5)
    y = model.in_band(noisy_fid(model, 1, 0.5))
    noise = rng.normal(size=(2, y.size)).T @ [1, 1j]
    holes = y.copy()
    holes[10:20] = np.nan
    return {
        "zeros": np.zeros_like(y),
        "nan": np.full_like(y, np.nan),
        "holes": holes,
        "infinite": np.where(np.arange(y.size) == 9, np.inf, y),
        "noise": noise,
        "tiny": 1e-200 * y,
        "huge": 1e200 * y,
        "one line": np.where(np.arange(y.size) == 100, 1e9, 0) + 0j,
    }


@pytest.mark.parametrize(
    "name", ["zeros", "nan", "holes", "infinite", "noise", "tiny", "huge", "one line"]
)
def test_nothing_hopeless_raises_or_says_it_converged(model, name):
    fit, _ = cold_fit(model, worst_cases(model)[name], 1.0)
    if fit.converged:
        assert np.isfinite(fit.amplitudes).all()
        assert np.isfinite(fit.covariance).all()
        assert np.isfinite([fit.misfit, fit.cost]).all()
    if name in ("nan", "holes", "infinite"):
        assert not fit.converged


def test_noise_sd_of_zero_does_not_converge(model):
    fit, _ = cold_fit(model, model.in_band(clean_fid(model)), 0.0)
    assert not fit.converged


def test_a_metabolite_that_is_nowhere_gets_nothing(model):
    fids = model.fids.copy()
    fids[2] = 0.0
    other = type(model)(
        model.names, fids, model.macromolecule, model.dwell_time_s,
        model.frequency_mhz, 0.2, 4.2,
    )  # fmt: skip
    y = other.in_band(noisy_fid(other, 1, 0.5))
    fit, _ = cold_fit(other, y, 0.5 * 32, PLAIN)
    assert fit.amplitudes[2] == 0.0
    assert not fit.converged


def test_stand_ins_for_macromolecules_bind_the_rest_at_short_echo_times(model):
    free = usual(model, 0.03)
    assert replace(free, phase_slope_rad_per_ppm=0.0) == Freedom()
    stand_in = replace(model, stand_in=True)
    assert usual(stand_in, 0.012) == usual(stand_in, 0.035) == STAND_IN
    assert usual(stand_in, 0.08) == free


def test_traits_name_their_parameters(model):
    freedom = Freedom()
    plain = active_parameters(model, freedom, Traits())
    every = active_parameters(model, freedom, Traits(True, True))
    rates = model.layout.rates
    own = range(rates.start, rates.stop)
    assert plain.tolist() == [PHASE, SHIFT, LORENTZ, GAUSS, *own]
    assert len(every) == 4 + 4 + 12 + 1 + len(NAMES)
    bare = active_parameters(model, replace(freedom, relaxation=False), Traits())
    assert bare.tolist() == [PHASE, SHIFT, LORENTZ, GAUSS]


def test_a_fit_from_its_own_optimum_stays(model):
    y = model.in_band(noisy_fid(model, 2, 0.5))
    fit, problem = cold_fit(model, y, 0.5 * 32, PLAIN)
    active = active_parameters(model, PLAIN, Traits())
    again = minimise(problem, fit.theta, active)
    np.testing.assert_allclose(again.amplitudes, fit.amplitudes, rtol=1e-4)
    assert again.steps <= 2


def test_matrices_are_solved_and_singular_ones_are_said_to_be():
    H = np.diag([1e12, 1e-12]) + 0.0
    np.testing.assert_allclose(factored(H).solve(np.ones(2)), [1e-12, 1e12])
    covariance, regular = inverse(np.ones((2, 2)))
    assert not regular
    assert covariance.shape == (2, 2)
    assert not inverse(np.full((2, 2), np.nan))[1]


def test_a_start_that_leads_to_the_same_minimum_replaces_nothing():
    """To the bit: a session worked through again must take the same fit."""

    class Same:
        cost, converged = 100.0, True

    first, found = Same(), Same()
    found.cost = first.cost - 1e-4
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(first_fit_module, "minimise", lambda *_, **__: found)
        assert least_fit(first, None, None, [0.0, 1.0]) is first
        found.cost = first.cost - 1.0
        assert least_fit(first, None, None, [0.0, 1.0]) is found


def test_a_search_that_comes_near_a_known_optimum_is_given_up(model):
    """From the grid's start it ends there, and takes more steps to say so."""
    y = model.in_band(noisy_fid(model, 2, 0.5))
    fit, problem = cold_fit(model, y, 0.5 * 32, PLAIN)
    active = active_parameters(model, PLAIN, Traits())
    start = fit.theta.copy()
    start[[PHASE, SHIFT, LORENTZ]] += 0.3, 1.5, 1.0
    whole = minimise(problem, start, active)
    given_up = minimise(problem, start, active, known=fit)
    assert whole.converged
    assert whole.cost == pytest.approx(fit.cost, abs=1e-3)
    assert not given_up.converged
    assert given_up.steps < whole.steps
    assert least_fit(fit, problem, active, [start]) is fit


def test_a_better_optimum_than_the_known_one_is_found_to_the_bit(model):
    y = model.in_band(noisy_fid(model, 2, 0.5))
    fit, problem = cold_fit(model, y, 0.5 * 32, PLAIN)
    active = active_parameters(model, PLAIN, Traits())
    worse = replace(fit, cost=fit.cost + 0.5)
    start = fit.theta + 0.0
    start[SHIFT] += 1.5
    found = minimise(problem, start, active, known=worse)
    assert np.array_equal(found.theta, minimise(problem, start, active).theta)
    assert found.converged
