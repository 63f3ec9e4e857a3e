"""Soft ratio priors on weak metabolites, of the kind that LCModel uses.

A weak metabolite m is expected at  c_m = r_m B +- s_m B,  B the "Big 3",

    B = tNAA + tCr + 3 tCho,

which a spectrum always knows (Provencher 1993; LCModel manual, section 11.8).  As rows
for least squares, with B0 a first estimate of B:

    (c_m - r_m B(c)) / (s_m B0) = 0.

Macromolecules and lipids are tied to the one at 0.9 ppm, which nothing overlaps, in the
same way, and more loosely than in LCModel.  Glu, Gln, NAA, NAAG, Cr, PCr, GPC, PCh and
mI have no prior.  `settings.ratio_priors` switches them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.signal.spectrum import Real


@dataclass(frozen=True, slots=True)
class Ratio:
    """One expectation: ratio r and its SD s."""

    ratio: float
    sd: float


TO_BIG3 = {
    "Ala": Ratio(0.03, 0.03),
    "Asc": Ratio(0.04, 0.04),
    "Asp": Ratio(0.06, 0.05),
    "CrCH2": Ratio(0.02, 0.03),
    "GABA": Ratio(0.05, 0.04),
    "Glc": Ratio(0.06, 0.06),
    "Gly": Ratio(0.04, 0.02),
    "Lac": Ratio(0.04, 0.04),
    "PE": Ratio(0.06, 0.05),
    "sI": Ratio(0.02, 0.02),
    "Ser": Ratio(0.03, 0.03),
    "Tau": Ratio(0.05, 0.04),
}
"""Weak metabolites, against B."""

TO_MM09 = {
    "MM12": Ratio(0.45, 0.3),
    "MM14": Ratio(0.85, 0.45),
    "MM17": Ratio(0.5, 0.3),
    "MM20": Ratio(1.6, 0.6),
    "MM21": Ratio(1.6, 0.6),
}
"""Components of the usual five, against MM09."""


def prior_rows(names: tuple[str, ...], c: Real) -> Real:
    """Rows (n, M) that would be zero if every ratio were as expected.

    `c` (M,) is a first estimate of the amplitudes, for B0 (and MM09).  Without a
    positive estimate there are no rows.
    """
    big3 = _big3(names)
    rows = _rows(names, TO_BIG3, big3, float(big3 @ c))
    mm09 = np.array([float(name.upper() == "MM09") for name in names])
    rows += _rows(names, TO_MM09, mm09, max(float(mm09 @ c), 0.2 * float(big3 @ c)))
    return np.stack(rows) if rows else np.zeros((0, len(names)))


def _big3(names: tuple[str, ...]) -> Real:
    """B as a row over the amplitudes."""
    row = np.zeros(len(names))
    for total, share in (("tNAA", 1.0), ("tCr", 1.0), ("tCho", 3.0)):
        parts = naming.members(total, names)
        row += share * np.array([float(name in parts) for name in names])
    return row


def _rows(
    names: tuple[str, ...], expected: dict[str, Ratio], base: Real, scale: float
) -> list[Real]:
    if not (base.any() and np.isfinite(scale) and scale > 0):
        return []
    rows = []
    for i, name in enumerate(names):
        prior = expected.get(naming.canonical(name))
        if prior is not None:
            row = -prior.ratio * base
            row[i] += 1.0
            rows.append(row / (prior.sd * scale))
    return rows
