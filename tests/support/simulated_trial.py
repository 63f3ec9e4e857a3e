"""Crossovers drawn at the level of the estimates, with a known effect.

    change = course(bin) + effect * sign + subject + session + reference + window

each an independent Gaussian, the reference's error common to a session's windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.study.participants import Visit


@dataclass(frozen=True, slots=True)
class Crossover:
    """A trial to draw; all in percent.

    Attributes
    ----------
    effect : condition "drug" minus "placebo", the same in every window
    slope : what the effect grows by over the infusion
    rise : mean change at the end of the infusion
    subject_sd, session_sd : of true responses between subjects and between sessions
    window_sd, reference_sd : of the measurement
    """

    subjects: int = 26
    windows: int = 10
    effect: float = -4.0
    slope: float = 0.0
    rise: float = 6.0
    subject_sd: float = 3.0
    session_sd: float = 2.0
    window_sd: float = 5.0
    reference_sd: float = 2.0
    infusion_min: float = 40.0


Drawn = tuple[Visit, list[dict[str, Any]]]


def draw(trial: Crossover, random: np.random.Generator) -> list[Drawn]:
    """Sessions of a trial: who, and the rows that windows.csv would hold."""
    sessions: list[Drawn] = []
    for subject in range(trial.subjects):
        own = trial.subject_sd * random.standard_normal()
        order = ("drug", "placebo") if subject % 2 else ("placebo", "drug")
        sex = "f" if subject % 4 < 2 else "m"
        for number, condition in enumerate(order, 1):
            visit = Visit(
                f"{subject + 1:02d}",
                str(number),
                condition,
                sex,
                None,
                None,
                trial.infusion_min,
            )
            sign = 0.5 if condition == "drug" else -0.5
            level = own + trial.session_sd * random.standard_normal()
            sessions.append((visit, _windows(trial, sign, level, random)))
    return sessions


def _windows(
    trial: Crossover, sign: float, level: float, random: np.random.Generator
) -> list[dict[str, Any]]:
    n = trial.windows
    place = (np.arange(n) + 0.5) / n
    true = trial.rise * place + sign * (trial.effect + trial.slope * (place - 0.5))
    reference = trial.reference_sd * random.standard_normal()
    y = true + level + reference + trial.window_sd * random.standard_normal(n)
    length = trial.infusion_min / n
    total = float(np.hypot(trial.window_sd, trial.reference_sd))
    return [
        {
            "start_min": i * length,
            "end_min": (i + 1) * length,
            "change_percent": float(y[i]),
            "sd_percent": total,
            "reference_sd_percent": trial.reference_sd,
        }
        for i in range(n)
    ]
