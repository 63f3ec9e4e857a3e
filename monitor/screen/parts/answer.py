"""Has the outcome changed?  The verdict in words: which way and since when.

That no change is seen says little by itself: nothing is seen in noise either.  With h
the half width of the confidence sequence and sd that of the mean change, a change of

    h + z_0.8 sd

would by now have been answered with "changed" in 80 % of sessions.  Where that is at
most the change that the protocol wants to see, "no change seen" is a finding, and the
figure is told with it; where it is more, it is said what can be seen so far.  Beside a
number whose interval leaves 0 out neither would be understood (`finding`).
"""

from __future__ import annotations

from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.current_change import CurrentChange
from monitor.analysis.tracking.finding import (
    HOPELESS,
    Finding,
    finding,
    least_seen_percent,
    leaves_out_zero,
    unproven_words,
)
from monitor.screen.number_words import clock, plain


def verdict(
    answer: Answer,
    zero_s: float,
    target_percent: float,
    now: CurrentChange | None = None,
    over: bool = False,
) -> str:
    """The answer in words; times count from `zero_s`, the start of the infusion.

    `target_percent` is the change that the protocol wants to be able to see, `now` the
    number that the words stand below; `over`: no more data will come.
    """
    beside = () if now is None else ((now.percent, now.sd_percent),)
    found = finding(answer, target_percent, *beside)
    if found.proven and answer.since_s is not None:
        rises = found == Finding.INCREASE
        still = all(leaves_out_zero(seen, rises) for seen in beside)
        where = "" if still else " on average"
        return f"{found.upper()}{where}, seen from +{clock(answer.since_s - zero_s)}"
    least = least_seen_percent(answer)
    if over or found == Finding.NONE:
        return unproven_words(found, least)
    if found.possible:
        return f"{found}, not proven yet"
    if not least <= HOPELESS:  # nor where it is no number
        return "no answer yet: too little good data (F4 sets the reference)"
    return f"can only detect {plain(least, 2)} % or more so far"
