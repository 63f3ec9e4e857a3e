"""Steps of gain within an epoch: from some transient on all is so many times larger.

Ratios of metabolites do not depend on it, so that it is no reason to leave anything
out.  With a the height of tNAA in a transient, in whatever unit it came, medians of
ln a over BESIDE transients before and behind a step differ by more than LEAST; between
two steps lies a *segment*.  The median spectrum of a segment at a height of 1 is held
against that of the segments before it, the nearest first, as `states` compares
transients: where the shape is kept, the lines are no broader and the spectrum as it
came has stepped with a, only the gain g has changed,

    g = g' a / a'.

A segment that is like none before it (lipid, motion) is the judge's; its gain is that
of the one before it, times what its noise has risen by if its height has, too.
Residual water follows the gain of the receiver, and need not follow that of the
transmitter: it is compared on the scale on which it is nearer to what it was.  The
receiver's noise follows likewise; where it does not a transient of the segment is worth
(noise before / noise now)^2 transients.  So it is where the noise alone steps: means in
the place of transients, a plug that is out, interference.

What is found depends on the transients alone: a is a median over the first 12, 24, 48
or 96 of a segment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from monitor.analysis.signal.spectrum import Real

BESIDE = 12
LEAST = 0.09
"""Of ln a: a tenth.  Less the tracker follows by itself."""
SURELY = 6.0
"""SD of the difference of two medians, from what single transients scatter."""
SHAPE = 0.017
"""Rms of the bands, in tNAA heights: as much as `states` allows."""
MOST_NOISE = 2 * SHAPE
WIDER_HZ = 0.7
"""Of the lines, as much as `dirtier` allows: what is broader is no step but motion."""
SAME = 0.05
"""Of ln g: two segments that are as near are one gain."""
ALIKE = 0.5
"""Of a step of ln a: so far the bands may have stepped otherwise.  Under lipid the
height is not that of tNAA, and may move where nothing of the spectrum does."""
NOISE, NOISIER = 0.1, 0.2
"""Of the log of the noise: so much less than that is the same; a step of it alone."""
NEAR = 0.4
"""Of ln a and of the log of the noise, where both have risen."""
MOST = 8 * BESIDE
MEDIAN_SD = 1.2533


@dataclass(frozen=True, slots=True)
class Gain:
    """From a transient of an epoch on: how many times larger all is than at first.

    Attributes
    ----------
    first : number of the transient, in the epoch or in the session
    gain, water : of the metabolites, and of the residual water
    worth : of one transient, at a gain of 1, in transients of the first gain
    time_s, epoch : of that transient
    """

    first: int
    gain: float
    water: float
    worth: float = 1.0
    time_s: float = math.nan
    epoch: int = 0

    def is_same(self, other: Gain | None) -> bool:
        """Whether another is the same step, found again."""
        if other is None or self.epoch != other.epoch:
            return False
        return abs(self.first - other.first) < BESIDE


@dataclass(frozen=True, slots=True)
class Heights:
    """What steps of gain are found by; all (n,) but the bands (n, 2 BANDS).

    Attributes
    ----------
    level : ln a
    bands : as they came
    water, width_hz : as in `Features`
    noise : ln of the noise's SD
    """

    level: Real
    bands: Real
    water: Real
    width_hz: Real
    noise: Real


@dataclass(frozen=True, slots=True)
class _Segment:
    """Medians of the transients [first, stop) between two steps."""

    first: int
    level: float
    bands: Real
    bands_sd: float
    water: float
    width_hz: float
    noise: float

    @classmethod
    def of(cls, seen: Heights, first: int, stop: int, begins: bool) -> _Segment:
        """Of those next to the step: the last of the first segment, else the first."""
        count = min(MOST, BESIDE * 2 ** int(math.log2(max((stop - first) / BESIDE, 1))))
        own = slice(stop - min(MOST, stop - first), stop) if begins else None
        own = own or slice(first, first + count)
        heights = np.exp(seen.level[own])[:, np.newaxis]
        bands = seen.bands[own] / heights
        apart = np.median(np.abs(np.diff(bands, axis=0)), axis=0)
        scatter = 1.4826 / math.sqrt(2) * apart
        return cls(
            first,
            float(np.median(seen.level[own])),
            np.median(bands, axis=0),
            float(MEDIAN_SD * np.sqrt(np.mean(scatter**2) / len(bands))),
            float(np.median(seen.water[own])),
            float(np.median(seen.width_hz[own])),
            float(np.median(seen.noise[own])),
        )

    def is_like(self, other: _Segment) -> bool:
        """Whether nothing but the gain lies between two segments."""
        if not abs(self.width_hz - other.width_hz) < WIDER_HZ:
            return False
        G, half = other.bands, other.bands.size // 2
        directions = np.stack([G, np.concatenate([-G[half:], G[:half]])])
        c = directions @ self.bands / max(float(G @ G), 1e-300)
        rest = self.bands - c @ directions
        apart = abs(math.log(max(math.hypot(*c), 1e-300)))
        if apart > max(SAME, ALIKE * abs(self.level - other.level)):
            return False
        noise = math.hypot(self.bands_sd, other.bands_sd)
        if noise > MOST_NOISE:  # any shape would be alike
            return False
        power = float(np.mean(rest**2)) - noise**2
        return power < max(SHAPE, 1.5 * noise) ** 2


def gains_of(seen: Heights) -> list[Gain]:
    """Gains of an epoch in order, without the first, which is 1."""
    steps = _edges(seen.level, LEAST)
    quieter = _edges(seen.noise, NOISIER)
    alone = [e for e in quieter if all(abs(e - s) >= BESIDE for s in steps)]
    edges = sorted({*steps, *alone})
    if not edges:
        return []
    ends = [*edges, len(seen.level)]
    segments = [_Segment.of(seen, 0, edges[0], True)]
    found = [Gain(0, 1.0, 1.0)]
    for first, stop in zip(edges, ends[1:], strict=True):
        own = _Segment.of(seen, first, stop, False)
        found.append(_gain(own, segments, found))
        segments.append(own)
    kept, held = list[Gain](), found[0]
    for one in found[1:]:
        if abs(math.log(one.gain / held.gain)) <= SAME:  # no other gain
            one = replace(one, gain=held.gain, water=held.water)
            if abs(math.log(one.worth / held.worth)) <= NOISIER:
                continue
        kept.append(one)
        held = one
    return kept


def _gain(own: _Segment, before: Sequence[_Segment], gains: Sequence[Gain]) -> Gain:
    """Gain of a segment; where it is like none what its noise says of it."""
    for other, its in zip(reversed(before), reversed(gains), strict=True):
        if own.is_like(other):
            log = own.level - other.level
            water = its.water * math.exp(log)
            if abs(own.water - other.water) < abs(own.water - other.water - log):
                water = its.water
            quieter = log - (own.noise - other.noise)
            worth = math.exp(2 * quieter) if abs(quieter) > NOISE else 1.0
            gain = its.gain * math.exp(log)
            return Gain(own.first, gain, water, its.worth * worth)
    last, log = gains[-1], own.noise - before[-1].noise
    if abs(log) <= NOISE:
        return Gain(own.first, last.gain, last.water, last.worth)
    factor = math.exp(log)
    if abs(own.level - before[-1].level - log) < NEAR:
        return Gain(own.first, last.gain * factor, last.water * factor, last.worth)
    return Gain(own.first, last.gain, last.water, last.worth / factor**2)


def _edges(level: Real, least: float) -> list[int]:
    """First transients behind steps of a level (n,), in order."""
    n = level.size
    if n < 2 * BESIDE:
        return []
    medians = np.median(sliding_window_view(level, BESIDE), axis=1)
    steps = medians[BESIDE:] - medians[:-BESIDE]  # at BESIDE, BESIDE + 1, ...
    sd = 1.4826 * float(np.median(np.abs(np.diff(level)))) / math.sqrt(2)
    least = max(least, SURELY * sd * MEDIAN_SD * math.sqrt(2 / BESIDE))
    sizes, found = np.abs(steps), list[int]()
    while sizes.max() > least:
        k = int(np.argmax(sizes))
        found.append(_edge(level, k, medians[k], medians[k + BESIDE]))
        sizes[max(k - BESIDE, 0) : k + BESIDE + 1] = 0.0
    return sorted(set(found))


def _edge(level: Real, first: int, before: float, after: float) -> int:
    """Where a level goes over, within 2 BESIDE transients."""
    middle, half = 0.5 * (before + after), 0.5 * (after - before)
    t = np.clip((level[first : first + 2 * BESIDE] - middle) / half, -1.0, 1.0)
    return first + int(np.argmin(np.cumsum(t))) + 1


def gain_at(gains: Sequence[Gain], places: NDArray[np.intp]) -> Real:
    """Gain, the water's, and the worth (3, n) at places, from gains in order."""
    rows = [(1.0, 1.0, 1.0), *((g.gain, g.water, g.worth) for g in gains)]
    at = np.searchsorted([g.first for g in gains], places, side="right")
    return np.array(rows)[at].T
