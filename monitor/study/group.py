"""Many sessions together: criteria, outliers, repeatability, power, and the trial.

Outliers are found per criterion and protocol: |x - median| > 3.5 * 1.4826 MAD (Iglewicz
& Hoaglin 1993), with at least five sessions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from monitor.judge.criteria import TITLES, Verdict
from monitor.judge.measures import OUTCOMES
from monitor.study.between_visits import power_table, repeatability
from monitor.study.participants import Visit
from monitor.study.trial_report import trial_report

Row = Mapping[str, Any]
OUTLIER_Z = 3.5
MAD_TO_SD = 1.4826
LEAST_FOR_OUTLIERS = 5
SITES = "site", "visit"


def group_report(
    rows: Sequence[Row], visits: Mapping[tuple[str, str], Visit] | None
) -> dict[str, Any]:
    """Everything that the group page says, as plain values."""
    judged = [row for row in rows if row["status"] == "judged"]
    hidden = not any(name in row for row in judged for name in _columns("mean"))
    return {
        "sessions": len(rows),
        "judged": len(judged),
        "not_judged": [
            {"session": row["session"], "reason": row["reason"]}
            for row in rows
            if row["status"] != "judged"
        ],
        "all_kept": sum("missed" not in row["verdicts"].values() for row in judged),
        "order": [row["session"] for row in in_order(judged)],
        "criteria": [summary(judged, key) for key in criteria_in(judged)],
        "outliers": outliers(judged),
        "outcome_hidden": hidden and bool(judged),
        "repeatability": [] if hidden else repeatability(judged),
        "power": [] if hidden else power_table(judged, visits or {}),
        "trial": trial_report(judged, visits) if visits and not hidden else None,
    }


def criteria_in(rows: Sequence[Row]) -> tuple[str, ...]:
    """Criteria that any of some rows was judged by, in the order of the report."""
    found = {key for row in rows for key in row.get("verdicts", ())}
    return tuple(key for key in TITLES if key in found)


def _columns(ending: str) -> tuple[str, ...]:
    return tuple(f"{name}_{ending}" for name in OUTCOMES)


def in_order(judged: Sequence[Row]) -> list[Row]:
    """Sessions by site, visit and subject: the order of figures and tables."""
    return sorted(
        judged, key=lambda r: (r["site"], r["visit"], r["subject"], r["session"])
    )


def summary(judged: Sequence[Row], key: str) -> dict[str, Any]:
    """One criterion over all sessions, and its medians by site and visit."""
    judged = [row for row in judged if key in row["verdicts"]]
    verdicts = [row["verdicts"][key] for row in judged]
    title, sense, unit = TITLES[key]
    limits = {row["limits"][key] for row in judged} - {None}
    by_part: dict[str, list[float]] = {}
    for row in in_order(judged):
        known = row.get(key) is not None
        by_part.setdefault(part_of(row), []).extend([row[key]] if known else [])
    values = [value for own in by_part.values() for value in own]
    return {
        "key": key,
        "title": title,
        "sense": sense,
        "unit": unit,
        "limit": limits.pop() if len(limits) == 1 else None,
        "limits_differ": len(limits) > 0,
        "kept": verdicts.count(Verdict.KEPT),
        "missed": verdicts.count(Verdict.MISSED),
        "not_measured": verdicts.count(Verdict.NOT_MEASURED),
        "median": float(np.median(values)) if values else None,
        "low": min(values, default=None),
        "high": max(values, default=None),
        "medians": {
            part: float(np.median(own)) if own else None
            for part, own in by_part.items()
        },
    }


def part_of(row: Row) -> str:
    """Site and visit of a session in words; empty where its name says neither."""
    return ", ".join(f"{name} {row[name]}" for name in SITES if row[name])


def outliers(judged: Sequence[Row]) -> list[dict[str, Any]]:
    """Sessions whose criterion lies far from that of the others of their protocol."""
    rows = []
    for protocol in sorted({row["protocol"] for row in judged}):
        own = [row for row in judged if row["protocol"] == protocol]
        for key in criteria_in(own):
            rows += _far(own, key, protocol)
    return rows


def _far(rows: Sequence[Row], key: str, protocol: str) -> list[dict[str, Any]]:
    known = [row for row in rows if row.get(key) is not None]
    if len(known) < LEAST_FOR_OUTLIERS:
        return []
    values = np.array([row[key] for row in known], float)
    middle = float(np.median(values))
    spread = MAD_TO_SD * float(np.median(np.abs(values - middle)))
    if spread <= 0:
        return []
    return [
        {
            "session": row["session"],
            "protocol": protocol,
            "criterion": key,
            "value": row[key],
            "median": middle,
            "z": (row[key] - middle) / spread,
            "better": (row[key] > middle) == (TITLES[key][1] == ">="),
            "verdict": row["verdicts"][key],
        }
        for row in known
        if abs(row[key] - middle) > OUTLIER_Z * spread
    ]
