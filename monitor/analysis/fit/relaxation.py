"""How much narrower or broader than creatine's each metabolite's lines are, from T2.

All metabolites of a voxel share its shim but not their T2: at 3 T the line of NAA is
1 Hz narrower than that of creatine, that of GABA 1.4 Hz broader, and a fit that gives
all of them one width is off by some ten percent in NAA/Cr.  With R_m = 1 / (pi T2_m) in
Hz and w_m = R_m - R_Cr every FID gets the factor

    exp(-pi (a w_m + r_p R_m) t).

a = 1 where the spectrum shows such differences, 0 where it does not (a basis set may
have its own, a phantom or a simulation none); `first_fit` decides.  r_p is by what part
this brain's and this sequence's rate is another than the table's, p one of the pools
whose lines stand alone enough to tell (`POOLS`).  Published T2 of one metabolite differ
by more than a common factor: NAA's is 168 to 270 ms, creatine's 126 to 150 ms, that of
singlets a fifth longer by LASER than by PRESS while glutamate's is the same (Deelchand
2018, 10.1002/mrm.26826).  Glutamate has no r_p: its multiplets look like the
macromolecules below them, and where pulses or macromolecules are wrong its width would
take that up.

T2 of grey matter at 3 T: Wyss 2018 (10.1002/mrm.27067), mean of two regions; where it
has none, 0.14 s.  Macromolecules have no place here: their components are as wide as
they were measured.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.signal.spectrum import Real

T2_S = {
    "Asc": 0.115, "Asp": 0.100, "Cr": 0.146, "PCr": 0.146, "GABA": 0.088,
    "Gln": 0.110, "Glu": 0.128, "Gly": 0.092, "GPC": 0.248, "PCh": 0.248,
    "Cho": 0.248, "GSH": 0.088, "mI": 0.236, "sI": 0.116, "Lac": 0.104, "NAA": 0.258,
    "NAAG": 0.118, "PE": 0.102, "Tau": 0.112,
    "tNAA": 0.258, "tCr": 0.146, "tCho": 0.248,
}  # fmt: skip
OTHER_S = 0.140
POOLS = {
    "NAA": ("NAA", "tNAA"),
    "tCr": ("Cr", "PCr", "tCr"),
    "tCho": ("Cho", "GPC", "PCh", "tCho"),
    "mI": ("mI",),
}
"""What has one T2, by the names of its parts."""
RATE_SCATTER = 0.12
"""SD of r_p: of published means of one metabolite about a common factor."""


def t2_widths_hz(names: tuple[str, ...], macromolecule: np.ndarray) -> Real:
    """Width of each entry for a = 1 and for each r_p = 1, Hz, (1 + pools, M).

    w_m, and R_m where the entry is of the pool; 0 of macromolecules and lipids.
    """
    known = [naming.canonical(name) for name in names]
    rates = np.array([1 / (np.pi * T2_S.get(name, OTHER_S)) for name in known])
    pools = [[name in parts for name in known] for parts in POOLS.values()]
    widths = np.stack([rates - 1 / (np.pi * T2_S["Cr"]), *(rates * np.array(pools))])
    return np.where(macromolecule, 0.0, widths)


def own_rates_hz(names: tuple[str, ...], macromolecule: np.ndarray) -> Real:
    """R_m of metabolites that are of no pool, Hz; 0 of all others, (M,)."""
    known = [naming.canonical(name) for name in names]
    rates = np.array([1 / (np.pi * T2_S.get(name, OTHER_S)) for name in known])
    pooled = {part for parts in POOLS.values() for part in parts}
    return np.where(macromolecule | np.isin(known, list(pooled)), 0.0, rates)
