"""Repeatability between sessions of a subject, and the power that it gives.

Repeatability within subjects of an outcome in the reference period, over the subjects
with several sessions: s_w^2 is the pooled variance of ln(x) within subjects with nu
degrees of freedom, CV_w = 100 sqrt(exp(s_w^2) - 1), its interval from chi-square
(Bland & Altman 1996).

Power of a paired comparison of two conditions in N subjects: a session's mean change
has the SD s, the difference within a subject sqrt(2) s, and the test is Student's with
N - 1 degrees of freedom at 5 %, two-sided (noncentral t).  s is given twice: what the
sessions state (the median of their own SDs, which one bad session does not rule), and
what they scattered by between visits of a subject, the means of the conditions taken
off where a participants file names them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from monitor.analysis.signal.spectrum import Real
from monitor.judge.measures import OUTCOMES, REPEATED
from monitor.study.participants import Visit

Row = Mapping[str, Any]
POWER_SUBJECTS = (8, 12, 16, 20, 26, 32, 40, 60)
"""Numbers of subjects of the table of power."""


def repeatability(judged: Sequence[Row]) -> list[dict[str, Any]]:
    """Within-subject CV of the outcomes in the reference period."""
    from scipy import stats  # a second to import, wanted here only

    rows = []
    for name in REPEATED:
        logs = _by_subject(judged, f"{name}_reference", math.log)
        freedom = sum(len(x) - 1 for x in logs)
        if freedom < 1:
            continue
        squares = sum(float(np.sum((x - x.mean()) ** 2)) for x in logs)
        low, high = (squares / stats.chi2.ppf(p, freedom) for p in (0.975, 0.025))
        values = [
            row[f"{name}_reference_sd"] / row[f"{name}_reference"]
            for row in judged
            if row.get(f"{name}_reference")
        ]
        rows.append(
            {
                "outcome": name,
                "cv_percent": _cv(squares / freedom),
                "low": _cv(float(low)),
                "high": _cv(float(high)),
                "subjects": len(logs),
                "freedom": freedom,
                "own_sd_percent": 100 * float(np.median(values)),
            }
        )
    return rows


def _cv(variance: float) -> float:
    """Of a lognormal, in percent."""
    return 100 * math.sqrt(math.expm1(variance))


def _by_subject(judged: Sequence[Row], key: str, of: Any) -> list[Real]:
    """Values of subjects with several sessions."""
    groups: dict[str, list[float]] = {}
    for row in judged:
        value = row.get(key)
        if row["subject"] and value is not None and (of is not math.log or value > 0):
            groups.setdefault(row["subject"], []).append(of(value))
    return [np.array(values) for values in groups.values() if len(values) > 1]


def power_table(
    judged: Sequence[Row], visits: Mapping[tuple[str, str], Visit]
) -> list[dict[str, Any]]:
    """Power of a paired comparison for each outcome and both SDs."""
    rows = []
    target = max((row["target_percent"] for row in judged), default=math.nan)
    for name in OUTCOMES:
        own = [r[f"{name}_mean_sd"] for r in judged if r.get(f"{name}_mean_sd")]
        even, lost = _without_conditions(judged, f"{name}_mean", visits)
        between = _by_subject(even, f"{name}_mean", float)
        freedom = sum(len(x) - 1 for x in between) - lost
        sds = [("stated, median of sessions", float(np.median(own)))] if own else []
        if freedom >= 3:
            squares = sum(float(np.sum((x - x.mean()) ** 2)) for x in between)
            sds.append(("scatter between visits", math.sqrt(squares / freedom)))
        rows += [
            {
                "outcome": name,
                "of": source,
                "sd_percent": sd,
                "target_percent": target,
                "power": {n: paired_power(target, sd, n) for n in POWER_SUBJECTS},
            }
            for source, sd in sds
        ]
    return rows


def _without_conditions(
    judged: Sequence[Row], key: str, visits: Mapping[tuple[str, str], Visit]
) -> tuple[list[Row], int]:
    """Rows with the mean of their condition taken off, and the freedom that this costs.

    A true effect of the condition is no scatter between visits.
    """
    rows = [row for row in judged if row.get(key) is not None]
    groups: dict[str, list[Row]] = {}
    for row in rows:
        visit = visits.get((row["subject"], row["visit"]))
        groups.setdefault(visit.condition if visit else "", []).append(row)
    means = {
        condition: float(np.mean([row[key] for row in own]))
        for condition, own in groups.items()
    }
    even: list[Row] = [
        {**row, key: row[key] - means[condition]}
        for condition, own in groups.items()
        for row in own
    ]
    return even, max(len(groups) - 1, 0)


def paired_power(difference: float, sd: float, subjects: int) -> float:
    """Power to see a difference between two sessions of each subject, 0 ... 1."""
    from scipy import stats  # a second to import, wanted here only

    freedom = subjects - 1
    shift = difference / (math.sqrt(2) * sd) * math.sqrt(subjects)
    limit = stats.t.ppf(0.975, freedom)
    power = stats.nct.sf(limit, freedom, shift) + stats.nct.cdf(-limit, freedom, shift)
    # Far out the noncentral t is not computed; there the power is 1 to all digits.
    return float(power) if math.isfinite(power) else float(stats.norm.sf(limit - shift))
