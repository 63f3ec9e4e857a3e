"""Many sessions together: outliers, repeatability, power, and the trial.

Outliers are found per criterion and protocol: |x - median| > 3.5 * 1.4826 MAD (Iglewicz
& Hoaglin 1993), with at least five sessions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from scipy import stats

from monitor.qc.between_visits import OUTCOMES, power_table, repeatability
from monitor.qc.clinical import clinical_slope
from monitor.qc.participants import Visit, active_condition
from monitor.qc.trial import Binned, binned, fit_trial
from streams.errors import InputError

Row = Mapping[str, Any]
OUTLIER_Z = 3.5
MAD_TO_SD = 1.4826
LEAST_FOR_OUTLIERS = 5
CRITERIA = (
    "snr", "fwhm_hz", "drift_hz_per_min", "water", "lipid", "effective_percent",
    "missing_percent", "marker_s", "detectable_percent", "line_width_bias_percent",
)  # fmt: skip


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
        "outliers": outliers(judged),
        "outcome_hidden": hidden and bool(judged),
        "repeatability": [] if hidden else repeatability(judged),
        "power": [] if hidden else power_table(judged, visits or {}),
        "trial": trial_report(judged, visits) if visits and not hidden else None,
    }


def _columns(ending: str) -> tuple[str, ...]:
    return tuple(f"{name}_{ending}" for name in OUTCOMES)


def outliers(judged: Sequence[Row]) -> list[dict[str, Any]]:
    """Sessions whose criterion lies far from that of the others of their protocol."""
    found = []
    for protocol in sorted({row["protocol"] for row in judged}):
        own = [row for row in judged if row["protocol"] == protocol]
        for key in CRITERIA:
            found += _far(own, key, protocol)
    return found


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
        {"session": row["session"], "protocol": protocol, "criterion": key,
         "value": row[key], "median": middle, "z": (row[key] - middle) / spread}
        for row in known
        if abs(row[key] - middle) > OUTLIER_Z * spread
    ]  # fmt: skip


def trial_report(
    judged: Sequence[Row], visits: Mapping[tuple[str, str], Visit]
) -> dict[str, Any]:
    """Condition by time, split by sex, and response against clinical change."""
    active = active_condition(dict(visits))
    matched = [
        (visit, row)
        for row in judged
        if (visit := visits.get((row["subject"], row["visit"]))) is not None
    ]
    unmatched = sorted(
        row["session"] for row in judged if (row["subject"], row["visit"]) not in visits
    )
    effects, said = [], []
    for name in OUTCOMES:
        sessions = _binned(matched, name)
        for part, own in _parts(sessions):
            try:
                effects += _effects(own, active, name, part)
            except InputError as error:
                said.append(f"{name}, {part}: {error}")
    return {
        "active": active,
        "sessions": len(matched),
        "unmatched": unmatched,
        "effects": effects + _between_sexes(effects),
        "courses": {n: _courses(_binned(matched, n)) for n in OUTCOMES},
        "clinical": [c for n in OUTCOMES if (c := clinical_slope(matched, n))],
        "said": said,
    }


def _binned(matched: Sequence[tuple[Visit, Row]], name: str) -> list[Binned]:
    found = []
    for visit, row in matched:
        windows = [w for w in row["windows"] if w["outcome"] == name]
        session = binned(visit, windows)
        if session is not None:
            found.append(session)
    return found


def _parts(sessions: Sequence[Binned]) -> list[tuple[str, list[Binned]]]:
    """All sessions, and those of each sex where two are named."""
    sexes = sorted({s.visit.sex for s in sessions} - {""})
    parts = [("all", list(sessions))]
    if len(sexes) > 1:
        parts += [
            (f"sex {sex}", [s for s in sessions if s.visit.sex == sex]) for sex in sexes
        ]
    return parts


def _effects(
    sessions: Sequence[Binned], active: str, name: str, part: str
) -> list[dict[str, Any]]:
    fitted = fit_trial(sessions, active)
    about = {
        "outcome": name, "part": part, "subjects": fitted.subjects,
        "sessions": fitted.sessions, "scale": fitted.scale,
        "subject_sd": fitted.subject_sd, "session_sd": fitted.session_sd,
        "converged": fitted.converged,
    }  # fmt: skip
    return [
        {**asdict(effect), **about}
        for effect in (fitted.condition, fitted.condition_by_time)
    ]


def _between_sexes(effects: Sequence[Row]) -> list[dict[str, Any]]:
    """Difference of an effect between two sexes, whose subjects are different ones."""
    found = []
    split = [e for e in effects if e["part"].startswith("sex ")]
    for outcome, name in sorted({(e["outcome"], e["name"]) for e in split}):
        pair = [e for e in split if (e["outcome"], e["name"]) == (outcome, name)]
        if len(pair) != 2:
            continue
        first, second = pair
        value, sd = second["value"] - first["value"], math.hypot(
            first["sd"], second["sd"]
        )  # fmt: skip
        freedom = first["freedom"] + second["freedom"]
        t = float(stats.t.ppf(0.975, freedom))
        part = f"{second['part']} minus {first['part']}"
        found.append(
            {**second, "part": part, "value": value, "sd": sd, "low": value - t * sd,
             "high": value + t * sd, "freedom": freedom,
             "subjects": first["subjects"] + second["subjects"],
             "sessions": first["sessions"] + second["sessions"]}
        )  # fmt: skip
    return found


def _courses(sessions: Sequence[Binned]) -> list[dict[str, Any]]:
    """Mean change and its 95 % half width by condition and bin, over sessions."""
    found = []
    for condition in sorted({s.visit.condition for s in sessions}):
        own = [s for s in sessions if s.visit.condition == condition]
        for place in sorted({float(p) for s in own for p in s.place}):
            y = [float(s.percent[i]) for s in own
                 for i in np.flatnonzero(s.place == place)]  # fmt: skip
            n = len(y)
            half = (
                float(stats.t.ppf(0.975, n - 1) * np.std(y, ddof=1) / math.sqrt(n))
                if n > 1
                else math.nan
            )
            found.append(
                {"condition": condition, "place": place, "mean": float(np.mean(y)),
                 "half": half, "sessions": n}
            )  # fmt: skip
    return found
