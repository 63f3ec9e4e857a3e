"""One session judged: everything that its report says, as plain values.

The page, the paper, criteria.csv and qc.json are made from this one dictionary, so that
they cannot differ.  Under a blinded protocol the keys of the outcome are not there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from monitor.analysis.detectable import LENGTHS
from monitor.analysis.fitted import FittedWindow
from monitor.choose import Wishes
from monitor.qc.criteria import (
    Criterion,
    Verdict,
    counted,
    criteria,
    doubled,
    failed,
    lateness_s,
    missing,
)
from monitor.qc.drawn import (
    Drawn,
    Times,
    drawn_of,
    measured_period,
    period_fit,
    times_of,
)
from monitor.qc.follow import Followed, follow
from monitor.qc.line_width import line_width_bias
from monitor.qc.measures import (
    Changes,
    achieved,
    changes_of,
    detectable_percent,
    measures,
)
from monitor.qc.provenance import provenance
from monitor.qc.reporting import mrsinmrs
from monitor.qc.response_models import answers_of, comparison_of, models_of
from monitor.settings import Settings
from monitor.site_rules import reported

OUTCOMES = ("Glx/tNAA", "Glx", "Glu", "Glu/tCr")
COMPARABLE = ("Glu/tCr", "Glx/tCr", "tNAA/tCr", "Glu/water", "Gln/water")
"""Outcomes without a receiver gain in them, for repeatability."""
UNSUPPRESSED = 200.0
"""Water over NAA that no suppression leaves; without any it is thousands."""
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A session's report as values, and what its figures are drawn from."""

    report: Report
    drawn: Drawn


def judge(path: Path, wishes: Wishes, water: Path | None = None) -> Judged:
    """Analyse one file and judge it.

    Raises
    ------
    InputError : see `monitor.analyse.analyse`
    """
    said = reported(wishes.protocol)
    followed = follow(path, wishes, water)
    pipeline = followed.outcome.pipeline
    settings, course = pipeline.settings, pipeline.course
    times, interval_s = times_of(followed), _interval_s(followed)
    period_s = measured_period(times, followed.outcome.qualities[-1].time_s)
    during = period_fit(followed, period_s) if math.isfinite(period_s[0]) else None
    hidden = settings.outcome_hidden
    names = tuple(dict.fromkeys((settings.outcome, *OUTCOMES)))
    found = {
        name: changes
        for name in names
        if (changes := changes_of(course, followed.outcome.course, name, interval_s))
    }
    headline = found.get(settings.outcome)
    detectable = detectable_percent(headline, period_s) if headline else math.nan
    bias = line_width_bias(course, settings.outcome, during)
    judged = criteria(followed, detectable, bias)
    report = {
        "file": path.name,
        "verdict": _verdict(judged),
        **provenance(followed, path, wishes, water),
        "criteria": [_row(criterion) for criterion in judged],
        "counts": _counts(followed),
        "periods": _periods(followed, times, during),
        "line_width": asdict(bias) if bias else None,
        "mrsinmrs": [asdict(f) for f in mrsinmrs(followed, *_line(judged), said)],
        "notes": [
            *followed.outcome.notes,
            *_unsuppressed(judged),
            *_without_change(found, times),
        ],
    }
    compared = None if hidden else comparison_of(followed, times)
    if not hidden:
        report["models"] = models_of(compared, settings.outcome)
        report["models_said"] = compared.sentence if compared else ""
        report["answers"] = answers_of(followed, times, tuple(found))
        report["measures"] = _measures(found, period_s)
        report["windows"] = _windows(found, times)
        report["detectable"] = _detectable(headline, period_s, settings, detectable)
        report["reference_values"] = _reference_values(followed, names)
    fits = compared.models if compared else ()
    return Judged(report, drawn_of(followed, during, hidden, fits))


def _unsuppressed(judged: Sequence[Criterion]) -> tuple[str, ...]:
    """Whether the session is a water reference that was taken for one."""
    water = next(c.measured for c in judged if c.key == "water")
    if not water > UNSUPPRESSED:
        return ()
    return (
        f"The water line is {water:.0f} times that of NAA: this looks like a water "
        "reference, not like a session.",
    )


def _without_change(found: Mapping[str, Changes], times: Times) -> tuple[str, ...]:
    """Why no change is given, where that is so."""
    if any(len(changes) for changes in found.values()):
        return ()
    if times.reference_s is None:
        return ("No change is given, since there is no reference period.",)
    return ("No change is given, since no window lies after the reference period.",)


def _interval_s(followed: Followed) -> float:
    """TR, else the usual time between transients."""
    acquisition = followed.outcome.pipeline.acquisition
    if acquisition is not None and acquisition.repetition_time_s:
        return acquisition.repetition_time_s
    times = followed.outcome.pipeline.course.times_s
    steps = sorted(float(b - a) for a, b in pairwise(times))
    return steps[len(steps) // 2] if steps else 0.0


def _verdict(judged: Sequence[Criterion]) -> str:
    """One line for the table and the top of the page."""
    missed = failed(judged)
    kept = sum(c.verdict == Verdict.KEPT for c in judged)
    unseen = sum(c.verdict == Verdict.NOT_MEASURED for c in judged)
    said = f"{kept} of {len(judged)} criteria kept"
    if missed:
        said += f"; missed: {', '.join(missed)}"
    return said + (f"; {unseen} not measured" if unseen else "")


def _row(criterion: Criterion) -> Report:
    return {**asdict(criterion), "verdict": criterion.verdict.value}


def _line(judged: Sequence[Criterion]) -> tuple[float, float]:
    """Width and SNR as judged."""
    by_key = {c.key: c.measured for c in judged}
    return by_key["fwhm_hz"], by_key["snr"]


def _counts(followed: Followed) -> dict[str, int | None]:
    """Counts; None where the file could not show any."""
    outcome, known = followed.outcome, counted(followed)
    left_out = outcome.analysis.waters_left_out
    return {
        "transients": len(outcome.qualities),
        "excluded": sum(q.weight == 0 for q in outcome.qualities),
        "down_weighted": sum(0 < q.weight < 0.5 for q in outcome.qualities),
        "flagged": sum(bool(q.flags) for q in outcome.qualities),
        "missing": missing(followed) if known else None,
        "doubled": doubled(followed) if known else None,
        "water_references": followed.waters - left_out,
        "water_references_left_out": left_out,
        "epochs": len({q.epoch for q in outcome.qualities}),
        "windows": len(outcome.course),
        "independent_windows": sum(e.independent for e in outcome.course),
        "not_converged": sum(not e.converged for e in outcome.course),
        "refused_messages": outcome.pipeline.refused,
    }


def _periods(followed: Followed, times: Times, during: FittedWindow | None) -> Report:
    qualities = followed.outcome.qualities
    return {
        "zero_s": times.zero_s,
        "duration_s": qualities[-1].time_s - qualities[0].time_s,
        "reference_s": times.reference_s,
        "infusion_s": times.infusion_s,
        "mean_during_converged": during.converged if during else None,
        "markers": [
            {
                "kind": placed.event.kind,
                "time_s": placed.event.time_s,
                "author": placed.event.author,
                "distance_s": lateness_s(placed),
            }
            for placed in followed.placed
            if placed.event.kind != "note"
        ],
    }


def _measures(found: dict[str, Changes], period_s: tuple[float, float]) -> list[Report]:
    """Tidy response measures: a row per outcome and measure."""
    return [
        {
            "outcome": name, "measure": m.name, "value": m.value, "sd": m.sd,
            "low": m.low, "high": m.high, "unit": m.unit,
        }
        for name, changes in found.items()
        for m in measures(changes, period_s)
    ]  # fmt: skip


def _windows(found: dict[str, Changes], times: Times) -> list[Report]:
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
        for name, changes in found.items()
        for i in range(len(changes))
    ]


def _detectable(
    headline: Changes | None,
    period_s: tuple[float, float],
    settings: Settings,
    infusion_percent: float,
) -> Report | None:
    """Detectable change by length of a window, and of the whole infusion's mean."""
    lengths = (*LENGTHS, settings.window)
    found = achieved(headline, period_s, lengths) if headline else None
    if found is None:
        return None
    return {
        "outcome": settings.outcome,
        "sigma_percent": found.sigma_percent,
        "windows": {str(n): change for n, change in found.windows.items()},
        "infusion_percent": infusion_percent,
    }


def _reference_values(followed: Followed, names: tuple[str, ...]) -> Report:
    """Outcomes in the reference period with their SDs, for repeatability."""
    course = followed.outcome.pipeline.course
    reference, outcomes = course.reference, course.outcomes
    if reference is None or outcomes is None:
        return {}
    some = outcomes.subset(tuple(dict.fromkeys((*names, *COMPARABLE))))
    epoch = course.qualities[reference.first].epoch
    values = some.values(reference.amplitudes)
    covariance = reference.covariance + course.sessions[epoch].common
    sds = some.sds(reference.amplitudes, covariance)
    return {
        name: {"value": float(value), "sd": float(sd)}
        for name, value, sd in zip(some.names, values, sds, strict=True)
    }
