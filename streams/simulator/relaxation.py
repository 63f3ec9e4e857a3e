"""Relaxation times of the simulated metabolites and water at 3 T, grey matter.

T1 from Mlynarik 2001 and Puts 2013, T2 from Wyss 2018 (mean of two grey-matter
regions), as Osprey's tables collect them; water T1 and T2 of grey matter.  The weight
of a spin echo after excitation by the angle theta every TR is

    w = (1 - E) / (1 - E cos theta) exp(-TE / T2),    E = exp(-TR / T1).
"""

from __future__ import annotations

import numpy as np

T1_T2_S = {
    "Glu": (1.270, 0.1285),
    "Gln": (1.340, 0.1105),
    "NAA": (1.470, 0.258),
    "NAAG": (1.340, 0.1175),
    "Cr": (1.460, 0.146),
    "PCr": (1.460, 0.146),
    "GPC": (1.300, 0.248),
    "PCh": (1.300, 0.248),
    "mI": (1.230, 0.2365),
    "GABA": (1.310, 0.0885),
    "GSH": (1.340, 0.0885),
    "Asp": (1.340, 0.1005),
    "Lac": (1.340, 0.1045),
    "Tau": (1.340, 0.1125),
    "Gly": (1.340, 0.0915),
    "Asc": (1.340, 0.115),
    "PE": (1.340, 0.1025),
    "sI": (1.340, 0.116),
}
"""T1 and T2 by metabolite, s."""

OTHER_S = (1.340, 0.140)
"""T1 and T2 of a metabolite that is not in the table, s."""

WATER_S = (1.50, 0.088)
"""T1 and T2 of the unsuppressed water, s."""


LIPID_T1_S = 0.35
"""T1 of lipids and of what makes the humps of a baseline, s."""

CREATINE_CH2_T1_S, CREATINE_CH2_PPM = 0.95, 3.922
"""The CH2 of creatine relaxes faster than its CH3, so that nulling leaves some."""

INVERTED = 0.96
"""Part of the magnetisation that an adiabatic inversion inverts."""


def times_s(name: str) -> tuple[float, float]:
    """T1 and T2 of a metabolite, s."""
    return T1_T2_S.get(name, OTHER_S)


def weight(t1_t2_s: tuple[float, float], te_s: float, tr_s: float) -> float:
    """Steady-state weight after 90 degree excitations."""
    t1, t2 = t1_t2_s
    return float(-np.expm1(-tr_s / t1) * np.exp(-te_s / t2))


def after_inversion(t1_s: float, ti_s: float, tr_s: float) -> float:
    """Signal of an inversion recovery over that without the inversion.

    (1 - (1 + e) exp(-TI / T1) + e exp(-TR / T1)) / (1 - exp(-TR / T1)), e = INVERTED.
    """
    recovered = np.exp(-tr_s / t1_s)
    inverted = 1 - (1 + INVERTED) * np.exp(-ti_s / t1_s) + INVERTED * recovered
    return float(inverted / (1 - recovered))


def approach(t1_s: float, tr_s: float, flip_angle_deg: float, k: int) -> float:
    """Magnetisation before excitation k (from 0) relative to the steady state.

    M_k = M + (1 - M) (E cos theta)^k from full relaxation at k = 0.
    """
    decay = np.exp(-tr_s / t1_s)
    kept = decay * np.cos(np.radians(flip_angle_deg))
    steady = (1 - decay) / (1 - kept)
    return float((steady + (1 - steady) * kept**k) / steady)
