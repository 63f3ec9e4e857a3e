"""What is said of an analysis at its end: what came out, and why something did not.

Sentences for the terminal are plain ASCII: not every console can show more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.analysis.combination import WATERS
from monitor.components import negative_components
from monitor.levels import unmeasured
from monitor.outcome import LOG_ONLY, Outcome
from monitor.screen.headline import meaningful
from monitor.screen.parts import Z95


def remarks(outcome: Outcome) -> Iterator[str]:
    """What else is to be said of a session, a sentence each."""
    found = (
        _missing,
        _missing_messages,
        _late_waters,
        _infusion_outside,
        _longer_window,
        negative_components,
        _unmeasured,
        _without_change,
    )
    for said in (remark(outcome) for remark in found):
        if said:
            yield said


def _unmeasured(outcome: Outcome) -> str:
    """What unmeasured macromolecules leave in doubt; nothing of it under a lock."""
    pipeline = outcome.analysis.pipeline
    if pipeline is None or pipeline.settings.outcome_hidden:
        return ""
    return unmeasured(pipeline)


def for_terminal(notes: Iterable[str]) -> Iterator[str]:
    """The notes that an operator can do something with; session.json has them all."""
    return (note for note in notes if not note.startswith(LOG_ONLY))


def result(outcome: Outcome) -> str:
    """The change at the end with its 95 % interval; empty where there is none."""
    pipeline = outcome.pipeline
    settings, name = pipeline.settings, pipeline.settings.outcome
    if settings.outcome_hidden:
        return f"{name} is hidden by the protocol."
    full = [
        estimate
        for estimate in outcome.course
        if meaningful(estimate, name, pipeline.plan.length, pipeline.reference_s)
    ]
    if not full:
        return ""
    last = max(full, key=lambda estimate: estimate.time_end_s)
    change, half = last.changes_percent[name], Z95 * last.change_sds_percent[name]
    return (
        f"{name} at the end ({last.time_start_s:.0f} to {last.time_end_s:.0f} s): "
        f"{change:+.1f} % from the reference period, 95 % interval "
        f"{change - half:+.1f} to {change + half:+.1f} %"
    )


def nothing_fitted(outcome: Outcome) -> str:
    """Why there is no window, to follow the name of the file; empty where there is."""
    qualities = outcome.qualities
    if outcome.course or not qualities:
        return ""
    count, settings = len(qualities), outcome.pipeline.settings
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


def _missing(outcome: Outcome) -> str:
    """Transients that never came."""
    count = outcome.missing
    if not count:
        return ""
    plural = "s" if count > 1 else ""
    return (
        f"{count} transient{plural} of the session never came, by the scanner's "
        "counter: what follows does without."
    )


def _missing_messages(outcome: Outcome) -> str:
    """Messages of a damaged recording, or of a stream that nobody recorded."""
    count = outcome.missing_messages
    if not count:
        return ""
    plural, were = ("s", "were") if count > 1 else ("", "was")
    return (
        f"{count} message{plural} of the session, transients or events, {were} missing "
        "in what was read."
    )


def _late_waters(outcome: Outcome) -> str:
    """Water references that the analysis could not wait for."""
    late = outcome.waters_left_out - outcome.analysis.waters_left_out
    if late <= 0:
        return ""
    return (
        f"{late} water reference{'s' if late > 1 else ''} not used: only those before "
        f"the metabolites of an epoch are, {WATERS} at most."
    )


def _longer_window(outcome: Outcome) -> str:
    """What a window longer than what there is has become."""
    count, window = len(outcome.qualities), outcome.pipeline.plan.length
    lengths = [e.n_transients for e in outcome.course if e.independent]
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


def _infusion_outside(outcome: Outcome) -> str:
    """An infusion that no transient belongs to."""
    given, qualities = outcome.pipeline.settings.infusion_s, outcome.qualities
    if given is None or not qualities:
        return ""
    times_s = [quality.time_s for quality in qualities]
    first_s, last_s = min(times_s), max(times_s)
    if given[0] <= last_s and given[1] >= first_s:
        return ""
    return (
        f"The infusion {given[0]:g} to {given[1]:g} s lies outside the session: its "
        f"transients are from {first_s:g} to {last_s:g} s."
    )


def _without_change(outcome: Outcome) -> str:
    """Why no change could be given, in one sentence; empty where one is."""
    if len(outcome.course) < 2 or any(e.changes_percent for e in outcome.course):
        return ""
    pipeline = outcome.pipeline
    reference_s = pipeline.reference_s or pipeline.settings.reference_s
    if _infusion_outside(outcome):
        return ""  # said already
    if reference_s is None:
        return (
            "No change is given, since there is no reference period: "
            "give --reference START:END or --infusion START:END."
        )
    if reference_s[1] <= reference_s[0]:
        return (
            "No change is given, since no transient lies before the infusion: give "
            "--reference START:END."
        )
    return (
        f"No change is given, since the reference period {reference_s[0]:g} to "
        f"{reference_s[1]:g} s holds no window: the transients are from "
        f"{outcome.qualities[0].time_s:g} to {outcome.qualities[-1].time_s:g} s."
    )
