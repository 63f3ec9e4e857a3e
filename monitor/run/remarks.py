"""Remarks at the end of an analysis: what came out, and why something did not.

Sentences for the terminal are plain ASCII: not every console can show more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.analysis.course.response import Z95
from monitor.analysis.note import Note, NoteKind, notes_of
from monitor.analysis.preparation.combination import WATERS
from monitor.analysis.tracking.current_change import CurrentChange
from monitor.analysis.tracking.finding import (
    finding,
    is_impossible,
    is_no_number,
    least_seen_percent,
    unproven_words,
)
from monitor.run.levels import doubt_of_level, unseen_level
from monitor.run.line_place import line_offset, points_before_top
from monitor.run.negative_components import negative_components
from monitor.run.period_remarks import (
    change_now,
    ends_too_soon,
    infusion_outside,
    nothing_at_the_end,
    nothing_since,
    unconverged_windows,
    without_change,
)
from monitor.run.phase_swings import phase_swings
from monitor.run.result import Result
from monitor.run.stretch_notes import differences_said, most_said, stretches_said
from monitor.run.unexplained_line import unexplained_line
from monitor.run.unusable_transients import unusable, zeros

OF_WHAT_WAS_MEASURED = (
    (NoteKind.SESSION, unusable),
    (NoteKind.SESSION, zeros),
    (NoteKind.SIGNAL, line_offset),
    (NoteKind.SIGNAL, points_before_top),
    (NoteKind.SIGNAL, unexplained_line),
    (NoteKind.SIGNAL, phase_swings),
    (NoteKind.COMPONENTS, negative_components),
)
"""What is said of transients that hold nothing and of fitted lines, a sentence each."""


def of_what_was_measured(result: Result) -> Iterator[Note]:
    """What is to be said of transients that hold nothing, and of the fitted lines."""
    for kind, remark in OF_WHAT_WAS_MEASURED:
        yield from notes_of(kind, [remark(result)])


def remarks(result: Result) -> Iterator[Note]:
    """Further remarks on a session, a sentence each."""
    sentences = (
        (NoteKind.SESSION, _missing),
        (NoteKind.SESSION, _missing_messages),
        (NoteKind.WATER, _late_waters),
        (NoteKind.PERIOD, infusion_outside),
        (NoteKind.SESSION, _longer_window),
        *OF_WHAT_WAS_MEASURED,
        (NoteKind.LEVEL, doubt_of_level),
        (NoteKind.LEVEL, unseen_level),
        (NoteKind.SESSION, _unconverged_epochs),
        (NoteKind.CHANGE, unconverged_windows),
        (NoteKind.CHANGE, nothing_since),
        (NoteKind.CHANGE, nothing_at_the_end),
        (NoteKind.CHANGE, without_change),
        (NoteKind.CHANGE, ends_too_soon),
    )
    for kind, remark in sentences:
        yield from notes_of(kind, [remark(result)])
    yield from notes_of(NoteKind.STRETCH, [most_said(result), *stretches_said(result)])
    yield from notes_of(NoteKind.AGREEMENT, differences_said(result))


def for_terminal(notes: Iterable[Note]) -> Iterator[Note]:
    """The notes that an operator can do something with; session.json has them all."""
    return (note for note in notes if not note.rule.log_only)


def change_at_the_end(result: Result) -> str:
    """The change at the end with its 95 % interval; empty where there is none."""
    settings, name = result.settings, result.settings.outcome
    if settings.outcome_hidden:
        return f"{name} is hidden by the protocol."
    now = change_now(result)
    if now is None:
        return ""
    change, half = now.percent, Z95 * now.sd_percent
    if is_impossible((change, now.sd_percent)):
        return (
            f"{name} at the end: {change:+.0f} % is no change of it, since nothing "
            "falls by more than all of itself. Something else is taken for its lines "
            "since then: look at lipid, and at where NAA lies (estimates.csv)."
        )
    if is_no_number((change, now.sd_percent)):
        return (
            f"{name} at the end: its 95 % interval is +-{half:.0f} %, so that nothing "
            "is known of a change. Look at what is said of the basis set, and at the "
            "windows (estimates.csv)."
        )
    by = (
        "by the tracker"
        if now.tracked
        else f"by the last {result.plan.length} transients"
    )
    return (
        f"{name} at the end ({by}): {change:+.1f} % from the reference period, 95 % "
        f"interval {change - half:+.1f} to {change + half:+.1f} %"
        f"{_verdict(result, now)}"
    )


def _verdict(result: Result, now: CurrentChange) -> str:
    """Whether it has changed since the infusion began, to follow the number."""
    answer = result.answers.get(result.settings.outcome)
    if answer is None:
        return ""
    target = result.settings.reference_target_percent
    found = finding(answer, target, (now.percent, now.sd_percent))
    if found.proven:
        return f"; {found} in the mean since the infusion began"
    return f"; {unproven_words(found, least_seen_percent(answer))}"


def no_metabolites(result: Result) -> str:
    """What a session without a metabolite transient holds, to follow "holds"."""
    waters = result.waters_found
    if waters:
        return (
            f"unsuppressed water alone ({waters} transient{'s' if waters > 1 else ''}):"
            " give the series with the metabolites, and this one with --water"
        )
    why = next((note.text for note in result.notes), "")
    if result.counts.refused_messages:
        return f"no metabolite transient that can be used ({why.rstrip('.')})"
    return "no metabolite transient: there is nothing to analyse"


def why_nothing_fitted(result: Result) -> str:
    """Why there is no window, to follow the name of the file; empty where there is."""
    qualities = result.qualities
    if result.estimates or not qualities:
        return ""
    count, settings = len(qualities), result.settings
    if all("empty" in quality.flags for quality in qualities):
        return (
            f"every one of its {count} transients is zero: check the receive coil and "
            "its plug, or how the file was converted"
        )
    if {quality.epoch for quality in qualities} <= set(settings.rejected_epochs):
        return "every epoch of it is left out (rejected_epochs)"
    if all(quality.amplitude == 0.0 for quality in qualities):
        return (
            f"none of its {count} transients shows lines of metabolites above the "
            "noise: check that it is a spectrum of the brain, and of this nucleus"
        )
    return f"no window of its {count} transients can be fitted"


def _missing(result: Result) -> str:
    """Transients that never came."""
    count = (result.counts.missing or 0) - result.counts.unusable
    if count <= 0:
        return ""
    plural = "s" if count > 1 else ""
    return (
        f"{count} transient{plural} of the session never came, by the scanner's "
        "counter: what follows does without."
    )


def _missing_messages(result: Result) -> str:
    """Messages of a damaged recording, or of a stream that nobody recorded."""
    count = result.counts.missing_messages
    if not count:
        return ""
    plural, were = ("s", "were") if count > 1 else ("", "was")
    return (
        f"{count} message{plural} of the session, transients or events, {were} missing "
        "in what was read."
    )


def _late_waters(result: Result) -> str:
    """Water references that the analysis could not wait for."""
    late = result.counts.water_references_left_out - result.false_waters
    if late <= 0:
        return ""
    return (
        f"{late} water reference{'s' if late > 1 else ''} not used: only those before "
        f"the metabolites of an epoch are, {WATERS} at most."
    )


def _longer_window(result: Result) -> str:
    """What a window longer than what there is has become."""
    count, window = len(result.qualities), result.plan.length
    lengths = [e.n_transients for e in result.estimates if e.independent]
    if count < 2 or not lengths or max(lengths) >= window:
        return ""
    if len(lengths) == 1:
        return (
            f"The window of {window} transients is longer than the session: its "
            f"{count} transients make one window."
        )
    return (
        f"The window of {window} transients is longer than any stretch of the session: "
        "each, between the marks of infusion and epochs, makes one independent window, "
        f"of {', '.join(map(str, lengths))} transients."
    )


def _unconverged_epochs(result: Result) -> str:
    """Epochs that count and whose own mean has no fit."""
    unfitted, home = result.course.unfitted, result.course.home
    if not unfitted:
        return ""
    models = [result.course.sessions[epoch] for epoch in sorted(unfitted)]
    absent = next((m.shown_without for m in models if m.shown_without), ())
    if absent:
        return (
            f"The spectrum shows {' and '.join(absent)}, which the basis set lacks, so "
            "that others stand in for it: no change is given. Give a basis set that "
            "has it."
        )
    if home in unfitted:
        return (
            "The fit of the reference period's epoch did not converge: no change is "
            "given; a longer reference period without what spoils it would help."
        )
    return (
        "The fit of an epoch other than the reference period's did not converge: no "
        "change is given in it; a longer epoch without what spoils it would help."
    )
