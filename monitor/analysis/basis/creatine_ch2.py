"""What is missing of creatine's CH2, as an entry of the basis set.

The two lines of creatine are five protons of one molecule, but not of one size: the CH2
at 3.92 ppm has a shorter T2 than the CH3 and lies nearer to the suppressed water.  In
real spectra it lacks up to a sixth of tCr; believed to be whole it takes tCr, and with
it all ratios to tCr, along.  LCModel's basis sets have "-CrCH2" for that, a line upside
down, and so has any other set that has creatine.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.entries import width_hz
from monitor.analysis.signal.spectrum import Complex, ppm_axis, spectrum_of
from streams.messages.transient import REFERENCE_PPM

NAME = "-CrCH2"
WITHIN_PPM = (3.8, 4.05)
PROTONS = 2 / 5
FINER = 8
"""Points between two of the spectrum, to find a line that hardly decays."""
LEAST_HEIGHT = 0.1
"""Over the tallest line: with less, an editing pulse took it, or a filter."""


def with_creatine_ch2(basis: BasisSet) -> BasisSet:
    """The set with that entry, where it has creatine with a CH2 and no such entry.

    One of it is what one of creatine would lack, were its CH2 gone.
    """
    creatine = naming.members("tCr", basis.names)
    if not creatine or naming.find(NAME, basis.names) is not None:
        return basis
    lines = [_ch2(basis, basis.fid(name)) for name in creatine]
    there = [line for line in lines if line is not None]
    if len(there) < len(lines):
        return basis
    return basis.extended((NAME,), -np.mean(there, axis=0)[None])


def _ch2(basis: BasisSet, fid: Complex) -> Complex | None:
    """The line of the CH2 in an entry (points,), as wide as the set's lines."""
    padded = np.concatenate([fid, np.zeros((FINER - 1) * fid.size)])
    height = np.abs(spectrum_of(padded))
    ppm = ppm_axis(padded.size, basis.dwell_time_s, basis.spectrometer_frequency_mhz)
    there = np.flatnonzero((ppm > WITHIN_PPM[0]) & (ppm < WITHIN_PPM[1]))
    if not there.size or not height.any():
        return None
    top = there[np.argmax(height[there])]
    if height[top] < LEAST_HEIGHT * height.max():
        return None
    hz = (ppm[top] - REFERENCE_PPM) * basis.spectrometer_frequency_mhz
    t = np.arange(basis.points) * basis.dwell_time_s
    rate = np.pi * width_hz(basis) + 2j * np.pi * hz
    return np.asarray(PROTONS * fid[0] * np.exp(-rate * t), complex)
