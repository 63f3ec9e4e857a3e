"""The whole course in one fit: response models compared, and the sequential answer.

Every model of `monitor.analysis.tracking.joint` that could be fitted is given with its
probability, BIC and AICc, compared by `monitor.analysis.tracking.comparison` as for
`analyse`; the reader chooses, the report does not.  Under a blinded protocol none of
this is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.analysis.tracking.comparison import Comparison
from monitor.analysis.tracking.finding import Seen, finding, least_seen_percent
from monitor.analysis.tracking.joint_models import MODELS
from monitor.judge.figure_data import Times
from monitor.judge.followed_session import Followed

WORDS = {
    "tau_s": "time constant",
    "peak_s": "peak at",
    "sharpness": "sharpness",
    "rise_s": "rise",
    "fall_s": "fall",
    "lag_s": "lag",
}


def comparison_of(followed: Followed, times: Times) -> Comparison | None:
    """Response models fitted to the course; None without an infusion or a tracker."""
    if times.infusion_s is None:
        return None
    return followed.result.response_models


def models_of(comparison: Comparison | None, outcome: str) -> list[dict[str, Any]]:
    """A row per model: how well it does, its shape, its change of the outcome.

    `weight` is the probability of a model among these; `bic_above` and `aicc_above` are
    distances from the best by that criterion.
    """
    if comparison is None:
        return []
    outcomes = [{*m.end_percent} & {*m.largest_percent} for m in comparison.models]
    if any(outcome not in names for names in outcomes):
        return []  # hidden, or lost in a course that no model fits
    bic = min(one.fit.bic for one in comparison.models)
    aicc = min(one.fit.aicc for one in comparison.models)
    return [
        {
            "model": one.fit.model,
            "weight": one.weight,
            "parameters": one.fit.parameters,
            "bic_above": one.fit.bic - bic,
            "aicc_above": one.fit.aicc - aicc,
            "log_likelihood": one.fit.log_likelihood,
            "shape": describe_shape(one.fit.model, one.fit.shape),
            "outcome": outcome,
            "end_percent": one.end_percent[outcome],
            "end_sd_percent": one.end_sd_percent[outcome],
            "largest_percent": one.largest_percent[outcome],
            "largest_sd_percent": one.largest_sd_percent[outcome],
        }
        for one in comparison.models
    ]


def describe_shape(model: str, shape: Mapping[str, float]) -> str:
    """Shape parameters in words; those at an end of what was tried are marked."""
    grids = next((m.grids for m in MODELS if m.name == model), {})
    return ", ".join(
        _describe_parameter(name, value, grids.get(name, ()))
        for name, value in shape.items()
    )


def _describe_parameter(name: str, value: float, tried: Sequence[float]) -> str:
    seconds = name.endswith("_s")
    text = f"{WORDS.get(name, name)} {value / 60 if seconds else value:.3g}"
    text += " min" if seconds else ""
    ends = {max(tried): "most", min(tried): "least"} if len(tried) > 1 else {}
    return f"{text} ({ends[value]} tried)" if value in ends and value else text


def answers_of(
    followed: Followed, times: Times, means: Mapping[str, Seen]
) -> list[dict[str, Any]]:
    """Has it changed since the infusion began?  As the course stood at its end.

    `since_min` is when "changed" was first answered, None where it was not;
    `least_seen_percent` what would have been by then, the window's figure.  How large
    the change is stands in the response measures, and nowhere a second time; `means`
    are those of them, by outcome, that the answer stands beside.
    """
    answers = followed.result.answers
    target = followed.result.settings.reference_target_percent
    return [
        {
            "outcome": name,
            "finding": finding(answers[name], target, mean).value,
            "log_evidence": answers[name].log_evidence,
            "since_min": None if since_s is None else (since_s - times.zero_s) / 60,
            "least_seen_percent": least_seen_percent(answers[name]),
        }
        for name, mean in means.items()
        if name in answers
        for since_s in (answers[name].since_s,)
    ]
