"""Has the outcome changed?  The sequential answer in words.

That no change is seen says little by itself: nothing is seen in noise either.  With h
the half width of the confidence sequence and sd that of the mean change, a change of

    h + z_0.8 sd

would by now have been answered with "changed" in 80 % of sessions.  Where that is at
most the change that the protocol wants to see, "no change seen" is a finding, and the
figure is told with it; where it is more, it is too early or too uncertain to say.
"""

from __future__ import annotations

from monitor.analysis.course.detectable import Z80
from monitor.analysis.tracking.answer import Answer
from monitor.screen.words import clock, plain


def least_seen_percent(answer: Answer) -> float:
    """The smallest change that would have been seen by now, with a chance of 80 %."""
    return (answer.high_percent - answer.low_percent) / 2 + Z80 * answer.sd_percent


def answered(answer: Answer, zero_s: float, target_percent: float) -> str:
    """The answer in words; times count from `zero_s`, the start of the infusion.

    `target_percent` is the change that the protocol wants to be able to see.
    """
    if answer.since_s is not None:
        return f"change seen at +{clock(answer.since_s - zero_s)}"
    least = least_seen_percent(answer)
    said = plain(least, 2)
    if least <= target_percent:
        return f"no change seen, {said} % would have been"
    return f"too uncertain to say, {said} % would be seen"
