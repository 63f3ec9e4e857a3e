"""The model of a spectrum: columns and derivatives in the fitted band.

    y_k = exp(i (p0 + p1 x_k)) sum_m c_m F[ b_m(t) E(t) exp(-2 pi i e_m t)
                                            exp(-q t^2 [m in MM]) ]_k  + baseline

F is the transform of `spectrum`, cut to the band; E the shared line shape of
`lineshape`; e_m small shifts of single metabolites; q further Gaussian width of the
macromolecules alone (it may be negative where the basis set's are already broad); x_k
the distance in ppm from the middle of the band.  The phase also turns the baseline,
whose coefficients are complex, and is left out there.

The parameters live in one vector, in the order of `Layout`; those that a fit does not
move keep their value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import fft

from monitor.analysis.lineshape import decay, kernel_offsets_hz, kernel_waves
from monitor.analysis.spectrum import Complex, Real, ppm_axis, time_axis_s

PHASE, SHIFT, LORENTZ, GAUSS, MM_GAUSS, PHASE_SLOPE = range(6)
SHARED = ("phase_rad", "shift_hz", "lorentz_hz", "gauss_per_s2", "mm_gauss_per_s2",
          "phase_slope_rad_per_ppm")  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Where each parameter stands in the vector: shared, kernel, metabolite shifts."""

    metabolites: int

    @property
    def kernel(self) -> slice:
        """The coefficients k_j."""
        return slice(len(SHARED), len(SHARED) + kernel_offsets_hz().size)

    @property
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


@dataclass(frozen=True)
class Model:
    """Basis FIDs on the acquisition's grid, and the band to be fitted.

    Attributes
    ----------
    names : of the columns, as the basis set spells them
    fids : (M, points) complex128, undamped
    macromolecule : (M,) bool
    dwell_time_s, frequency_mhz : of the acquisition
    ppm_low, ppm_high : the band
    """

    names: tuple[str, ...]
    fids: Complex
    macromolecule: np.ndarray[tuple[int], np.dtype[np.bool_]]
    dwell_time_s: float
    frequency_mhz: float
    ppm_low: float
    ppm_high: float

    @property
    def points(self) -> int:
        """Points of one FID."""
        return int(self.fids.shape[1])

    @cached_property
    def layout(self) -> Layout:
        """Where the parameters stand."""
        return Layout(len(self.names))

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
    def ppm(self) -> Real:
        """Chemical shifts of the band, ascending, (K,)."""
        return ppm_axis(self.points, self.dwell_time_s, self.frequency_mhz)[self.band]

    @cached_property
    def waves(self) -> Complex:
        """Kernel waves on the time axis."""
        return kernel_waves(self.t)

    def full_spectra(self, fids: Complex) -> Complex:
        """Spectra of (..., points) FIDs on the whole axis, ascending in ppm."""
        spectra = fft.ifft(fids, axis=-1, norm="forward")
        shifted: Complex = np.fft.fftshift(spectra, axes=-1)
        return shifted

    def in_band(self, fids: Complex) -> Complex:
        """Spectra of (..., points) FIDs in the band, (..., K)."""
        spectra = fft.ifft(fids, axis=-1, norm="forward")
        first = self.band.start - self.points // 2
        kept = np.arange(first, first + self.ppm.size)
        cut: Complex = np.take(spectra, kept, axis=-1, mode="wrap")
        return cut

    def kernel(self, theta: Real) -> Complex:
        """K(t)."""
        coefficients = theta[self.layout.kernel]
        if not coefficients.any():
            return np.ones(self.points, complex)
        kernel: Complex = 1.0 + coefficients @ self.waves
        return kernel

    def turn(self, theta: Real) -> Complex:
        """exp(i (p0 + p1 x)) over the band, (K,)."""
        x = self.ppm - 0.5 * (self.ppm_low + self.ppm_high)
        turned: Complex = np.exp(1j * (theta[PHASE] + theta[PHASE_SLOPE] * x))
        return turned

    def shaped(self, theta: Real) -> Complex:
        """Basis FIDs with all of the line shape but K, (M, points)."""
        t = self.t
        shift, lorentz, gauss = theta[SHIFT], theta[LORENTZ], theta[GAUSS]
        fids = self.fids * decay(t, shift, lorentz, gauss)
        shifts = theta[self.layout.shifts]
        if shifts.any():
            fids *= np.exp(-2j * np.pi * shifts[:, None] * t)
        if theta[MM_GAUSS]:
            wider = decay(t, shift, lorentz, gauss + theta[MM_GAUSS])
            fids[self.macromolecule] = self.fids[self.macromolecule] * wider
        return fids

    def columns(self, theta: Real) -> tuple[Complex, Complex]:
        """Columns A (K, M) and the shaped FIDs (M, points) that they are made of."""
        shaped = self.shaped(theta)
        spectra = self.in_band(shaped * self.kernel(theta))
        return (spectra * self.turn(theta)).T, shaped

    def derivatives(
        self, theta: Real, active: np.ndarray, c: Real, A: Complex, shaped: Complex
    ) -> Complex:
        """d(A c)/d theta for the active parameters, (K, active).

        One transform a parameter, whatever the number of metabolites.
        """
        t, kernel = self.t, self.kernel(theta)
        total = c @ shaped
        fids = np.empty((len(active), self.points), complex)
        for row, parameter in enumerate(active):
            if parameter in (SHIFT, LORENTZ):
                rate = -2j * np.pi if parameter == SHIFT else -np.pi
                fids[row] = rate * t * total * kernel
            elif parameter == GAUSS:
                fids[row] = -(t**2) * total * kernel
            elif parameter == MM_GAUSS:
                part = c[self.macromolecule] @ shaped[self.macromolecule]
                fids[row] = -(t**2) * part * kernel
            elif parameter < self.layout.kernel.start:
                fids[row] = 0.0  # phases: filled in below, in the spectrum
            elif parameter < self.layout.shifts.start:
                wave = self.waves[parameter - self.layout.kernel.start]
                fids[row] = wave * total
            else:
                m = parameter - self.layout.shifts.start
                fids[row] = -2j * np.pi * t * c[m] * shaped[m] * kernel
        D = (self.in_band(fids) * self.turn(theta)).T
        x = self.ppm - 0.5 * (self.ppm_low + self.ppm_high)
        for row, parameter in enumerate(active):
            if parameter == PHASE:
                D[:, row] = 1j * (A @ c)
            elif parameter == PHASE_SLOPE:
                D[:, row] = 1j * x * (A @ c)
        return D
