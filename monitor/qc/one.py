"""One session judged: everything that its report says, as plain values.

The page, the paper, criteria.csv and qc.json are made from this one dictionary, so that
they cannot differ.  Under a blinded protocol the keys of the outcome are not there, and
the detectable change has a verdict but no figure: the SDs that it is made from follow
the outcome a little (`measures.detectable_percent`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from monitor.analysis.fitted import FittedWindow
from monitor.choose import Wishes
from monitor.components import negative_components
from monitor.line_place import line_offset, points_before_top
from monitor.outcome import counts
from monitor.qc.criteria import (
    Criterion,
    Verdict,
    criteria,
    failed,
    lateness_s,
)
from monitor.qc.drawn import Drawn, Times, drawn_of
from monitor.qc.follow import Followed, follow
from monitor.qc.line_width import line_width_bias
from monitor.qc.provenance import provenance
from monitor.qc.reporting import mrsinmrs
from monitor.qc.response_models import comparison_of
from monitor.qc.responses import Report, Responses, outcome_report, responses_of
from monitor.site_rules import reported

COVERED = 0.8
"""Share of the infusion below which it is said that windows are missing in it."""
UNSUPPRESSED = 200.0
"""Water over NAA that no suppression leaves; without any it is thousands."""

OF_THE_LINES = (line_offset, points_before_top, negative_components)
"""What is said of the fitted lines, a sentence each."""


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
    found, settings = responses_of(followed), followed.outcome.pipeline.settings
    bias = line_width_bias(
        followed.outcome.pipeline.course, settings.outcome, found.during
    )
    judged = criteria(followed, found.detectable_percent, bias)
    hidden = settings.outcome_hidden
    report = {
        "file": path.name,
        "verdict": _verdict(judged),
        **provenance(followed, path, wishes, water),
        "criteria": [_row(criterion, hidden) for criterion in judged],
        "counts": counts(followed.outcome),
        "periods": _periods(followed, found.times, found.during),
        "line_width": asdict(bias) if bias else None,
        "mrsinmrs": [asdict(f) for f in mrsinmrs(followed, *_line(judged), said)],
        "notes": [
            *followed.outcome.notes,
            *filter(None, [said(followed.outcome) for said in OF_THE_LINES]),
            *_other_epochs(followed, found),
            *_unsuppressed(judged),
            *_without_change(found),
            *_uncovered(found),
        ],
    }
    compared = None if hidden else comparison_of(followed, found.times)
    if not hidden:
        report |= outcome_report(followed, found, compared)
    fits = compared.models if compared else ()
    return Judged(report, drawn_of(followed, found.during, hidden, fits))


def _unsuppressed(judged: Sequence[Criterion]) -> tuple[str, ...]:
    """Whether the session is a water reference that was taken for one."""
    water = next(c.measured for c in judged if c.key == "water")
    if not water > UNSUPPRESSED:
        return ()
    return (
        f"The water line is {water:.0f} times that of NAA: this looks like a water "
        "reference, not like a session.",
    )


def _without_change(found: Responses) -> tuple[str, ...]:
    """Why no change is given, where that is so."""
    if any(len(changes) for changes in found.changes.values()):
        return ()
    if found.times.reference_s is None:
        return (
            "No change is given, since there is no reference period: mark "
            "infusion_start, or give --reference START:END.",
        )
    return ("No change is given, since no window lies after the reference period.",)


def _other_epochs(followed: Followed, found: Responses) -> tuple[str, ...]:
    """What intervals leave out where the infusion is not in the reference's epoch."""
    course, (low_s, high_s) = followed.outcome.pipeline.course, found.period_s
    inside = {q.epoch for q in course.qualities if low_s <= q.time_s < high_s}
    home = course.reference and course.qualities[course.reference.first].epoch
    if home is None or inside <= {home}:
        return ()
    return (
        "Reference period and infusion do not lie in one epoch: each epoch is fitted "
        "with a line and a baseline of its own, whose errors are in no interval. See "
        "whether the course jumps where an epoch begins.",
    )


def _uncovered(found: Responses) -> tuple[str, ...]:
    """How much of the infusion the measures are about, where that is not the whole."""
    low_s, high_s = found.period_s
    if found.headline is None or not len(found.headline) or not high_s > low_s:
        return ()
    share = float(found.headline.inside_s(low_s, high_s).sum()) / (high_s - low_s)
    if share >= COVERED:
        return ()
    return (
        f"The independent windows cover {100 * share:.0f} % of the infusion, since "
        "what does not fill a window gives none: mean and plateau are of that part.",
    )


def _verdict(judged: Sequence[Criterion]) -> str:
    """One line for the table and the top of the page."""
    missed = failed(judged)
    kept = sum(c.verdict == Verdict.KEPT for c in judged)
    unseen = sum(c.verdict == Verdict.NOT_MEASURED for c in judged)
    said = f"{kept} of {len(judged)} criteria kept"
    if missed:
        said += f"; missed: {', '.join(missed)}"
    return said + (f"; {unseen} not measured" if unseen else "")


def _row(criterion: Criterion, hidden: bool) -> Report:
    """A criterion with its verdict; no figure that tells of a hidden outcome."""
    tells = hidden and criterion.key == "detectable_percent"
    shown = replace(criterion, measured=math.nan) if tells else criterion
    return {**asdict(shown), "verdict": criterion.verdict.value}


def _line(judged: Sequence[Criterion]) -> tuple[float, float]:
    """Width and SNR as judged."""
    by_key = {c.key: c.measured for c in judged}
    return by_key["fwhm_hz"], by_key["snr"]


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
