"""Outcomes of a window and their change from the reference period.

The change of an outcome X in a window w from the reference period r is

    change = 100 (X_w / X_r - 1) %,

with, to first order and q = X_w / X_r,

    var(q) = q^2 (var_w / X_w^2 + var_r / X_r^2 - 2 cov(w, r) / (X_w X_r)).

X_r comes from the mean of all transients of the reference period, fitted in the same
subspace, so that what the session holds (line shape, small shifts, stiffness) is common
to both and cancels.  A window that lies in the reference period is part of it:
amplitudes are linear in the mean, so that cov(w, r) = a var_w with a the share of the
reference period's weight that lies in w.  Both covariances are those with which windows
of one session scatter (`fitted.repeated`).  A window in another epoch than the
reference period is apart from it by an offset that nobody knows (`epoch_offset`), whose
variance is added.

Scatter beyond what the fits state (motion, physiology) is measured on the independent
windows of the reference period: with n of them, nu = n - 1 and the reduced chi-square
h^2 of their values, the SD of a window is multiplied by

    f = sqrt((nu_0 + nu h^2) / (nu_0 + nu)),     nu_0 = 12,

the fits' own SDs standing in for nu_0 windows that were not measured.  With few windows
f is near 1, so that 1.96 SD need no quantile of t; with many it is what they scatter.
(With nu_0 of 6, 12 and 30 the intervals of 60 simulated sessions cover 95.5, 96.0 and
96.5 %; a real session that scatters twice its bound shows in f from some ten windows.)
It is as often a little below 1 as above where nothing scatters: cut off at 1 it would
widen all intervals by a few percent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.course.outcomes import (
    CHANGING,
    Outcomes,
    needs_gain,
    quadratic,
    root_of,
)
from monitor.analysis.signal.spectrum import Real

Z95 = 1.959964
"""Half width of a 95 % interval in SD."""
PRIOR_WINDOWS = 12.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one window says.

    Attributes
    ----------
    window : number of the window, from 0
    time_start_s, time_end_s : times of its first and last transient, s
    n_transients : transients in it, whatever their weight
    n_effective : (sum w)^2 / sum w^2 of their weights
    independent : True where it shares no transient with another independent window
    epoch : the epoch that it lies in
    values, sds : amplitude or ratio and its 1 SD by outcome ("Glu", "Glx/tNAA", ...)
    changes_percent, change_sds_percent : change from the reference period and its 1 SD,
        empty while there is no reference period; nan for amplitudes of another gain,
        and where all of the window is left out
    shift_hz, phase_rad : of its transients against the template
    fwhm_hz, snr : of its average, from its fit (definitions in `quality`)
    converged : the fit reached its optimum and every number in it is finite
    doubts : the part of a ratio's SD that comes from macromolecules which nobody
        measured; empty where they are known
    other_gain : its amplitudes have no scale in common with the reference period's:
        they lie in another epoch, or behind a step of gain
    """

    window: int
    time_start_s: float
    time_end_s: float
    n_transients: int
    n_effective: float
    independent: bool
    epoch: int
    values: dict[str, float]
    sds: dict[str, float]
    changes_percent: dict[str, float] = field(default_factory=dict)
    change_sds_percent: dict[str, float] = field(default_factory=dict)
    shift_hz: float = 0.0
    phase_rad: float = 0.0
    fwhm_hz: float = 0.0
    snr: float = 0.0
    converged: bool = True
    doubts: dict[str, float] = field(default_factory=dict)
    other_gain: bool = False

    @property
    def left_out(self) -> bool:
        """Whether no transient of it counts: what was fitted says nothing."""
        return self.n_effective == 0

    @property
    def time_s(self) -> float:
        """Middle of the window, s."""
        return 0.5 * (self.time_start_s + self.time_end_s)


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference period of a session as the windows are compared with it.

    Attributes
    ----------
    start_s, end_s : scanner time
    first, stop : transients [first, stop) in it
    weights : (stop - first,) their weights, sum 1
    amplitudes, covariance : (M,) and (M, M) of their mean
    excess : f of the module docstring by outcome name
    unseen : outcomes whose level may be 0, so that there are no percents of it
    """

    start_s: float
    end_s: float
    first: int
    stop: int
    weights: Real
    amplitudes: Real
    covariance: Real
    excess: Mapping[str, float] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()

    def share(self, first: int, stop: int) -> float:
        """Share of its weight that lies in transients [first, stop)."""
        low, high = max(first, self.first), min(stop, self.stop)
        return (
            float(self.weights[low - self.first : high - self.first].sum())
            if low < high
            else 0.0
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of W windows or times: names (n,), percents and their SDs (W, n)."""

    names: tuple[str, ...]
    percents: Real
    sds: Real


def changes(
    outcomes: Outcomes,
    amplitudes: Real,
    covariances: Real,
    reference: Reference,
    shares: Real,
    doubt: Real | None = None,
    offsets: Real | None = None,
) -> Changes:
    """Changes of windows (W, M) with covariances (W, M, M) from a reference period.

    `shares` (W,) is the share of the reference period's weight in each window; `doubt`
    (M, M) the covariance of an error that all amplitudes have in common, before and
    now: nothing of it is in a change of 0, and of another as much as is in the level;
    `offsets` (W, M, M) that of what lies between the windows' epochs and the reference
    period's, None where all are of one epoch.
    """
    moving = outcomes.subset(CHANGING)
    now, before = moving.values(amplitudes), moving.values(reference.amplitudes)
    with np.errstate(all="ignore"):
        q = now / before
        g = moving.gradients(amplitudes) / now[..., None]
        b = moving.gradients(reference.amplitudes) / before[:, None]
    own = quadratic(g, covariances)
    common = quadratic(b, reference.covariance)
    both = quadratic(g, covariances, np.broadcast_to(b, g.shape))
    # The window is part of the mean: the difference cannot know more than it.
    variance = np.maximum(own + common - 2 * shares[:, None] * both, 1e-3 * own)
    held: Real | float = 0.0 if doubt is None else quadratic(g - b, doubt)
    if offsets is not None:
        held = held + quadratic(np.broadcast_to(b, g.shape), offsets)
    excess = np.array([reference.excess.get(name, 1.0) for name in moving.names])
    sds = np.abs(q) * root_of(variance * excess**2 + held)
    found = Changes(moving.names, 100 * (q - 1), 100 * sds)
    unseen = np.array([name in reference.unseen for name in moving.names], bool)
    return _without(found, np.broadcast_to(unseen, q.shape))


def without_gain(found: Changes, elsewhere: NDArray[np.bool_]) -> Changes:
    """Take out what needs a gain that is not known.

    `elsewhere` (W,) says which windows lie in another epoch than the reference period.
    Coil weights, coil load and receiver gain are an epoch's own, so that amplitudes of
    two epochs have no common scale: their changes become nan.  In ratios it cancels.
    """
    if not elsewhere.any():
        return found
    amplitudes = np.array([needs_gain(name) for name in found.names], bool)
    return _without(found, elsewhere[..., np.newaxis] & amplitudes)


def without_lost(found: Changes, lost: NDArray[np.bool_]) -> Changes:
    """Take out windows (W,) that say nothing."""
    return _without(found, lost[:, np.newaxis])


def _without(found: Changes, lost: NDArray[np.bool_]) -> Changes:
    """Changes, nan where they are `lost`."""
    return replace(
        found,
        percents=np.where(lost, np.nan, found.percents),
        sds=np.where(lost, np.nan, found.sds),
    )


def excess_scatter(
    outcomes: Outcomes, amplitudes: Real, covariances: Real
) -> dict[str, float]:
    """By how much windows scatter more than their fits say, by outcome's name.

    It is f of the module docstring, from the independent windows of the reference
    period: amplitudes (W, M), covariances (W, M, M).  Fewer than two tell nothing.
    """
    n = len(amplitudes)
    if n < 2:
        return {}
    x = outcomes.values(amplitudes)
    variance = outcomes.sds(amplitudes, covariances) ** 2
    with np.errstate(all="ignore"):
        mean = np.sum(x / variance, axis=0) / np.sum(1 / variance, axis=0)
        reduced = np.sum((x - mean) ** 2 / variance, axis=0) / (n - 1)
        f = np.sqrt((PRIOR_WINDOWS + (n - 1) * reduced) / (PRIOR_WINDOWS + n - 1))
    return {
        name: float(value)
        for name, value in zip(outcomes.names, f, strict=True)
        if np.isfinite(value)
    }


def unseen_outcomes(outcomes: Outcomes, c: Real, covariance: Real) -> frozenset[str]:
    """Names of those of which nothing is seen, or nothing that they are divided by.

    The 95 % interval of either reaches 0: percents of such a level are no numbers.
    `c` (M,) are the amplitudes, `covariance` (M, M) that of their level.
    """
    parts = np.stack([outcomes.numerators, outcomes.denominators])
    sds = root_of(np.sum(parts @ covariance * parts, axis=-1))
    unseen = ((parts @ c <= Z95 * sds) & parts.any(axis=-1)).any(axis=0)
    return frozenset(np.array(outcomes.names)[unseen].tolist())


def meaningful(
    estimate: Estimate | None,
    outcome: str,
    window: int,
    reference_s: tuple[float, float] | None,
) -> bool:
    """Whether an estimate may stand in the headline."""
    if estimate is None or reference_s is None:
        return False
    change = estimate.changes_percent.get(outcome, math.nan)
    sd = estimate.change_sds_percent.get(outcome, math.nan)
    return (
        math.isfinite(change)
        and math.isfinite(sd)
        and estimate.converged
        and estimate.n_transients >= window
        and estimate.time_start_s >= reference_s[1]
    )
