"""Sliding and independent windows over the transients of a session.

A window is a run of `length` consecutive transients of one epoch.  Sliding windows
start every `step` transients from the start of their epoch.  Independent windows share
no transient with each other: they tile each *segment*, and a new segment begins with
each epoch and with the start and stop of the infusion, so that none straddles a
boundary.  A segment with fewer transients than a window gives one window of them all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from monitor.analysis.signal.spectrum import Real


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Transients [first, stop) of the session, counted from 0."""

    first: int
    stop: int
    independent: bool = False

    @property
    def length(self) -> int:
        """Transients in it."""
        return self.stop - self.first


@dataclass(frozen=True, slots=True)
class Average:
    """Weighted mean of the transients in a window.

    Attributes
    ----------
    window : which transients
    weights : (n,) of each, 0 ... 1
    noise : SD of the mean's noise over that of one transient, sqrt(sum w^2) / sum w
    n_effective : (sum w)^2 / sum w^2; 0 where every weight is 0
    """

    window: Window
    weights: Real
    noise: float
    n_effective: float

    def same_as(self, other: Average) -> bool:
        """Whether it is the same mean, to the last bit."""
        same = self.window == other.window
        return same and np.array_equal(self.weights, other.weights)


def average_of(window: Window, weights: Real) -> Average:
    """Weights of a window, normalised to a sum of 1.

    Where every transient has weight 0 the plain mean is taken (there is nothing
    better) and `n_effective` says so.
    """
    return average_with(window, weights[window.first : window.stop])


def average_with(window: Window, used: Real, worth: Real | None = None) -> Average:
    """Average of a window from the weights (n,) of its own transients.

    `worth` (n,) is that of a transient of full weight, where their noise differs.
    """
    if not np.any(used > 0):
        flat = np.full(used.size, 1 / used.size)
        return Average(window, flat, float(np.sqrt(1 / used.size)), 0.0)
    share = used / used.sum()
    squared = float(share @ share)
    if worth is None:
        return Average(window, share, float(np.sqrt(squared)), 1 / squared)
    best = used * worth / (used @ worth)
    noise = float(np.sqrt(best @ (best / worth)))
    return Average(window, best, noise, 1 / squared)


def parts_of(window: Window, length: int) -> list[Window]:
    """Windows of a length that tile another from its first; all of a shorter one."""
    length = min(length, window.length)
    starts = range(window.first, window.stop - length + 1, length)
    return [Window(start, start + length) for start in starts]


def whole_cycles(length: int, steps: int) -> int:
    """Window length in whole phase cycles, rounded up."""
    return -(-length // steps) * steps


def segments(
    epochs: Sequence[int], times_s: Real, boundaries_s: Sequence[float]
) -> list[tuple[int, int]]:
    """Runs [first, stop) of transients in which no epoch or boundary begins.

    `boundaries_s` are the scanner times of infusion start and stop.
    """
    cuts = {0, len(epochs)}
    cuts |= {i for i in range(1, len(epochs)) if epochs[i] != epochs[i - 1]}
    for boundary in boundaries_s:
        cuts.add(int(np.searchsorted(times_s, boundary)))
    edges = sorted(cuts)
    return list(pairwise(edges)) if epochs else []


def windows_of(
    epochs: Sequence[int],
    times_s: Real,
    boundaries_s: Sequence[float],
    length: int,
    step: int,
) -> list[Window]:
    """All windows of a session so far, in order of time."""
    found: dict[tuple[int, int], bool] = {}
    for first, stop in segments(epochs, times_s, ()):
        for start in range(first, stop - length + 1, step):
            found[start, start + length] = False
    for first, stop in segments(epochs, times_s, boundaries_s):
        if stop - first < length:
            found[first, stop] = True
        for start in range(first, stop - length + 1, length):
            found[start, start + length] = True
    return sorted(Window(a, b, independent) for (a, b), independent in found.items())


def window_ending(
    epochs: Sequence[int],
    times_s: Sequence[float],
    boundaries_s: Sequence[float],
    length: int,
    step: int,
) -> Window | None:
    """The window that the newest transient completes, if it completes one.

    Epochs and times rise, so that what it costs does not depend on how many there are.
    """
    stop = len(epochs)
    start = stop - length
    if start < 0 or epochs[start] != epochs[-1]:
        return None
    first = bisect_left(epochs, epochs[-1])
    cuts = [bisect_left(times_s, boundary) for boundary in boundaries_s]
    origin = max([first, *(cut for cut in cuts if cut < stop)])
    independent = start >= origin and (start - origin) % length == 0
    if not independent and (start - first) % step:
        return None
    return Window(start, stop, independent)
