"""What is said at the end of stretches unlike the rest, and of ways that differ."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.analysis.contamination.stretch import (
    Cause,
    Stretch,
    is_enough,
    most_left_out,
)
from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.difference import Difference, Way
from monitor.analysis.tracking.window_departure import TOGETHER
from monitor.run.result import Result

WHY = {
    Cause.LIPID: "lipid",
    Cause.WATER: "residual water",
    Cause.MOTION: "motion",
    Cause.FAT_MOVED: "motion that brings lipid",
    Cause.WIDTH: "the line width",
    Cause.BASELINE: "the baseline",
    Cause.EMPTY: "the lack of any signal",
    Cause.CLEANER: "less lipid, water or line width",
}

LIES = {
    Way.TIES: "The tracker without ties lies",
    Way.WINDOWS: "Windows lie",
    Way.LAST: f"The last {TOGETHER} windows lie",
    Way.BASELINE: "With a free baseline the last transients lie",
}


def most_said(result: Result) -> str:
    """That most of a session is left out; empty where it is not."""
    transients = len(result.qualities)
    out = most_left_out(result.stretches, transients)
    if not out:
        return ""
    return (
        f"{out} of the session's {transients} transients are unlike the part that "
        "counts, and left out: see whether that is the good part, and take in what is "
        "better (F4 in a replay)."
    )


def stretches_said(result: Result) -> Iterator[str]:
    """A sentence for each stretch."""
    for one in result.stretches:
        yield f"{_where(one)}: {_fate(one)}"


def _where(one: Stretch) -> str:
    span = f"From {one.start_s:.0f} to {one.end_s:.0f} s ({one.transients} transients)"
    if one.cause == Cause.OPERATOR:
        return f"{span} the operator took a stretch out"
    return f"{span} {WHY[one.cause]} sets transients apart from the rest"


def _fate(one: Stretch) -> str:
    out = "they count neither in the reference period nor in windows or tracker"
    if one.left_out and is_enough(one):
        return (
            f"{out}. What counts has more of it: see which is the good part, and take "
            "in what is better (F4 in a replay)."
        )
    if one.left_out:
        return f"{out}."
    return "they count all the same, as was asked for."


def differences_said(result: Result) -> Iterator[str]:
    """A sentence for each way to the change that differs, and what was mended."""
    found = result.agreement
    for one in found.differences if found is not None else ():
        if one.sure:
            yield _difference(one, result.settings.outcome)


def _difference(one: Difference, outcome: str) -> str:
    """What one comparison says, in percent with its 95 % interval."""
    by = f"{one.percent:+.1f} +- {Z95 * one.sd_percent:.1f} %"
    stretch = one.stretch
    if one.way is Way.BASELINE:
        return (
            f"{LIES[one.way]} {by} from the change of {outcome} with one as stiff as "
            "the reference period's, more than chance: something broad has come. The "
            "baseline is let bend everywhere, in wider intervals; lipid, water or "
            "motion may still be in the change."
        )
    if stretch is None:
        return (
            f"{LIES[one.way]} {by} from the tracker's change of {outcome}, more than "
            "chance: trust neither before it is known why."
        )
    span = f"{stretch.start_s:.0f} to {stretch.end_s:.0f} s"
    if stretch.left_out:
        return f"Leaving out {span} changed the mean change of {outcome} by {by}."
    return (
        f"Without {span}, which is unlike the rest, the mean change of {outcome} would "
        f"differ by {by}: leave it out (F4) unless it is known to be good."
    )
