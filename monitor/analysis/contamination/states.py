"""States of an epoch: which transients are like its good part, and which are not.

Running medians over SPAN transients are compared with the median G of the good part.
What is left of a median's bands beside G and iG (amplitude and phase: no contamination)
is, noise taken off, an rms departure in units of the tNAA height; beside it stand the
residual water and the line width, which may move slowly (their good part is followed).
A median further off than the tolerances is *unlike*; single transients are not, they
are `preparation.weights`' to judge.

The good part is the state that most transients share, be they the first or the last.
A second state of at least ENOUGH transients is taken for the good one if it is cleaner:
less lipid, less water or narrower lines.  It must be surely so where the first came
again behind it, and, if lipid alone decides, where the session but began with it: fat
of half the NAA height may take from the lines that are there and look cleaner, so that
the larger part in agreement, once it is twice the other, is the good one.  A state that
lasts for LASTING transients to the end of what was seen, and is not dirtier, is a
change of state and no contamination; so is one that the epoch began with, unless it
looks cleaner, either.  What holds no signal is never the good part.

Everything is a function of all transients so far, so that it does not matter when it is
asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from monitor.analysis.contamination.dirtier import (
    WATER_LOG,
    WIDTH_HZ,
    Mask,
    dirtier_by,
)
from monitor.analysis.contamination.features import (
    BANDS,
    LEAST_SIGNAL,
    SURE_SIGNAL,
    Seen,
)
from monitor.analysis.contamination.stretch import ENOUGH, SPAN
from monitor.analysis.signal.spectrum import Real

LEAST = 5
LASTING = 200
DEPARTURE = 0.017
"""Rms of the bands, in tNAA heights."""
SURELY = 5.0
"""Times what counts: lipid of twice what a brain holds itself in its bands."""
SMALLER = 0.5
"""Of the commonest state's transients: what the session but began with."""
TRIALS = 64
FOLLOWING, SLOW = 16, 9
"""Transients in a run of the good part, and runs over which it is followed."""
ROUNDS = 6
MEDIAN_SD = 1.2533
"""SD of a median of many over that of a mean."""
TOGETHER = 2048
"""Medians that are found at once."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Transients and their running medians, with what they scatter by themselves.

    Attributes
    ----------
    seen : the transients (n,)
    bands, water, width_hz : running medians
    noise : (n,) rms of the noise of a running median's bands
    holds : (n,) which hold a signal; all, where that cannot be told
    sds : SD of one transient's bands (2 BANDS,), then of its water and width
    """

    seen: Seen
    bands: Real
    water: Real
    width_hz: Real
    noise: Real
    holds: Mask
    sds: Real

    @classmethod
    def of(cls, seen: Seen) -> Comparison:
        """Medians and scatter; the last few medians are that of the last whole span."""
        columns = np.column_stack([seen.bands, seen.water, seen.width_hz])
        noisier = 1 / np.sqrt(seen.worth)
        apart = np.abs(np.diff(columns, axis=0)) / noisier[1:, np.newaxis]
        sds = 1.4826 * np.median(apart, axis=0) / np.sqrt(2)
        medians = running_median(columns, SPAN)
        half = SPAN // 2
        medians[:half], medians[-half:] = medians[half], medians[-half - 1]
        noise = float(np.sqrt(np.mean(sds[:-2] ** 2) / SPAN) * MEDIAN_SD)
        return cls(
            seen,
            medians[:, :-2],
            medians[:, -2],
            medians[:, -1],
            noise * noisier,
            _holding(seen),
            np.maximum(sds, 1e-9),
        )

    def departures(self, good: Real) -> Real:
        """Rms departures (k, n) of the bands from states (k, 2 BANDS), over tolerance.

        What a state's amplitude and phase explain is the nearest point c G of it, so
        that |x|^2 - |<G, x>|^2 / |G|^2 is left.
        """
        turned = np.concatenate([-good[:, BANDS:], good[:, :BANDS]], axis=1)
        explained = (good @ self.bands.T) ** 2 + (turned @ self.bands.T) ** 2
        size = np.sum(good**2, axis=1, keepdims=True)
        whole = np.sum(self.bands**2, axis=1)
        left = whole - explained / np.where(size > 0, size, 1.0)
        power = left / self.bands.shape[1] - self.noise**2
        allowed = np.maximum(DEPARTURE, 1.5 * self.noise)
        return np.asarray(np.sqrt(np.maximum(power, 0.0)) / allowed)

    def off(self, water: Real, width_hz: Real) -> Real:
        """Larger of the departures of water and width, over their tolerances.

        From levels (n,) at each transient, or from (k, 1) of k states.
        """
        own = (
            4 * MEDIAN_SD / np.sqrt(SPAN * self.seen.worth) * self.sds[-2:, np.newaxis]
        )
        apart = np.abs(self.water - water) / np.maximum(WATER_LOG, own[0])
        wider = np.abs(self.width_hz - width_hz) / np.maximum(WIDTH_HZ, own[1])
        return np.asarray(np.maximum(apart, wider))


@dataclass(frozen=True, slots=True)
class States:
    """What is like the good part of an epoch, and what that is.

    `good` (n,) says which transients are like it; `bands` is its median, `water` and
    `width_hz` (n,) what it has at each transient.
    """

    good: Mask
    bands: Real
    water: Real
    width_hz: Real


def _holding(seen: Seen) -> Mask:
    """Which transients (n,) are no empty scanner, by running medians."""
    signal = running_median(seen.signal, SPAN)
    holds = signal >= LEAST_SIGNAL
    sure = np.count_nonzero(signal >= SURE_SIGNAL) >= 0.1 * signal.size
    return holds if sure else np.ones_like(holds)


def beside(rest: Real, good: Real) -> Real:
    """Departures (n, 2 BANDS) without what amplitude and phase of `good` explain."""
    turned = np.concatenate([-good[BANDS:], good[:BANDS]])
    for direction in (good, turned):
        size = direction @ direction
        if size > 0:
            rest = rest - np.outer(rest @ direction / size, direction)
    return rest


def states_of(compared: Comparison) -> States:
    """The good part of an epoch."""
    found = _settle(compared, _commonest(compared, compared.holds))
    other = ~found.good & compared.holds
    if np.count_nonzero(other) >= ENOUGH:
        second = _commonest(compared, other)
        cleaner = _settle(compared, second)
        enough = np.count_nonzero(cleaner.good) >= ENOUGH
        if enough and _is_better(compared.seen, cleaner.good, found.good):
            found = cleaner
    return _with_lasting(compared, found)


def _is_better(seen: Seen, one: Mask, commonest: Mask) -> bool:
    """Whether a state is the good part though another is commoner."""
    doubtful = _lies_within(one, commonest) or (
        _middle(one) < _middle(commonest)
        and one.sum() < SMALLER * commonest.sum()
        and dirtier_by(seen, commonest, one, lipid=False) <= 1.0
    )
    return dirtier_by(seen, commonest, one) > (SURELY if doubtful else 1.0)


def _middle(mask: Mask) -> int:
    """Median place of some transients."""
    return int(np.median(np.flatnonzero(mask)))


def _commonest(compared: Comparison, among: Mask) -> Mask:
    """Transients that are like the one that most others are like, of those `among`."""
    places = np.flatnonzero(among)
    trials = places[:: max(SPAN // 2, -(-places.size // TRIALS))]
    off = compared.off(compared.water[trials, None], compared.width_hz[trials, None])
    like = (np.maximum(compared.departures(compared.bands[trials]), off) < 1) & among
    best = like[np.argmax(np.count_nonzero(like, axis=1))]  # the first of the most
    return best if best.any() else among


def _settle(compared: Comparison, good: Mask) -> States:
    """The state about some transients: all that are like their median, and again."""
    for _ in range(ROUNDS):
        bands = np.median(compared.seen.bands[good], axis=0)
        water = _follow(compared.seen.water, good)
        width_hz = _follow(compared.seen.width_hz, good)
        apart = compared.departures(bands[None])[0]
        off = np.maximum(apart, compared.off(water, width_hz))
        before, good = good, _without_short((off < 1) & compared.holds)
        if np.array_equal(before, good) or not good.any():
            break
    return States(good if good.any() else before, bands, water, width_hz)


def _follow(values: Real, good: Mask) -> Real:
    """Slow course (n,) of values through the good part.

    Medians of runs of it, and of those the running median: a state that lasts for a
    few runs is not followed.
    """
    places = np.flatnonzero(good)
    count = max(1, places.size // FOLLOWING)
    length, longer = divmod(places.size, count)
    cut = longer * (length + 1)  # the first runs have one more
    parts = (places[:cut].reshape(longer, length + 1), places[cut:].reshape(-1, length))
    levels = np.concatenate([np.median(values[part], axis=1) for part in parts])
    middles = np.concatenate([part[:, [0, -1]].mean(axis=1) for part in parts])
    slow = running_median(levels, SLOW)
    return np.interp(np.arange(values.size), middles, slow)


def running_median(values: Real, length: int) -> Real:
    """Medians over an odd length along the first axis; the ends go on as they are.

    Those of `scipy.ndimage.median_filter`, which takes three times as long on columns
    and a fifth of a second to import.
    """
    half = length // 2
    ends = [np.repeat(end, half, axis=0) for end in (values[:1], values[-1:])]
    spans = sliding_window_view(np.concatenate([ends[0], values, ends[1]]), length, 0)
    medians = np.empty(values.shape)
    for first in range(0, len(values), TOGETHER):  # a copy of all would be large
        some = np.partition(spans[first : first + TOGETHER], half, axis=-1)
        medians[first : first + TOGETHER] = some[..., half]
    return medians


def runs_of(mask: Mask) -> list[tuple[int, int]]:
    """Runs [start, stop) of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _without_short(good: Mask) -> Mask:
    """Short runs of unlike ones are single outliers, and are not judged here."""
    kept = good.copy()
    for start, stop in runs_of(~good):
        if stop - start < LEAST:
            kept[start:stop] = True
    return kept


def _lies_within(one: Mask, other: Mask) -> bool:
    """Whether enough of another state came before some transients, and enough after.

    What goes back to what it was has been a stretch, and lipid against the phase of
    the brain's own lines takes from them: it looks cleaner.
    """
    middle = _middle(one)
    return bool(min(other[:middle].sum(), other[middle:].sum()) >= ENOUGH)


def _with_lasting(compared: Comparison, found: States) -> States:
    """The good part with a state at an end that has come to stay."""
    good = found.good.copy()
    for start, stop in runs_of(~found.good):
        at_an_end = start == 0 or stop == good.size
        if stop - start < LASTING or not at_an_end:
            continue
        inside = np.zeros(good.size, bool)
        inside[start:stop] = compared.holds[start:stop]
        if np.count_nonzero(inside) < LASTING:
            continue
        own = _settle(compared, _commonest(compared, inside))
        same = np.count_nonzero(own.good & inside) >= 0.9 * (stop - start)
        dirtier = dirtier_by(compared.seen, own.good, found.good)
        if same and dirtier <= 1.0 and (start > 0 or dirtier >= -1.0):
            good[inside] = own.good[inside]
    good = _without_short(good)
    return States(good, found.bands, found.water, found.width_hz)
