"""Has it changed?  An answer that may be looked at as often as one likes.

A 95 % interval is right for one look; an operator looks at every transient and would in
the end nearly always see "change" in nothing.  With Z the estimate of the mean change
since the infusion began and v its variance (that of the reference period included), the
likelihood of a change theta ~ N(0, tau^2) over that of no change at all,

    E = sqrt(v / (v + tau^2)) exp( Z^2 tau^2 / (2 v (v + tau^2)) ),

is a martingale where there is no change, so that it ever reaches 1 / alpha with a
probability of at most alpha, whenever and however often one looks (Ville 1939; the
mixture sequential test of Robbins 1970).  What the nuisance parameters share (reference
period, gain, width, tied amplitudes) is integrated over with the same prior in both.
All theta that this test would not reject are the confidence sequence

    |Z - theta| <= sqrt( v (v + tau^2) / tau^2  ln( (v + tau^2) / (v alpha^2) ) )

(Howard et al. 2021): it holds for all times at once.  tau is the change that the
protocol wants to see.  v holds STEADY_PERCENT^2 for what wanders in a brain and a
scanner without being a response, so that an hour of looking does not turn a quarter of
a percent into an answer.

Once reached, the answer is kept while the plain interval of the mean stays on its side
of 0, so that it does not flicker, and withdrawn where it does not: it never stands
beside a mean that may be 0 or has the other sign.  Withdrawing can only make wrong
answers fewer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from monitor.analysis.course.detectable import Z80
from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer

ALPHA = 0.05
STEADY_PERCENT = 0.5


def log_evidence(value: float, variance: float, tau: float) -> float:
    """Log of E of the module docstring."""
    total = variance + tau**2
    bent = value**2 * tau**2 / (2 * variance * total)
    return bent + 0.5 * math.log(variance / total)


def radius(variance: float, tau: float, alpha: float = ALPHA) -> float:
    """Half width of the confidence sequence."""
    total = variance + tau**2
    return math.sqrt(
        variance * total / tau**2 * (math.log(total / variance) - 2 * math.log(alpha))
    )


def least_seen(sd: float, tau: float) -> float:
    """The smallest change that is answered with "changed" in 80 % of sessions, percent.

    `sd` is that of the mean change: half the width of the confidence sequence, and
    z_0.8 sd.
    """
    return radius(sd**2 + STEADY_PERCENT**2, tau) + Z80 * sd


@dataclass(slots=True)
class Sequential:
    """The test of one session, for several outcomes; one owner.

    Attributes
    ----------
    tau : percent, the change that the protocol wants to see
    alpha : probability of a wrong "changed" over a whole session, for each outcome
    since_s : since when "changed" has been the answer, by outcome
    rising : which way it changed
    """

    tau: float
    alpha: float = ALPHA
    since_s: dict[str, float] = field(default_factory=dict)
    rising: dict[str, bool] = field(default_factory=dict)

    def copy(self) -> Sequential:
        """The same as it is now, to go on from."""
        return replace(self, since_s=dict(self.since_s), rising=dict(self.rising))

    def push(
        self, time_s: float, found: dict[str, tuple[float, float]]
    ) -> dict[str, Answer]:
        """Answers at a scanner time from mean changes and SDs in percent."""
        return {
            name: self._answer(name, time_s, value, sd)
            for name, (value, sd) in found.items()
            if math.isfinite(value) and math.isfinite(sd) and sd > 0
        }

    def _answer(self, name: str, time_s: float, value: float, sd: float) -> Answer:
        variance = sd**2 + STEADY_PERCENT**2
        evidence = log_evidence(value, variance, self.tau)
        other_side = self.rising.get(name) is not (value > 0)
        if other_side or abs(value) <= Z95 * math.sqrt(variance):
            self.since_s.pop(name, None)
        if evidence >= -math.log(self.alpha):
            self.since_s.setdefault(name, time_s)
            self.rising[name] = value > 0
        half = radius(variance, self.tau, self.alpha)
        since_s = self.since_s.get(name)
        return Answer(value, sd, value - half, value + half, evidence, since_s)
