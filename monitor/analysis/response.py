"""Outcomes of a window and their change from the reference period.

The change of an outcome X in a window w from the reference period r is

    change = 100 (X_w / X_r - 1) %,

with, to first order and q = X_w / X_r,

    var(q) = q^2 (var_w / X_w^2 + var_r / X_r^2 - 2 cov(w, r) / (X_w X_r)).

X_r comes from the mean of all transients of the reference period, fitted in the same
subspace, so that what the session holds (line shape, small shifts, stiffness) is common
to both and cancels.  A window that lies in the reference period is part of it:
amplitudes are linear in the mean, so that cov(w, r) = a var_w with a the share of the
reference period's weight that lies in w.

Scatter beyond the Cramer-Rao bound (motion, physiology) is measured on the independent
windows of the reference period: with n of them, nu = n - 1 and the reduced chi-square
h^2 of their values, the SD of a window is multiplied by

    f = sqrt((nu_0 + nu max(h^2, 1)) / (nu_0 + nu)),     nu_0 = 10,

the bound standing in for nu_0 windows that were not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.outcomes import CHANGING, Outcome
from monitor.analysis.spectrum import Real

PRIOR_WINDOWS = 10.0


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
        empty while there is no reference period
    shift_hz, phase_rad : of its transients against the template
    fwhm_hz, snr : of its average, from its fit (definitions in `quality`)
    converged : the fit reached its optimum and every number in it is finite
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
    """

    start_s: float
    end_s: float
    first: int
    stop: int
    weights: Real
    amplitudes: Real
    covariance: Real
    excess: Mapping[str, float] = field(default_factory=dict)

    def share(self, first: int, stop: int) -> float:
        """Share of the reference period's weight that lies in transients [first, stop)."""
        low, high = max(first, self.first), min(stop, self.stop)
        return (
            float(self.weights[low - self.first : high - self.first].sum())
            if low < high
            else 0.0
        )


def changes(
    outcomes: Sequence[Outcome],
    amplitudes: Real,
    covariance: Real,
    reference: Reference,
    share: float,
) -> tuple[dict[str, float], dict[str, float]]:
    """Changes in percent and their SDs by outcome name."""
    percents, sds = {}, {}
    for outcome in outcomes:
        if outcome.name in CHANGING:
            q, sd = _relative(outcome, amplitudes, covariance, reference, share)
            percents[outcome.name] = 100 * (q - 1)
            sds[outcome.name] = 100 * sd
    return percents, sds


def _relative(
    outcome: Outcome, c: Real, covariance: Real, reference: Reference, share: float
) -> tuple[float, float]:
    """q and its SD."""
    with np.errstate(all="ignore"):
        before, now = outcome.value(reference.amplitudes), outcome.value(c)
        g, b = (
            outcome.gradient(c) / now,
            outcome.gradient(reference.amplitudes) / before,
        )
        q = now / before
        own = float(g @ covariance @ g)
        common = float(b @ reference.covariance @ b)
        variance = own + common - 2 * share * float(g @ covariance @ b)
        # The parts of a sum are never negative but for rounding.
        variance = max(variance, 1e-3 * own)
        excess = reference.excess.get(outcome.name, 1.0)
        return float(q), float(abs(q) * np.sqrt(variance) * excess)


def excess_scatter(
    outcomes: Sequence[Outcome],
    amplitudes: Sequence[Real],
    covariances: Sequence[Real],
) -> dict[str, float]:
    """f by outcome name from independent windows (n, M) of the reference period."""
    n = len(amplitudes)
    if n < 2:
        return {}
    found = {}
    with np.errstate(all="ignore"):
        for outcome in outcomes:
            x = np.array([outcome.value(c) for c in amplitudes])
            g = [outcome.gradient(c) for c in amplitudes]
            variance = np.array(
                [v @ s @ v for v, s in zip(g, covariances, strict=True)]
            )
            mean = np.sum(x / variance) / np.sum(1 / variance)
            reduced = float(np.sum((x - mean) ** 2 / variance) / (n - 1))
            if np.isfinite(reduced):
                measured = (n - 1) * max(reduced, 1.0)
                total = PRIOR_WINDOWS + n - 1
                found[outcome.name] = float(np.sqrt((PRIOR_WINDOWS + measured) / total))
    return found
