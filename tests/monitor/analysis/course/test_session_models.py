"""A session model is made anew exactly when something that it rests on is another."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.course import session_models
from monitor.analysis.course.session_models import MeansOfEpoch, SessionModels
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.window import Window, average_with

MEAN = np.arange(4) + 1j
WINDOWS = np.stack([MEAN, 2 * MEAN])
AVERAGE = average_with(Window(0, 2), np.ones(2))
MODEL, BRAIN = object(), object()


def means(**others: object) -> MeansOfEpoch:
    """What is the same but for some of it, in arrays of its own."""
    made = MeansOfEpoch(
        MODEL, AVERAGE, MEAN.copy(), 1.0, WINDOWS.copy(), 0.5, Freedom(), BRAIN, False
    )
    return replace(made, **others)


@pytest.mark.parametrize(
    "other",
    [
        {"model": object()},
        {"same_brain": None},
        {"freedom": replace(Freedom(), water_removal=False)},
        {"bending": True},
        {"average": average_with(Window(0, 2), np.array([1.0, 0.5]))},
        {"noise_sd": 1.1},
        {"window_noise": 0.6},
        {"mean": MEAN + 1e-12},
        {"windows": WINDOWS[:1]},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_of_anything_makes_another_model(other: dict[str, object]) -> None:
    assert not means().same_as(means(**other))
    assert not means(**other).same_as(means())


def test_the_same_of_all_makes_the_same_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert means().same_as(means())
    made = []
    monkeypatch.setattr(
        session_models.MeansOfEpoch, "session_model", lambda one: made.append(one)
    )
    kept = SessionModels()
    kept.made(0, means())
    kept.made(0, means())
    assert len(made) == 1
    kept.made(1, means())
    assert len(made) == 2
    kept.made(0, means(bending=True))
    kept.made(0, means())
    assert len(made) == 4
