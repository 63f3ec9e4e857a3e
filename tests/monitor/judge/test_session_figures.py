"""Figures of criteria and course, on sessions of a few lines."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course.window_changes import OutcomeChanges
from monitor.judge.followed_session import PlacedEvent
from monitor.judge.measures import detectable_by_window
from monitor.judge.peak import ROUGHNESS, smooth
from monitor.judge.session_figures import (
    effective_percent,
    fastest_drift_hz_per_min,
    latest_marker_s,
    missing_percent,
)
from streams.messages.marks import marks_that_hold
from streams.messages.transient import Event


def quality(k: int, shift_hz: float, **others: object) -> SimpleNamespace:
    rest = {"epoch": 0, "counts": True, "weight": 1.0} | others
    return SimpleNamespace(time_s=2.0 * k, shift_hz=shift_hz, **rest)


def test_the_fastest_drift_is_found_in_either_direction_and_within_an_epoch():
    per_min = 30.0  # one Hz in two seconds
    up = [quality(k, 1.0 * k) for k in range(10)]
    down = [quality(k, -2.0 * k, epoch=1) for k in range(10, 20)]
    assert fastest_drift_hz_per_min(up) == pytest.approx(per_min)
    assert fastest_drift_hz_per_min(up + down) == pytest.approx(2 * per_min)
    odd = quality(5, 1e3, counts=False)
    assert fastest_drift_hz_per_min([*up, odd]) == pytest.approx(per_min)
    assert math.isnan(fastest_drift_hz_per_min([]))


@pytest.mark.parametrize(
    ("authors", "late_s"),
    [
        (("pump", "pump"), 9.0),  # the last holds
        (("pump", "operator"), 40.0),  # what is typed does not go before the pump's
        (("operator", "operator"), math.nan),  # who types gives a time on purpose
        ((), math.nan),
    ],
)
def test_only_marks_of_a_source_that_hold_can_be_late(authors, late_s):
    stamps_s = (100.0, 160.0)
    events = [
        Event(at_s, "infusion_start", "", author)
        for at_s, author in zip(stamps_s, authors, strict=False)
    ]
    late = (40.0, 9.0)
    placed = [
        PlacedEvent(event, event.time_s + by_s, None)
        for event, by_s in zip(events, late, strict=False)
    ]
    followed = SimpleNamespace(
        result=SimpleNamespace(marks=marks_that_hold(events)), placed=placed
    )
    assert latest_marker_s(followed) == pytest.approx(late_s, nan_ok=True)


def test_a_drift_that_begins_late_is_seen_in_sixty_on_end():
    shifts = [0.0] * 60 + [1.0 * k for k in range(60)]
    late = [quality(k, shift) for k, shift in enumerate(shifts)]
    assert fastest_drift_hz_per_min(late) == pytest.approx(30.0)


def test_effective_transients_by_hand():
    weights = [quality(0, 0.0, weight=w) for w in (1.0, 1.0, 0.5, 0.0)]
    assert effective_percent(weights) == pytest.approx(100 * 2.5**2 / 2.25 / 4)
    assert effective_percent([quality(0, 0.0, weight=0.0)]) == 0.0


@pytest.mark.parametrize(
    ("lost", "came", "share"),
    [(1, 3, 25.0), (0, 5, 0.0), (None, 5, math.nan), (1, 0, math.nan)],
)
def test_missing_transients_by_hand(lost, came, share):
    result = SimpleNamespace(counts=SimpleNamespace(missing=lost), came=came)
    assert missing_percent(result) == pytest.approx(share, nan_ok=True)


def test_what_windows_of_other_lengths_would_show():
    two = OutcomeChanges(
        np.array([0.0, 60.0]),
        np.array([60.0, 120.0]),
        np.zeros(2),
        np.diag([5.0, 10.0]),
        np.array([10.0, 20.0]),
        1.0,
    )
    found = detectable_by_window(two, (30.0, 120.0), [40, 10])
    variance = (4.0 * 10 * 30 + 9.0 * 20 * 60) / 90
    assert found.sigma_percent == pytest.approx(math.sqrt(variance))
    shown = [math.sqrt(variance / n + 1.0) for n in (10, 40)]
    assert list(found.windows) == [10, 40]
    assert found.windows[10] / found.windows[40] == pytest.approx(shown[0] / shown[1])
    assert found.windows[10] == pytest.approx((1.96 + 0.8416) * shown[0], rel=1e-3)
    assert detectable_by_window(two, (200.0, 300.0), [10]) is None


def test_smoothing_is_the_best_guess_of_the_model_that_the_module_states():
    rng = np.random.default_rng(4)
    t = np.linspace(0, 1, 9)
    C = np.diag(rng.uniform(0.5, 2.0, 9)) + 0.3
    d = 8 * np.sin(4 * t) + rng.normal(size=9)
    m, M = np.minimum.outer(t, t), np.maximum.outer(t, t)
    K, X = m**2 * (3 * M - m) / 6, np.stack([np.ones(9), t], 1)

    def restricted(q: float) -> float:
        V = C + q * np.trace(C) / 9 * K
        b = np.linalg.solve(X.T @ np.linalg.solve(V, X), X.T @ np.linalg.solve(V, d))
        rest = d - X @ b
        logs = np.linalg.slogdet(V)[1]
        logs += np.linalg.slogdet(X.T @ np.linalg.solve(V, X))[1]
        return float(logs + rest @ np.linalg.solve(V, rest))

    q = min(ROUGHNESS, key=restricted)
    U = q * np.trace(C) / 9 * K
    V = C + U
    W = np.linalg.inv(V)
    b = np.linalg.solve(X.T @ W @ X, X.T @ W @ d)
    found = smooth(t, d, C)
    np.testing.assert_allclose(found.percent, X @ b + U @ W @ (d - X @ b), atol=1e-8)
    P = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
    np.testing.assert_allclose(found.covariance, C - C @ P @ C, atol=1e-8)
