"""The forecast: from weights alone, and right once they have come."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from state_cases import C0, NAMES, measurement, with_widths

from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.forecast import MOST_S, _left_s, _until
from monitor.analysis.tracking.sequential import STEADY_PERCENT, least_seen, radius
from monitor.analysis.tracking.transient_view import Observed

OUTCOME = "Glx/tNAA"


def evidence_of(change: float, before: int = 120, since: int = 200) -> Accumulated:
    """Sums of transients whose glutamate changed by so many percent."""
    random, seen = np.random.default_rng(7), measurement()
    evidence = Accumulated(NAMES, C0, 0)
    for i in range(before + since):
        after = i >= before
        c = np.array(C0, float)
        c[NAMES.index("Glu")] *= 1 + (change / 100 if after else 0.0)
        o = seen.rows @ with_widths(c) + random.standard_normal(len(seen.rows))
        evidence.push(Observed(i, 0, 2.0 * i, i, o, 1.0, not after), seen, after)
    return evidence


def test_the_outcome_tells_nothing_to_the_forecast():
    found = [evidence_of(change).flat_sds() for change in (0.0, 20.0, -30.0)]
    assert found[0] == found[1] == found[2]


def test_it_is_the_sd_of_a_session_in_which_nothing_changed():
    evidence = evidence_of(0.0)
    _, sd = evidence.mean_changes()[OUTCOME]
    assert evidence.flat_sds()[OUTCOME] == pytest.approx(sd, rel=0.05)


def test_what_was_expected_is_what_comes():
    half, whole = evidence_of(0.0, since=100), evidence_of(0.0, since=200)
    more = half.expecting(0, measurement(), True, 100.0)
    assert more.flat_sds()[OUTCOME] == pytest.approx(whole.flat_sds()[OUTCOME])
    assert half.flat_sds()[OUTCOME] > 1.1 * more.flat_sds()[OUTCOME]
    alone = half.reference_alone()
    assert alone.flat_sds() == {}
    again = alone.expecting(0, measurement(), True, 100.0)
    assert again.flat_sds()[OUTCOME] == pytest.approx(half.flat_sds()[OUTCOME])


def test_the_change_that_is_seen_is_the_one_that_the_verdict_names():
    half = radius(1.5**2 + STEADY_PERCENT**2, 5.0)
    assert least_seen(1.5, 5.0) == pytest.approx(half + 0.8416 * 1.5, rel=1e-3)


@given(st.floats(1.0, MOST_S))
def test_how_much_longer_until_the_target(needed_s):
    found = _until(5.0, lambda more_s: 5.0 if more_s >= needed_s else 6.0)
    assert needed_s <= found <= 1.03 * needed_s + 2.0


def test_no_wait_and_no_hope():
    assert _until(5.0, lambda _: 4.0) == 0.0
    assert _until(5.0, lambda _: 6.0) == math.inf


@pytest.mark.parametrize(
    ("length_s", "marks_s", "now_s", "left_s"),
    [
        (None, (), 10.0, None),
        (2400.0, (), 10.0, 2400.0),
        (2400.0, (600.0,), 900.0, 2100.0),
        (2400.0, (600.0,), 9000.0, 0.0),
        (2400.0, (600.0, 1200.0), 1300.0, 0.0),
        (None, (600.0, 1200.0), 100.0, 600.0),
        (None, (600.0,), 900.0, None),
    ],
)
def test_time_until_the_planned_end(length_s, marks_s, now_s, left_s):
    assert _left_s(length_s, marks_s, now_s) == left_s
