"""The linear model of one transient in one band of its spectrum (`template.py`).

Its rows, each the spectrum of one column of the model in the band, real part before
imaginary part, are multiplied with a transient's spectrum and with each other once;
which of them a registration uses, and in which sums, is a small matrix on top.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.preparation.inverse import inverse
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM

LIPID_PPM = (0.60, 1.75)
SINGLETS_PPM = (1.80, 4.20)
WATER_PPM = (4.25, 5.30)
LIPIDS_PPM = (1.30, 0.90)
LIPID_FWHM_PPM = 0.2
PARTS, LIPIDS = 10, 4
MISFIT_SD = 6.0
"""A band fits while its misfit is within 6 SD of 1 (and below 1.5 where it is wide)."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a range of shifts lies in a design, and when it does not fit.

    Attributes
    ----------
    places : its points among the real and imaginary parts of the band
    limit : misfit above which it does not fit the template
    """

    places: NDArray[np.intp]
    limit: float


@dataclass(frozen=True, slots=True)
class Solver:
    """How the coefficients of a design follow from its products with a spectrum.

    Attributes
    ----------
    rows : those of the design's rows that are used
    kernels : (rows, 2 points) their products with the spectrum of a FID are these with
        the FID's real and imaginary parts in turn: no transform is needed for them
    columns : (rows, parameters) which sums of the rows are the parameters'
    gain : (parameters + 1, rows) parameters from the products, and behind them the
        amplitude, which the parts add to
    covariance : (parameters, parameters) for noise SD 1; amplitude, phase, shift and
        broadening are the first
    sds : SDs of these four, for noise SD 1
    """

    rows: Real
    kernels: Real
    columns: Real
    gain: Real
    covariance: Real
    sds: tuple[float, ...]

    def parameters(self, fid: Complex) -> Real:
        """Parameters of a FID (points,), and behind them its amplitude."""
        return np.asarray(self.gain @ (self.kernels @ fid.view(float)))


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of the linear model in one band.

    Attributes
    ----------
    band : the slice of the spectrum
    points : of the whole spectrum
    rows : (base + 10 + 4, 2 band) M, iM, D, B and water; parts V_k; lipids, broad lines
        of any phase for transients whose lipids do not fit: their range is left out,
        and these carry the tails
    base : how many rows come before the parts
    grams : products of all rows with each other, with the lipids' range and without
    kept : (2 band,) 0 in the lipids' range, else 1
    tail : (water rows,) SD of each one's coefficient over the height of the water;
        infinite where it is free
    departures : (10, 2 band) whitened least-squares coefficients of the V_k, everything
        else free
    whitening : (10, 10) makes the noise of those coefficients white
    singlets, lipids, water : ranges of which misfits are told
    means : (3, 2 band) with which squares give their means in these ranges
    """

    band: slice
    points: int
    rows: Real
    base: int
    grams: tuple[Real, Real]
    kept: Real
    tail: Real
    departures: Real
    whitening: Real
    singlets: Range
    lipids: Range
    water: Range
    means: Real
    _solvers: dict[bool, Solver] = field(default_factory=dict, repr=False)
    _kernels: dict[bool, Real] = field(default_factory=dict, repr=False)
    _colours: list[Real] = field(default_factory=list, repr=False)

    def misfits(self, squares: Real) -> list[float]:
        """Means of squared residuals (2 band,) in the ranges; 1 in one without points.

        Singlets, lipids, water.
        """
        ranges = self.singlets, self.lipids, self.water
        means = (self.means @ squares).tolist()
        pairs = zip(means, ranges, strict=True)
        return [mean if one.places.size else 1.0 for mean, one in pairs]

    def solver(self, L: Real, water_height: float, sd: float, lipid: bool) -> Solver:
        """Coefficients under their priors.

        Parameters
        ----------
        L : (10, directions) in which the shape is known to vary
        water_height, sd : of the transient's water and noise, in its spectrum
        lipid : whether the lipids' range is fitted along
        """
        free = np.isinf(self.tail)
        always = not L.shape[1] and bool(free.all())  # no prior: the same each time
        if always and lipid in self._solvers:
            return self._solvers[lipid]
        d, base = L.shape[1], self.base
        columns = np.zeros((len(self.rows), base + d + LIPIDS * (not lipid)))
        columns[:base, :base] = np.eye(base)
        if d:
            columns[base : base + PARTS, base : base + d] = self._coloured(L)
        if not lipid:
            columns[-LIPIDS:, -LIPIDS:] = np.eye(LIPIDS)
        prior = np.zeros(columns.shape[1])
        spread = np.where(free, 1.0, self.tail * max(water_height, sd))
        prior[4:base] = np.where(free, 0.0, (sd / spread) ** 2)
        prior[base : base + d] = 1.0
        normal = columns.T @ self.grams[not lipid] @ columns
        covariance, share = inverse(normal, prior), self._share(columns, d)
        used = len(self.rows) if not lipid else base + PARTS * bool(d)
        columns = columns[:used]
        gain = covariance @ columns.T
        solver = Solver(
            self.rows[:used],
            self._kernels_of(lipid)[:used],
            columns,
            np.concatenate((gain, share[np.newaxis] @ gain)),
            covariance,
            tuple(np.sqrt(covariance.diagonal()[:4]).tolist()),
        )
        if always:
            self._solvers[lipid] = solver
        return solver

    def _coloured(self, L: Real) -> Real:
        """Coefficients (10, directions) of the parts for whitened ones."""
        if not self._colours:
            self._colours.append(np.asarray(np.linalg.inv(self.whitening), float))
        return np.asarray(self._colours[0] @ L)

    def _kernels_of(self, lipid: bool) -> Real:
        """Kernels of all rows, with the lipids' range or without."""
        if lipid not in self._kernels:
            rows = self.rows if lipid else self.rows * self.kept
            self._kernels[lipid] = kernels_of(rows, self.band, self.points)
        return self._kernels[lipid]

    def _share(self, columns: Real, directions: int) -> Real:
        """What the parts add in the direction of M counts as amplitude."""
        share = np.zeros(columns.shape[1])
        share[0] = 1.0
        along, varying = self.grams[0][0], slice(self.base, self.base + directions)
        share[varying] = along @ columns[:, varying] / max(along[0], 1e-300)
        return share


def kernels_of(rows: Real, band: slice, points: int) -> Real:
    """What real rows (n, 2 band) do with a FID's spectrum, as (n, 2 points) in time."""
    width = band.stop - band.start
    whole = np.zeros((len(rows), points), complex)
    whole[:, band] = rows[:, :width] + 1j * rows[:, width:]
    return (points * spectrum.fid_of(whole)).view(float)


def design_of(
    axis: Axis,
    range_ppm: tuple[float, float],
    m: Complex,
    water: Complex,
    tail: tuple[float, ...],
    parts: Complex,
) -> Design:
    """Design of one band; water (columns, points) and parts over the whole axis.

    `m` (points,) is the FID of the metabolites, `tail` as of the design, for the real
    coefficients of the water.
    """
    band = axis.band(*range_ppm)
    moments = np.stack([m, -2j * np.pi * axis.t * m, -np.pi * axis.t * m])
    M, D, B = spectrum.spectrum_of(moments)[:, band]
    W = water[:, band]
    A = _real(np.stack([M, 1j * M, D, B, *W, *(1j * W)]))
    V = _real(parts[:, band])
    tails = np.tile(np.array(tail), 2)
    free, whitening = _free_parts(A, V, np.isfinite(tails))
    lines = _lipids(axis)[:, band]
    rows = np.concatenate([A, V, _real(np.concatenate([lines, 1j * lines]))])
    singlets, lipids, water_range = (
        _range(axis.ppm[band], one) for one in (SINGLETS_PPM, LIPID_PPM, WATER_PPM)
    )
    kept = np.ones(rows.shape[1])
    kept[lipids.places] = 0.0
    grams = rows @ rows.T, (rows * kept) @ rows.T
    return Design(
        band,
        axis.points,
        rows,
        len(A),
        grams,
        kept,
        tails,
        whitening @ free,
        whitening,
        singlets,
        lipids,
        water_range,
        _means((singlets, lipids, water_range), rows.shape[1]),
    )


def _means(ranges: Sequence[Range], size: int) -> Real:
    """What gives means in some ranges of squares (size,); zeros where one is empty."""
    means = np.zeros((len(ranges), size))
    for row, one in zip(means, ranges, strict=True):
        row[one.places] = 1.0 / max(one.places.size, 1)
    return means


def _range(ppm: Real, range_ppm: tuple[float, float]) -> Range:
    """Where a range lies in a band of shifts (band,)."""
    inside = np.tile((ppm > range_ppm[0]) & (ppm < range_ppm[1]), 2)
    places = np.flatnonzero(inside)
    allowed = MISFIT_SD * math.sqrt(2.0 / (places.size + 1))
    return Range(places, 1.0 + max(0.5, allowed))


def _free_parts(A: Real, V: Real, held: NDArray[np.bool_]) -> tuple[Real, Real]:
    """Least squares of the parts V beside the rows A, and their whitening.

    A small ridge keeps V (their sum is M) and the `held` water rows solvable.
    """
    both = np.concatenate([A, V])
    normal = both @ both.T
    sizes = np.diag(normal).copy()
    sizes[sizes == 0] = 1.0
    ridge = 1e-9 * sizes
    ridge[4 : len(A)] += np.where(held, 1e-3, 0.0) * sizes[4 : len(A)]
    ridge[len(A) :] += 1e-4 * sizes[len(A) :].mean()
    scale = np.outer(sizes, sizes) ** -0.5
    C = np.linalg.inv((normal + np.diag(ridge)) * scale) * scale
    parts = slice(len(A), None)
    root = np.linalg.cholesky(C[parts, parts])
    return np.asarray((C @ both)[parts]), np.asarray(np.linalg.inv(root))


def _real(rows: Complex) -> Real:
    """Rows (n, band) with their imaginary parts behind their real parts."""
    return np.concatenate([rows.real, rows.imag], axis=1)


def tail_of(axis: Axis) -> Complex:
    """Smooth functions that carry the tail of the residual water, (3, points)."""
    x = np.maximum(REFERENCE_PPM - axis.ppm, 0.2)
    return np.stack([1 / x, np.ones_like(x), 1 / x**2]).astype(complex)


@lru_cache(maxsize=8)
def _lipids(axis: Axis) -> Complex:
    """Spectra (2, points) of broad lines where lipids are; read-only."""
    nu = (np.array(LIPIDS_PPM) - REFERENCE_PPM) * axis.frequency_mhz
    rate = -2j * np.pi * nu - np.pi * LIPID_FWHM_PPM * axis.frequency_mhz
    lines = spectrum.spectrum_of(np.exp(rate[:, np.newaxis] * axis.t))
    lines.setflags(write=False)
    return lines
