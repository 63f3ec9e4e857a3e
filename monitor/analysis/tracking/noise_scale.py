"""How fast the course may bend: the slope's noise by maximum likelihood, with a floor.

Trial filters run side by side over blocks of transients, one for each SD of the slope's
noise on a grid that begins at the floor; the likeliest is used from then on.  Nothing
that was shown is rewritten.  The floor comes from the protocol's target: with it a
level that was held may, an SD, move by some half of the target within 300 transients
(0.0004 x 100 transients of memory x sqrt(300) = 0.7, less what the memory forgets), so
that a quiet reference period does not make the filter deaf to what follows.  What the
start of the infusion may do is no noise: it is in `dynamics`.  The smoother has seen
what followed and takes the likeliest of all trials.

The reference period also tells whether transients scatter beyond their noise.  With h^2
the mean square of the whitened innovations of its blocks, nu of them,

    f^2 = (nu_0 + nu h^2) / (nu_0 + nu),

and every transient counts 1 / f^2 of its weight.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.blocks import Block, take
from monitor.analysis.tracking.dynamics import dynamics_of
from monitor.analysis.tracking.tracker import Tracker

FLOOR_PER_TARGET = 0.0004
"""Floor in percent per transient over the protocol's target in percent."""
GRID = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Trials, times the floor; the smoother, which sees all, may use those below it."""
DECISIVE = 1.0
"""Log likelihood by which another trial must be better before it is taken."""
UNSETTLED = 2
"""Blocks at the start whose innovations say nothing about noise yet."""
PRIOR_INNOVATIONS = 200.0
Switches = tuple[tuple[int, float], ...]
"""Places in transients, and the percent per transient in use from there on."""


@dataclass(slots=True)
class NoiseScale:
    """Trials of the slope's noise; one owner.

    Attributes
    ----------
    trials : filter by SD of the slope's noise, percent per transient
    floor : lowest that the filter uses, percent per transient
    percent : the one in use
    switches : from which place of a block on which was in use
    held : those of another session, which are followed instead
    """

    trials: dict[float, Tracker]
    floor: float
    percent: float
    switches: Switches = ()
    held: Switches | None = None
    before: Block | None = None
    blocks: int = 0
    energy: float = 0.0
    count: int = 0

    @classmethod
    def about(
        cls, names: tuple[str, ...], c0: Real, target_percent: float
    ) -> NoiseScale:
        """Begin about amplitudes c0 (M,)."""
        floor = FLOOR_PER_TARGET * target_percent
        trials = {
            q * floor: Tracker.fresh(dynamics_of(names, c0, q * floor)) for q in GRID
        }
        return cls(trials, floor, floor)

    def copy(self) -> NoiseScale:
        """The same as it is now, to go on from."""
        trials = {percent: copy(trial) for percent, trial in self.trials.items()}
        return replace(self, trials=trials)

    def push(self, block: Block, rows: Real) -> bool:
        """Take in one block; whether another trial is used from now on."""
        for percent, trial in self.trials.items():
            _, step = take(trial, block, self.before, rows)
            used = percent == self.percent and block.reference
            if step is not None and used and self.blocks >= UNSETTLED:
                self.energy += float(step.innovation @ step.innovation)
                self.count += step.innovation.size
        self.before, self.blocks = block, self.blocks + 1
        wanted = self._wanted(block.begins)
        if wanted == self.percent:
            return False
        self.percent = wanted
        self.switches = (*self.switches, (block.begins, wanted))
        return True

    def _wanted(self, place: int) -> float:
        """What to use behind a block that began at a place."""
        if self.held is not None:
            passed = [percent for begins, percent in self.held if begins <= place]
            return passed[-1] if passed else self.percent
        scores = {p: trial.log_likelihood for p, trial in self.trials.items()}
        best = max((p for p in scores if p >= self.floor), key=lambda p: scores[p])
        decisive = scores[best] - scores[self.percent] > DECISIVE
        return best if decisive else self.percent

    @property
    def likeliest(self) -> float:
        """Percent of the likeliest trial, the floor disregarded."""
        return max(self.trials, key=lambda p: self.trials[p].log_likelihood)

    @property
    def excess(self) -> float:
        """F^2 of the module docstring."""
        return (PRIOR_INNOVATIONS + self.energy) / (PRIOR_INNOVATIONS + self.count)
