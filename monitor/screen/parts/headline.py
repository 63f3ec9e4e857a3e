"""The headline: the change of the outcome with its 95 % interval, and its verdict.

A number stands here once it means something (`current_change`).  It is grey, and says
why, where its data are old or not the newest, where an epoch has just begun, and where
windows and tracker do not agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.current_change import CurrentChange
from monitor.analysis.tracking.finding import (
    finding,
    half_width_percent,
    is_no_number,
)
from monitor.screen.number_words import DASH, ago, catching_up_words, clock, signed
from monitor.screen.parts.agreement import Agreement
from monitor.screen.parts.answer import verdict
from monitor.screen.screen import Headline

FRESH_INTERVALS = 2.0  # repetition times without a transient until it looks old
NO_REFERENCE = "no change to show yet"
LEFT_OUT = "all of the reference period is left out: give another, or take it in (F4)"
NO_NUMBER = "no number: what is read as the change cannot be, or may be anything"
UNCONVERGED = "no window has converged: look at the spectrum and the basis set"
NOTHING_SINCE = "all since the infusion began is left out: see which and why (F10)"
OTHER_GAIN = "other gain than before: choose a ratio of amplitudes (F4)"
UNSEEN = "no change: not seen before the infusion, choose another outcome (F4)"
MARK = "\N{BLACK UP-POINTING TRIANGLE} "
STOPPED = "the analysis has stopped"
PLAINLY = {
    "Glx": "glutamate + glutamine",
    "Glu": "glutamate",
    "Gln": "glutamine",
    "tNAA": "NAA",
    "tCr": "creatine",
    "tCho": "choline",
}
"""What the parts of an outcome are called by those who see them for the first time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the headline is made from.

    Attributes
    ----------
    outcome : its name
    now : its change; None: see `waiting`
    waiting : what a dash waits for
    answer : whether it has changed since the infusion began; None before that
    zero_s : scanner time of the infusion's start, s
    target_percent : change that the protocol wants to be able to see
    agreement : what the windows say of the tracker
    age_s : of the newest number, s
    interval_s : time in which the next transient is due, s
    nothing_counts_s : for how long every transient has been left out by now, s
    window_s : length of a window, s
    new_epoch_s : how long ago an epoch began that is no window old yet; None: none did
    catching_up : messages worked through, of how many, in a window opened late; None:
        it is up to date
    stopped : so has the analysis, before the session did
    over : the session has ended
    """

    outcome: str
    now: CurrentChange | None
    waiting: str
    answer: Answer | None
    zero_s: float
    target_percent: float
    agreement: Agreement
    age_s: float
    interval_s: float
    nothing_counts_s: float
    window_s: float
    new_epoch_s: float | None
    catching_up: tuple[int, int] | None
    stopped: bool
    over: bool


def headline(of: Standing) -> Headline:
    """Number, verdict and why to believe it."""
    title = f"{of.outcome}, change from before infusion"
    said = ""
    if of.answer is not None:
        said = verdict(of.answer, of.zero_s, of.target_percent, of.now, of.over)
    if of.now is None:
        begin = said or _begin(of.waiting)
        return Headline(title, DASH, "", begin, _rest(of), 1.0, meaning(of.outcome))
    faded, why = doubt(of)
    number, half = f"{signed(of.now.percent)} %", f"± {Z95 * of.now.sd_percent:.1f}"
    lines = (MARK + why, " · ".join(_beside(of))) if why else _beside(of)
    return Headline(title, number, half, said, lines, faded, meaning(of.outcome))


def meaning(outcome: str) -> str:
    """An outcome in words ("glutamate + glutamine over NAA"); empty if there are none.

    >>> meaning("Glx/tNAA")
    'glutamate + glutamine over NAA'
    """
    parts = outcome.split("/")
    if not all(part in PLAINLY for part in parts):
        return ""
    return " over ".join(PLAINLY[part] for part in parts)


def hidden() -> Headline:
    """Blinded protocol: the place stays, the number does not."""
    lines = ("blinded protocol:", "quality, stream and markers stay visible")
    return Headline("Outcome", "hidden", "", "", lines, 1.0)


def fade(age_s: float, interval_s: float) -> float:
    """0 while transients arrive, 1 from twice the allowed age on."""
    allowed = FRESH_INTERVALS * interval_s
    return min(1.0, max(0.0, age_s / allowed - 1.0))


def doubt(of: Standing) -> tuple[float, str]:
    """How grey the number is, 0 to 1, and why; nothing where it may be believed."""
    if of.stopped:
        return 1.0, f"{STOPPED}: the number is of before"
    if of.catching_up is not None:
        return 1.0, catching_up_words(*of.catching_up)
    if of.new_epoch_s is not None:
        if of.over:
            return 1.0, "no whole window behind the new shim or series"
        said = clock(of.new_epoch_s)
        return 1.0, f"new shim or series {said} ago: wait for its first window"
    faded = fade(of.age_s, of.interval_s)
    if faded:
        return faded, f"data {ago(of.age_s)} old"
    if of.nothing_counts_s > of.window_s:
        said = f"{'the last ' if of.over else ''}{clock(of.nothing_counts_s)}"
        return 1.0, f"nothing has counted for {said}: the number is of before (F10)"
    if of.agreement.doubt:
        return 1.0, of.agreement.doubt
    return 0.0, ""


def waiting_for(
    reference_s: tuple[float, float] | None,
    window_s: float,
    clock_s: float,
    looking_back: bool,
) -> str:
    """Say what the dash waits for; `looking_back`: replayed, or after the end."""
    if reference_s is None:
        how = (
            "F5 where the infusion began, or F4"
            if looking_back
            else "this is the reference period; F5 marks the start of the infusion"
        )
        return f"{NO_REFERENCE}: {how}"
    left = reference_s[1] + window_s - clock_s
    if left > 0:
        return f"first full window after the reference period in {clock(left)}"
    return f"waits for {window_s:.0f} s of data that can be used"


def _begin(waiting: str) -> str:
    return waiting.partition(": ")[0]


def _rest(of: Standing) -> tuple[str, ...]:
    """What is said below a dash."""
    _, colon, rest = of.waiting.partition(": ")
    if of.answer is not None:
        return (of.waiting,)
    return (rest,) if colon else ()


def _beside(of: Standing) -> tuple[str, ...]:
    """Mean since the infusion began, and the last window."""
    if of.now is not None and not of.now.tracked:
        return (f"{of.agreement.span}; this outcome is not tracked",)
    lines = []
    if of.answer is not None and mean_is_known(of.answer):
        lines.append(f"mean since start {interval(of.answer)}{_still_asked(of)}")
    if of.agreement.window:
        lines.append(of.agreement.window)
    return tuple(lines)


def _still_asked(of: Standing) -> str:
    """From which mean on a change that is only possible so far would be proven.

    It is more than the interval beside it, which is right for one look alone.
    """
    if of.answer is None or of.answer.changed or of.now is None:
        return ""
    beside = of.now.percent, of.now.sd_percent
    if not finding(of.answer, of.target_percent, beside).possible:
        return ""
    return f", proven from {half_width_percent(of.answer):.1f}"


def mean_is_known(answer: Answer) -> bool:
    """Whether the mean since the infusion began is a number to be told."""
    mean = answer.mean_percent, answer.sd_percent
    return math.isfinite(answer.mean_percent) and not is_no_number(mean)


def interval(answer: Answer) -> str:
    """Mean change since the infusion began with its 95 % interval."""
    half = Z95 * answer.sd_percent
    return f"{signed(answer.mean_percent)} ± {half:.1f} %"
