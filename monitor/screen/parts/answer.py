"""Has the outcome changed?  The verdict in words: which way and since when.

That no change is seen says little by itself: nothing is seen in noise either.  With h
the half width of the confidence sequence and sd that of the mean change, a change of

    h + z_0.8 sd

would by now have been answered with "changed" in 80 % of sessions.  Where that is at
most the change that the protocol wants to see, "no change seen" is a finding, and the
figure is told with it; where it is more, it is said what can be seen so far.
"""

from __future__ import annotations

from monitor.analysis.course.detectable import Z80
from monitor.analysis.tracking.answer import Answer
from monitor.screen.number_words import clock, plain

HOPELESS = 50.0  # percent: no brain does that, so that the figure helps nobody
WHOLE = 3.0  # percent, from which a figure for two metres has no decimals


def least_seen_percent(answer: Answer) -> float:
    """The smallest change that would have been seen by now, with a chance of 80 %."""
    return (answer.high_percent - answer.low_percent) / 2 + Z80 * answer.sd_percent


def verdict(answer: Answer, zero_s: float, target_percent: float) -> str:
    """The answer in words; times count from `zero_s`, the start of the infusion.

    `target_percent` is the change that the protocol wants to be able to see.
    """
    if answer.since_s is not None:
        way = "INCREASE" if answer.mean_percent > 0 else "DECREASE"
        return f"{way}, seen from +{clock(answer.since_s - zero_s)}"
    least = least_seen_percent(answer)
    said = plain(least, 2 if least < WHOLE else len(f"{least:.0f}"))
    if least <= target_percent:
        return f"no change seen; {said} % would have been"
    if least > HOPELESS:
        return "no answer yet: too little good data (F4 sets the reference)"
    return f"can only detect {said} % or more so far"
