"""The outcomes of a session, as plain values for the report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from monitor.analysis.course.detectable import LENGTHS
from monitor.analysis.course.window_changes import OutcomeChanges, changes_of
from monitor.analysis.fit.fitted_windows import FittedWindow
from monitor.analysis.tracking.comparison import Comparison
from monitor.judge.figure_data import Times, measured_period, period_fit, times_of
from monitor.judge.followed_session import Followed
from monitor.judge.measures import (
    OUTCOMES,
    detectable_by_window,
    detectable_percent,
    measures,
)
from monitor.judge.response_models import answers_of, models_of
from monitor.protocol.settings import Settings

COMPARABLE = ("Glu/tCr", "Glx/tCr", "tNAA/tCr", "Glu/water", "Gln/water")
"""Outcomes without a receiver gain in them, for repeatability."""
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Responses:
    """The changes of a session's outcomes, and where they were looked for.

    Attributes
    ----------
    times : periods and marks
    period_s : where a response is looked for, s
    changes : by outcome, the protocol's first
    headline : those of the protocol's outcome; None without any
    during : fit of the mean of the period; None where it is empty
    detectable_percent : mean change over the period that would be seen; nan likewise
    """

    times: Times
    period_s: tuple[float, float]
    changes: dict[str, OutcomeChanges]
    headline: OutcomeChanges | None
    during: FittedWindow | None
    detectable_percent: float


def responses_of(followed: Followed) -> Responses:
    """Changes of all outcomes, from the independent windows."""
    result, times = followed.result, times_of(followed)
    interval_s, estimates = _interval_s(followed), result.estimates
    period_s = measured_period(times, result.qualities[-1].time_s)
    outcome = result.settings.outcome
    by_outcome = {
        name: changes
        for name in dict.fromkeys((outcome, *OUTCOMES))
        if (changes := changes_of(result.course, estimates, name, interval_s))
    }
    headline = by_outcome.get(outcome)
    return Responses(
        times,
        period_s,
        by_outcome,
        headline,
        period_fit(followed, period_s) if math.isfinite(period_s[0]) else None,
        detectable_percent(headline, period_s) if headline else math.nan,
    )


def outcome_report(
    followed: Followed, responses: Responses, compared: Comparison | None
) -> Report:
    """The part of the report that is not there where the outcome is hidden."""
    settings = followed.result.settings
    rows = _measures(responses.changes, responses.period_s)
    means = dict.fromkeys(responses.changes, (math.nan, math.nan))
    means |= {m["outcome"]: (m["value"], m["sd"]) for m in rows if _is_mean(m)}
    return {
        "models": models_of(compared, settings.outcome),
        "models_said": compared.sentence if compared else "",
        "answers": answers_of(followed, responses.times, means),
        "measures": rows,
        "windows": _windows(responses.changes, responses.times),
        "detectable": _detectable(responses, settings),
        "reference_values": _reference_values(followed, settings.outcome),
    }


def _is_mean(measure: Report) -> bool:
    return bool(measure["measure"] == "mean")


def _interval_s(followed: Followed) -> float:
    """TR, else the usual time between transients."""
    acquisition = followed.result.acquisition
    if acquisition is not None and acquisition.repetition_time_s:
        return acquisition.repetition_time_s
    times = followed.result.course.times_s
    steps = sorted(float(b - a) for a, b in pairwise(times))
    return steps[len(steps) // 2] if steps else 0.0


def _measures(
    by_outcome: dict[str, OutcomeChanges], period_s: tuple[float, float]
) -> list[Report]:
    """Tidy response measures: a row per outcome and measure."""
    return [
        {
            "outcome": name,
            "measure": m.name,
            "value": m.value,
            "sd": m.sd,
            "low": m.low,
            "high": m.high,
            "unit": m.unit,
        }
        for name, changes in by_outcome.items()
        for m in measures(changes, period_s)
    ]


def _windows(by_outcome: dict[str, OutcomeChanges], times: Times) -> list[Report]:
    """Tidy independent windows; `reference_sd` is common to those of an outcome."""
    return [
        {
            "outcome": name,
            "start_min": (float(changes.start_s[i]) - times.zero_s) / 60,
            "end_min": (float(changes.end_s[i]) - times.zero_s) / 60,
            "change_percent": float(changes.percent[i]),
            "sd_percent": float(math.sqrt(changes.covariance[i, i])),
            "reference_sd_percent": changes.reference_sd,
        }
        for name, changes in by_outcome.items()
        for i in range(len(changes))
    ]


def _detectable(responses: Responses, settings: Settings) -> Report | None:
    """Detectable change by length of a window, and of the whole infusion's mean."""
    headline, lengths = responses.headline, (*LENGTHS, settings.window)
    if not headline:
        return None
    shown = detectable_by_window(headline, responses.period_s, lengths)
    if shown is None:
        return None
    return {
        "outcome": settings.outcome,
        "sigma_percent": shown.sigma_percent,
        "windows": {str(n): change for n, change in shown.windows.items()},
        "infusion_percent": responses.detectable_percent,
    }


def _reference_values(followed: Followed, headline: str) -> Report:
    """Outcomes in the reference period with their SDs, for repeatability."""
    course = followed.result.course
    reference, outcomes = course.reference, course.outcomes
    if reference is None or outcomes is None:
        return {}
    names = dict.fromkeys((headline, *OUTCOMES, *COMPARABLE))
    some = outcomes.subset(tuple(names))
    epoch = course.qualities[reference.first].epoch
    values = some.values(reference.amplitudes)
    covariance = reference.covariance + course.sessions[epoch].shared_covariance
    sds = some.sds(reference.amplitudes, covariance)
    return {
        name: {"value": float(value), "sd": float(sd)}
        for name, value, sd in zip(some.names, values, sds, strict=True)
    }
