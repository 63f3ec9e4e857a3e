"""The macromolecules that nobody measured: their mean, and what they may be instead.

    x(t) = a (m(t) + sum_j z_j d_j(t)),     z_j ~ N(0, 1),

m the mean of `mm_resonances`, a one free level.  Each source of doubt (areas, sharper
parts of groups, and, linear about the mean, positions, widths and a common shift) is a
row of one SD; the directions d_j are the principal ones of all rows in the fitted band.
Those below LEAST of the mean are left out, so that some 25 remain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.mm_resonances import (
    COMMON_PPM,
    GROUPS,
    PEDESTAL_FWHM_PPM,
    PEDESTAL_PPM,
    POSITION_PPM,
    SHARPER,
    T2_WIDTH_HZ,
    WIDTH_PART,
    WIDTHS_AT_MHZ,
    mean_and_covariance,
)
from monitor.analysis.signal.spectrum import (
    Complex,
    Real,
    ppm_axis,
    time_axis_s,
)
from streams.messages.transient import REFERENCE_PPM, Acquisition

Gain = Callable[[Real], Real]
"""Factors (k,) at chemical shifts (k,), ppm."""
NAME = "human brain, 14 groups and pedestal"
LEAST = 0.02
LEAST_SIZE = 0.1
"""Area of which a group's position and width matter at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Unmeasured:
    """FIDs (points,) of the mean, and (r, points) of the directions of one SD."""

    mean: Complex
    directions: Complex


def unmeasured(
    frequency_mhz: float,
    dwell_time_s: float,
    points: int,
    band_ppm: tuple[float, float] = (0.2, 4.2),
    unknown: frozenset[str] = frozenset(),
) -> Unmeasured:
    """The prior on an acquisition's grid, in protons: the group at 0.92 ppm has one.

    Parameters
    ----------
    frequency_mhz : spectrometer frequency, MHz
    dwell_time_s : s
    points : of each FID
    band_ppm : where directions are told apart
    unknown : measured spectra that are not to be known (`mm_resonances.AREAS`)
    """
    t = time_axis_s(points, dwell_time_s)
    areas, covariance = mean_and_covariance(unknown)
    lines = _lines(_positions(), _widths_hz(frequency_mhz), frequency_mhz, t)
    mean = areas @ lines
    rows = np.concatenate(
        [
            roots_of(covariance) @ lines,
            _position_slopes(areas, lines, frequency_mhz, t),
            _wider(areas, lines, frequency_mhz, t),
            _sharper(lines, frequency_mhz, t),
            -2j * np.pi * COMMON_PPM * frequency_mhz * t * mean[None],
        ]
    )
    axis = ppm_axis(points, dwell_time_s, frequency_mhz)
    inside = (axis >= band_ppm[0]) & (axis <= band_ppm[1])
    return Unmeasured(mean, principal(rows, mean, inside))


def shapes_on(shapes: BasisSet, acquisition: Acquisition) -> Unmeasured:
    """Mean and directions on the grid of an acquisition."""
    there = shapes.resampled(
        acquisition.dwell_time_s,
        acquisition.points,
        acquisition.spectrometer_frequency_mhz,
    ).fids
    return Unmeasured(np.asarray(there[0], complex), np.asarray(there[1:], complex))


def mean_fid(
    frequency_mhz: float, dwell_time_s: float, points: int, gain: Gain
) -> Complex:
    """The prior's mean (points,), each line times `gain` at its place in ppm."""
    t, ppm = time_axis_s(points, dwell_time_s), _positions()
    lines = _lines(ppm, _widths_hz(frequency_mhz), frequency_mhz, t)
    areas, _ = mean_and_covariance()
    mean: Complex = (areas * gain(ppm)) @ lines
    return mean


def _positions() -> Real:
    """Of groups and pedestal, ppm."""
    return np.array([*(group.ppm for group in GROUPS), *PEDESTAL_PPM])


def _widths_hz(frequency_mhz: float) -> Real:
    """Of groups and pedestal at a field."""
    at_field = [_width_hz(group.fwhm_hz, frequency_mhz) for group in GROUPS]
    return np.array(
        [*at_field, *[PEDESTAL_FWHM_PPM * frequency_mhz] * len(PEDESTAL_PPM)]
    )


def _width_hz(fwhm_hz: float, frequency_mhz: float) -> float:
    """The part from T2 as it is, the rest in proportion to the field."""
    return T2_WIDTH_HZ + (fwhm_hz - T2_WIDTH_HZ) * frequency_mhz / WIDTHS_AT_MHZ


def _lines(ppm: Real, fwhm_hz: Real, frequency_mhz: float, t: Real) -> Complex:
    """Gaussians of area one, (n, points)."""
    turn = -2j * np.pi * (ppm[:, None] - REFERENCE_PPM) * frequency_mhz * t
    lines: Complex = np.exp(turn - _decay(fwhm_hz, t))
    return lines


def _decay(fwhm_hz: Real, t: Real) -> Real:
    """Exponent of the Gaussian decay, (n, points)."""
    return np.asarray((np.pi * fwhm_hz[:, None] * t) ** 2 / (4 * np.log(2)), float)


def roots_of(covariance: Real) -> Real:
    """Rows whose outer products add up to the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0, None))).T, float)


def _sizes(areas: Real) -> Real:
    """Areas of the groups as far as position and width are concerned, (14, 1)."""
    return np.maximum(areas[: len(GROUPS)], LEAST_SIZE)[:, None]


def _position_slopes(
    areas: Real, lines: Complex, frequency_mhz: float, t: Real
) -> Complex:
    """Each group moved by one SD of its position."""
    turn = -2j * np.pi * POSITION_PPM * frequency_mhz * t
    return np.asarray(_sizes(areas) * turn * lines[: len(GROUPS)], complex)


def _wider(areas: Real, lines: Complex, frequency_mhz: float, t: Real) -> Complex:
    """Each group wider by one SD of its width."""
    n = len(GROUPS)
    slope = -2 * WIDTH_PART * _decay(_widths_hz(frequency_mhz)[:n], t)
    return np.asarray(_sizes(areas) * slope * lines[:n], complex)


def _sharper(lines: Complex, frequency_mhz: float, t: Real) -> Complex:
    """Parts of groups that stand elsewhere, narrower, by one SD."""
    ppm = np.array([part.ppm for part in SHARPER])
    fwhm_hz = np.array([_width_hz(part.fwhm_hz, frequency_mhz) for part in SHARPER])
    there = _lines(ppm, fwhm_hz, frequency_mhz, t)
    sds = np.array([part.sd for part in SHARPER])[:, None]
    return np.asarray(sds * (there - lines[[part.group for part in SHARPER]]), complex)


def principal(rows: Complex, mean: Complex, inside: np.ndarray) -> Complex:
    """Principal directions of rows (n, points), independent of each other."""
    every = np.concatenate([mean[None], rows])
    spectra = np.fft.fftshift(np.fft.ifft(every, axis=1), axes=1)[:, inside]
    apart = np.concatenate([spectra.real, spectra.imag], axis=1)
    U, s, _ = np.linalg.svd(apart[1:], full_matrices=False)
    kept = s > LEAST * np.linalg.norm(apart[0])
    directions: Complex = U[:, kept].T @ rows
    return directions
