"""The whole course in one fit: response models compared, and the sequential answer.

Every model of `monitor.analysis.joint` that could be fitted is given with its BIC and
AICc; the reader chooses, the report does not.  Under a blinded protocol none of this
is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from monitor.analysis.joint import ResponseFit
from monitor.analysis.joint_models import MODELS
from monitor.qc.drawn import Times
from monitor.qc.follow import Followed

WORDS = {
    "tau_s": "time constant",
    "peak_s": "peak at",
    "sharpness": "sharpness",
    "rise_s": "rise",
    "fall_s": "fall",
    "lag_s": "lag",
}


def fits_of(followed: Followed, times: Times) -> tuple[ResponseFit, ...]:
    """Response models fitted to the course, best BIC first; empty without a tracker."""
    if times.infusion_s is None:
        return ()
    return followed.outcome.pipeline.tracking.joint_fits(times.infusion_s[1])


def models_of(
    fits: Sequence[ResponseFit], outcome: str, times: Times
) -> list[dict[str, Any]]:
    """A row per model: how well it does, its shape, its largest change of the outcome.

    `bic_above` and `aicc_above` are distances from the best model by that criterion.
    """
    if not fits or outcome not in fits[-1].changes:
        return []
    least = {
        "bic": min(fit.bic for fit in fits), "aicc": min(fit.aicc for fit in fits),
    }  # fmt: skip
    rows = []
    for fit in fits:
        change = fit.changes[outcome]
        top = int(np.argmax(np.abs(change)))
        rows.append(
            {
                "model": fit.model,
                "parameters": fit.parameters,
                "bic_above": fit.bic - least["bic"],
                "aicc_above": fit.aicc - least["aicc"],
                "log_likelihood": fit.log_likelihood,
                "shape": said(fit.model, fit.shape),
                "outcome": outcome,
                "largest_percent": float(change[top]),
                "largest_sd_percent": float(fit.sds[outcome][top]),
                "largest_at_min": (float(fit.time_s[top]) - times.zero_s) / 60
                if fit.parameters
                else None,
            }
        )
    return rows


def said(model: str, shape: Mapping[str, float]) -> str:
    """Shape parameters in words; those at an end of what was tried are marked."""
    grids = next((m.grids for m in MODELS if m.name == model), {})
    return ", ".join(
        _said(name, value, grids.get(name, ())) for name, value in shape.items()
    )


def _said(name: str, value: float, tried: Sequence[float]) -> str:
    seconds = name.endswith("_s")
    text = f"{WORDS.get(name, name)} {value / 60 if seconds else value:.3g}"
    text += " min" if seconds else ""
    ends = {max(tried): "most", min(tried): "least"} if len(tried) > 1 else {}
    return f"{text} (the {ends[value]} tried)" if value in ends and value else text


def answers_of(followed: Followed, times: Times) -> list[dict[str, Any]]:
    """Has it changed since the infusion began?  As the course stood at its end.

    `low` and `high` are right at all looks at once; `since_min` is when "changed" was
    first answered, None where it was not.
    """
    return [
        {
            "outcome": name,
            "mean_percent": answer.mean_percent,
            "sd_percent": answer.sd_percent,
            "low": answer.low_percent,
            "high": answer.high_percent,
            "log_evidence": answer.log_evidence,
            "since_min": None
            if answer.since_s is None
            else (answer.since_s - times.zero_s) / 60,
        }
        for name, answer in followed.outcome.pipeline.tracking.answers.items()
    ]
