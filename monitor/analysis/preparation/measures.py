"""Measures of quality: absolute phase and frequency, tNAA line, water, lipid.

Definitions, as they stand on screen and in files:

- SNR: height of the tNAA line above the valley below it (1.80-1.93 ppm) over the SD of
  the noise in the real spectrum; no apodisation, no zero filling counted.
- FWHM: full width of that line at half of that height, Hz.  That of one transient is
  the template's plus the broadening that the registration found: half heights of one
  noisy line would scatter by Hz.
- water: largest magnitude of the spectrum at 4.25-5.05 ppm over the tNAA height.
- lipid: largest magnitude of the spectrum smoothed over 0.1 ppm, 0.8-1.5 ppm, over the
  tNAA height.  Macromolecules at a short echo time are in it: compare, not judge.

Absolute phase and frequency come from the singlets (NAA 2.01, Cr 3.03, Cho 3.21 ppm),
below 200 MHz with the largest of what crowds them: the cross-correlation of the FID
with their sum, its first milliseconds suppressed so that baseline and macromolecules do
not count.  A line pattern cannot be mistaken for itself upside down, so a phase of 180
degrees is found; lipids lie outside.  On clean simulated spectra (3 T PRESS TE 30, 7 T
STEAM TE 45) it is right to 0.5 Hz and 6 degrees; the fit knows better.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.line import full_width, zero_filled
from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM

SINGLETS = ((2.008, 3.0), (3.027, 2.4), (3.210, 1.6))
"""Chemical shift, ppm, and usual relative size of the singlets."""

CROWD = (
    (2.042, 0.4),
    (2.10, 0.4),
    (2.35, 0.5),
    (3.56, 0.8),
    (3.75, 1.0),
    (3.92, 1.6),
)
"""What crowds them below 200 MHz, where coupled lines run together."""

NAA_PPM = 2.008
OFFSET_RANGE_PPM = 0.15
FAR_PPM, PHANTOM_PPM = 0.52, 0.3
FAR_GAIN, PHANTOM_GAIN = 1.5, 1.1
"""Lines are looked for so far off, where that explains so much more power."""
FAR_BAND_PPM = (1.4, 3.8)
MOST_UNLIKE = 1.5
"""Size that a singlet counts with at most, by its usual size and the others'."""
PATTERN_FWHM_HZ = 6.0
LEAST_CONTRAST = 0.05
CROWDED_MHZ = 200.0
LATE_S = 0.04
ZERO_FILL = 4


@dataclass(frozen=True, slots=True)
class Absolute:
    """Where a spectrum lies in the absolute.

    Attributes
    ----------
    shift_hz : its lines lie that much too high in ppm
    phase_rad : it is turned by that against absorption
    contrast : share of the singlet band's power that the pattern explains, 0 ... 1;
        below 0.05 there is nothing to go by
    standing : power of the singlets over what lies anywhere within reach (median), each
        taken by itself: above 12 they are no noise, however they are turned
    """

    shift_hz: float
    phase_rad: float
    contrast: float
    standing: float = 0.0


@dataclass(frozen=True, slots=True)
class NaaLine:
    """The tNAA line: height in units of the spectrum, width in Hz (nan: no line)."""

    height: float
    fwhm_hz: float


def absolute_of(fid: Complex, axis: Axis) -> Absolute:
    """Absolute shift and zero-order phase of a FID (points,) from its singlets."""
    t = axis.t
    late = np.sqrt(1.0 - np.exp(-t / LATE_S))
    pattern = late * _pattern(axis)
    product = late * fid * pattern.conj()
    length = 4 * axis.points
    power = np.abs(np.fft.ifft(product, length) * length) ** 2
    offsets = np.fft.fftfreq(length, axis.dwell_time_s)
    centre, standing = _far_offset_hz(late * fid, late, axis)
    power[np.abs(offsets - centre) > OFFSET_RANGE_PPM * axis.frequency_mhz] = 0.0
    k = int(np.argmax(power))
    shift = float(offsets[k] + _vertex(power, k) * offsets[1])
    correlation = np.sum(product * np.exp(2j * np.pi * shift * t))
    band = axis.band(1.8, 4.05)
    lines = spectrum.spectrum_of(np.stack([late * fid, pattern]))[:, band]
    most = float(np.prod(np.sum(np.abs(lines) ** 2, axis=1) / axis.points))
    contrast = float(power[k]) / most if most > 0 else 0.0
    turned = centre != 0.0 and contrast < LEAST_CONTRAST
    return Absolute(
        shift_hz=centre if turned else shift,
        phase_rad=float(np.angle(correlation)),
        contrast=contrast,
        standing=standing,
    )


def _far_offset_hz(fid: Complex, late: Real, axis: Axis) -> tuple[float, float]:
    """Where the singlets lie if they are far from their place, else 0, Hz; `standing`.

    Of the spectrum only what the singlets can reach is compared: the tail of water that
    is off its own place, too, is no line.  Each counts by itself, since points before
    the top of the echo turn them against each other, and by no more than is like the
    others: one large line of lipid is no pattern.
    """
    band = np.zeros(axis.points)
    band[axis.band(*FAR_BAND_PPM)] = 1.0
    lines = spectrum.fid_of(spectrum.spectrum_of(fid) * band)
    length = 4 * axis.points
    sizes = np.array([size for _, size in SINGLETS])
    products = lines * (late * _singlets(axis)).conj()
    each = np.abs(np.fft.ifft(products, length, axis=1)) / sizes[:, np.newaxis]
    alike = np.minimum(each, MOST_UNLIKE * np.median(each, axis=0))
    power = (sizes**2 @ alike) ** 2
    offsets = np.fft.fftfreq(length, axis.dwell_time_s)
    reach = np.abs(offsets) / axis.frequency_mhz
    near = power[reach <= OFFSET_RANGE_PPM].max(initial=0.0)
    k = int(np.argmax(np.where(reach <= FAR_PPM, power, 0.0)))
    usual = float(np.median(power[reach <= FAR_PPM]))
    standing = float(power[k]) / usual if usual > 0 else 0.0
    gain = PHANTOM_GAIN if reach[k] <= PHANTOM_PPM else FAR_GAIN
    return (float(offsets[k]) if power[k] > gain * near else 0.0), standing


def _vertex(curve: Real, k: int) -> float:
    """Place of the vertex of the parabola through three points, from the middle one."""
    before, here, after = curve[k - 1], curve[k], curve[(k + 1) % curve.size]
    bend = before - 2 * here + after
    if bend >= 0:
        return 0.0
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


@lru_cache(maxsize=8)
def _pattern(axis: Axis) -> Complex:
    """Upright lines of the usual sizes and one width, (points,); read-only."""
    t, frequency_mhz = axis.t, axis.frequency_mhz
    total = np.zeros(t.size, complex)
    lines = SINGLETS + CROWD if frequency_mhz < CROWDED_MHZ else SINGLETS
    for ppm, size in lines:
        nu = (ppm - REFERENCE_PPM) * frequency_mhz
        total += size * np.exp(-(2j * np.pi * nu + np.pi * PATTERN_FWHM_HZ) * t)
    total.setflags(write=False)
    return total


@lru_cache(maxsize=8)
def _singlets(axis: Axis) -> Complex:
    """Each of the singlets, of size 1 and one width, (3, points); read-only."""
    nu = np.array([ppm - REFERENCE_PPM for ppm, _ in SINGLETS]) * axis.frequency_mhz
    rates = -(2j * np.pi * nu + np.pi * PATTERN_FWHM_HZ)
    lines: Complex = np.exp(rates[:, np.newaxis] * axis.t)
    lines.setflags(write=False)
    return lines


def naa_line(fid: Complex, axis: Axis, absolute: Absolute) -> NaaLine:
    """Height and width of tNAA in a FID (points,) of known absolute shift and phase."""
    upright = spectrum.moved(
        fid, axis.dwell_time_s, -absolute.shift_hz, -absolute.phase_rad
    )
    ppm, lines = zero_filled(upright, ZERO_FILL, axis.dwell_time_s, axis.frequency_mhz)
    real = lines.real
    near = np.flatnonzero(np.abs(ppm - NAA_PPM) < 0.06)
    valley = (ppm > 1.80) & (ppm < 1.93)
    peak = int(near[np.argmax(real[near])])
    base = float(np.min(real[valley]))
    height = float(real[peak]) - base
    if height <= 0:
        return NaaLine(height=float("nan"), fwhm_hz=float("nan"))
    points = full_width(real - base, peak, height / 2)
    return NaaLine(height, points / (real.size * axis.dwell_time_s))


def lipid_height(lines: Complex, axis: Axis, offset_hz: float = 0.0) -> float:
    """Largest smoothed magnitude of a spectrum (points,) between 0.8 and 1.5 ppm.

    nan where an offset, found in noise, moves the band out of the spectrum.
    """
    offset = offset_hz / axis.frequency_mhz
    band = lines[axis.band(0.75 + offset, 1.55 + offset)]
    if not band.size:
        return float("nan")
    step_ppm = 1.0 / (axis.points * axis.dwell_time_s * axis.frequency_mhz)
    width = max(1, min(round(0.1 / step_ppm), band.size))
    smooth = np.convolve(band, np.ones(width) / width, mode="valid")
    return float(np.abs(smooth).max())


def saturated(fid: NDArray[np.complexfloating]) -> bool:
    """Whether the receiver clipped: three points of a coil lie exactly at its extreme.

    fid : (coils, points).  Real and imaginary parts clip on their own.  The extreme has
    to stand far above the second half of the FID: coarsely digitised noise may repeat
    its largest value by chance.
    """
    size = np.abs(np.stack([fid.real, fid.imag]))
    top = size.max(axis=2)
    repeated = np.count_nonzero(size == top[..., np.newaxis], axis=2) >= 3
    if not repeated.any():
        return False
    usual = np.median(size[..., size.shape[2] // 2 :], axis=2)
    return bool(np.any(repeated & (top > 8.0 * usual) & (top > 0)))
