"""The model of a spectrum: columns and derivatives in the fitted band.

    y_k = exp(i (p0 + p1 x_k)) sum_m c_m F[ b_m(t) E(t) exp(-2 pi i e_m t)
              exp(-q t^2 [m in MM] - pi (a w_m + r_p R_m) t) ]_k  + baseline

F is the transform of `spectrum`, cut to the band; E the shared line shape of
`lineshape`; e_m small shifts of single metabolites; q further Gaussian width of the
macromolecules alone (it may be negative where the basis set's are already broad); a
the part of the known differences w_m of T2 that the lines show, r_p what the rates R_m
of a pool of metabolites are off by (`relaxation`); x_k the distance in ppm from the
middle of the band.  The phase also turns the baseline, whose coefficients are complex,
and is left out there.

The parameters live in one vector, in the order of `Layout`; those that a fit does not
move keep their value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from monitor.analysis.fit.baseline import Baseline, make_baseline
from monitor.analysis.fit.lineshape import (
    KERNEL_SIZE,
    decay,
    decays,
    kernel_waves,
    rotations,
)
from monitor.analysis.fit.relaxation import POOLS, t2_widths_hz
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, Real, ppm_axis, time_axis_s

PHASE, SHIFT, LORENTZ, GAUSS, MM_GAUSS, PHASE_SLOPE, RELAXATION = range(7)
SHARED = ("phase_rad", "shift_hz", "lorentz_hz", "gauss_per_s2", "mm_gauss_per_s2",
          "phase_slope_rad_per_ppm", "relaxation")  # fmt: skip

MARGIN_PPM = 0.3
"""Beyond the fitted band, where all of a line's slopes are asked for."""


@dataclass(frozen=True)
class Layout:
    """Where each parameter stands in the vector: shared, T2, kernel, shifts."""

    metabolites: int

    @cached_property
    def t2(self) -> slice:
        """What is fitted of T2: the part a of known differences, then `rates`."""
        return slice(RELAXATION, len(SHARED) + len(POOLS))

    @cached_property
    def rates(self) -> slice:
        """The relative deviations r_p of transverse relaxation rates, one a pool."""
        return slice(RELAXATION + 1, self.t2.stop)

    @cached_property
    def kernel(self) -> slice:
        """The coefficients k_j."""
        return slice(self.t2.stop, self.t2.stop + KERNEL_SIZE)

    @cached_property
    def shifts(self) -> slice:
        """The small shifts e_m in Hz, one a column of the basis set."""
        return slice(self.kernel.stop, self.kernel.stop + self.metabolites)

    @property
    def size(self) -> int:
        """Length of the vector."""
        return int(self.shifts.stop)

    def zeros(self) -> Real:
        """A vector with nothing moved, turned or broadened."""
        return np.zeros(self.size)


@dataclass(frozen=True, eq=False)
class Model:
    """Basis FIDs on the acquisition's grid, and the band to be fitted.

    Attributes
    ----------
    names : of the columns, as the basis set spells them
    fids : (M, points) complex128, undamped
    macromolecule : (M,) bool
    dwell_time_s, frequency_mhz : of the acquisition
    ppm_low, ppm_high : the band
    stand_in : the macromolecules are the protocol's, not the basis set's own
    unmeasured : (r, points) what the last column, the mean of what macromolecules can
        be, may be besides (`mm_prior`); None where they are taken as they stand
    """

    names: tuple[str, ...]
    fids: Complex
    macromolecule: np.ndarray[tuple[int], np.dtype[np.bool_]]
    dwell_time_s: float
    frequency_mhz: float
    ppm_low: float
    ppm_high: float
    stand_in: bool = False
    unmeasured: Complex | None = None

    @property
    def points(self) -> int:
        """Points of one FID."""
        return int(self.fids.shape[1])

    @property
    def axis(self) -> Axis:
        """Points, dwell time and frequency."""
        return Axis(self.points, self.dwell_time_s, self.frequency_mhz)

    @cached_property
    def layout(self) -> Layout:
        """Where the parameters stand."""
        return Layout(len(self.names))

    @cached_property
    def widened(self) -> Model:
        """The model with a column more for each row of `unmeasured`."""
        rows = (
            np.zeros((0, self.points)) if self.unmeasured is None else self.unmeasured
        )
        more = tuple(f"{self.names[-1]}~{i}" for i in range(len(rows)))
        return replace(
            self,
            names=(*self.names, *more),
            fids=np.concatenate([self.fids, rows]),
            macromolecule=np.append(self.macromolecule, np.ones(len(rows), bool)),
            unmeasured=None,
        )

    @cached_property
    def t(self) -> Real:
        """Time axis, s."""
        return time_axis_s(self.points, self.dwell_time_s)

    @cached_property
    def band(self) -> slice:
        """The band as a part of the full, ascending ppm axis."""
        axis = ppm_axis(self.points, self.dwell_time_s, self.frequency_mhz)
        inside = np.flatnonzero((axis >= self.ppm_low) & (axis <= self.ppm_high))
        return slice(int(inside[0]), int(inside[-1]) + 1)

    @cached_property
    def wide(self) -> Model:
        """The model over a band that is wider on both sides."""
        return replace(
            self,
            ppm_low=self.ppm_low - MARGIN_PPM,
            ppm_high=self.ppm_high + MARGIN_PPM,
        )

    @cached_property
    def inner(self) -> slice:
        """The band as a part of the wide one."""
        first = self.band.start - self.wide.band.start
        return slice(first, first + self.band.stop - self.band.start)

    @cached_property
    def ppm(self) -> Real:
        """Chemical shifts of the band, ascending, (K,)."""
        return ppm_axis(self.points, self.dwell_time_s, self.frequency_mhz)[self.band]

    @cached_property
    def x(self) -> Real:
        """Distance from the middle of the band, ppm, (K,)."""
        middle = 0.5 * (self.ppm_low + self.ppm_high)
        return np.asarray(self.ppm - middle, float)

    @cached_property
    def baseline(self) -> Baseline:
        """Baseline over the band, with a tail for what the water filter leaves."""
        return make_baseline(self.ppm)

    @cached_property
    def t2_hz(self) -> Real:
        """Width for one of each parameter of T2: w_m, then R_m, (1 + pools, M)."""
        return t2_widths_hz(self.names, self.macromolecule)

    @cached_property
    def waves(self) -> Complex:
        """Kernel waves on the time axis."""
        return kernel_waves(self.t, self.frequency_mhz)

    def full_spectra(self, fids: Complex) -> Complex:
        """Spectra of (..., points) FIDs on the whole axis, ascending in ppm."""
        spectra = np.fft.ifft(fids, axis=-1, norm="forward")
        return np.asarray(np.fft.fftshift(spectra, axes=-1), complex)

    def in_band(self, fids: Complex) -> Complex:
        """Spectra of (..., points) FIDs in the band, (..., K)."""
        spectra = np.fft.ifft(fids, axis=-1, norm="forward")
        first = self.band.start - self.points // 2
        last = self.band.stop - self.points // 2
        if first >= 0:
            return np.asarray(spectra[..., first:last], complex)
        if last <= 0:  # the usual case: all of the band lies below the carrier
            low, high = self.points + first, self.points + last
            return np.asarray(spectra[..., low:high], complex)
        return np.concatenate([spectra[..., first:], spectra[..., :last]], axis=-1)

    def kernel(self, theta: Real) -> Complex:
        """K(t)."""
        return np.asarray(1.0 + theta[self.layout.kernel] @ self.waves, complex)

    def turn(self, theta: Real) -> Complex:
        """exp(i (p0 + p1 x)) over the band, (K,)."""
        if not theta[PHASE_SLOPE]:
            return np.full(self.x.size, np.exp(1j * theta[PHASE]))
        angle = theta[PHASE] + theta[PHASE_SLOPE] * self.x
        return np.asarray(np.exp(1j * angle), complex)

    def shaped(self, theta: Real) -> Complex:
        """Basis FIDs with all of the line shape but K, (M, points)."""
        t = self.t
        shift, lorentz, gauss = theta[SHIFT], theta[LORENTZ], theta[GAUSS]
        fids = self.fids * decay(t, shift, lorentz, gauss)
        shifts = theta[self.layout.shifts]
        moved = np.flatnonzero(shifts)
        if moved.size:
            fids[moved] *= rotations(shifts[moved], t)
        t2 = theta[self.layout.t2]
        if t2.any():
            fids *= decays(t2 @ self.t2_hz, t)
        if theta[MM_GAUSS]:
            wider = decay(t, shift, lorentz, gauss + theta[MM_GAUSS])
            fids[self.macromolecule] = self.fids[self.macromolecule] * wider
        return fids

    def columns(self, theta: Real) -> tuple[Complex, Complex]:
        """Columns A (K, M) and the shaped FIDs (M, points) that they are made of."""
        rows, shaped = self.rows(theta)
        return rows.T, shaped

    def rows(self, theta: Real) -> tuple[Complex, Complex]:
        """The same with the columns as rows, (M, K)."""
        shaped = self.shaped(theta)
        bent = theta[self.layout.kernel].any()
        spectra = self.in_band(shaped * self.kernel(theta) if bent else shaped)
        spectra *= self.turn(theta)
        return spectra, shaped

    def derivatives(
        self, theta: Real, active: np.ndarray, c: Real, A: Complex, shaped: Complex
    ) -> Complex:
        """d(A c)/d theta for the active parameters, (K, active), by one transform each.

        `A` and `shaped` are what `columns` gave.
        """
        fids = np.zeros((len(active), self.points), complex)
        slopes = {parameter: row for row, parameter in enumerate(active)}
        self._shared_slopes(slopes, c, shaped, fids)
        self._own_slopes(slopes, c, shaped, fids)
        layout = self.layout
        if theta[layout.kernel].any():
            fids *= self.kernel(theta)
        kernel = [p for p in slopes if layout.kernel.start <= p < layout.kernel.stop]
        if kernel:
            rows = [slopes[p] for p in kernel]
            waves = self.waves[np.array(kernel) - layout.kernel.start]
            fids[rows] = waves * (c @ shaped)
        spectra = self.in_band(fids)
        spectra *= self.turn(theta)
        for parameter, factor in ((PHASE, 1j), (PHASE_SLOPE, 1j * self.x)):
            if parameter in slopes:
                spectra[slopes[parameter]] = factor * (A @ c)
        return spectra.T

    def _shared_slopes(
        self, slopes: dict[int, int], c: Real, shaped: Complex, fids: Complex
    ) -> None:
        """Fill in the derivatives with respect to shift and widths."""
        t, total = self.t, c @ shaped
        if SHIFT in slopes:
            fids[slopes[SHIFT]] = -2j * np.pi * t * total
        if LORENTZ in slopes:
            fids[slopes[LORENTZ]] = -np.pi * t * total
        if GAUSS in slopes:
            fids[slopes[GAUSS]] = -(t**2) * total
        if MM_GAUSS in slopes:
            mm = self.macromolecule
            fids[slopes[MM_GAUSS]] = -(t**2) * (c[mm] @ shaped[mm])

    def _own_slopes(
        self, slopes: dict[int, int], c: Real, shaped: Complex, fids: Complex
    ) -> None:
        """Fill in the derivatives with respect to T2 and small shifts."""
        t2, shifts = self.layout.t2, self.layout.shifts
        for p in set(slopes) & set(range(t2.start, t2.stop)):
            own_hz = self.t2_hz[p - t2.start]
            fids[slopes[p]] = (-np.pi * self.t) * ((own_hz * c) @ shaped)
        moved = [p for p in slopes if p >= shifts.start]
        if moved:
            rows, m = [slopes[p] for p in moved], np.array(moved) - shifts.start
            fids[rows] = (-2j * np.pi * self.t) * (c[m, None] * shaped[m])
