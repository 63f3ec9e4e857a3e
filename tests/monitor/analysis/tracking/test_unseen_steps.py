"""Steps at joins: how much of them lies between now and the reference period."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from state_cases import C0, NAMES

from monitor.analysis.tracking.dynamics import REMEMBERED, sums_of
from monitor.analysis.tracking.joint import ResponseFit
from monitor.analysis.tracking.tracker import TRACKED
from monitor.analysis.tracking.unseen_steps import UnseenSteps, step_covariance

ONE = step_covariance(NAMES, C0)
LEVEL = np.tile(np.append(sums_of(NAMES) @ C0, 1.0), 2)
GLU_TCR = TRACKED.index("Glu/tCr")


def steps(*behind: float) -> UnseenSteps:
    return UnseenSteps(np.array(behind), ONE, LEVEL)


def test_without_joins_nothing_is_added() -> None:
    assert steps().added(0) == 0.0
    sds = np.ones((3, 4))
    assert steps().widened(sds, sds, [0, 0, 0]) is sds


@pytest.mark.parametrize(
    ("reference", "places"),
    [(None, []), (None, [40]), (SimpleNamespace(first=0, stop=9, amplitudes=C0), [])],
)
def test_without_a_reference_or_without_joins_there_are_no_steps(
    reference, places
) -> None:
    joins = SimpleNamespace(places=places, behind=lambda *_: [np.zeros(len(places))])
    course = SimpleNamespace(
        reference=reference, joins=joins, weights=None, names=NAMES
    )
    assert UnseenSteps.of(course).added(1) == 0.0


def test_each_join_between_now_and_then_counts() -> None:
    after = steps(0.0, 0.0)
    assert [after.between(n) for n in (0, 1, 2)] == [0, 1, 2]
    within = steps(0.25)
    assert [within.between(n) for n in (0, 1)] == pytest.approx([0.0625, 0.5625])
    assert np.array_equal(after.added(2), 2 * ONE)


def test_a_step_adds_its_percent_to_the_interval() -> None:
    own = steps(0.0).percents(LEVEL)[GLU_TCR]
    assert 0.3 < own < 0.7
    found = steps(0.0, 0.0).widened(np.full((2, 4), 2.0), np.full((2, 4), own), [0, 2])
    np.testing.assert_allclose(found[0], 2.0)
    np.testing.assert_allclose(found[1], np.sqrt(4 + 2 * own**2))


def test_a_response_model_knows_of_steps_and_one_without_a_change_does_not() -> None:
    plain = {name: np.full(2, 1.0) for name in ("Glu", "Glu/tCr")}
    still = {name: 0 * sd for name, sd in plain.items()}
    fit = ResponseFit("step", {}, 1, 0.0, 0.0, 0.0, 0.0, np.arange(2.0), still, plain)
    after = steps(0.0)
    found = after.in_fit(fit, [0, 1]).sds["Glu/tCr"]
    assert found.tolist() == pytest.approx(
        [1.0, np.hypot(1.0, after.percents(LEVEL)[GLU_TCR])]
    )
    unmoved = replace(fit, sds=still)
    assert after.in_fit(unmoved, [0, 1]) is unmoved
    assert steps().in_fit(fit, [0, 0]) is fit


def test_what_was_in_the_reference_period_stays_as_certain() -> None:
    assert not ONE[REMEMBERED - 1 :].any()
    assert np.linalg.eigvalsh(ONE[:4, :4]).min() > 0
