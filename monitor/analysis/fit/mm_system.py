"""One linear system for nulled spectra: macromolecules, residues and a baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.fit.lineshape import decay, gauss_rate
from monitor.analysis.fit.mm_prior import unmeasured
from monitor.analysis.signal.spectrum import Complex, Real, spectrum_of
from streams.messages.transient import REFERENCE_PPM

BASELINE_PART = 0.1
"""SD of the baseline, over the highest macromolecule."""
MISFIT_PART = 0.02
"""Of the highest point: how near the prior's directions come to any spectrum."""
LEAST_LEVEL = 0.3


@dataclass(frozen=True, slots=True)
class Grid:
    """The acquisition's grid, and the band on it."""

    mhz: float
    t: Real
    ppm: Real
    band: np.ndarray

    def spectra(self, fids: Complex) -> Complex:
        """Band spectra of FIDs (..., points), the first point counting half."""
        halved = fids.copy()
        halved[..., 0] *= 0.5
        return np.asarray(spectrum_of(halved)[..., self.band], complex)


def baseline(ppm: Real) -> Complex:
    """Constant, slope and the water's tail, (K, 4)."""
    far = REFERENCE_PPM - ppm
    return np.stack([np.ones_like(ppm), ppm - ppm.mean(), 1 / far, 1 / far**2], 1) + 0j


def shaped(grid: Grid, left: Complex, shift_ppm: float, width_hz: float) -> Complex:
    """Band spectra of residues with a line."""
    line = decay(
        grid.t, shift_ppm * grid.mhz, 0.4 * width_hz, gauss_rate(0.75 * width_hz)
    )
    return grid.spectra(left * line)


@dataclass(frozen=True, slots=True)
class System:
    """Normal equations of lines, residues and baseline, and their priors' SDs.

    `level` is that of the first line were it all of the spectrum, `scale` its height.
    """

    columns: Complex
    gram: Real
    right: Real
    square: float
    sds: Real
    level: float
    scale: float


def system(
    grid: Grid, y: Complex, lines: Complex, left: Complex, left_sds: Real
) -> System:
    """The system of a spectrum; the SDs of all lines but the first are to be set.

    `left_sds` are those of the residues `left`, over the level.
    """
    free = baseline(grid.ppm[grid.band])
    free = free / np.abs(free).max(axis=0)
    columns = np.concatenate([lines, left, free.T, 1j * free.T])
    apart = np.concatenate([columns.real, columns.imag], axis=1)
    target = np.concatenate([y.real, y.imag])
    level = float(np.linalg.norm(y) / np.linalg.norm(lines[0]))
    scale = level * float(np.abs(lines[0]).max())
    n, m = len(lines), len(left)
    sds = np.full(len(columns), np.inf)
    sds[n : n + m] = left_sds * level
    sds[n + m :] = BASELINE_PART * scale
    return System(
        columns,
        apart @ apart.T,
        apart @ target,
        float(target @ target),
        sds,
        level,
        scale,
    )


def weighed(system: System, noise_sd: float) -> tuple[float, Real, Real]:
    """Minus twice the log likelihood, unknowns and their covariance."""
    gram, sds = system.gram, system.sds
    precision = (noise_sd / sds) ** 2
    H = gram + np.diag(precision + 1e-12 * np.trace(gram) / len(gram))
    x = np.linalg.solve(H, system.right)
    q = (system.square - float(system.right @ x)) / noise_sd**2
    volume = np.linalg.slogdet(H)[1] - np.sum(np.log(precision[np.isfinite(sds)]))
    covariance = noise_sd**2 * np.linalg.inv(H)
    return float(q + volume), np.asarray(x, float), np.asarray(covariance, float)


def noise_sd(y: Complex) -> float:
    """SD of one real component, from differences of neighbours of neighbours."""
    rest = y[3:] - 3 * y[2:-1] + 3 * y[1:-2] - y[:-3]
    both = np.concatenate([rest.real, rest.imag])
    return float(1.4826 * np.median(np.abs(both)) / np.sqrt(20.0)) or 1e-12


def prior_spectra(grid: Grid) -> Complex:
    """Band spectra of the prior's mean and of its directions."""
    prior = unmeasured(grid.mhz, float(grid.t[1]), grid.t.size)
    return grid.spectra(np.concatenate([prior.mean[None], prior.directions]))


def prior_solution(
    grid: Grid, y: Complex, known: Complex, left: Complex, left_sds: Real
) -> tuple[float, Real, System]:
    """Minus twice the log likelihood under the prior, and the unknowns.

    Where there is no prior direction, it is the misfit or the noise that is larger.
    """
    made = system(grid, y, known, left, left_sds)
    made.sds[1 : len(known)] = made.level
    cost, x, _ = weighed(made, max(MISFIT_PART * made.scale, noise_sd(y)))
    return cost, x, made


def unlikeness(grid: Grid, y: Complex) -> tuple[float, float]:
    """How far macromolecules are from the prior: RMS of its directions, and the rest.

    The first in their SDs, the second as a part of the spectrum that no direction has.
    """
    known = prior_spectra(grid)
    none = np.zeros((0, y.size), complex)
    _, x, made = prior_solution(grid, y, known, none, np.zeros(0))
    level = max(float(x[0]), LEAST_LEVEL * made.level)
    rest = y - x @ made.columns
    z = x[1 : len(known)] / level
    beyond = float(np.linalg.norm(rest) / np.linalg.norm(y))
    return float(np.sqrt(np.mean(z**2))), beyond
