"""Stretches that are unlike the rest, and ways to the change that differ, in words."""

from __future__ import annotations

import math

from monitor.analysis.contamination.stretch import ENOUGH, Cause, Stretch, is_enough
from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.analysis.tracking.window_departure import TOGETHER
from monitor.screen.number_words import from_to, signed
from monitor.screen.screen import Level, Message

DO = {
    Cause.LIPID: "ask to lie still; check voxel and saturation bands",
    Cause.WATER: "check water suppression",
    Cause.MOTION: "ask to lie still",
    Cause.FAT_MOVED: "ask to lie still; if the lipid stays, check the voxel",
    Cause.WIDTH: "ask to lie still; check the shim",
    Cause.BASELINE: "ask to lie still; check the voxel",
    Cause.EMPTY: "see who lies in the scanner; check the coil and its plug",
    Cause.CLEANER: f"it counts once {ENOUGH} have come, in the place of the rest",
    Cause.OPERATOR: "",
}

DIRTIER = "what counts has more lipid, water or width: see which is good (F10, F4)"

WORDS = {
    Way.TIES: (
        "without its ties, less tracker",
        "it does not agree with the tracker without ties (F3)",
    ),
    Way.BASELINE: (
        "with a free baseline, less a stiff one",
        "the baseline is not what it was: it is let bend, in a wider interval (F3)",
    ),
    Way.LAST: (
        f"last {TOGETHER} windows, less tracker",
        f"the last {TOGETHER} windows do not agree with it (F3)",
    ),
    Way.WINDOWS: (
        "windows, less tracker",
        "the windows do not agree with it (F3)",
    ),
}
"""Of a way to the change but a stretch: what is compared, and why that is a doubt."""


def span_words(stretch: Stretch, zero_s: float) -> str:
    """When: "+02:20 to +04:20" from the infusion's start, else from the first."""
    return from_to(stretch.start_s - zero_s, stretch.end_s - zero_s, bool(zero_s))


def lasting(
    stretch: Stretch, zero_s: float, age_s: float = 0.0, window_s: float = math.inf
) -> Message:
    """The condition that a stretch is left out, as long as it lasts.

    Where it has for a window, nothing counts any more: that wants attention, but where
    the operator asked for it or what is new is the better part.
    """
    said = f"{_since(stretch, zero_s)}: left out while it lasts"
    lost = age_s > window_s and stretch.cause not in (Cause.OPERATOR, Cause.CLEANER)
    level = Level.ATTENTION if lost else Level.NOTE
    action = DIRTIER if is_enough(stretch) else DO[stretch.cause]
    return Message("unlike", level, said, action, age_s)


def mostly_out(count: int, transients: int) -> Message:
    """That so many of a session's transients are left out, which is most of them."""
    said = f"Most is left out: {count} of {transients} transients"
    action = "see if the rest is the good part (F10); else take in what is (F4)"
    return Message("most", Level.ATTENTION, said, action, 0.0)


def over_words(stretch: Stretch, zero_s: float, found: Agreement | None) -> Message:
    """That a stretch which was left out is over, from when to when, and its effect.

    `found` are the comparisons so far; None: nothing may be told of them, or there is
    none yet.
    """
    span, n = span_words(stretch, zero_s), stretch.transients
    out = f"{n} transient{'s' if n > 1 else ''} left out"
    if stretch.cause == Cause.OPERATOR:
        said = f"{span}: {out}"
    else:
        said = f"{stretch.cause.capitalize()} {span}: {out}"
    effect = effect_words(stretch, found)
    action = "; ".join(filter(None, (effect, DIRTIER if is_enough(stretch) else "")))
    return Message("note", Level.NOTE, said, action, 0.0, tells_outcome=bool(effect))


def taken_back(stretch: Stretch, zero_s: float) -> Message:
    """That what was left out counts again: it is like the rest after all."""
    said = f"{_since(stretch, zero_s)}: like the rest after all, it counts again"
    return Message("note", Level.NOTE, said, "", 0.0)


def _since(stretch: Stretch, zero_s: float) -> str:
    begin = span_words(stretch, zero_s).partition(" to ")[0]
    return f"{stretch.cause.capitalize()} since {begin}"


def effect_words(stretch: Stretch, found: Agreement | None) -> str:
    """What leaving a stretch out changes in the mean since the infusion began."""
    differences = () if found is None else found.differences
    for one in differences:
        if one.stretch is not None and one.stretch.is_same(stretch):
            by = f"{signed(one.percent)} ± {Z95 * one.sd_percent:.1f} %"
            return f"that moves the mean change by {by}"
    return ""


def stretch_words(stretch: Stretch, zero_s: float) -> str:
    """A stretch and what became of it, in one line."""
    fate = "left out" if stretch.left_out else "taken in"
    return f"{span_words(stretch, zero_s)}, {stretch.cause}, {fate}"


def listed(found: Agreement | None) -> list[Difference]:
    """All comparisons as they are read: ways first, then stretches in order of time."""
    made = () if found is None else found.differences
    return sorted(
        made, key=lambda d: -math.inf if d.stretch is None else d.stretch.start_s
    )


def compared_words(one: Difference, zero_s: float) -> tuple[str, str]:
    """One comparison with the tracker: what, and how far off."""
    return _name(one, zero_s), _size(one)


def _name(one: Difference, zero_s: float) -> str:
    if one.stretch is not None:
        how = "left out" if one.mended else "without"
        return f"{how} {span_words(one.stretch, zero_s)} ({one.stretch.cause})"
    return WORDS[one.way][0]


def _size(one: Difference) -> str:
    by = f"{signed(one.percent)} ± {Z95 * one.sd_percent:.1f} %"
    return f"{by}, more than chance" if one.sure and not one.mended else by


def doubt_of(found: Agreement | None, zero_s: float) -> str:
    """Why the number is grey: the first that differs; empty where nothing does."""
    apart = () if found is None else found.apart
    if not apart:
        return ""
    one = apart[0]
    if one.stretch is not None:
        where = span_words(one.stretch, zero_s)
        return f"{where} is unlike the rest and counts: leave it out (F4)"
    return WORDS[one.way][1]
