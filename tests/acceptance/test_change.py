"""Issue 7 on simulated sessions: a twentieth always, all of them with `-m slow`.

The tables that a whole run gave are in `change.md`.
"""

import numpy as np
import pytest
from change_sessions import result_of
from change_summary import answered, errors, line, plateau, sliding_rmse

pytestmark = pytest.mark.timeout(600)
HEADLINE, GLU = 2, 3


def sessions(kind: str, count: int) -> dict[str, np.ndarray]:
    results = [result_of(kind, seed) for seed in range(count)]
    least = {
        key: min(len(r[key]) for r in results) if results[0][key].ndim else None
        for key in results[0]
    }
    return {key: np.stack([r[key][:n] if n else r[key] for r in results])
            for key, n in least.items()}  # fmt: skip


@pytest.fixture(scope="module")
def few():
    return {"saturating": sessions("saturating", 3), "null": sessions("null", 3)}


def test_tracker_is_better_than_the_window_and_the_smoother_better_still(few):
    found = few["saturating"]
    for k in (HEADLINE, GLU):
        window = sliding_rmse(found, k)
        assert line(found, "free", k)["rmse"] < 0.85 * window
        assert line(found, "filtered", k)["rmse"] < 0.7 * window
        assert line(found, "smooth", k)["rmse"] < line(found, "filtered", k)["rmse"]


def test_intervals_hold_what_they_say(few):
    for found in few.values():
        for name in ("window", "filtered", "smooth"):
            error, sd, _ = errors(found, name)
            assert np.mean(np.abs(error[..., 2:] / sd[..., 2:]) < 3) > 0.95


def test_nothing_is_not_called_a_change(few):
    assert answered(few["null"], HEADLINE)[0] == 0
    assert np.abs(few["null"]["mean"][:, HEADLINE]).mean() < 4


@pytest.fixture(scope="module")
def many():
    kinds = {"saturating": 200, "plateau": 100, "against": 30, "null": 200}
    return {kind: sessions(kind, count) for kind, count in kinds.items()}


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_two_hundred_sessions(many):
    null, moved = many["null"], many["saturating"]
    assert answered(null, HEADLINE)[0] <= 15
    assert abs(line(null, "smooth", HEADLINE)["bias"]) < 0.3
    assert answered(many["plateau"], HEADLINE)[0] >= 90
    for name in ("window", "filtered", "smooth"):
        assert abs(plateau(many["plateau"], name, HEADLINE)[0]) < 0.5
        assert 0.93 <= line(moved, name, HEADLINE)["cover"] <= 0.97
        assert line(moved, name, HEADLINE)["worst"] >= 0.88
    for k in (HEADLINE, GLU):
        window = sliding_rmse(moved, k)
        free, tied = line(moved, "free", k)["rmse"], line(moved, "filtered", k)["rmse"]
        assert free <= 0.7 * window
        assert line(moved, "smooth", k)["rmse"] <= 0.8 * tied
        assert line(moved, "joint", k)["rmse"] < line(moved, "smooth", k)["rmse"]
    assert abs(plateau(many["against"], "smooth", HEADLINE)[0]) < 1.0
