"""Offsets of epochs: worked out once, and anew where what they rest on is another."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course import offsets
from monitor.analysis.course.offsets import Offsets


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What was worked out: whether the voxel lay elsewhere."""
    done = []

    def covariance(one, other, apart):
        done.append(apart)
        return np.eye(2)

    monkeypatch.setattr(offsets, "offset_covariance", covariance)
    return done


def model() -> SimpleNamespace:
    return SimpleNamespace(fit=SimpleNamespace(amplitudes=np.ones(2)))


def test_a_pair_is_worked_out_once(worked_out) -> None:
    held, sessions = Offsets(), {0: model(), 1: model(), 2: model()}
    for _ in range(3):
        held.covariance(0, 1, sessions)
    assert len(worked_out) == 1
    held.covariance(0, 2, sessions)
    held.covariance(0, 1, sessions)
    assert len(worked_out) == 2


@pytest.mark.parametrize("epoch", [0, 1])
def test_another_model_of_either_epoch_is_another_offset(worked_out, epoch) -> None:
    held, sessions = Offsets(), {0: model(), 1: model()}
    held.covariance(0, 1, sessions)
    sessions[epoch] = model()
    held.covariance(0, 1, sessions)
    held.covariance(0, 1, sessions)
    assert worked_out == [False, False]


def test_another_place_is_another_offset(worked_out) -> None:
    held, sessions = Offsets(), {0: model(), 1: model()}
    held.covariance(0, 1, sessions)
    held.places.begins.add(1)
    held.covariance(0, 1, sessions)
    held.covariance(0, 1, sessions)
    assert worked_out == [False, True]


def test_only_what_both_have_left_home_for_is_theirs_in_common(
    worked_out, monkeypatch
) -> None:
    asked = []
    monkeypatch.setattr(
        offsets,
        "offsets_in_common",
        lambda home, apart, together: asked.append((apart, together)) or np.eye(2),
    )
    held, sessions = Offsets(), {e: model() for e in range(4)}
    held.places.begins = {2}
    for pair in ((1, 2), (2, 3), (1, 3)):
        asked.clear()
        held.between(0, pair, sessions)
        apart, together = pair == (2, 3), pair == (2, 3)
        assert set(asked) == {(apart, together)}
