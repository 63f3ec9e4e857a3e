"""Spectra and FIDs: THE sign convention, stated once.

An FID is stored as NIfTI-MRS stores it (`streams.messages.transient`): a line at nu Hz
above the carrier rotates as exp(-2 pi i nu t).  The forward transform is therefore

    S(nu_k) = sum_n s_n exp(+2 pi i nu_k n dt),    nu_k = k / (N dt),

and the axis rises with ppm:  delta = 4.65 ppm + nu / nu_0,  nu in Hz, nu_0 in MHz.
Spectra come in ascending order of ppm.  Absorption lines are positive in the real part.

`shift_hz` is positive where the lines moved towards higher ppm; `phase_rad` is positive
where the stored FID was multiplied by exp(+i phase).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.messages.transient import REFERENCE_PPM

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

RUN = 32
"""Points within which a rotation is made from one exponential each."""


def time_axis_s(points: int, dwell_time_s: float) -> Real:
    """Time of each point, s."""
    return np.asarray(np.arange(points) * dwell_time_s, float)


def frequency_axis_hz(points: int, dwell_time_s: float) -> Real:
    """Offset from the carrier in Hz, ascending, positive towards higher ppm."""
    return np.asarray(np.fft.fftshift(np.fft.fftfreq(points, dwell_time_s)), float)


def ppm_axis(points: int, dwell_time_s: float, frequency_mhz: float) -> Real:
    """Chemical shift axis in ppm, ascending, of `spectrum_of`."""
    offset_hz = frequency_axis_hz(points, dwell_time_s)
    return np.asarray(REFERENCE_PPM + offset_hz / frequency_mhz, float)


def spectrum_of(fid: NDArray[np.complexfloating]) -> Complex:
    """Spectrum along the last axis, ascending in ppm; no scaling, no apodisation."""
    points, lines = fid.shape[-1], np.fft.ifft(fid, axis=-1, norm="forward")
    middle = (points + 1) // 2  # the first of the negative offsets
    halves = lines[..., middle:], lines[..., :middle]
    spectrum: Complex = np.concatenate(halves, axis=-1)
    return spectrum


def fid_of(spectrum: NDArray[np.complexfloating]) -> Complex:
    """Inverse of `spectrum_of`."""
    points = spectrum.shape[-1]
    fid: Complex = np.fft.fft(np.fft.ifftshift(spectrum, axes=-1), axis=-1) / points
    return fid


def fast_length(least: int) -> int:
    """Shortest length from `least` on that has no prime factor above 11."""
    length = least
    while not _is_smooth(length):
        length += 1
    return length


def _is_smooth(length: int) -> bool:
    for prime in (2, 3, 5, 7, 11):
        while length % prime == 0:
            length //= prime
    return length == 1


def moved(
    fid: NDArray[np.complexfloating],
    dwell_time_s: float,
    shift_hz: float,
    phase_rad: float,
) -> Complex:
    """The FID with its lines moved by `shift_hz` and turned by `phase_rad`.

    To undo a measured shift and phase, call with their negatives.
    """
    step_rad = 2 * np.pi * shift_hz * dwell_time_s
    turned: Complex = fid * rotation(fid.shape[-1], phase_rad, step_rad)
    return turned


def rotation(points: int, phase_rad: float, step_rad: float) -> Complex:
    """exp(i (phase - n step)) for n below `points`.

    The product of a coarse and a fine rotation: an exponential takes as long as ten
    products.
    """
    runs = -(-points // RUN)
    angles = step_rad * _counts(runs)
    angles[:runs] -= phase_rad
    turns = np.exp(-1j * angles)
    product: Complex = turns[:runs, np.newaxis] * turns[runs:]
    return product.reshape(-1)[:points]


@lru_cache(maxsize=16)
def _counts(runs: int) -> Real:
    """First points of runs, and the points within a run behind them."""
    first = RUN * np.arange(runs, dtype=float)
    return np.concatenate((first, np.arange(RUN, dtype=float)))


def row_by_row(rows: Complex, matrix: Complex) -> Complex:
    """Rows (..., n) times a matrix (n, m), each to the same bits in any company.

    A product of many rows at once is added up in another order than that of one, and
    what follows a session live would differ in last bits from what reads it whole.
    """
    product: Complex = rows[..., None, :] @ matrix
    return product[..., 0, :]
