"""Where the lines of a basis set are: what a file says wrongly of its axis shows there.

The singlets of NAA (2.008 ppm) and creatine (3.027 ppm; Govindaraju 2000) are in every
set for the brain.  Their distance tells a wrong dwell time, their mean a wrong carrier.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.signal.spectrum import (
    Complex,
    Real,
    ppm_axis,
    spectrum_of,
)

NAA_PPM = 2.008
CR_PPM = 3.027
SEARCH_PPM = 0.2


def peak_ppm(basis: BasisSet, name: str, near_ppm: float) -> float | None:
    """Position of the strongest line of an entry within 0.2 ppm of `near_ppm`.

    None where the set has no such entry.  Lines are broadened by 3 Hz (Gaussian) and
    zero filled to better than 0.1 Hz; a parabola gives the rest.
    """
    spelt = naming.find(name, basis.names)
    if spelt is None:
        return None
    points = int(2 ** np.ceil(np.log2(max(10 / basis.dwell_time_s, basis.points))))
    mhz = basis.spectrometer_frequency_mhz
    ppm, height = heights_of(basis.fid(spelt), basis.dwell_time_s, mhz, points)
    window = np.flatnonzero(np.abs(ppm - near_ppm) <= SEARCH_PPM)
    if window.size < 3 or not height.any():
        return None
    k = int(window[np.argmax(height[window])])
    k = min(max(k, 1), points - 2)
    a, b, c = height[k - 1 : k + 2]
    return float(ppm[k] + 0.5 * (a - c) / (a - 2 * b + c) * (ppm[1] - ppm[0]))


def heights_of(
    fid: Complex, dwell_time_s: float, frequency_mhz: float, points: int | None = None
) -> tuple[Real, Real]:
    """Axis in ppm and magnitudes, (points,), of a FID with lines 3 Hz broader."""
    points = points or fid.size
    height = np.abs(spectrum_of(_broaden(fid, dwell_time_s, points)))
    return ppm_axis(points, dwell_time_s, frequency_mhz), height


def _broaden(fid: Complex, dwell_time_s: float, points: int) -> Complex:
    """FID with a Gaussian line of 3 Hz FWHM, zero filled to `points`."""
    t = np.arange(fid.size) * dwell_time_s
    out: Complex = np.zeros(points, complex)
    out[: fid.size] = fid * np.exp(-((np.pi * 3.0 * t) ** 2) / (4 * np.log(2)))
    return out


def frequency_stretch(basis: BasisSet) -> float | None:
    """Distance of the NAA (2.008) and creatine (3.027 ppm) singlets over 1.019 ppm.

    1.007 means that the frequency axis is 0.7 % too long: its dwell time is wrong.
    None where the set lacks NAA or creatine.
    """
    naa = peak_ppm(basis, "NAA", NAA_PPM)
    cr = peak_ppm(basis, "Cr", CR_PPM) or peak_ppm(basis, "tCr", CR_PPM)
    if naa is None or cr is None:
        return None
    return (cr - naa) / (CR_PPM - NAA_PPM)


def offset_ppm(basis: BasisSet) -> float | None:
    """How far the lines sit above their place: mean of NAA and creatine, ppm."""
    found = (
        (peak_ppm(basis, "NAA", NAA_PPM), NAA_PPM),
        (peak_ppm(basis, "Cr", CR_PPM), CR_PPM),
    )
    offsets = [at - true for at, true in found if at is not None]
    return float(np.mean(offsets)) if offsets else None
