"""Where a cold fit begins: phase, shift and width from nothing.

For a trial width the columns A of the few metabolites that every brain spectrum shows
are compared with the spectrum at each shift of a grid.  With h = A^H R'R y and
M = Re(A^H R'R A) the energy that real amplitudes explain at phase p is

    E(p) = h_p' M^-1 h_p,   h_p = Re(exp(-i p) h)
         = (h^H M^-1 h + Re(exp(-2 i p) h^T M^-1 h)) / 2,

greatest at p = arg(h^T M^-1 h) / 2; of p and p + pi the one is taken that makes the
amplitudes of the singlets positive.  All shifts of a grid cost one product each, since
R'R goes to the spectrum and not to the columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis import names
from monitor.analysis.baseline import Baseline
from monitor.analysis.lineshape import decay, gauss_rate
from monitor.analysis.model import GAUSS, LORENTZ, PHASE, SHIFT, Model
from monitor.analysis.spectrum import Complex, Real

WIDTHS_HZ = (2.0, 4.0, 7.0, 12.0, 20.0)
REACH_PPM = 0.14
GUIDES = ("NAA", "Cr", "PCr", "GPC", "PCh", "Cho", "Glu", "mI")
SINGLETS = ("NAA", "Cr", "PCr", "GPC", "PCh", "Cho")


@dataclass(frozen=True, slots=True)
class Start:
    """A trial starting point and the energy that it explains."""

    theta: Real
    energy: float


def starting_points(
    model: Model, baseline: Baseline, stiffness: float, spectrum: Complex, keep: int = 3
) -> list[Start]:
    """The best starting points over widths, best first."""
    doubly = baseline.removed(baseline.removed(spectrum, stiffness), stiffness)
    guides = [i for i, n in enumerate(model.names) if names.canonical(n) in GUIDES]
    if not guides:
        guides = list(range(len(model.names)))
    found = [
        start
        for width in WIDTHS_HZ
        for start in _best_shifts(model, baseline, stiffness, doubly, guides, width)
    ]
    found.sort(key=lambda start: -start.energy)
    return found[:keep]


def _best_shifts(
    model: Model,
    baseline: Baseline,
    stiffness: float,
    doubly: Complex,
    guides: list[int],
    width_hz: float,
) -> list[Start]:
    """The best shift of the grid at one width, a list of one."""
    rate = gauss_rate(width_hz / 2)
    fids = model.fids[guides] * decay(model.t, 0.0, width_hz / 2, rate)
    A = model.in_band(fids).T
    RA = baseline.removed(A, stiffness)
    M = (RA.conj().T @ RA).real
    M += 1e-3 * np.diag(np.diag(M))
    bin_hz = 1 / (model.points * model.dwell_time_s)
    reach = int(np.ceil(REACH_PPM * model.frequency_mhz / bin_hz))
    stride = max(1, round(0.3 * width_hz / bin_hz))
    bins = np.arange(-reach, reach + 1, stride)
    h = np.stack([_correlation(A, doubly, int(b)) for b in bins], axis=1)
    solved = np.linalg.solve(M, h)
    straight = np.sum(h.conj() * solved, axis=0).real
    crossed = np.sum(h * solved, axis=0)
    energy = 0.5 * (straight + np.abs(crossed))
    best = int(np.argmax(energy))
    phase = 0.5 * float(np.angle(crossed[best]))
    c = (np.exp(-1j * phase) * solved[:, best]).real
    weights = np.array(
        [names.canonical(model.names[g]) in SINGLETS for g in guides], float
    )
    if c @ weights < 0:
        phase += np.pi
    theta = model.layout.zeros()
    theta[[PHASE, SHIFT, LORENTZ, GAUSS]] = (
        phase,
        bins[best] * bin_hz,
        width_hz / 2,
        rate,
    )
    return [Start(theta, float(energy[best]))]


def _correlation(A: Complex, y: Complex, bins: int) -> Complex:
    """A^H y with the columns moved up by whole bins."""
    K = y.size
    if bins >= 0:
        product: Complex = A[: K - bins].conj().T @ y[bins:]
    else:
        product = A[-bins:].conj().T @ y[: K + bins]
    return product
