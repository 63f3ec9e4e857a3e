"""Changes from the reference period, against examples worked by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.course.outcomes import outcomes_of, quadratic
from monitor.analysis.course.response import (
    PRIOR_WINDOWS,
    Changes,
    Estimate,
    Reference,
    changes,
    excess_scatter,
    meaningful,
    unseen_outcomes,
    without_gain,
    without_lost,
)

NAMES = ("Glu", "Cr")
OUTCOMES = outcomes_of(NAMES)
BEFORE = np.array([10.0, 5.0])
COMMON = np.array([[0.04, 0.01], [0.01, 0.02]])
REFERENCE = Reference(0.0, 100.0, 4, 8, np.array([0.1, 0.2, 0.3, 0.4]), BEFORE, COMMON)
NOW = np.array([[12.0, 4.0]])
OWN = np.array([[[0.36, -0.05], [-0.05, 0.16]]])


def one(found: Changes, name: str) -> tuple[float, float]:
    """Percent and SD of the first window."""
    k = found.names.index(name)
    return found.percents[0, k], found.sds[0, k]


def relative_variance(c: np.ndarray, S: np.ndarray) -> float:
    """Of Glu over Cr, by the rule for a quotient."""
    glu, cr = c
    return S[0, 0] / glu**2 + S[1, 1] / cr**2 - 2 * S[0, 1] / (glu * cr)


def test_amplitude_and_ratio_against_a_quotient_by_hand() -> None:
    found = changes(OUTCOMES, NOW, OWN, REFERENCE, np.zeros(1))
    percent, sd = one(found, "Glu")
    assert percent == pytest.approx(20.0)
    assert sd == pytest.approx(120 * math.sqrt(0.36 / 144 + 0.04 / 100))
    percent, sd = one(found, "Glu/tCr")
    assert percent == pytest.approx(50.0)
    both = relative_variance(NOW[0], OWN[0]) + relative_variance(BEFORE, COMMON)
    assert sd == pytest.approx(150 * math.sqrt(both))


def test_a_window_within_the_reference_period_shares_its_error() -> None:
    share = 0.25
    found = changes(OUTCOMES, NOW, OWN, REFERENCE, np.array([share]))
    shared = share * OWN[0, 0, 0] / (12.0 * 10.0)
    expected = 0.36 / 144 + 0.04 / 100 - 2 * shared
    assert one(found, "Glu")[1] == pytest.approx(120 * math.sqrt(expected))
    alone = changes(OUTCOMES, NOW, OWN, REFERENCE, np.array([4.0]))
    assert one(alone, "Glu")[1] == pytest.approx(120 * math.sqrt(1e-3 * 0.36 / 144))


def test_excess_doubt_and_offsets_widen() -> None:
    scattered = replace(REFERENCE, excess={"Glu": 2.0})
    doubt, between = np.diag([0.5, 0.3]), np.diag([0.7, 0.1])[None]
    variance = 4.0 * (0.36 / 144 + 0.04 / 100)
    variance += 0.5 * (1 / 12 - 1 / 10) ** 2 + 0.7 / 100
    found = changes(OUTCOMES, NOW, OWN, scattered, np.zeros(1), doubt, between)
    assert one(found, "Glu")[1] == pytest.approx(120 * math.sqrt(variance))


def test_no_change_has_nothing_of_a_common_doubt() -> None:
    doubt = np.array([[3.0, 1.0], [1.0, 2.0]])
    same = [
        changes(OUTCOMES, BEFORE[None], OWN, REFERENCE, np.zeros(1), d)
        for d in (None, doubt)
    ]
    np.testing.assert_allclose(same[1].sds, same[0].sds)
    np.testing.assert_allclose(same[0].percents, 0.0, atol=1e-12)


def test_what_cannot_be_said_is_nan_and_nothing_else() -> None:
    found = Changes(("Glu", "Glu/tCr"), np.ones((3, 2)), np.full((3, 2), 2.0))
    apart = without_gain(found, np.array([False, True, False]))
    nan = [[False, False], [True, False], [False, False]]
    for values, kept in ((apart.percents, 1.0), (apart.sds, 2.0)):
        assert np.isnan(values).tolist() == nan
        assert (values[~np.array(nan)] == kept).all()
    empty = without_lost(found, np.array([False, False, True]))
    assert np.isnan(empty.percents).all(axis=1).tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("first", "stop", "share"),
    [(0, 4, 0.0), (0, 5, 0.1), (5, 7, 0.5), (4, 8, 1.0), (7, 99, 0.4), (8, 9, 0.0)],
)
def test_share_of_the_reference_period(first: int, stop: int, share: float) -> None:
    assert REFERENCE.share(first, stop) == pytest.approx(share)


def test_scatter_of_three_windows_by_hand() -> None:
    amplitudes = np.array([[9.0, 5.0], [10.0, 5.0], [12.0, 5.0]])
    variances = np.array([1.0, 4.0, 1.0])
    covariances = np.array([np.diag([v, 1.0]) for v in variances])
    mean = (9.0 + 10.0 / 4 + 12.0) / 2.25
    squares = (9 - mean) ** 2 + (10 - mean) ** 2 / 4 + (12 - mean) ** 2
    expected = math.sqrt((PRIOR_WINDOWS + squares) / (PRIOR_WINDOWS + 2))
    found = excess_scatter(OUTCOMES, amplitudes, covariances)
    assert found["Glu"] == pytest.approx(expected)
    assert found["Cr"] == pytest.approx(math.sqrt(PRIOR_WINDOWS / (PRIOR_WINDOWS + 2)))
    assert excess_scatter(OUTCOMES, amplitudes[:1], covariances[:1]) == {}
    zero = excess_scatter(OUTCOMES, amplitudes * [1, 0], covariances)
    assert "Glu" in zero
    assert "Glu/tCr" not in zero


WHOLE = Estimate(3, 100.0, 160.0, 16, 16.0, True, 0, {}, {}, {"Glu": 5.0}, {"Glu": 1.0})


def test_a_whole_window_after_the_reference_period_has_a_meaning() -> None:
    assert meaningful(WHOLE, "Glu", 16, (0.0, 100.0))
    assert WHOLE.time_s == 130.0


@pytest.mark.parametrize(
    "other",
    [
        {"changes_percent": {}},
        {"changes_percent": {"Glu": math.nan}},
        {"change_sds_percent": {"Glu": math.inf}},
        {"converged": False},
        {"n_transients": 15},
        {"time_start_s": 99.0},
    ],
)
def test_anything_else_has_none(other: dict[str, object]) -> None:
    assert not meaningful(replace(WHOLE, **other), "Glu", 16, (0.0, 100.0))


def test_there_is_no_meaning_without_a_window_or_a_reference_period() -> None:
    assert not meaningful(None, "Glu", 16, (0.0, 100.0))
    assert not meaningful(WHOLE, "Glu", 16, None)


SET = ("Glu", "Gln", "NAA", "NAAG", "Cr", "PCr", "GPC", "mI")
SOME = st.lists(st.floats(0.5, 20.0), min_size=len(SET), max_size=len(SET))


@given(SOME)
def test_gradients_are_the_slopes_of_the_values(amplitudes: list[float]) -> None:
    every = outcomes_of(SET, water=3.0)
    c, step = np.array(amplitudes), 1e-5
    slopes = [
        (every.values(c + step * e) - every.values(c - step * e)) / (2 * step)
        for e in np.eye(len(SET))
    ]
    np.testing.assert_allclose(every.gradients(c), np.array(slopes).T, atol=1e-6)


def test_outcomes_of_a_set_by_name() -> None:
    every = outcomes_of(SET, water=2.0)
    c = np.array([10.0, 3.0, 9.0, 1.0, 5.0, 3.0, 2.0, 6.0])
    found = dict(zip(every.names, every.values(c), strict=True))
    expected = {
        "Glx": 13,
        "tNAA": 10,
        "tCr": 8,
        "tCho": 2,
        "Glu/tCr": 10 / 8,
        "Gln/tCr": 3 / 8,
        "Glx/tCr": 13 / 8,
        "tNAA/tCr": 10 / 8,
        "tCho/tCr": 2 / 8,
        "mI/tCr": 6 / 8,
        "Glu/tNAA": 1.0,
        "Glx/tNAA": 1.3,
        "Glu/water": 5.0,
        "PCr/water": 1.5,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert every.row("Glx") == every.names.index("Glx")
    assert every.row("GABA") is None
    assert outcomes_of(("Glu", "Cr")).row("Glx") is None
    assert every.subset(("tCr", "GABA", "Glu")).names == ("tCr", "Glu")


def test_what_a_basis_set_does_not_give_is_said() -> None:
    assert OUTCOMES.lacking("Glu/tCr") == ()
    assert OUTCOMES.lacking("Glu/water") == ()
    (said,) = OUTCOMES.lacking("Glx/tCr")
    assert "Glx/tCr is none that this basis set gives, such as Glu/tCr" in said
    assert "such as Glu:" in outcomes_of(("Glu",)).lacking("tCrr")[0]
    (said,) = outcomes_of(("Glu", "Cr")).lacking("Glx/tNAA")
    assert "needs NAA or NAAG, which the basis set lacks" in said
    assert "such as Glu/tCr" in said


def test_a_form_of_two_gradients() -> None:
    S = np.array([[2.0, 1.0], [1.0, 3.0]])
    g, h = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0]])
    assert quadratic(g, S) == pytest.approx(2 + 2 * 2 + 4 * 3)
    assert quadratic(g, S, h) == pytest.approx(1 * (6 - 1) + 2 * (3 - 3))


def test_what_may_be_zero_is_unseen_and_so_is_what_it_divides() -> None:
    found = outcomes_of(("Glu", "Gln", "NAA", "Cr"))
    c, S = np.array([10.0, 1.0, -5.0, 3.0]), np.diag([1.0, 1.0, 1.0, 1.0])
    unseen = unseen_outcomes(found, c, S)
    assert {"Gln", "NAA", "tNAA", "Glx/tNAA", "Gln/tCr"} <= unseen
    assert unseen.isdisjoint({"Glu", "Cr", "Glx", "Glu/tCr"})
    assert {"Cr", "Glu/tCr"} <= unseen_outcomes(found, c, np.diag([1.0, 1, 1, 3.0]))
