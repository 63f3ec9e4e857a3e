"""Repeatability, power and clinical slope, against the textbook's own formulas."""

import math

import numpy as np
import pytest
from scipy import stats

from monitor.study.between_visits import paired_power, power_table, repeatability
from monitor.study.clinical import LEAST_SUBJECTS, clinical_slope
from monitor.study.participants import Visit


def reference_rows(values: dict[str, tuple[float, ...]]) -> list[dict]:
    return [
        {"subject": subject, "Glx/tNAA_reference": value, "Glx/tNAA_reference_sd": 0.1}
        for subject, own in values.items()
        for value in own
    ]


def test_repeatability_of_two_visits_is_blands_and_altmans():
    """With two visits, s_w^2 is the mean of half the squared differences of logs."""
    pairs = {"01": (1.0, 1.1), "02": (1.3, 1.2), "03": (0.9, 0.93)}
    rows = reference_rows({**pairs, "04": (7.0,)})  # one visit: tells nothing
    rows.append({"subject": "01"})  # and one where it was not measured
    rows.append(
        {"subject": "02", "Glx/tNAA_reference": -1.0, "Glx/tNAA_reference_sd": 0}
    )
    rows[-1]["Glx/tNAA_reference"] = 0.0  # no logarithm: left out, not an error
    (found,) = repeatability(rows)
    variance = np.mean([math.log(b / a) ** 2 / 2 for a, b in pairs.values()])
    assert (found["subjects"], found["freedom"]) == (3, 3)
    assert found["cv_percent"] == pytest.approx(100 * math.sqrt(math.exp(variance) - 1))
    low, high = (3 * variance / stats.chi2.ppf(p, 3) for p in (0.975, 0.025))
    assert found["low"] == pytest.approx(100 * math.sqrt(math.exp(low) - 1))
    assert found["high"] == pytest.approx(100 * math.sqrt(math.exp(high) - 1))
    sds = [10 / v for own in pairs.values() for v in own]
    assert found["own_sd_percent"] == pytest.approx(np.median([*sds, 10 / 7]))


def test_sessions_of_no_named_subject_are_of_nobody_twice():
    assert repeatability(reference_rows({"": (1.0, 1.1), "01": (1.0,)})) == []


def test_three_visits_give_two_degrees_of_freedom():
    (found,) = repeatability(reference_rows({"01": (1.0, 1.1, 1.2)}))
    logs = np.log([1.0, 1.1, 1.2])
    assert found["freedom"] == 2
    expected = 100 * math.sqrt(math.exp(np.var(logs, ddof=1)) - 1)
    assert found["cv_percent"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("difference", "sd", "subjects"), [(5.0, 4.0, 12), (-3, 6, 26)]
)
def test_power_is_that_of_simulated_trials(difference, sd, subjects):
    rng = np.random.default_rng(4)
    shape = (20_000, subjects)
    one, other = rng.normal(0, sd, shape), rng.normal(difference, sd, shape)
    seen = np.mean(stats.ttest_rel(other, one, axis=1).pvalue < 0.05)
    assert paired_power(difference, sd, subjects) == pytest.approx(seen, abs=0.015)


def test_power_without_a_difference_is_the_level_and_far_out_it_is_one():
    assert paired_power(0.0, 4.0, 12) == pytest.approx(0.05)
    for difference in (20.0, 40.0, 1e6):  # scipy's noncentral t gives up on these
        assert paired_power(difference, 4.0, 8) == pytest.approx(1.0)


def trial_rows(effect: float) -> tuple[list[dict], dict]:
    """Six subjects, two visits; the second visit has `effect` more, if it is drug."""
    rng = np.random.default_rng(8)
    rows, visits = [], {}
    for n in range(6):
        for visit in ("1", "2"):
            drug = visit == "2"
            visits[f"{n}", visit] = Visit(f"{n}", visit, "drug" if drug else "placebo")
            rows.append(
                {
                    "subject": f"{n}",
                    "visit": visit,
                    "target_percent": 3.0 + n,
                    "Glu_mean": rng.normal(effect * drug, 2.0),
                    "Glu_mean_sd": 1.0 + n,
                }
            )
    return rows, visits


def test_a_true_effect_of_the_condition_is_no_scatter_between_visits():
    found = {}
    for effect in (0.0, 50.0):
        rows, visits = trial_rows(effect)
        stated, between = power_table(rows, visits)
        assert stated["sd_percent"] == 3.5  # the median of 1 ... 6
        assert stated["target_percent"] == 8.0  # the largest of the protocols
        found[effect] = between["sd_percent"]
        unnamed = power_table(rows, {})[1]["sd_percent"]
        assert (unnamed > 30) == (effect > 0)  # nothing tells the conditions apart
    assert found[0.0] == pytest.approx(found[50.0])
    differences = np.diff([row["Glu_mean"] for row in trial_rows(0.0)[0]])[
        ::2
    ]  # second minus first visit
    squares = np.sum((differences - differences.mean()) ** 2) / 2
    assert found[0.0] == pytest.approx(math.sqrt(squares / 5))  # 6 visits - 1 condition


def test_scatter_between_visits_needs_three_degrees_of_freedom():
    rows, visits = trial_rows(0.0)
    assert len(power_table(rows[:8], visits)) == 2  # 4 subjects, one for the condition
    assert len(power_table(rows[:6], visits)) == 1


def clinical(n: int, slope: float = -1.5, later: float = 0.0):
    """Visits of n subjects whose score changes by `slope` a percent of response."""
    rng = np.random.default_rng(3)
    matched = []
    for i in range(n):
        for visit in ("1", "2"):
            response = float(rng.normal(5, 3))
            change = 2.0 + slope * response + later * (visit == "2")
            who = Visit(f"{i}", visit, "drug", "", 30.0, 30.0 + change)
            matched.append((who, {"Glu_mean": response, "Glu_mean_sd": 0.5}))
    return matched


def test_a_slope_without_scatter_is_exact_and_so_is_its_interval():
    found = clinical_slope(clinical(8, later=4.0), "Glu")
    assert found["slope"] == pytest.approx(-1.5)
    assert found["low"] == pytest.approx(-1.5) == pytest.approx(found["high"])
    assert (found["subjects"], found["sessions"]) == (8, 16)
    first = found["points"][0]
    assert first["change"] == pytest.approx(2.0 - 1.5 * first["response"])


def test_the_slopes_interval_is_the_clustered_one():
    matched = clinical(9)
    rng = np.random.default_rng(6)
    noisy = []
    for visit, row in matched:
        after = visit.score_after + float(rng.normal(0, 2))
        noisy.append((Visit(visit.subject, "1", "drug", "", 30.0, after), row))
    found = clinical_slope(noisy, "Glu")
    x = np.array([row["Glu_mean"] for _, row in noisy])
    d = np.array([visit.score_change for visit, _ in noisy])
    subject = np.array([visit.subject for visit, _ in noisy])
    X = np.stack([np.ones_like(x), x], axis=1)
    b, *_ = np.linalg.lstsq(X, d, rcond=None)
    bread, rest = np.linalg.inv(X.T @ X), d - X @ b
    meat = sum(
        np.outer(s, s)
        for s in (X[subject == n].T @ rest[subject == n] for n in np.unique(subject))
    )
    error = math.sqrt((9 / 8 * bread @ meat @ bread)[1, 1])
    assert found["slope"] == pytest.approx(b[1])
    assert found["sd"] == pytest.approx(error)
    t = stats.t.ppf(0.975, 8)
    assert found["low"] == pytest.approx(b[1] - t * error)
    assert found["high"] == pytest.approx(b[1] + t * error)
    expected = 1 - 0.25 / np.var(x, ddof=1)
    assert found["reliability"] == pytest.approx(expected)


def test_what_is_known_of_too_few_gives_no_slope():
    assert clinical_slope(clinical(LEAST_SUBJECTS), "Glu") is not None
    assert clinical_slope(clinical(LEAST_SUBJECTS - 1), "Glu") is None
    matched = clinical(LEAST_SUBJECTS)
    matched[:2] = [(Visit("0", "1", "drug"), row) for _, row in matched[:2]]
    assert clinical_slope(matched, "Glu") is None  # no score
    matched = clinical(LEAST_SUBJECTS)
    matched[:2] = [(visit, {"Glu_mean": None}) for visit, _ in matched[:2]]
    assert clinical_slope(matched, "Glu") is None  # no response


def test_a_response_that_varies_less_than_its_error_is_not_reliable():
    matched = [
        (visit, {"Glu_mean": row["Glu_mean"], "Glu_mean_sd": 50.0})
        for visit, row in clinical(8)
    ]
    assert clinical_slope(matched, "Glu")["reliability"] == 0.0
