"""How the amplitudes may move: the state of the tracker and its transitions.

State x = (c, g, w, v, s1, s2, r):

    c   (M)  amplitudes, the common gain taken out
    g        gain common to all amplitudes, so that m = (c + g c0, w, v) is measured
    w, v     Lorentzian and Gaussian width against the session model, Hz
    s   (4)  slopes per transient of Glu and of Gln, slow s1 and fast s2
    r   (5)  means over the reference period of Glu, Glx, tNAA, tCr and w

From one transient to the next, with independent Gaussian n,

    c' = c + s1 + s2 + n_c,   g' = g + n_g,   w' = w + n_w,   v' = b v + n_v,   r' = r,
    s1' = a1 s1 + n_s,        s2' = a2 s2,

a smooth course for Glu and Gln, a walk about 0 for v (b < 1) and random walks for the
rest.  What it assumes:

* Glu, Gln, tNAA and tCr are *free*.  Every other amplitude is *tied*: it departs from
  its value in the reference period as a random walk of TIED_PERCENT in an hour (one
  SD), of its own size but at least of an eighth of the largest metabolite (`sizes`).
  What moves further is in part booked to what overlaps it.  The
  tie is to the reference values times the gain: receiver, coil loading and motion
  scale all.
* Free dynamics have UNTIED_PERCENT in an hour on every amplitude without a slope; where
  the two disagree an assumption is wrong.

The slope's noise q is the one number that is estimated (`noise_scale`); s1 forgets in
1 / (1 - a1) = 100 transients, so that a course bends within minutes and a level is
held.  When the infusion starts or stops the course may set out for another level: a
slope s that forgets in L transients brings a change of L s, as a saturating rise of
that time constant does.  Slow and fast slope gain SDs that stand for changes of 7 % and
5 % of the amplitude (`SLOPES`), the fast one for what is all but a step; between them
they follow any time constant in between.  Over k transients (a gap, or a block of them)
the transition is F^k with the sums of the noises: a gap of k transients is k steps of
the same walk.

In another epoch than the reference period's m = (c + U b + g c0, w, v) is measured,
with offsets b ~ N(0, 1) behind the rest of the state (`course.epoch_offset`).  They
come with the first such epoch; from one to the next half of their variance is in
common, and in the reference period's they are 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis import names as naming
from monitor.analysis.fit.fitted_windows import TIED_PERCENT, sizes
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.measurement import WIDTHS

SUMS = ("Glu", "Glx", "tNAA", "tCr")
"""What the tracked outcomes are made of; the width follows them in r."""
REMEMBERED = len(SUMS) + 1
SLOPING = ("Glu", "Gln", "Glx")
FREE = ("NAA", "NAAG", "tNAA", "Cr", "PCr", "tCr")

HOUR = 1800.0
"""Transients in an hour at TR 2 s: the unit of the strengths below."""
FREE_PERCENT = 2.0
UNTIED_PERCENT = 12.0
"""Of every amplitude in the free dynamics: 5 % in ten minutes."""
GAIN_PERCENT = 12.0
WIDTH_HZ = 14.0
"""Of each width.  BOLD narrows lines within seconds, in whatever part of their shape:
with 1 Hz in an hour a narrowing of half a hertz was taken for a percent of gain for
minutes, with 10 Hz for 0.12 % and with this for 0.07."""
GAUSS_SD_HZ = 1.5
"""How far the Gaussian width strays from the session's: transients hardly tell it from
the Lorentzian one.  With 2 Hz, as windows have it, and 20 Hz in an hour both wander by
more than the narrowing is worth: the error of Glx/tNAA grew by 3 %."""
SLOPES = ((100.0, 7.0), (3.0, 5.0))
"""Memory of each slope, transients, and the SD of the change that it brings when the
infusion starts or stops, percent of the amplitude."""
WANDERING = 0
"""The slope that the noise moves."""
START_SHARE = 0.5
EPOCH_GAIN = 0.2
EPOCH_WIDTH_HZ = 1.0
LONGEST_GAP = 1800


@dataclass(frozen=True)
class Dynamics:
    """State model about the amplitudes c0 (M,) of the reference period.

    Attributes
    ----------
    names, c0 : of the amplitudes
    sloping : places of Glu and Gln (or of Glx alone) in c
    slope_sd : (len(sloping),) SD of n_s, of the slow slope
    walk : (n,) variance added to each component in one transient; v forgets besides
    rows : (5, n) Glu, Glx, tNAA, tCr (gain included, to first order) and w from x
    """

    names: tuple[str, ...]
    c0: Real
    sloping: tuple[int, ...]
    slope_sd: Real
    walk: Real
    rows: Real
    jumps: dict[int, tuple[Real, Real]] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Components n of the state, offsets of epochs not counted."""
        return self.walk.size

    @property
    def widths(self) -> slice:
        """Where w and v stand."""
        first = len(self.names) + 1
        return slice(first, first + WIDTHS)

    @property
    def memory(self) -> slice:
        """Where r stands."""
        return slice(self.size - REMEMBERED, self.size)

    @cached_property
    def now_and_then(self) -> Real:
        """Rows (10, n) of the sums and the width now, then of those of r."""
        return np.vstack([self.rows, np.eye(self.size)[self.memory]])

    def jump(self, steps: int) -> tuple[Real, Real]:
        """Transition (n, n) and noise (n, n) over a number of transients, from 1."""
        steps = min(max(steps, 1), LONGEST_GAP)
        if steps not in self.jumps:
            self.jumps[steps] = self._jump(steps)
        return self.jumps[steps]

    def _jump(self, steps: int) -> tuple[Real, Real]:
        F, Q = np.eye(self.size), np.diag(self.walk * steps)
        v = self.widths.stop - 1
        F[v, v] = (1 - self.walk[v] / GAUSS_SD_HZ**2) ** (steps / 2)
        Q[v, v] = (1 - F[v, v] ** 2) * GAUSS_SD_HZ**2
        for k, (memory, _) in enumerate(SLOPES):
            reach, kept, level, both, slope = _trend(memory, steps)
            for s, i, sd in zip(
                self._slopes(k), self.sloping, self.slope_sd, strict=True
            ):
                F[i, s], F[s, s] = reach, kept
                q = float(sd) ** 2 if k == WANDERING else 0.0
                Q[i, i] += level * q
                Q[i, s] = Q[s, i] = both * q
                Q[s, s] = slope * q
        return F, Q

    def _slopes(self, k: int) -> range:
        """Where the slopes of one memory stand."""
        first = self.widths.stop + k * len(self.sloping)
        return range(first, first + len(self.sloping))

    def bend(self) -> Real:
        """Variances (n,) that the start or the stop of the infusion adds."""
        added = np.zeros(self.size)
        size = sizes(self.names, self.c0)[list(self.sloping)]
        for k, (memory, percent) in enumerate(SLOPES):
            added[list(self._slopes(k))] = (0.01 * percent / memory * size) ** 2
        return added

    def observed(self, measured: Real, offsets: Real | None = None) -> Real:
        """Rows (q, n) of the state, from `measured` (q, M + 2) of (c, w, v).

        With the offsets U (M, M) of another epoch than the reference period's there are
        (q, n + M).
        """
        M = len(self.names)
        if offsets is not None:
            own, more = self.observed(measured), measured[:, :M] @ offsets
            return np.hstack([own, more])
        rows = np.zeros((len(measured), self.size))
        rows[:, :M] = measured[:, :M]
        rows[:, M] = measured[:, :M] @ self.c0
        rows[:, self.widths] = measured[:, M:]
        return rows

    def start(self) -> tuple[Real, Real]:
        """State and covariance before the first transient: hardly any knowledge."""
        M, mean = len(self.names), np.zeros(self.size)
        mean[:M] = self.c0
        variance = np.zeros(self.size)
        variance[:M] = (START_SHARE * sizes(self.names, self.c0)) ** 2
        variance[self.widths] = EPOCH_WIDTH_HZ**2
        return mean, np.diag(variance)


@lru_cache(maxsize=4096)
def _trend(memory: float, steps: int) -> tuple[float, float, float, float, float]:
    """Level and slope after `steps`, for unit noise of a slope.

    Reach of the slope into the level, what is left of it, var(level), cov, var(slope).
    """
    a, level, both, slope = 1 - 1 / memory, 0.0, 0.0, 0.0
    for _ in range(steps):
        level += 2 * both + slope
        both = a * (both + slope)
        slope = a * a * slope + 1.0
    return (1 - a**steps) / (1 - a), a**steps, level, both, slope


def dynamics_of(
    names: tuple[str, ...], c0: Real, slope_percent: float, tied: bool = True
) -> Dynamics:
    """Dynamics about amplitudes c0 (M,).

    `slope_percent` is the SD of the slope's noise per transient, percent of the
    amplitude; `tied` False lets every amplitude walk.
    """
    M, size = len(names), sizes(names, c0)
    sloping = tuple(i for i, n in enumerate(names) if naming.canonical(n) in SLOPING)
    n = M + 1 + WIDTHS + len(SLOPES) * len(sloping) + REMEMBERED
    percents = np.array([_walk_percent(name, tied) for name in names])
    walk = np.zeros(n)
    walk[:M] = (0.01 * percents * size) ** 2 / HOUR
    walk[M] = (0.01 * GAIN_PERCENT) ** 2 / HOUR
    walk[M + 1 : M + 1 + WIDTHS] = WIDTH_HZ**2 / HOUR
    slope_sd = 0.01 * slope_percent * size[list(sloping)]
    return Dynamics(names, c0, sloping, slope_sd, walk, _rows(names, c0, n))


def _walk_percent(name: str, tied: bool) -> float:
    spelt = naming.canonical(name)
    if spelt in SLOPING:
        return 0.0
    if not tied:
        return UNTIED_PERCENT
    return FREE_PERCENT if spelt in FREE else TIED_PERCENT


def sums_of(names: tuple[str, ...]) -> Real:
    """Rows (4, M) of `SUMS` over the amplitudes."""
    members = [naming.members(total, names) for total in SUMS]
    return np.array([[float(n in parts) for n in names] for parts in members])


def _rows(names: tuple[str, ...], c0: Real, n: int) -> Real:
    M, sums = len(names), sums_of(names)
    rows: NDArray[np.float64] = np.zeros((REMEMBERED, n))
    rows[:-1, :M], rows[:-1, M], rows[-1, M + 1] = sums, sums @ c0, 1.0
    return rows
