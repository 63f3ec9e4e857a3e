"""What is known of the macromolecules of the human brain: resonances, and their spread.

The groups are those of the consensus (Cudalbu et al., NMR Biomed 2021;34:e4393), their
widths at 3 T near those of Landheer et al. (Magn Reson Med 2020;84:2327-2337).  A group
is a Gaussian line.  Its width has a part from T2, the same in Hz at every field, and a
part from dispersion and couplings, the same in ppm.

Positions and areas are ours: of fits of these lines, and of broad ones for the pedestal
that every measured spectrum stands on, to metabolite-nulled spectra of human brains:
four of the collection of the consensus (3, 4, 7 and 9.4 T, TE 4 to 24 ms) and one of a
single subject at 3 T (PRESS, TE 30 ms, Osprey's example).  The last row is the function
of Birch et al. (Magn Reson Med 2017;77:34-43), added up by group.

Field, echo time, sequence and laboratory change together between them, so that no T2 of
a group can be had from them, and published ones (14 to 39 ms at 3 T, Landheer) do not
foretell how their areas differ.  So the areas are carried to another echo time as they
are: how far they scatter over 4 to 30 ms is how far they may be off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real

WIDTHS_AT_MHZ = 128.0
T2_WIDTH_HZ = 12.0
"""Part of a group's width that comes from T2, near 26 ms."""
PEDESTAL_PPM = (1.2, 1.6, 2.0, 2.4, 2.8, 3.2, 3.6, 4.0)
PEDESTAL_FWHM_PPM = 0.5


@dataclass(frozen=True, slots=True)
class Group:
    """Name, position in ppm, and full width at half maximum in Hz at 128 MHz."""

    name: str
    ppm: float
    fwhm_hz: float


GROUPS = (
    Group("M0.92", 0.90, 25.0),
    Group("M1.21", 1.20, 21.0),
    Group("M1.39", 1.38, 24.0),
    Group("M1.67", 1.63, 33.0),
    Group("M2.04", 2.02, 34.0),
    Group("M2.26", 2.26, 28.0),
    Group("M2.56", 2.55, 22.0),
    Group("M2.70", 2.68, 24.0),
    Group("M2.99", 2.97, 25.0),
    Group("M3.21", 3.18, 20.0),
    Group("M3.62", 3.60, 25.0),
    Group("M3.75", 3.73, 28.0),
    Group("M3.86", 3.86, 25.0),
    Group("M4.03", 4.01, 28.0),
)

AREAS = {
    "3 T STEAM TE 8": (
        1.00, 0.36, 0.41, 0.49, 1.08, 0.48, 0.14, 0.10, 0.47, 0.18, 0.22, 0.23, 0.45,
        0.25, 0.08, 1.29, 0.62, 0.76, 0.19, 0.13, 0.19, 0.00),
    "4 T STEAM TE 4": (
        1.00, 0.31, 0.52, 0.36, 0.59, 0.32, 0.08, 0.12, 0.42, 0.19, 0.18, 0.16, 0.35,
        0.01, 0.03, 0.63, 1.61, 0.56, 0.00, 0.00, 0.00, 0.70),
    "7 T STEAM TE 6": (
        1.00, 0.29, 0.49, 0.35, 0.58, 0.25, 0.08, 0.14, 0.46, 0.22, 0.18, 0.25, 0.41,
        0.00, 0.27, 1.07, 1.76, 0.59, 0.00, 0.00, 0.00, 0.67),
    "9.4 T sLASER TE 24": (
        1.00, 0.34, 0.48, 0.47, 0.73, 0.72, 0.07, 0.18, 0.49, 0.23, 0.11, 0.25, 0.55,
        0.00, 0.68, 1.07, 1.80, 1.38, 0.47, 0.50, 0.00, 0.00),
    "3 T PRESS TE 30": (
        1.00, 0.43, 0.75, 0.83, 0.68, 0.39, 0.07, 0.10, 0.37, 0.12, 0.14, 0.11, 0.15,
        0.00, 0.00, 0.00, 1.47, 0.33, 0.00, 0.00, 0.00, 2.00),
    "3 T Birch": (
        1.00, 0.35, 0.40, 0.03, 1.34, 0.42, 0.01, 0.00, 0.18, 0.13, 0.40, 1.05, 0.05,
        2.45, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00),
}  # fmt: skip
"""Areas of GROUPS, then of the pedestal's lines, over that of the group at 0.92 ppm, by
where they were measured."""

AREA_PART, LEAST_AREA = 0.3, 0.15
"""SD of one area beyond the scatter of so few, as a part of it, and the area that it is
at least a part of."""
POSITION_PPM, COMMON_PPM, WIDTH_PART = 0.025, 0.01, 0.25
"""SD of a group's position, of all together, and of its width as a part of it."""


@dataclass(frozen=True, slots=True)
class Sharper:
    """A part of a group that may stand elsewhere, narrower.

    `group` is its place in GROUPS, `sd` that of the area which has moved.
    """

    group: int
    ppm: float
    fwhm_hz: float
    sd: float


SHARPER = (Sharper(4, 2.05, 18.0, 0.2), Sharper(5, 2.33, 18.0, 0.3))
"""Disordered protein has the CH2 of Glu and Gln at 2.31 to 2.36 ppm and acetyl groups
at 2.04 (random coil, Wishart 1995), which lie under glutamate and NAA."""


def mean_and_covariance(unknown: frozenset[str] = frozenset()) -> tuple[Real, Real]:
    """Mean (22,) and covariance (22, 22) of areas; `unknown` spectra are left out."""
    areas = np.array([row for name, row in AREAS.items() if name not in unknown])
    mean = areas.mean(axis=0)
    own = AREA_PART * np.maximum(mean, LEAST_AREA)
    covariance: Real = np.cov(areas.T) + np.diag(own**2)
    return mean, covariance
