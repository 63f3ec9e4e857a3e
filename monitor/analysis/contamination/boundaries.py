"""Where a stretch begins and ends, to the transient, and what sets it apart.

With d the departure of the stretch's median from the good part, whitened by what single
transients scatter, a transient's y is on the stretch's side where

    t = (y - good) d / d d - 1/2

is above zero.  The ends lie where the sums of t, each within +-1, are largest: they are
summed from the middle on until RETURNED below their largest.  A stretch that is hardly
beyond the tolerances comes and goes in running medians, while single transients show
that it goes on: along d they are told apart where an rms of all bands does not.
"""

from __future__ import annotations

import math

import numpy as np

from monitor.analysis.contamination.dirtier import (
    LIPIDS,
    WATER_LOG,
    WIDTH_HZ,
    Mask,
    is_dirtier,
)
from monitor.analysis.contamination.features import Seen
from monitor.analysis.contamination.states import (
    DEPARTURE,
    Comparison,
    States,
    beside,
)
from monitor.analysis.contamination.stretch import ENOUGH, Cause
from monitor.analysis.signal.spectrum import Real

RETURNED = 4.5
"""Of the sums of t: some nine transients that are like the good part."""
LOST_SHARE = 0.15
RESTLESS = 2.5
TURNS, TURNED_RAD = 3.0, math.radians(10.0)
"""A head that moves turns the phase from one transient to the next, by so many times
what it turns in the good part, and by no less; what comes with a head that lies still
(lipid, water, a hump) does not."""


def refined(
    compared: Comparison, states: States, run: tuple[int, int], room: tuple[int, int]
) -> tuple[int, int]:
    """Ends [start, stop) of a run of unlike transients, within what is free.

    Nothing where a stretch before it has taken the room.
    """
    start, stop = run
    low, high = room
    middle = max(low, (start + stop) // 2)
    if stop <= low or middle >= high:
        return low, low
    t = np.clip(_side(compared, states, slice(start, stop)), -1.0, 1.0)
    return middle - _reach(t[low : middle + 1][::-1]), middle + _reach(
        t[middle:high]
    ) + 1


def _reach(t: Real) -> int:
    """Where sums of t (n,) are largest before they have fallen by RETURNED."""
    sums = np.cumsum(t)
    returned = np.maximum.accumulate(sums) - sums > RETURNED
    stop = int(np.argmax(returned)) if returned.any() else len(sums)
    return int(np.argmax(sums[:stop]))


def _side(compared: Comparison, states: States, inside: slice) -> Real:
    """T (n,) of the module docstring for the transients `inside` a stretch."""
    seen = compared.seen
    rest = (
        np.column_stack(
            [
                beside(seen.bands - states.bands, states.bands),
                seen.water - states.water,
                seen.width_hz - states.width_hz,
            ]
        )
        / compared.sds
    )
    d = np.median(rest[inside], axis=0)
    return np.asarray(rest @ d / max(float(d @ d), 1e-12) - 0.5)


def cause_of(compared: Comparison, states: States, inside: slice) -> Cause:
    """What sets the transients `inside` apart from the good part."""
    seen, good = compared.seen, states.good
    if 2 * np.count_nonzero(compared.holds[inside]) < inside.stop - inside.start:
        return Cause.EMPTY
    rest = beside(seen.bands - states.bands, states.bands)
    d = np.median(rest[inside], axis=0)
    water = np.median((seen.water - states.water)[inside])
    broader = np.median((seen.width_hz - states.width_hz)[inside])
    kept = np.median(seen.amplitude[inside]) / np.median(seen.amplitude[good])
    scatter = np.median(np.abs(rest[inside] - d)) / np.median(np.abs(rest[good]))
    if water > WATER_LOG:
        return Cause.WATER
    own = np.zeros(len(seen), bool)
    own[inside] = True
    cleaner, lipid = is_dirtier(seen, good, own), _lipid_share(d) > 0.5
    if lipid and np.count_nonzero(own) >= ENOUGH:  # it takes from the lines there are
        cleaner = False
    if _turns(seen, inside, good):
        return Cause.FAT_MOVED if lipid and not cleaner else Cause.MOTION
    if lipid and not cleaner and _agree(rest[inside], d):
        return Cause.LIPID
    if scatter > RESTLESS or kept < 1 - LOST_SHARE:
        return Cause.MOTION
    if cleaner:
        return Cause.CLEANER
    if broader / WIDTH_HZ > np.sqrt(np.mean(d**2)) / DEPARTURE:
        return Cause.WIDTH
    return Cause.LIPID if lipid else Cause.BASELINE


def _lipid_share(d: Real) -> float:
    """Share of the power of a departure (2 BANDS,) that lies where lipids are."""
    return float((d[LIPIDS] ** 2).sum() / max(float(d @ d), 1e-300))


def _turns(seen: Seen, inside: slice, good: Mask) -> bool:
    """Whether the phase goes to and fro within a stretch as a head that moves does."""
    turned = np.abs(np.angle(np.exp(1j * np.diff(seen.phase_rad))))
    still = turned[good[1:] & good[:-1]]
    usual = float(np.median(still)) if still.size else 0.0
    within = turned[inside.start : inside.stop - 1]
    moved = float(np.median(within)) if within.size else 0.0
    return moved > max(TURNS * usual, TURNED_RAD)


def _agree(rest: Real, d: Real) -> bool:
    """Whether transients (n, 2 BANDS) are nearer to their median than to the good part.

    Much lipid scatters much, and bends the amplitude: neither is motion then.
    """
    apart = np.linalg.norm(rest - d, axis=1)
    return bool(np.median(apart) < 0.5 * np.linalg.norm(d))
