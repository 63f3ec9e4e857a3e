"""What a group page says of a trial: condition by time, sexes, clinical change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from monitor.judge.measures import OUTCOMES
from monitor.study.clinical import LEAST_SUBJECTS, clinical_slope
from monitor.study.participants import Visit, active_condition
from monitor.study.trial import BINS, Binned, bin_session, during, fit_trial
from streams.errors import InputError

Row = Mapping[str, Any]


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
    effects, without = [], dict[tuple[str, str], list[str]]()
    for name in OUTCOMES:
        sessions = _bin_sessions(matched, name)
        for part, own in _parts(sessions):
            try:
                effects += _effects(own, active, name, part)
            except InputError as error:
                without.setdefault((part, str(error)), []).append(name)
    effects += _between_sexes(effects)
    clinical = [c for n in OUTCOMES if (c := clinical_slope(matched, n))]
    return {
        "active": active,
        "sessions": len(matched),
        "unmatched": unmatched,
        "effects": sorted(effects, key=lambda e: OUTCOMES.index(e["outcome"])),
        "missed": sum("missed" in row["verdicts"].values() for _, row in matched),
        "courses": {n: _courses(_bin_sessions(matched, n)) for n in OUTCOMES},
        "clinical": clinical,
        "said": [
            *(f"{', '.join(n)}, {part}: {why}" for (part, why), n in without.items()),
            *([] if clinical else _no_slope(matched)),
        ],
    }


def _no_slope(matched: Sequence[tuple[Visit, Row]]) -> list[str]:
    """Why there is no response against clinical change, where scores are given."""
    scored = {v.subject for v, _ in matched if v.score_change is not None}
    if not scored:
        return []
    return [
        f"Response against clinical change is given from {LEAST_SUBJECTS} subjects on "
        f"whose scores and responses are known; scores of {len(scored)} are."
    ]


def _bin_sessions(matched: Sequence[tuple[Visit, Row]], name: str) -> list[Binned]:
    """Sessions in as many bins as the one with the fewest windows fills, at most 5."""
    windows = [
        (visit, [w for w in row["windows"] if w["outcome"] == name])
        for visit, row in matched
    ]
    counts = [len(during(visit, rows)) for visit, rows in windows]
    bins = min([BINS, *(n for n in counts if n)])
    sessions = [bin_session(visit, rows, bins) for visit, rows in windows]
    return [session for session in sessions if session is not None]


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
        "outcome": name,
        "part": part,
        "subjects": fitted.subjects,
        "sessions": fitted.sessions,
        "scale": fitted.scale,
        "subject_sd": fitted.subject_sd,
        "session_sd": fitted.session_sd,
        "converged": fitted.converged,
    }
    return [
        {**asdict(effect), **about}
        for effect in (fitted.condition, fitted.condition_by_time)
    ]


def _between_sexes(effects: Sequence[Row]) -> list[dict[str, Any]]:
    """Difference of an effect between two sexes, whose subjects are different ones."""
    from scipy import stats  # a second to import, wanted here only

    rows = []
    split = [e for e in effects if e["part"].startswith("sex ")]
    for outcome, name in sorted({(e["outcome"], e["name"]) for e in split}):
        pair = [e for e in split if (e["outcome"], e["name"]) == (outcome, name)]
        if len(pair) != 2:
            continue
        first, second = pair
        value, sd = (
            second["value"] - first["value"],
            math.hypot(first["sd"], second["sd"]),
        )
        freedom = first["freedom"] + second["freedom"]
        t = float(stats.t.ppf(0.975, freedom))
        part = f"{second['part']} minus {first['part']}"
        rows.append(
            {
                **second,
                "part": part,
                "value": value,
                "sd": sd,
                "low": value - t * sd,
                "high": value + t * sd,
                "freedom": freedom,
                "subjects": first["subjects"] + second["subjects"],
                "sessions": first["sessions"] + second["sessions"],
            }
        )
    return rows


def _courses(sessions: Sequence[Binned]) -> list[dict[str, Any]]:
    """Mean change and its 95 % half width by condition and bin, over sessions."""
    from scipy import stats  # a second to import, wanted here only

    courses = []
    for condition in sorted({s.visit.condition for s in sessions}):
        own = [s for s in sessions if s.visit.condition == condition]
        for place in sorted({float(p) for s in own for p in s.place}):
            y = [
                float(s.percent[i])
                for s in own
                for i in np.flatnonzero(s.place == place)
            ]
            n = len(y)
            half = (
                float(stats.t.ppf(0.975, n - 1) * np.std(y, ddof=1) / math.sqrt(n))
                if n > 1
                else math.nan
            )
            courses.append(
                {
                    "condition": condition,
                    "place": place,
                    "mean": float(np.mean(y)),
                    "half": half,
                    "sessions": n,
                }
            )
    return courses
