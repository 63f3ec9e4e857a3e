"""Macromolecules from a metabolite-nulled spectrum: a smooth entry without residues.

What inversion recovery leaves is macromolecules, some metabolite (creatine's CH2 at
3.92 ppm above all, whose T1 is short), noise and a baseline:

    y = exp(i p) (a m + sum_j z_j d_j + sum_k a_k G_k + sum_m r_m F[x_m E]) + baseline
        + noise,

m and d_j mean and directions of the prior (`mm_prior`), G_k Gaussians every few
hundredths of a ppm, narrower than any group, whose amplitudes are N(0, s^2) with the s
of the greatest likelihood, x_m the residues (`mm_residues`) with a line E of their own
(shift and width from a grid).  The phase, shared by all, is the one at which the
prior's directions in the place of the lines are likeliest.
What is kept is all but the last: where data and baseline leave it open, it is the
prior's mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from monitor.analysis.fit.lineshape import gauss_rate
from monitor.analysis.fit.mm_prior import Gain, mean_fid, roots_of, unmeasured
from monitor.analysis.fit.mm_residues import Left, Residue, left_of
from monitor.analysis.fit.mm_system import (
    Grid,
    noise_sd,
    prior_solution,
    prior_spectra,
    shaped,
    system,
    unlikeness,
    weighed,
)
from monitor.analysis.signal.spectrum import (
    Complex,
    Real,
    ppm_axis,
    time_axis_s,
)
from monitor.analysis.signal.water import without_water
from streams.messages.transient import REFERENCE_PPM

BAND_PPM = (0.4, 4.2)
LINES_PPM = (0.5, 4.25)
LINE_HZ, LINE_PPM = 10.0, 0.06
"""FWHM of the lines that the entry is made of: a part as T2 leaves it, one of ppm."""
SHIFTS_PPM = np.arange(-0.03, 0.031, 0.01)
WIDTHS_HZ = (3.0, 5.0, 8.0)
SPREADS = 10.0 ** np.arange(-2.5, 0.1, 0.5)
COARSE, FINE = (0.8, 0.1), (0.08, 0.02)
"""How far to look for the phase, and in which steps, rad."""
ALIKE = 3.84
"""Of minus twice the log likelihood: the widest spread that data cannot tell from the
best is taken (chi-square of 1, 95 %)."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredMM:
    """A measured macromolecule spectrum, taken apart.

    Attributes
    ----------
    level : of the prior's mean in the entry
    doubt : (r, points) FIDs on the file's grid, of one SD each and independent: how far
        off the entry may be, on its own scale
    ppm, amplitudes : (k,) of the lines that are added to it
    fwhm_ppm : of these lines
    residues : what metabolites left, whether or not it was taken out
    axis_ppm, data, kept, taken, usual : (K,) real spectra for drawing, the highest
        that is kept being 1; `usual` is the prior's mean, scaled
    noise_percent : SD of the data's noise over the highest point
    prior_rms : root mean square of the prior's directions in it, in their SDs
    beyond_percent : part of it that the prior cannot have
    """

    level: float
    ppm: Real
    amplitudes: Real
    fwhm_ppm: float
    residues: tuple[Residue, ...]
    axis_ppm: Real
    data: Real
    kept: Real
    taken: Real
    usual: Real
    noise_percent: float
    prior_rms: float
    beyond_percent: float
    doubt: Complex

    def fid(
        self,
        frequency_mhz: float,
        dwell_time_s: float,
        points: int,
        gain: Gain = np.ones_like,
    ) -> Complex:
        """The entry (points,) on a grid, on the scale of the prior: in protons.

        `gain` is the factor on what lies at some ppm.
        """
        fid = self.as_found(frequency_mhz, dwell_time_s, points, gain)
        mean = unmeasured(frequency_mhz, dwell_time_s, points).mean
        return np.asarray(fid * (mean[0].real / fid[0].real), complex)

    def as_found(
        self, frequency_mhz: float, dwell_time_s: float, points: int, gain: Gain
    ) -> Complex:
        """The entry (points,) on a grid, on the scale of the file."""
        t = time_axis_s(points, dwell_time_s)
        lines = _lines(self.ppm, self.fwhm_ppm * frequency_mhz, frequency_mhz, t)
        known = mean_fid(frequency_mhz, dwell_time_s, points, gain)
        fid = self.level * known + (self.amplitudes * gain(self.ppm)) @ lines
        return np.asarray(fid, complex)


@dataclass(frozen=True, slots=True)
class _Solved:
    """One linear solution: its cost, unknowns, covariance, columns and spectrum.

    `doubt` is the covariance of lines and directions as they were fitted.
    """

    cost: float
    doubt: Real
    x: Real
    covariance: Real
    columns: Complex
    y: Complex
    noise_sd: float


def measured_mm(
    fid: Complex,
    frequency_mhz: float,
    dwell_time_s: float,
    others: dict[str, Complex],
    take_out: bool = True,
    phase_sd_rad: float = np.inf,
) -> MeasuredMM:
    """Take a metabolite-nulled FID (points,) apart.

    Parameters
    ----------
    frequency_mhz : spectrometer frequency, MHz
    dwell_time_s : s
    others : undamped FIDs (points,) of `mm_residues.OTHERS`, in protons
    take_out : residues are not kept
    phase_sd_rad : how near to 0 its phase is known to be
    """
    t = time_axis_s(fid.size, dwell_time_s)
    axis = ppm_axis(fid.size, dwell_time_s, frequency_mhz)
    grid = Grid(frequency_mhz, t, axis, (axis > BAND_PPM[0]) & (axis < BAND_PPM[1]))
    fid = without_water(fid, dwell_time_s, frequency_mhz)
    y = grid.spectra(fid)
    fwhm_ppm = LINE_HZ / frequency_mhz + LINE_PPM
    ppm = np.arange(*LINES_PPM, 0.4 * fwhm_ppm)
    prior = unmeasured(frequency_mhz, dwell_time_s, fid.size)
    fine = _lines(ppm, fwhm_ppm * frequency_mhz, frequency_mhz, t)
    parts = np.concatenate([prior.mean[None], fine, prior.directions])
    lines = grid.spectra(parts)
    left = left_of(frequency_mhz, t, others)
    y = y * np.exp(-1j * _phase(grid, y, left, phase_sd_rad))
    shapes = product(SHIFTS_PPM, WIDTHS_HZ)
    tried = [_solve(grid, y, lines, 1 + ppm.size, left, shape) for shape in shapes]
    best = min(tried, key=lambda solved: solved.cost)
    doubt = roots_of(best.doubt) @ parts
    return _tell(grid, best, ppm, fwhm_ppm, left, take_out, doubt)


def _lines(ppm: Real, fwhm_hz: float, mhz: float, t: Real) -> Complex:
    """Gaussians of area one, (n, points)."""
    turn = -2j * np.pi * (ppm[:, None] - REFERENCE_PPM) * mhz * t
    lines: Complex = np.exp(turn - gauss_rate(fwhm_hz) * t**2)
    return lines


def _phase(grid: Grid, y: Complex, left: Left, sd_rad: float) -> float:
    """Phase at which a spectrum is likeliest under the prior of human brains.

    `sd_rad`: that of what is known of the phase, about 0.
    """
    known = prior_spectra(grid)
    shape = shaped(grid, left.fids, 0.0, WIDTHS_HZ[1])
    phase = float(np.angle(np.vdot(known[0], y)))
    for reach, step in (COARSE, FINE):
        tried = phase + np.arange(-reach, reach + 0.5 * step, step)
        costs = [
            prior_solution(grid, y * np.exp(-1j * p), known, shape, left.sds)[0]
            + (p / sd_rad) ** 2
            for p in tried
        ]
        phase = float(tried[int(np.argmin(costs))])
    return phase


def _solve(
    grid: Grid,
    y: Complex,
    parts: Complex,
    n: int,
    left: Left,
    shape: tuple[float, float],
) -> _Solved:
    """Amplitudes of lines, residues and baseline, the lines' spread by likelihood.

    Behind the first `n` parts, mean and lines, stand the prior's directions; what they
    take is told in lines.
    """
    lines, known = parts[:n], parts[n:]
    residues, own = shaped(grid, left.fids, *shape), noise_sd(y)
    made = system(grid, y, parts, residues, left.sds)
    made.sds[n : len(parts)] = made.level
    heights = np.abs(lines[1:]).max(axis=1)
    tried = []
    for spread in SPREADS:
        made.sds[1:n] = spread * made.scale / heights
        tried.append(weighed(made, own))
    least = min(cost for cost, _, _ in tried)
    cost, x, covariance = [one for one in tried if one[0] < least + ALIKE][-1]
    doubt = covariance[: len(parts), : len(parts)]
    x[1:n] += _as_lines(lines[1:], x[n : len(parts)] @ known)
    kept = np.r_[:n, len(parts) : len(x)]
    return _Solved(
        cost, doubt, x[kept], covariance[np.ix_(kept, kept)], made.columns[kept], y, own
    )


def _tell(
    grid: Grid,
    solved: _Solved,
    ppm: Real,
    fwhm_ppm: float,
    left: Left,
    take_out: bool,
    doubt: Complex,
) -> MeasuredMM:
    """What was found, in units of the highest macromolecule."""
    n, m = 1 + ppm.size, len(left.sds)
    whole, metabolites = solved.x[:n] @ solved.columns[:n], slice(n, n + m)
    taken = solved.x[metabolites] @ solved.columns[metabolites]
    base = (solved.x[n + m :] @ solved.columns[n + m :]).real
    top = float(whole.real.max())
    amplitudes = solved.x[1:n].copy()
    if not take_out:
        amplitudes += _as_lines(solved.columns[1:n], taken)
    rms, beyond = unlikeness(grid, whole)
    mean = solved.columns[0].real
    usual = mean * float(mean @ whole.real / (mean @ mean))
    return MeasuredMM(
        float(solved.x[0]),
        ppm,
        amplitudes,
        fwhm_ppm,
        tuple(_residues(solved, left, metabolites, top)),
        grid.ppm[grid.band],
        (solved.y.real - base) / top,
        whole.real / top,
        taken.real / top,
        usual / top,
        100 * solved.noise_sd / top,
        rms,
        100 * beyond,
        doubt,
    )


def _residues(
    solved: _Solved, left: Left, metabolites: slice, top: float
) -> Iterator[Residue]:
    """What is left of each metabolite, in percent of the height `top`."""
    columns = solved.columns[metabolites][: len(left.names)]
    heights = 100 * np.abs(columns.real).max(axis=1) / top
    found = heights * left.amplitudes(solved.x[metabolites])
    sds = heights * left.amplitude_sds(solved.covariance[metabolites, metabolites])
    for name, percent, sd in zip(left.names, found, sds, strict=True):
        yield Residue(name, float(percent), float(sd))


def _as_lines(lines: Complex, spectrum: Complex) -> Real:
    """Amplitudes of lines that come nearest to a spectrum."""
    apart = np.concatenate([lines.real, lines.imag], axis=1)
    target = np.concatenate([spectrum.real, spectrum.imag])
    return np.asarray(np.linalg.lstsq(apart.T, target, rcond=1e-3)[0], float)
