"""When another trial of the slope's noise is taken, and what the reference tells."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.tracking import noise_scale
from monitor.analysis.tracking.noise_scale import (
    DECISIVE,
    PRIOR_INNOVATIONS,
    UNSETTLED,
    NoiseScale,
)

ROWS = np.zeros((2, 2))


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> NoiseScale:
    """Trials of 0.5, 1 and 2 times the floor of 1, with innovations of (3, 4)."""
    step = SimpleNamespace(innovation=np.array([3.0, 4.0]))
    monkeypatch.setattr(noise_scale, "take", lambda *_: (None, step))
    trials = {p: SimpleNamespace(log_likelihood=0.0) for p in (0.5, 1.0, 2.0)}
    return NoiseScale(trials, floor=1.0, percent=1.0)


def block(reference: bool = True, begins: int = 0) -> SimpleNamespace:
    return SimpleNamespace(reference=reference, begins=begins)


def test_another_trial_is_taken_once_it_is_clearly_better(scale: NoiseScale) -> None:
    scale.trials[2.0].log_likelihood = DECISIVE
    assert not scale.push(block(), ROWS)
    scale.trials[2.0].log_likelihood = DECISIVE + 0.1
    assert scale.push(block(), ROWS)
    assert scale.percent == 2.0
    scale.trials[1.0].log_likelihood = 2 * DECISIVE + 0.2
    assert scale.push(block(), ROWS)
    assert scale.percent == 1.0


def test_what_another_copy_chose_is_held_whatever_is_likelier(scale) -> None:
    scale.held = ((4, 2.0),)
    scale.trials[0.5].log_likelihood = scale.trials[1.0].log_likelihood = 50.0
    assert not scale.push(block(begins=3), ROWS)
    assert scale.push(block(begins=4), ROWS)
    assert not scale.push(block(begins=9), ROWS)
    assert (scale.percent, scale.switches) == (2.0, ((4, 2.0),))


def test_the_filter_never_uses_less_than_the_floor(scale: NoiseScale) -> None:
    scale.trials[0.5].log_likelihood = 50.0
    assert not scale.push(block(), ROWS)
    assert scale.percent == 1.0
    assert scale.likeliest == 0.5


def test_scatter_is_told_by_the_reference_period_once_it_has_settled(
    scale: NoiseScale,
) -> None:
    assert scale.excess == 1.0
    for _ in range(UNSETTLED):
        scale.push(block(), ROWS)
    assert (scale.energy, scale.count) == (0.0, 0)
    scale.push(block(reference=False), ROWS)
    assert (scale.energy, scale.count) == (0.0, 0)
    for _ in range(3):
        scale.push(block(), ROWS)
    assert (scale.energy, scale.count) == (75.0, 6)
    expected = (PRIOR_INNOVATIONS + 75.0) / (PRIOR_INNOVATIONS + 6)
    assert scale.excess == pytest.approx(expected)


def test_a_block_without_weight_tells_nothing(scale: NoiseScale, monkeypatch) -> None:
    monkeypatch.setattr(noise_scale, "take", lambda *_: (None, None))
    for _ in range(UNSETTLED + 3):
        scale.push(block(), ROWS)
    assert scale.excess == 1.0
