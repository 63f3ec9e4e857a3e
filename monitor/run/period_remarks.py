"""Remarks on the periods of infusion and reference, and on why there is no change."""

from __future__ import annotations

from monitor.analysis.preparation.quality import Quality
from monitor.analysis.tracking.current_change import CurrentChange, current_change
from monitor.run.result import Result
from streams.messages.marks import GIVEN


def change_now(result: Result) -> CurrentChange | None:
    """The outcome's change at the end, as everywhere; None where there is none.

    Nor where no window converged, or nothing is left since the infusion began: what
    the tracker says then comes of no fit, or of no measurement.
    """
    if unconverged_windows(result) or nothing_since(result):
        return None
    full = result.plan.length
    whole = [e for e in result.estimates if e.n_transients >= full]
    last = max(whole, key=lambda estimate: estimate.time_end_s, default=None)
    point = result.tracks[-1] if result.tracks else None
    window_s = full * result.course.interval_s
    outcome, reference_s = result.settings.outcome, result.reference_s
    return current_change(outcome, point, last, full, reference_s, window_s)


def unconverged_windows(result: Result) -> str:
    """That no window converged, and what it means."""
    found = [estimate.converged for estimate in result.estimates]
    if not found or any(found):
        return ""
    return (
        f"None of the windows ({len(found)}) converged: no change is given at the end. "
        "Look at the spectra, and whether the basis set is one for this scan."
    )


def nothing_since(result: Result) -> str:
    """That everything since the infusion began is left out, and what it means."""
    if result.infusion_s is None:
        return ""
    start_s = result.infusion_s[0]
    since = [q for q in result.qualities if q.time_s >= start_s]
    if not since or any(_counts(result, q) for q in since):
        return ""
    return (
        f"All {len(since)} transients since the infusion began (at {start_s:g} s) are "
        "left out: no change is given at the end. See which stretches and why "
        "(transients.csv, flags), and take them in if they are good (F4 in a replay)."
    )


def nothing_at_the_end(result: Result) -> str:
    """That the last transients are left out, more than a window, and what it means."""
    if nothing_since(result) or not result.tracks:
        return ""
    counts = [_counts(result, q) for q in result.qualities]
    lost = counts[::-1].index(True) if True in counts else 0
    if lost <= result.plan.length:
        return ""
    from_s = result.qualities[len(counts) - lost].time_s
    return (
        f"The last {lost} transients (from {from_s:g} s on) are left out: what is said "
        "of the end is of before them."
    )


def ends_too_soon(result: Result) -> str:
    """Why there is no change at the end where windows have some."""
    if result.reference_s is None or unconverged_windows(result):
        return ""
    if nothing_since(result):
        return ""
    if change_now(result) is not None:
        return ""
    full, end_s = result.plan.length, result.reference_s[1]
    window_s = full * result.course.interval_s
    last_s = max(quality.time_s for quality in result.qualities)
    told = any(estimate.changes_percent for estimate in result.estimates)
    if not told or last_s >= end_s + window_s:
        return ""
    return (
        f"No change is given at the end, since the session ends {last_s - end_s:.0f} s "
        f"after the reference period (at {end_s:g} s), sooner than a window of {full} "
        f"transients ({window_s:.0f} s): a reference period that ends earlier, or a "
        "shorter --window, would give one."
    )


def infusion_outside(result: Result) -> str:
    """An infusion that no transient belongs to."""
    infusion_s, qualities = result.settings.infusion_s, result.qualities
    if infusion_s is None or not qualities or _marked_otherwise(result):
        return ""
    times_s = [quality.time_s for quality in qualities]
    first_s, last_s = min(times_s), max(times_s)
    if infusion_s[0] <= last_s and infusion_s[1] >= first_s:
        return ""
    return (
        f"The infusion {infusion_s[0]:g} to {infusion_s[1]:g} s lies outside the "
        f"session: its transients are from {first_s:g} to {last_s:g} s."
    )


def _marked_otherwise(result: Result) -> bool:
    """Whether marks of the recording hold, and not those that were given."""
    return any(mark.author != GIVEN for mark in result.marks.events)


def _counts(result: Result, quality: Quality) -> bool:
    """Whether a transient has weight, in an epoch that is not left out."""
    left_out = result.settings.rejected_epochs
    return quality.weight > 0 and quality.epoch not in left_out


def _inside(time_s: float, span_s: tuple[float, float]) -> bool:
    return span_s[0] <= time_s < span_s[1]


def without_change(result: Result) -> str:
    """Why no change could be given, in one sentence; empty where one is."""
    if len(result.estimates) < 2 or any(e.changes_percent for e in result.estimates):
        return ""
    reference_s = result.reference_s or result.settings.reference_s
    if infusion_outside(result) or unconverged_windows(result):
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
    within = [q for q in result.qualities if _inside(q.time_s, reference_s)]
    if within and not any(_counts(result, q) for q in within):
        return (
            f"No change is given, since all {len(within)} transients of the reference "
            f"period {reference_s[0]:g} to {reference_s[1]:g} s are left out: give "
            "--reference START:END, or take them in if they are good (F4 in a replay)."
        )
    last_s = max(quality.time_s for quality in result.qualities)
    if within and reference_s[1] > last_s:
        return (
            f"No change is given, since the reference period {reference_s[0]:g} to "
            f"{reference_s[1]:g} s lasts beyond the last transient ({last_s:g} s): "
            "nothing follows that could be compared with it. Let it end before the "
            "infusion."
        )
    return (
        f"No change is given, since the reference period {reference_s[0]:g} to "
        f"{reference_s[1]:g} s holds no window: the transients are from "
        f"{result.qualities[0].time_s:g} to {result.qualities[-1].time_s:g} s."
    )
