"""Transients as they would be at their epoch's first gain, and which gain they had.

FIDs behind a step of gain are divided by it (`contamination.gain_steps`), so that
windows, their scatter and the tracker have one scale.  What is on the other side of a
step than the reference period is known in ratios alone: the gain is measured by the
very signal, so that amplitudes without a denominator are not compared across it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.contamination.gain_steps import Gain, gain_at
from monitor.analysis.course.response import Reference
from monitor.analysis.fit.window import Average, Window
from monitor.analysis.signal.spectrum import Real
from streams.messages.transient import ComplexFID

Came = tuple[ComplexFID, float]
"""An aligned FID (points,), and the SD of the noise of its spectrum."""


@dataclass(frozen=True, slots=True)
class SignalStep:
    """A step of the signal alone, in an epoch, by a factor.

    What is at one gain before it are the transients [start, first) that lie in the
    epoch, what is behind it [first, stop); None: to the epoch's end.
    """

    epoch: int
    start: int
    first: int
    stop: int | None
    factor: float


@dataclass(slots=True)
class Gains:
    """Steps of gain of a session; one owner, the `Course`.

    `steps` are in order; `_came` holds the transients behind any as they came.
    """

    steps: tuple[Gain, ...] = ()
    _firsts: list[int] = field(default_factory=list)
    _came: dict[int, Came] = field(default_factory=dict)

    @property
    def signal_steps(self) -> tuple[SignalStep, ...]:
        """Where the signal has stepped and the noise has not with it.

        A receiver scales both.
        """
        found = list[SignalStep]()
        for k, step in enumerate(self.steps):
            held = self.steps[k - 1] if k else None
            if held is None or held.epoch != step.epoch:
                held = Gain(0, 1.0, 1.0, epoch=step.epoch)
            if step.gain != held.gain and step.worth != held.worth:
                behind = self.steps[k + 1].first if k + 1 < len(self.steps) else None
                by = step.gain / held.gain
                found.append(SignalStep(step.epoch, held.first, step.first, behind, by))
        return tuple(found)

    def before(self, i: int, epoch: int) -> Gain | None:
        """The last step before a transient, in its epoch; None: there is none."""
        k = bisect_right(self._firsts, i)
        step = self.steps[k - 1] if k else None
        return step if step is not None and step.epoch == epoch else None

    def worths(self, window: Window, epoch: int) -> Real | None:
        """What each of a window (n,) is worth, in transients of the first gain.

        None: no gain has stepped.
        """
        return self._at(window, epoch)[2] if self.steps else None

    def mean(self, average: Average, epoch: int) -> float:
        """Gain of a window, by the weights of its transients."""
        if not self.steps:
            return 1.0
        return float(average.weights @ self._at(average.window, epoch)[0])

    def _at(self, window: Window, epoch: int) -> Real:
        """Gain, the water's, and the worth (3, n) of the transients of a window."""
        own = [step for step in self.steps if step.epoch == epoch]
        return gain_at(own, np.arange(window.first, window.stop))

    def scaled(self, i: int, epoch: int, fid: ComplexFID, noise_sd: float) -> Came:
        """A transient that comes, or comes anew, at the first gain."""
        self._came.pop(i, None)
        step = self.before(i, epoch)
        if step is None:
            return fid, noise_sd
        self._came[i] = fid, noise_sd
        return (fid / step.gain).astype(fid.dtype), noise_sd / step.gain

    def came(self, i: int, fid: ComplexFID) -> ComplexFID:
        """A transient as it came, that is `fid` at the first gain."""
        return self._came[i][0] if i in self._came else fid

    def take(
        self,
        steps: Sequence[Gain],
        fids: list[ComplexFID],
        noises: list[float],
        epochs: Sequence[int],
    ) -> bool:
        """Know other steps, and put FIDs and noises in their places by them.

        Whether any changed.
        """
        steps = tuple(steps)
        if steps == self.steps:
            return False
        same = sum(a == b for a, b in zip(steps, self.steps, strict=False))
        changed = (*steps[same:], *self.steps[same:])
        self.steps, self._firsts = steps, [one.first for one in steps]
        for i in range(min(one.first for one in changed), len(fids)):
            came = self._came.get(i, (fids[i], noises[i]))
            fids[i], noises[i] = self.scaled(i, epochs[i], *came)
        return True

    def rescaled(self, reference: Reference | None, i: int, epoch: int) -> bool:
        """Whether a transient had another gain than all of the reference period."""
        if reference is None or not self.steps:
            return False
        places = reference.first, reference.stop - 1, i
        steps = (self.before(k, epoch) for k in places)
        return len({1.0 if step is None else step.gain for step in steps}) > 1

    def across(
        self, reference: Reference, windows: Sequence[Window], epochs: Sequence[int]
    ) -> Real:
        """Which of some windows (n,) had another gain, or two."""
        return np.array(
            [
                any(self.rescaled(reference, i, e) for i in (w.first, w.stop - 1))
                for w, e in zip(windows, epochs, strict=True)
            ],
            bool,
        )
