"""Macromolecule and lipid components as sums of Gaussian lines.

A line at shift delta (ppm), of amplitude A (protons, or relative) and FWHM w (Hz) is

    x(t) = A exp(-2 pi i (delta - 4.65) nu_0 t) exp(-(pi w t)^2 / (4 ln 2)),

whose spectrum is a Gaussian of FWHM w.

Sources: "single" is the function measured at 3 T by metabolite nulling (Birch et al.,
Magn Reson Med 2017;77:34-43), 13 lines, widths in Hz at 128 MHz; "five" and the lipids
are those of LCModel (manual, section 11.7), widths in ppm.  All widths scale with the
spectrometer frequency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.spectrum import time_axis_s
from streams.errors import InputError
from streams.messages.transient import REFERENCE_PPM

Complex = NDArray[np.complex128]

BIRCH_MHZ = 128.0
VIRTUAL = "measured on the virtual scanner"
"""In a provenance: the protein that the simulator has, bundled with its set."""
MM_WEAK_S, MM_GONE_S = 0.045, 0.09
"""Echo times from which little and hardly anything is left of them (T2 near 30 ms)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A Gaussian line.

    Attributes
    ----------
    ppm : position, ppm
    fwhm_ppm : full width at half maximum, ppm
    amplitude : protons ("five", lipids) or relative to the largest line ("single")
    """

    ppm: float
    fwhm_ppm: float
    amplitude: float


_BIRCH = (
    # ppm, relative amplitude, FWHM in Hz at 128 MHz
    (0.90, 0.72, 21.20),
    (1.21, 0.28, 19.16),
    (1.38, 0.38, 15.90),
    (1.63, 0.05, 7.50),
    (2.01, 0.45, 29.03),
    (2.09, 0.36, 20.53),
    (2.25, 0.36, 17.89),
    (2.61, 0.04, 5.30),
    (2.96, 0.20, 14.02),
    (3.11, 0.11, 17.89),
    (3.67, 0.64, 33.52),
    (3.80, 0.07, 11.85),
    (3.96, 1.00, 37.48),
)

COMPONENTS: dict[str, dict[str, tuple[Line, ...]]] = {
    "none": {},
    "single": {"MM": tuple(Line(p, w / BIRCH_MHZ, a) for p, a, w in _BIRCH)},
    "five": {
        "MM09": (Line(0.91, 0.14, 3.0),),
        "MM12": (Line(1.21, 0.15, 2.0),),
        "MM14": (Line(1.43, 0.17, 2.0),),
        "MM17": (Line(1.67, 0.15, 2.0),),
        "MM20": (
            Line(2.08, 0.15, 1.33),
            Line(2.25, 0.20, 0.33),
            Line(1.95, 0.15, 0.33),
            Line(3.00, 0.20, 0.40),
        ),
    },
    "lipids": {
        "Lip09": (Line(0.89, 0.14, 3.0),),
        "Lip13": (Line(1.28, 0.15, 2.0),),
        "Lip20": (
            Line(2.04, 0.15, 1.33),
            Line(2.25, 0.15, 0.67),
            Line(2.80, 0.20, 0.87),
        ),
    },
}
"""Components of each kind, by name."""


def components(
    kind: str, frequency_mhz: float, dwell_time_s: float, points: int
) -> tuple[tuple[str, ...], Complex]:
    """Names and FIDs of the components of one kind.

    Parameters
    ----------
    kind : "none", "single" (MM), "five" (MM09 ... MM20) or "lipids" (Lip09 ... Lip20)
    frequency_mhz : spectrometer frequency, MHz
    dwell_time_s : s
    points : points of each FID

    Returns
    -------
    names and FIDs (components, points) complex128, carrier at 4.65 ppm, sign convention
    of `monitor.analysis.signal.spectrum`

    Raises
    ------
    InputError : an unknown kind
    """
    if kind not in COMPONENTS:
        raise InputError(
            f"No macromolecule components {kind!r}: give one of "
            f"{', '.join(COMPONENTS)}."
        )
    t = time_axis_s(points, dwell_time_s)
    lines_of = COMPONENTS[kind]
    fids: Complex = np.zeros((len(lines_of), points), complex)
    for row, lines in zip(fids, lines_of.values(), strict=True):
        for line in lines:
            row += _gaussian(line, frequency_mhz, t)
    return tuple(lines_of), fids


def _gaussian(line: Line, frequency_mhz: float, t: NDArray[np.float64]) -> Complex:
    """FID of one line at times `t` in s."""
    turn = -2j * np.pi * (line.ppm - REFERENCE_PPM) * frequency_mhz * t
    width_hz = line.fwhm_ppm * frequency_mhz
    decay = (np.pi * width_hz * t) ** 2 / (4 * np.log(2))
    return np.asarray(line.amplitude * np.exp(turn - decay))
