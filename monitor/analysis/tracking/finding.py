"""One verdict for all outputs: what the answer and the intervals beside it say.

An interval of 95 % is right for one look, the answer for any number of them, so that it
needs more.  An interval that leaves 0 out beside "no change seen" reads as a
contradiction and is none: then there may be a change, and it is not proven.
"""

from __future__ import annotations

from enum import StrEnum

from monitor.analysis.course.detectable import Z80
from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer

HOPELESS = 50.0
"""Percent: no brain does that, so that a figure above it helps nobody."""
NOTHING_LEFT_PERCENT = -100.0
"""Nothing falls by more: a change below that is of something else than the outcome."""
WIDEST_PERCENT = 100.0
"""Half an interval that holds 0 and is wider says nothing."""
Seen = tuple[float, float]
"""A change that stands beside the answer, and its SD, percent."""


class Finding(StrEnum):
    """Whether the outcome has changed since the infusion began.

    INCREASE, DECREASE : proven
    PERHAPS_... : an interval beside it leaves 0 out, or two do on either side
    NONE : a change as large as the protocol wants to see would have been seen
    UNCLEAR : it would not, or what is read cannot be or may be anything
    """

    INCREASE = "increase"
    DECREASE = "decrease"
    PERHAPS_INCREASE = "perhaps an increase"
    PERHAPS_DECREASE = "perhaps a decrease"
    PERHAPS_CHANGE = "perhaps a change"
    NONE = "no change seen"
    UNCLEAR = "too little is known"

    @property
    def proven(self) -> bool:
        """Whether it is the answer "changed"."""
        return self in (Finding.INCREASE, Finding.DECREASE)

    @property
    def possible(self) -> bool:
        """Whether there may be a change that is not proven."""
        return self.value.startswith("perhaps")


def least_seen_percent(answer: Answer) -> float:
    """The smallest change that would have been seen by now, with a chance of 80 %."""
    return half_width_percent(answer) + Z80 * answer.sd_percent


def half_width_percent(answer: Answer) -> float:
    """Half of the confidence sequence: a mean change beyond it is proven."""
    return (answer.high_percent - answer.low_percent) / 2


def is_impossible(seen: Seen) -> bool:
    """Whether a change lies below all of the outcome, its interval included."""
    value, sd = seen
    return value + Z95 * sd < NOTHING_LEFT_PERCENT


def is_no_number(seen: Seen) -> bool:
    """Whether a change cannot be, or may be any: no number is given of it."""
    value, sd = seen
    return is_impossible(seen) or Z95 * sd > max(WIDEST_PERCENT, abs(value))


def finding(answer: Answer, target_percent: float, *beside: Seen) -> Finding:
    """The verdict; `beside` are the changes that a reader sees next to it.

    `target_percent` is the change that the protocol wants to be able to see.
    """
    shown = [(answer.mean_percent, answer.sd_percent), *beside]
    if any(map(is_no_number, shown)):
        return Finding.UNCLEAR
    if answer.changed:
        rises = answer.mean_percent > 0
        return Finding.INCREASE if rises else Finding.DECREASE
    ways = {_way(seen) for seen in shown} - {0}
    if len(ways) > 1:
        return Finding.PERHAPS_CHANGE
    if ways:
        rises = ways == {1}
        return Finding.PERHAPS_INCREASE if rises else Finding.PERHAPS_DECREASE
    enough = least_seen_percent(answer) <= target_percent
    return Finding.NONE if enough else Finding.UNCLEAR


def unproven_words(found: Finding, least_percent: float) -> str:
    """What is said of a finding that is not proven, once no more data come.

    `least_percent` is what would have been seen (`least_seen_percent`).
    """
    if found.possible:
        return f"{found}, not proven"
    least = f"{least_percent:#.2g}".rstrip(".")
    if found == Finding.NONE:
        return f"no change seen; {least} % would have been"
    if not least_percent <= HOPELESS:  # nor where it is no number
        return "no answer: too little good data"
    return f"no answer: only {least} % or more would have been seen"


def leaves_out_zero(seen: Seen, rises: bool) -> bool:
    """Whether an interval lies on one side of 0 altogether."""
    return _way(seen) == (1 if rises else -1)


def _way(seen: Seen) -> int:
    """On which side of 0 an interval of 95 % lies; 0: on both, or it is no number."""
    value, sd = seen
    if not abs(value) > Z95 * sd:
        return 0
    return 1 if value > 0 else -1
