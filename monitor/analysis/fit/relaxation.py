"""How much narrower or broader than creatine's each metabolite's lines are, from T2.

All metabolites of a voxel share its shim but not their T2: at 3 T the line of NAA is
1 Hz narrower than that of creatine, that of GABA 1.4 Hz broader, and a fit that gives
all of them one width is off by some ten percent in NAA/Cr.  With w_m = 1 / (pi T2_m) -
1 / (pi T2_Cr) in Hz every FID gets the factor

    exp(-pi a w_m t),

a = 1 where the spectrum shows such differences, 0 where it does not (a basis set may
have its own, a phantom or a simulation none); `first_fit` decides.

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
}  # fmt: skip
OTHER_S = 0.140


def widths_hz(names: tuple[str, ...], macromolecule: np.ndarray) -> Real:
    """w_m of each entry; 0 of macromolecules and lipids."""
    t2 = np.array([T2_S.get(naming.canonical(name), OTHER_S) for name in names])
    widths = 1 / (np.pi * t2) - 1 / (np.pi * T2_S["Cr"])
    return np.where(macromolecule, 0.0, widths)
