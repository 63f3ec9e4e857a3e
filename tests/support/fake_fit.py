"""The fit of the programs that stand in for LCModel and FSL-MRS.

Least squares in the usual range, at the Gaussian width that fits best; no shift, phase
or baseline.  FAKE says what is done wrongly.
"""

import os

import numpy as np

WRONG = os.environ.get("FAKE", "")


def concentrations(fid, basis, width_hz, mhz):
    """Levels of each entry of a basis set read by us."""
    fid = np.conj(fid) if WRONG == "conjugate" else fid
    fids = basis.fids[:, : fid.size]
    t = np.arange(fid.size) / width_hz
    ppm = 4.65 - np.fft.fftfreq(fid.size, 1 / width_hz) / mhz
    band = (ppm > 0.2) & (ppm < 4.2)

    def rows(signals):
        spectra = np.fft.fft(signals, axis=-1)[..., band]
        return np.concatenate([spectra.real, spectra.imag], axis=-1)

    rates = ((np.pi * g) ** 2 / (4 * np.log(2)) for g in np.arange(1.0, 12.0))
    shapes = (rows(fids * np.exp(-rate * t**2)).T for rate in rates)
    fits = [np.linalg.lstsq(shape, rows(fid))[:2] for shape in shapes]
    levels = min(fits, key=lambda fit: fit[1][0])[0]
    return levels / np.linalg.norm(fid) if WRONG == "own scale" else levels
