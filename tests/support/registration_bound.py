"""How well shift and phase of one transient can be known at all.

The Cramer-Rao bound with one free complex amplitude of the residual water, whose own
frequency tells nothing: what `registration` is measured against.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex


def bound(
    metabolites: Complex,
    water: Complex,
    axis: Axis,
    noise_sd: float,
    band_ppm: tuple[float, float] | None = None,
) -> tuple[float, float]:
    """Cramer-Rao bound of one transient with one free complex water amplitude.

    Parameters
    ----------
    metabolites, water : (points,) noise-free FIDs; the water's amplitude is free
    noise_sd : of the real (= imaginary) part of one point
    band_ppm : what of the spectrum is looked at; None: all of it

    Returns
    -------
    SD of the shift, Hz, and of the phase, rad; both unknown, amplitude known, the
    water's own frequency taken to tell nothing.
    """
    columns = np.stack(
        [-2j * np.pi * axis.t * metabolites, 1j * metabolites, water, 1j * water]
    )
    if band_ppm is not None:
        lines = spectrum.spectrum_of(columns)[:, axis.band(*band_ppm)]
        columns = lines / axis.points**0.5
    J = np.concatenate([columns.real, columns.imag], axis=1)
    scale = np.linalg.norm(J, axis=1)
    scale[scale == 0] = 1.0
    fisher = (J / scale[:, np.newaxis]) @ (J / scale[:, np.newaxis]).T
    sd = noise_sd * np.sqrt(np.diag(np.linalg.pinv(fisher, rcond=1e-12))) / scale
    return float(sd[0]), float(sd[1])
