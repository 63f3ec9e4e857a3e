"""Measured macromolecules against the prior that has not seen their site.

    MRS_MONITOR_DATA=FOLDER python tests/acceptance/mm_spectra.py

prints a table of `mm_accuracy.md`: height of each measured spectrum (`mm_sets.SOURCES`)
at the place of each group, over that of the prior's mean, in SDs of the prior, and
chi-squared of the prior's directions in it.  A smooth baseline (stiffness 1), which no
fit tells from macromolecules, is taken off spectrum, mean and directions.  Level,
place, phase and residues of metabolites are fitted; noise is at least 2 % of the
highest point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import mm_sets
import numpy as np

from monitor.analysis.basis.mm_resonances import GROUPS
from monitor.analysis.fit.baseline import make_baseline
from monitor.analysis.fit.mm_prior import unmeasured
from monitor.analysis.fit.mm_residues import left_of
from monitor.analysis.fit.mm_system import Grid, noise_sd, shaped
from monitor.analysis.signal.spectrum import ppm_axis, time_axis_s
from monitor.analysis.signal.water import without_water
from monitor.basis.measured_mm import averaged

CMRR = frozenset({"3 T STEAM TE 8", "4 T STEAM TE 4", "7 T STEAM TE 6"})
BAND_PPM, STIFFNESS, LEAST_NOISE = (0.5, 4.2), 1.0, 0.02
SHIFTS_PPM, PHASES_RAD = np.arange(-0.08, 0.081, 0.01), np.arange(-0.6, 0.61, 0.1)
LEAST_LEVEL, RESIDUE_HZ = 0.3, 6.0


@dataclass(frozen=True)
class Against:
    """Of one spectrum: SDs at each group, chi-squared of `directions` of the prior."""

    groups: np.ndarray
    chi_squared: float
    directions: int


def site(row: str) -> frozenset[str]:
    """Rows of the prior that were measured where this one was."""
    return CMRR if row in CMRR else frozenset({row})


def against(source: mm_sets.Source) -> Against:
    """A measured spectrum against the prior without its site."""
    folder = mm_sets.folder()
    assert folder is not None, "set MRS_MONITOR_DATA"
    path = folder / f"{source.file}.nii.gz"
    water = path.with_name("mm_wref.nii.gz")
    fid, a = averaged(path, water if water.exists() else None)
    mhz, dwell_s = a.spectrometer_frequency_mhz, a.dwell_time_s
    fid = without_water(fid, dwell_s, mhz)
    axis, t = ppm_axis(fid.size, dwell_s, mhz), time_axis_s(fid.size, dwell_s)
    grid = Grid(mhz, t, axis, (axis > BAND_PPM[0]) & (axis < BAND_PPM[1]))
    prior = unmeasured(mhz, dwell_s, fid.size, BAND_PPM, site(source.row))
    smooth = make_baseline(axis[grid.band])

    def rough(spectra: np.ndarray) -> np.ndarray:
        return smooth.removed(spectra.T, STIFFNESS).T

    left = left_of(mhz, t, {})
    parts = np.concatenate([prior.mean[None], prior.directions])
    lines = rough(grid.spectra(parts))
    residues = rough(shaped(grid, left.fids, 0.0, RESIDUE_HZ))
    tried = []
    for shift_ppm, phase in product(SHIFTS_PPM, PHASES_RAD):
        turned = fid * np.exp(2j * np.pi * shift_ppm * mhz * t)
        y = rough(grid.spectra(turned))
        y = y * np.exp(-1j * (np.angle(np.vdot(lines[0], y)) + phase))
        tried.append(_solved(y, lines, residues, left.sds))
    _, x, y, sd = min(tried, key=lambda one: one[0])
    n = len(lines)
    places = [int(np.argmin(np.abs(axis[grid.band] - g.ppm))) for g in GROUPS]
    seen = ((y - x[n:] @ residues).real / x[0] - lines[0].real)[places]
    spread = np.sum(lines[1:, places].real ** 2, axis=0) + (sd / x[0]) ** 2
    z = x[1:n] / x[0]
    return Against(seen / np.sqrt(spread), float(z @ z), n - 1)


def _solved(
    y: np.ndarray, lines: np.ndarray, residues: np.ndarray, residue_sds: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, float]:
    """Cost, unknowns, spectrum and noise at one place and phase."""
    columns = np.concatenate([lines, residues])
    X = np.concatenate([columns.real, columns.imag], axis=1)
    Y = np.concatenate([y.real, y.imag])
    level = float(np.abs(np.vdot(lines[0], y)) / np.vdot(lines[0], lines[0]).real)
    sd = max(noise_sd(y), LEAST_NOISE * level * float(np.abs(lines[0]).max()))
    sds = np.concatenate(
        [[np.inf], np.full(len(lines) - 1, level), residue_sds * level]
    )
    for _ in range(2):
        x = np.linalg.solve(X @ X.T / sd**2 + np.diag(sds**-2), X @ Y / sd**2)
        sds[1 : len(lines)] = max(float(x[0]), LEAST_LEVEL * level)
    cost = np.sum((Y - x @ X) ** 2) / sd**2 + np.sum((x / sds) ** 2)
    return float(cost), x, y, sd


def rows() -> Iterator[str]:
    """The table, a line each."""
    yield f"| measured | {' | '.join(g.name for g in GROUPS)} | chi-squared |"
    yield (2 + len(GROUPS)) * "|---" + "|"
    for source in mm_sets.SOURCES:
        found = against(source)
        told = " | ".join(f"{z:+.1f}" for z in found.groups)
        of = f"{found.chi_squared:.0f} of {found.directions}"
        yield f"| {source.row} | {told} | {of} |"


if __name__ == "__main__":
    for row in rows():
        print(row, flush=True)
