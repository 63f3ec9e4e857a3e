"""Continuous looking without fooling oneself; what is detectable; the plasma curve."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from state_cases import C0, NAMES, measurement, with_widths

from monitor.analysis.course.detectable import detectable_percent
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.plasma import PLASMA, plasma_level, relative_plasma
from monitor.analysis.tracking.sequential import STEADY_PERCENT, Sequential, radius
from monitor.analysis.tracking.transient_view import Observed
from streams.errors import InputError
from streams.simulator.pharmacokinetics import MODELS
from streams.simulator.pharmacokinetics import plasma_level as simulated

SIGMA, TAU, REFERENCE = 12.0, 5.0, 300


def looks(random, change, count=600):
    """Mean change so far and its SD after each transient, reference noise included."""
    noise = SIGMA * random.standard_normal(count)
    n = np.arange(1, count + 1)
    before = SIGMA / np.sqrt(REFERENCE) * random.standard_normal()
    mean = np.cumsum(noise + change) / n - before
    sd = SIGMA * np.sqrt(1 / n + 1 / REFERENCE)
    return mean, sd


def first_look(random, change):
    test = Sequential(TAU)
    mean, sd = looks(random, change)
    for k in range(len(mean)):
        test.push(2.0 * k, {"X": (mean[k], sd[k])})
    return test.since_s.get("X")


def test_looking_at_every_transient_says_changed_in_at_most_five_percent_of_nothing():
    random = np.random.default_rng(11)
    wrong = sum(first_look(random, 0.0) is not None for _ in range(300))
    assert wrong <= 15
    plain = 0
    random = np.random.default_rng(11)
    for _ in range(300):
        mean, sd = looks(random, 0.0)
        plain += bool(np.any(np.abs(mean) > 1.96 * sd))
    assert plain > 60  # what an interval for one look would have said


def test_a_change_of_ten_percent_is_found_soon():
    random = np.random.default_rng(12)
    found = [first_look(random, 10.0) for _ in range(100)]
    assert sum(one is not None for one in found) >= 98
    assert np.median([one for one in found if one is not None]) < 300


def test_confidence_sequence_covers_the_truth_at_all_times_at_once():
    random = np.random.default_rng(13)
    missed = 0
    for _ in range(300):
        mean, sd = looks(random, 4.0)
        half = [radius(s**2 + STEADY_PERCENT**2, TAU) for s in sd]
        missed += bool(np.any(np.abs(mean - 4.0) > half))
    assert missed <= 15


def test_the_answer_is_given_where_the_sequence_leaves_zero_and_does_not_flicker():
    test = Sequential(TAU)
    first = test.push(2.0, {"X": (9.0, 1.0)})["X"]
    later = test.push(4.0, {"X": (2.6, 1.0)})["X"]
    assert first.low_percent > 0
    assert first.changed
    assert later.low_percent < 0 < later.high_percent
    assert later.since_s == 2.0
    assert test.push(6.0, {"X": (float("nan"), 1.0)}) == {}


def test_the_answer_is_withdrawn_where_the_mean_may_be_zero():
    test = Sequential(TAU)
    test.push(2.0, {"X": (9.0, 1.0)})
    assert not test.push(4.0, {"X": (0.1, 1.0)})["X"].changed
    assert test.push(6.0, {"X": (9.0, 1.0)})["X"].since_s == 6.0


def test_a_change_the_other_way_counts_from_its_own_beginning():
    test = Sequential(TAU)
    test.push(2.0, {"X": (-9.0, 1.0)})
    assert test.push(4.0, {"X": (9.0, 1.0)})["X"].since_s == 4.0
    test.push(6.0, {"X": (9.0, 1.0)})
    assert test.push(8.0, {"X": (8.0, 1.0)})["X"].since_s == 4.0


def accumulated(random, change, count=400, m=None):
    m = m or measurement()
    sums = Accumulated(NAMES, C0, 0)
    after = C0 * (1 + 0.01 * np.asarray(change))
    for i in range(count):
        c = C0 if i < count // 2 else after
        o = m.rows @ with_widths(c) + random.standard_normal(len(m.rows))
        one = Observed(i, 0, 2.0 * i, i, o, 1.0, i < count // 2)
        sums.push(one, m, i >= count // 2)
    return sums.mean_changes()


def test_mean_change_and_its_sd_agree_with_monte_carlo():
    random = np.random.default_rng(14)
    found = [accumulated(random, [10, 6, 0, 0, 0]) for _ in range(150)]
    for outcome, truth in (("Glu/tCr", 10.0), ("Glx/tNAA", (9 * 10 + 2.5 * 6) / 11.5)):
        values = np.array([one[outcome][0] for one in found])
        stated = np.mean([one[outcome][1] for one in found])
        assert values.mean() == pytest.approx(
            truth, abs=3 * stated / np.sqrt(150) + 0.3
        )
        # The prior of tied amplitudes counts in the SD; here they hold still.
        assert 0.7 * stated < values.std() < 1.1 * stated


def test_no_mean_change_before_there_is_anything_to_compare():
    assert Accumulated(NAMES, C0, 0).mean_changes() is None


def test_detectable_change_is_found_in_eighty_percent_of_sessions():
    random = np.random.default_rng(15)
    n, count = 32, 20_000
    change = detectable_percent(SIGMA, n, REFERENCE)
    sd = SIGMA * np.sqrt(1 / n + 1 / REFERENCE)
    seen = np.abs(change + sd * random.standard_normal(count)) > 1.96 * sd
    assert seen.mean() == pytest.approx(0.80, abs=0.01)


@pytest.mark.parametrize("name", list(PLASMA))
def test_plasma_level_is_that_of_the_differential_equations(name):
    model, T = PLASMA[name], 40.0

    def slope(t, x):
        rate = 500.0 / T / model.central_l_per_kg if t < T else 0.0
        out = np.array(model.out)
        flow = out * x[0] - np.array(model.back) * x[1:]
        return np.array([rate - model.elimination * x[0] - flow.sum(), *flow])

    minutes = np.array([5.0, 20.0, 39.9, 60.0, 90.0])
    start = np.zeros(1 + len(model.out))
    solved = solve_ivp(slope, (0, 90), start, t_eval=minutes, rtol=1e-8, max_step=0.1)
    level = plasma_level(name, 60 * minutes, 60 * T, 0.5)
    np.testing.assert_allclose(level, solved.y[0], rtol=1e-3)


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("Kamp", (109, 155, 198, 217, 228, 253, 155, 120, 96, 66)),
        ("Domino", (155, 182, 210, 220, 226, 238, 91, 71, 55, 43)),
        ("Clements", (33, 62, 109, 133, 147, 177, 157, 141, 115, 75)),
    ],
)
def test_plasma_levels_of_half_a_milligram_per_kilogram_in_forty_minutes(name, levels):
    minutes = np.array([5, 10, 20, 26, 30, 40, 45, 50, 60, 90])
    level = plasma_level(name, 60.0 * minutes, 2400.0, 0.5)
    np.testing.assert_allclose(level, levels, rtol=0.02)
    other = simulated(MODELS[name], 60.0 * minutes, 2400.0)
    np.testing.assert_allclose(level, other, rtol=1e-9)


def test_relative_plasma_is_one_at_the_end_and_comes_late():
    times = np.array([0.0, 600.0, 3000.0, 3120.0])
    plain = relative_plasma("Kamp", times, (600.0, 3000.0))
    late = relative_plasma("Kamp", times, (600.0, 3000.0), lag_s=120.0)
    np.testing.assert_allclose(plain[:3], [0.0, 0.0, 1.0], atol=1e-12)
    assert late[3] == pytest.approx(1.0)


def test_an_unknown_plasma_model_is_named():
    with pytest.raises(InputError, match="No plasma model Smith"):
        plasma_level("Smith", np.zeros(1), 2400.0, 0.5)
    with pytest.raises(InputError, match="length"):
        plasma_level("Kamp", np.zeros(1), 0.0, 0.5)
