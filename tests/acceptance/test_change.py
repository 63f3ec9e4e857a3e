"""Issue 7 on simulated sessions: a twentieth always, all of them with `-m slow`.

The tables that a whole run gave are in `change.md`.
"""

import numpy as np
import pytest
from change_sessions import result_of, stacked
from change_summary import (
    GLU,
    HEADLINE,
    answered,
    errors,
    line,
    mean_shift,
    plateau,
    ratios,
)

pytestmark = pytest.mark.timeout(900)


def sessions(kind: str, count: int) -> dict[str, np.ndarray]:
    return stacked([result_of(kind, seed) for seed in range(count)])


@pytest.fixture(scope="module")
def few():
    return {kind: sessions(kind, 10) for kind in ("mixed", "null")}


@pytest.mark.parametrize("k", [HEADLINE, GLU])
def test_tracker_is_better_than_any_window_and_the_smoother_better_still(few, k):
    found = ratios(few["mixed"], k)
    assert found["free / window of 32"] < 0.7
    assert found["free / best length"] < 1.05
    assert found["smooth / tied"] < 0.9


@pytest.mark.parametrize("name", ["window", "filtered", "smooth", "joint"])
def test_intervals_hold_what_they_say(few, name):
    error, sd, _ = errors(few["mixed"], name)
    z = (error / sd)[..., [HEADLINE, GLU]]
    z = np.abs(z[np.isfinite(z)])
    assert np.mean(z < 1.96) > 0.85
    assert np.mean(z < 3) > 0.97


def test_nothing_is_not_called_a_change(few):
    assert answered(few["null"], HEADLINE)[0] <= 1
    assert abs(mean_shift(few["null"], HEADLINE)[0]) < 2.0


@pytest.fixture(scope="module")
def many():
    counts = {"mixed": 200, "null": 200, "ten-long": 60, "plateau": 30, "against": 30}
    return {kind: sessions(kind, count) for kind, count in counts.items()}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["step", "step-stop"])
def test_a_step_is_followed_from_its_first_minutes_on(kind):
    found = sessions(kind, 16)
    for k in (HEADLINE, GLU):
        assert line(found, "smooth", k)["worst"] >= 0.8
        assert line(found, "filtered", k)["worst"] >= 0.8


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("k", [HEADLINE, GLU])
def test_two_hundred_sessions(many, k):
    null, moved = many["null"], many["mixed"]
    assert answered(null, k)[0] <= 15
    assert (
        abs(line(null, "filtered", k)["bias"]) < 0.3 + line(null, "filtered", k)["se"]
    )
    assert answered(many["ten-long"], k)[0] >= 54
    for name in ("window", "filtered", "smooth"):
        found, (late, se) = line(moved, name, k), plateau(moved, name, k)
        assert abs(late) < 0.5 + se
        assert 0.93 <= found["cover"] <= 0.98
        assert found["worst"] >= 0.88
    against = ratios(moved, k)
    assert against["free / window of 32"] <= 0.7
    assert against["free / best length"] <= 1.05
    assert against["smooth / tied"] <= 0.8
    assert abs(plateau(many["against"], "smooth", HEADLINE)[0]) < 1.0
