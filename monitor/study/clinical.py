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

from monitor.analysis.signal.spectrum import Real
from monitor.study.participants import Visit

LEAST_SUBJECTS = 6
Known = tuple[Visit, float, float]
"""Visit, mean response and its SD."""


def clinical_slope(
    matched: Sequence[tuple[Visit, Mapping[str, Any]]], name: str
) -> dict[str, Any] | None:
    """Slope of clinical change on the mean response; None where too little is known."""
    from scipy import stats  # a second to import, wanted here only

    visits = [
        (visit, float(row[f"{name}_mean"]), float(row[f"{name}_mean_sd"]))
        for visit, row in matched
        if visit.score_change is not None and row.get(f"{name}_mean") is not None
    ]
    subjects = sorted({visit.subject for visit, _, _ in visits})
    if len(subjects) < LEAST_SUBJECTS:
        return None
    d = np.array([float(visit.score_change or 0.0) for visit, _, _ in visits])
    x, sd = (np.array([one[i] for one in visits]) for i in (1, 2))
    b, covariance = _clustered_fit(_design([v for v, _, _ in visits], x), d, visits)
    slope, error = float(b[1]), float(np.sqrt(covariance[1, 1]))
    t = float(stats.t.ppf(0.975, len(subjects) - 1))
    return {
        "outcome": name,
        "slope": slope,
        "sd": error,
        "low": slope - t * error,
        "high": slope + t * error,
        "unit": "points per %",
        "subjects": len(subjects),
        "sessions": len(visits),
        "reliability": max(0.0, 1 - float(np.mean(sd**2)) / float(np.var(x, ddof=1))),
        "points": [
            {
                "subject": v.subject,
                "condition": v.condition,
                "response": value,
                "change": float(v.score_change or 0.0),
            }
            for v, value, _ in visits
        ],
    }


def _design(visits: Sequence[Visit], x: Real) -> Real:
    """Columns: one, response, and the later visit where there are several."""
    later = max(visit.visit for visit in visits)
    second = np.array([visit.visit == later for visit in visits], float)
    X = np.stack([np.ones_like(x), x - x.mean(), second - second.mean()], axis=1)
    return X[:, : 2 if np.ptp(second) == 0 else 3]


def _clustered_fit(X: Real, d: Real, visits: Sequence[Known]) -> tuple[Real, Real]:
    """Least squares and its covariance, clustered by subject."""
    bread = np.linalg.pinv(X.T @ X)
    b = bread @ X.T @ d
    scores = X * (d - X @ b)[:, None]
    subjects = np.array([visit.subject for visit, _, _ in visits])
    names = np.unique(subjects)
    cluster = np.stack([scores[subjects == name].sum(axis=0) for name in names])
    n = len(names)
    return b, n / (n - 1) * bread @ (cluster.T @ cluster) @ bread
