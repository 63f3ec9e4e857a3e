"""Weights instead of deletion: how far is a transient one of its kind.

Five measures of each transient are compared with those of the transients before it:

    residual    log of the misfit to the template in 1.8-4.2 ppm, after alignment
    lipid       log of the misfit in 0.6-1.75 ppm
    water       log of the height of the residual water (counts only 8 SD above)
    amplitude   signal against the template
    broadening  additional line width against the template

Shift and phase are not among them, so that drift is no outlier.  z = (x - centre) / SD
with centre the median and SD the larger of 1.4826 times the median absolute deviation
of the last `MEMORY` transients and what the noise alone would give.  Where the phase
cycle has several steps the centre is that of the same step, and the memory holds at
least `MEMORY_OF_STEP` of each.  The weight is the smallest of Tukey's biweights

    w = (1 - (z / c)^2)^2  for |z| < c, else 0,      c = 8 (one half at |z| = 4.3),

residual, lipid and water counting only when they are too large.

Breakdown point: one half of the last `MEMORY` transients may be arbitrarily bad.
A real change moves median and scale within `MEMORY` / 2 transients, and `RUN` outlying
transients in a row that agree among themselves are taken as the new normal at once: no
lasting change is rejected for good.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.preparation.quality import COUNTING_WEIGHT
from monitor.analysis.preparation.rolling import Rolling, middle

MEMORY = 48
MEMORY_OF_STEP = 12
RUN = 12
ENOUGH = 8
CUT = 8.0
NAMES = ("residual", "lipid", "water", "amplitude", "broadening")
FLAGS = ("motion", "lipid", "water", "motion", "motion")
ONE_SIDED = (True, True, True, False, False)
CUTS = (CUT, CUT, 2 * CUT, CUT, CUT)

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measures:
    """What is compared: values in the order of `NAMES`, their SD from noise alone."""

    values: tuple[float, float, float, float, float]
    sds: tuple[float, float, float, float, float]

    def at_gain(self, gain: float, water: float) -> Measures:
        """The same where signal and residual water were so many times smaller."""
        residual, lipid, height, amplitude, broadening = self.values
        values = residual, lipid, height - math.log(water), amplitude / gain, broadening
        one, two, height, amplitude, broadening = self.sds
        return Measures(values, (one, two, height, amplitude / gain, broadening))


@dataclass(frozen=True, slots=True)
class Judgement:
    """Weight 0 ... 1, the reasons for a lower one, and z of each measure."""

    weight: float
    flags: tuple[str, ...]
    z: tuple[float, ...]

    @property
    def counts(self) -> bool:
        """Whether such a transient counts."""
        return self.weight >= COUNTING_WEIGHT


@dataclass(slots=True)
class Kind:
    """The transients before this one: the one mutable object of this module."""

    cycle_steps: int = 1
    past: Rolling = field(init=False)
    outlying: int = 0

    def __post_init__(self) -> None:
        memory = max(MEMORY, MEMORY_OF_STEP * self.cycle_steps)
        self.past = Rolling(memory, 1 + len(NAMES))

    def remember(self, step: int, measures: Measures) -> None:
        """Keep what a transient of a step of the phase cycle measured."""
        which = float(step % self.cycle_steps)
        self.past.append(np.array([which, *measures.values]))

    def push(self, step: int, measures: Measures, judged: Judgement) -> bool:
        """Remember a transient of a step of the phase cycle.

        Whether the last `RUN` of them are the new normal from now on.
        """
        self.remember(step, measures)
        self.outlying = self.outlying + 1 if not judged.counts else 0
        new = self.outlying >= RUN and self._run_agrees()
        if new:
            self.past.keep(RUN)
            self.outlying = 0
        return new

    def judge(self, step: int, measures: Measures) -> Judgement:
        """Judge a transient by those before it; weight 1 while they are too few."""
        if len(self.past) < ENOUGH:
            return Judgement(1.0, (), (0.0,) * len(NAMES))
        centre, spread = self._centre_and_spread(step % self.cycle_steps)
        z = []
        for x, c, s, sd in zip(
            measures.values, centre.tolist(), spread.tolist(), measures.sds, strict=True
        ):
            scale = max(sd, s)
            # Transients that are all the same have no scatter: none of them is unlike.
            z.append((x - c) / scale if scale > 0 else 0.0)
        return judgement(z)

    def _centre_and_spread(self, step: int) -> tuple[Values, Values]:
        """Median of the same step, and scale of all steps about their own medians."""
        values = self.past.rows[:, 1:]
        overall = middle(values)
        if self.cycle_steps == 1:
            return overall, _spread(values, overall)
        steps = self.past.rows[:, 0]
        centres = {
            int(s): middle(values[steps == s])
            if np.count_nonzero(steps == s) >= ENOUGH
            else overall
            for s in {*steps.tolist(), step}
        }
        own = np.array([centres[int(s)] for s in steps])
        return centres[step], _spread(values, own)

    def _run_agrees(self) -> bool:
        """Whether the last `RUN` transients scatter no more than the memory does."""
        values = self.past.rows[:, 1:]
        run = values[-RUN:]
        before = values[:-RUN]
        if len(before) < ENOUGH:
            return True
        scatter = _spread(run, middle(run))
        usual = _spread(before, middle(before))
        return bool(np.all(scatter <= 3.0 * np.maximum(usual, 1e-3)))


def judgement(z: Sequence[float]) -> Judgement:
    """Weight and flags from the z of each measure."""
    least, flags = 1.0, dict[str, None]()
    for one, cut, sided, flag in zip(z, CUTS, ONE_SIDED, FLAGS, strict=True):
        far = (max(one, 0.0) if sided else abs(one)) / cut
        weight = (1.0 - far * far) * (1.0 - far * far) if far < 1 else 0.0
        if weight < COUNTING_WEIGHT:
            flags[flag] = None
        least = min(least, weight)
    return Judgement(least, tuple(flags), tuple(z))


def _spread(values: Values, centres: Values) -> Values:
    """Robust SD of values (transients, measures) about their centres."""
    return np.asarray(1.4826 * middle(np.abs(values - centres)))
