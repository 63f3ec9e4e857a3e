"""What lies under the metabolites: protein, lipid, humps, water, unwanted echoes.

None of it has the form that a fit's basis set has.  Macromolecules are not a sum of
Gaussians at M0.9, M1.2, ... but a soup of random-coil protein: every residue
contributes its protons at their random-coil shifts (Wishart 1995), in proportion to its
abundance in mobile protein, with the T2 of its group (methyl, methylene, alpha), so
that peaks, shoulders and what lies between come about by themselves.

All functions return (points,) complex FIDs, a line at nu Hz above the carrier being
exp(-2 pi i nu t); heights are of the real (water: magnitude) spectrum, without
normalisation of the transform, first point at full weight.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from streams.messages.transient import REFERENCE_PPM
from streams.simulator.signal_artefacts import Hump, PhaseCycle

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


ABUNDANCE_PERCENT = {
    "Ala": 9.0, "Arg": 5.0, "Asn": 3.5, "Asp": 6.0, "Cys": 0.5, "Gln": 6.5,
    "Glu": 12.0, "Gly": 9.0, "His": 1.8, "Ile": 4.0, "Leu": 6.5, "Lys": 8.0,
    "Met": 1.5, "Phe": 1.5, "Pro": 6.0, "Ser": 9.5, "Thr": 6.0, "Trp": 0.3,
    "Tyr": 1.2, "Val": 5.5, "GlcNAc": 4.0, "Hex": 8.0,
}  # fmt: skip
"""Residues of mobile protein, percent: disordered chains, which alone are narrow
enough to be seen, have little of the greasy residues, much Lys, Glu, Gln, Ser, Pro, Gly
and bound sugar.  Rounded by us, no measured table."""

METHYL, METHYLENE, ALPHA = 0.030, 0.027, 0.022
"""T2 of the groups of mobile protein at 3 T, s."""

T1_S = {METHYL: 0.31, METHYLENE: 0.27, ALPHA: 0.40}
"""T1 of these groups, s: our own, within the 0.22 to 0.43 s that are published."""
NEAR_NITROGEN_PPM, NEAR_NITROGEN_T1_S = 2.85, 0.39
"""What lies above that relaxes more slowly, methylene or not."""

RESIDUES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "Ala": ((1.39, 3, METHYL), (4.32, 1, ALPHA)),
    "Arg": ((1.81, 2, METHYLENE), (1.63, 2, METHYLENE), (3.20, 2, METHYLENE),
            (4.34, 1, ALPHA)),
    "Asn": ((2.79, 2, METHYLENE), (4.74, 1, ALPHA)),
    "Asp": ((2.68, 2, METHYLENE), (4.64, 1, ALPHA)),
    "Cys": ((2.93, 2, METHYLENE), (4.55, 1, ALPHA)),
    "Gln": ((2.05, 2, METHYLENE), (2.36, 2, METHYLENE), (4.34, 1, ALPHA)),
    "Glu": ((2.01, 2, METHYLENE), (2.31, 2, METHYLENE), (4.35, 1, ALPHA)),
    "GlcNAc": ((2.04, 3, METHYL), (3.50, 1, METHYLENE), (3.58, 1, METHYLENE),
               (3.68, 1, METHYLENE), (3.75, 2, METHYLENE), (3.84, 2, METHYLENE)),
    "Hex": ((3.56, 1, METHYLENE), (3.66, 1, METHYLENE), (3.76, 2, METHYLENE),
            (3.86, 2, METHYLENE), (3.95, 1, METHYLENE)),
    "Gly": ((3.96, 2, METHYLENE),),
    "His": ((3.22, 2, METHYLENE), (4.73, 1, ALPHA)),
    "Ile": ((0.91, 3, METHYL), (0.86, 3, METHYL), (1.31, 2, METHYLENE),
            (1.87, 1, METHYLENE), (4.17, 1, ALPHA)),
    "Leu": ((0.92, 3, METHYL), (0.87, 3, METHYL), (1.61, 3, METHYLENE),
            (4.34, 1, ALPHA)),
    "Lys": ((1.80, 2, METHYLENE), (1.44, 2, METHYLENE), (1.68, 2, METHYLENE),
            (2.99, 2, METHYLENE), (4.32, 1, ALPHA)),
    "Met": ((2.10, 3, METHYL), (2.06, 2, METHYLENE), (2.57, 2, METHYLENE),
            (4.48, 1, ALPHA)),
    "Phe": ((3.09, 2, METHYLENE), (4.62, 1, ALPHA)),
    "Pro": ((2.12, 2, METHYLENE), (2.02, 2, METHYLENE), (3.63, 2, METHYLENE),
            (4.42, 1, ALPHA)),
    "Ser": ((3.88, 2, METHYLENE), (4.47, 1, ALPHA)),
    "Thr": ((1.21, 3, METHYL), (4.24, 1, ALPHA), (4.35, 1, ALPHA)),
    "Trp": ((3.28, 2, METHYLENE), (4.66, 1, ALPHA)),
    "Tyr": ((3.01, 2, METHYLENE), (4.55, 1, ALPHA)),
    "Val": ((0.94, 6, METHYL), (2.08, 1, METHYLENE), (4.12, 1, ALPHA)),
}  # fmt: skip
"""Random-coil protons by residue: chemical shift in ppm, protons, T2 in s."""

CONFORMATION_PPM = 0.025
"""SD of the shifts of one group over the proteins' conformations."""

FATTY_ACID = (
    (0.90, 3.0), (1.30, 14.0), (1.58, 1.6), (2.03, 1.8), (2.24, 1.6), (2.76, 0.4),
)  # fmt: skip
"""Protons of an average fatty-acid chain: chemical shift in ppm, protons."""

FATTY_ACID_T2_S = 0.045
"""T2 of its protons, one for all."""

WATER_LINES = ((-5.0, 6.0, 1.0, 0.0), (0.5, 10.0, 0.6, 2.2), (7.0, 19.0, 0.4, -1.9))
"""Residual water: offset in Hz, Lorentzian width in Hz, amplitude, phase in rad."""


def offset_hz(ppm: float, frequency_mhz: float) -> float:
    """Offset of a chemical shift from the carrier."""
    return (ppm - REFERENCE_PPM) * frequency_mhz


def rotation(nu_hz: float, time_s: Real) -> Complex:
    """exp(-2 pi i nu t)."""
    turned: Complex = np.exp(-2j * np.pi * nu_hz * time_s)
    return turned


def real_height(fid: Complex) -> float:
    """Height of the tallest peak of the real spectrum."""
    return float(np.fft.ifft(fid, 4 * len(fid)).real.max() * 4 * len(fid))


def protein_t1_s(ppm: float, t2_s: float) -> float:
    """T1 of a group of mobile protein, s."""
    return NEAR_NITROGEN_T1_S if ppm > NEAR_NITROGEN_PPM else T1_S[t2_s]


def macromolecules(
    time_s: Real,
    frequency_mhz: float,
    te_s: float,
    part: Callable[[float], float] = lambda _: 1.0,
) -> Complex:
    """Random-coil protein after an echo time, any scale.

    `part` of a T1 in s is how much of a group is there.
    """
    fid = np.zeros(len(time_s), complex)
    dispersion = np.exp(-2 * (np.pi * CONFORMATION_PPM * frequency_mhz * time_s) ** 2)
    for residue, groups in RESIDUES.items():
        for ppm, protons, t2 in groups:
            amplitude = ABUNDANCE_PERCENT[residue] * protons * np.exp(-te_s / t2)
            amplitude *= part(protein_t1_s(ppm, t2))
            lines = rotation(offset_hz(ppm, frequency_mhz), time_s)
            fid += amplitude * lines * np.exp(-time_s / t2)
    return np.asarray(fid * dispersion)


def lipid(
    time_s: Real, frequency_mhz: float, phase_deg: float, shift_hz: float
) -> Complex:
    """Fatty acids from outside the voxel; 1 is the height of their tallest peak."""
    fid = np.zeros(len(time_s), complex)
    for ppm, protons in FATTY_ACID:
        fid += protons * rotation(offset_hz(ppm, frequency_mhz) + shift_hz, time_s)
    # a field that is far off centre: one-sided, like a gamma distribution of offsets
    spread = (1 + 2j * np.pi * 3.0 * time_s) ** -2.0
    fid = fid * spread * np.exp(-time_s / FATTY_ACID_T2_S)
    return np.asarray(fid / real_height(fid) * np.exp(1j * np.radians(phase_deg)))


def hump(shape: Hump, time_s: Real, frequency_mhz: float) -> Complex:
    """A broad Gaussian line; 1 is its height before its phase."""
    width_hz = shape.fwhm_ppm * frequency_mhz
    envelope = np.exp(-((np.pi * width_hz * time_s) ** 2) / (4 * np.log(2)))
    lines = rotation(offset_hz(shape.ppm, frequency_mhz), time_s)
    turned = lines * np.exp(1j * np.radians(shape.phase_deg))
    return np.asarray(envelope / envelope.sum() * turned)


def residual_water(time_s: Real) -> Complex:
    """What suppression leaves near the carrier; 1 is the height of its magnitude."""
    fid = np.zeros(len(time_s), complex)
    for shift_hz, width_hz, amplitude, phase_rad in WATER_LINES:
        decay = np.exp(-np.pi * width_hz * time_s + 1j * phase_rad)
        fid += amplitude * rotation(shift_hz, time_s) * decay
    height = np.abs(np.fft.ifft(fid, 4 * len(fid))).max() * 4 * len(fid)
    return np.asarray(fid / height)


def unwanted_echo(cycle: PhaseCycle, time_s: Real, frequency_mhz: float) -> Complex:
    """The echo that a phase cycle cancels; 1 is its peak in the time domain."""
    envelope = np.exp(-(((time_s - cycle.echo_s) / cycle.echo_width_s) ** 2))
    lines = rotation(offset_hz(cycle.echo_ppm, frequency_mhz), time_s)
    return np.asarray(envelope * lines)
