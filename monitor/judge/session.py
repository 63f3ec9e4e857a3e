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

from monitor.analysis.fit.fitted_windows import FittedWindow
from monitor.analysis.note import Note
from monitor.judge.criteria import Criterion, Verdict, criteria, missed_titles
from monitor.judge.figure_data import Drawn, Times, drawn_of
from monitor.judge.followed_session import Followed, follow
from monitor.judge.known_change import known_change
from monitor.judge.labels import label_of
from monitor.judge.line_width import line_width_bias
from monitor.judge.mrsinmrs import mrsinmrs
from monitor.judge.provenance import provenance
from monitor.judge.response_models import comparison_of
from monitor.judge.responses import Report, Responses, outcome_report, responses_of
from monitor.judge.session_figures import lateness_s
from monitor.protocol.choose import Wishes
from monitor.protocol.site_rules import mrsinmrs_texts
from monitor.run.analyse import with_notes
from monitor.run.period_remarks import (
    ends_too_soon,
    nothing_at_the_end,
    nothing_since,
    unconverged_windows,
    without_change,
)
from monitor.run.remarks import of_what_was_measured
from streams.export.shared_fields import event_to_leave
from streams.messages.marks import is_mark
from streams.sources.joining.joined_files import SessionPlace

COVERED = 0.8
"""Share of the infusion below which a note says that windows are missing in it."""
UNSUPPRESSED = 200.0
"""Water over NAA that no suppression leaves; without any it is thousands."""


@dataclass(frozen=True, slots=True)
class JudgedSession:
    """A session's report as values, and what its figures are drawn from."""

    report: Report
    drawn: Drawn


def judge(
    place: SessionPlace,
    wishes: Wishes,
    water: Path | None = None,
    title: str = "",
    names: bool = False,
    injected: bool = False,
) -> JudgedSession:
    """Analyse one session and judge it.

    `title` is what the report calls the session; by default its label.  `names`: it may
    hold names of files, and what was typed as author and kind of a marker.  `injected`:
    put a known change into copies of it, too.

    Raises
    ------
    InputError : see `monitor.run.analyse.analyse`
    """
    texts = mrsinmrs_texts(wishes.protocol)
    followed = follow(place, wishes, water, names)
    responses, settings = responses_of(followed), followed.result.settings
    bias = line_width_bias(followed.result.course, settings.outcome, responses.during)
    judged = criteria(followed, responses.detectable_percent, bias)
    hidden = settings.outcome_hidden
    report = {
        "session": title or label_of(place),
        "verdict": _verdict(judged),
        **provenance(followed, wishes, water, names),
        "criteria": [_row(criterion, hidden) for criterion in judged],
        "counts": asdict(followed.result.counts),
        "periods": {
            **_periods(followed, responses.times, responses.during),
            "markers": _markers(followed, names),
        },
        "line_width": asdict(bias) if bias else None,
        "known_change": known_change(place, wishes, water, followed)
        if injected
        else None,
        "mrsinmrs": [asdict(f) for f in mrsinmrs(followed, *_line(judged), texts)],
        "notes": [
            *(n.text for n in _notice(followed) if not n.rule.log_only),
            *_other_epochs(followed, responses),
            *_water_reference_note(judged),
            *(() if settings.phantom else _without_change(followed, responses)),
            *_coverage_note(responses),
        ],
        "log": [n.text for n in _notice(followed) if n.rule.log_only],
    }
    compared = None if hidden else comparison_of(followed, responses.times)
    if not hidden:
        report |= outcome_report(followed, responses, compared)
    fits = compared.models if compared else ()
    return JudgedSession(report, drawn_of(followed, responses.during, hidden, fits))


def _notice(followed: Followed) -> tuple[Note, ...]:
    """What was noticed, of what was measured too, as far as it may be told."""
    return with_notes(followed.result, of_what_was_measured(followed.result)).notes


def _water_reference_note(judged: Sequence[Criterion]) -> tuple[str, ...]:
    """A note if the session looks like a water reference; else nothing."""
    water = next((c.measured for c in judged if c.key == "water"), math.nan)
    if not water > UNSUPPRESSED:
        return ()
    return (
        f"The water line is {water:.0f} times that of NAA: this looks like a water "
        "reference, not like a session.",
    )


def _without_change(followed: Followed, responses: Responses) -> tuple[str, ...]:
    """A note on why no change is given; nothing where one is."""
    if any(len(changes) for changes in responses.changes.values()):
        remarks = (
            nothing_since,
            nothing_at_the_end,
            unconverged_windows,
            ends_too_soon,
        )
        return tuple(said for remark in remarks if (said := remark(followed.result)))
    if responses.times.reference_s is None:
        return (
            "No change is given, since there is no reference period: mark "
            "infusion_start, or give --reference START:END.",
        )
    reasons = nothing_since, unconverged_windows, without_change
    no_window = "No change is given, since no window lies after the reference period."
    why = (reason(followed.result) for reason in reasons)
    return (next(filter(None, why), no_window),)


def _other_epochs(followed: Followed, responses: Responses) -> tuple[str, ...]:
    """A note on what is compared where the infusion is in another epoch."""
    course, (low_s, high_s) = followed.result.course, responses.period_s
    inside = {q.epoch for q in course.qualities if low_s <= q.time_s < high_s}
    home = course.reference and course.qualities[course.reference.first].epoch
    if home is None or inside <= {home}:
        return ()
    return (
        "Reference period and infusion do not lie in one epoch: each epoch is fitted "
        "with a line and a baseline of its own. How far that may put them apart is in "
        "every interval and in the detectable change.",
    )


def _coverage_note(responses: Responses) -> tuple[str, ...]:
    """A note on how much of the infusion the measures cover, where not all of it."""
    low_s, high_s = responses.period_s
    if responses.headline is None or not len(responses.headline) or not high_s > low_s:
        return ()
    share = float(responses.headline.inside_s(low_s, high_s).sum()) / (high_s - low_s)
    if share >= COVERED:
        return ()
    return (
        f"The independent windows cover {100 * share:.0f} % of the infusion, since "
        "what does not fill a window gives none: mean and plateau are of that part.",
    )


def _verdict(judged: Sequence[Criterion]) -> str:
    """One line for the table and the top of the page."""
    missed = missed_titles(judged)
    kept = sum(c.verdict == Verdict.KEPT for c in judged)
    unseen = sum(c.verdict == Verdict.NOT_MEASURED for c in judged)
    sentence = f"{kept} of {len(judged)} criteria kept"
    if missed:
        sentence += f"; missed: {', '.join(missed)}"
    return sentence + (f"; {unseen} not measured" if unseen else "")


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
    qualities = followed.result.qualities
    return {
        "zero_s": times.zero_s,
        "duration_s": qualities[-1].time_s - qualities[0].time_s,
        "reference_s": times.reference_s,
        "infusion_s": times.infusion_s,
        "mean_during_converged": during.converged if during else None,
    }


def _markers(followed: Followed, names: bool) -> list[Report]:
    """What was marked, by whom, and how far from its place in the stream."""
    marked = [p for p in followed.placed if p.event.kind != "note"]
    held = followed.result.marks
    return [
        {
            "kind": event.kind,
            "time_s": event.time_s,
            "author": event.author,
            "distance_s": lateness_s(placed),
            "holds": not is_mark(event) or held.hold(placed.event),
        }
        for placed in marked
        for event in [placed.event if names else event_to_leave(placed.event)]
    ]
