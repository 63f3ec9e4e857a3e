"""Response against clinical change: a slope with its interval, never a verdict.

Clinical change d (after minus before) of each session on its mean response x and the
visit, ordinary least squares with a covariance clustered by subject (Liang & Zeger
1986), Student's t with subjects - 1 degrees of freedom.  The error of x draws the slope
towards zero; the reliability of x,

    1 - mean(SD^2) / var(x),

says how far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from monitor.qc.participants import Visit

LEAST_SUBJECTS = 6


def clinical_slope(
    matched: Sequence[tuple[Visit, Mapping[str, Any]]], name: str
) -> dict[str, Any] | None:
    """Slope of clinical change on the mean response; None where too little is known."""
    known = [
        (visit, float(row[f"{name}_mean"]), float(row[f"{name}_mean_sd"]))
        for visit, row in matched
        if visit.score_change is not None and row.get(f"{name}_mean") is not None
    ]
    subjects = sorted({visit.subject for visit, _, _ in known})
    if len(subjects) < LEAST_SUBJECTS:
        return None
    d = np.array([float(visit.score_change or 0.0) for visit, _, _ in known])
    x = np.array([value for _, value, _ in known])
    sd = np.array([s for _, _, s in known])
    later = max(visit.visit for visit, _, _ in known)
    second = np.array([visit.visit == later for visit, _, _ in known], float)
    X = np.stack([np.ones_like(x), x - x.mean(), second - second.mean()], axis=1)
    X = X[:, : 2 if np.ptp(second) == 0 else 3]
    bread = np.linalg.pinv(X.T @ X)
    b = bread @ X.T @ d
    scores = X * (d - X @ b)[:, None]
    cluster = np.stack(
        [
            scores[[v.subject == subject for v, _, _ in known]].sum(axis=0)
            for subject in subjects
        ]
    )
    n = len(subjects)
    covariance = n / (n - 1) * bread @ (cluster.T @ cluster) @ bread
    slope, error = float(b[1]), float(np.sqrt(covariance[1, 1]))
    t = float(stats.t.ppf(0.975, n - 1))
    return {
        "outcome": name, "slope": slope, "sd": error, "low": slope - t * error,
        "high": slope + t * error, "unit": "points per %", "subjects": n,
        "sessions": len(known),
        "reliability": max(0.0, 1 - float(np.mean(sd**2)) / float(np.var(x, ddof=1))),
        "points": [
            {"subject": v.subject, "condition": v.condition, "response": value,
             "change": float(v.score_change or 0.0)}
            for v, value, _ in known
        ],
    }  # fmt: skip
