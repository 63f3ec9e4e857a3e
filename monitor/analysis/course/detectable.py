"""Detectable change: the smallest that would be seen, and what would make it smaller.

A change from the reference period, both means of independent transients with the SD
sigma (percent, for one transient of weight 1), has the SD

    sd(n, N) = sigma sqrt(1/n + 1/N)

for n effective transients against N of the reference period.  A two-sided test at 5 %
finds a change of

    (z_0.975 + z_0.8) sd = 2.80 sd

in 80 % of sessions.  sigma is what the newest window's fit states (all amplitudes
free), times the scatter beyond it that the reference period showed.  Solving for N
gives the reference period that a target asks for; with n fixed no reference period
helps where 2.80 sigma / sqrt(n) is above it.

What the change is compared with is one window, or everything since the infusion began.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

POWER, LEVEL = 0.80, 0.05
NORMAL = NormalDist()
Z80 = NORMAL.inv_cdf(POWER)
FACTOR = NORMAL.inv_cdf(1 - LEVEL / 2) + Z80
LENGTHS = (16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class Detectable:
    """Smallest change seen in 80 % of sessions by a two-sided test at 5 %, in percent.

    Attributes
    ----------
    outcome : what it is about
    sigma_percent : SD of the outcome for one transient, the scatter beyond the bound
        included
    window_now : by transients in a window, against the reference period so far
    mean_planned : of everything since the infusion began, at its planned end; inf
        where there is nothing yet or no plan
    reference_longer_s : by how much the reference period must be longer for the
        protocol's window to see its target; inf where none is long enough
    """

    outcome: str
    sigma_percent: float
    window_now: dict[int, float]
    mean_planned: float
    reference_longer_s: float


def detectable_percent(sigma: float, n: float, reference: float) -> float:
    """Smallest change that n transients show against those of a reference period."""
    if n <= 0 or reference <= 0:
        return math.inf
    return FACTOR * sigma * math.sqrt(1 / n + 1 / reference)


def reference_needed(sigma: float, n: float, target_percent: float) -> float:
    """Effective transients of a reference period for a target; inf where none helps."""
    left = (target_percent / (FACTOR * sigma)) ** 2 - 1 / n if n > 0 else -1.0
    return 1 / left if left > 0 else math.inf


def detectable_of(
    outcome: str,
    sigma: float,
    window: int,
    target_percent: float,
    interval_s: float,
    reference: tuple[float, float],
    infusion: float,
    lengths: Sequence[int] = LENGTHS,
) -> Detectable:
    """What can be seen now and at the planned end of the infusion.

    Parameters
    ----------
    outcome : what it is about
    sigma : percent, SD of the outcome for one transient of weight 1
    window : transients in the protocol's window
    target_percent : change that the protocol wants to see
    interval_s : between transients, s
    reference : effective transients of the reference period, now and as planned
    infusion : effective transients of the infusion, up to its planned end
    """
    now, planned = reference
    needed = reference_needed(sigma, window, target_percent)
    return Detectable(
        outcome,
        sigma,
        {n: detectable_percent(sigma, n, now) for n in sorted({*lengths, window})},
        detectable_percent(sigma, infusion, planned),
        max(0.0, (needed - now) * interval_s),
    )
