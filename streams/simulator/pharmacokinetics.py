"""Plasma level of ketamine during and after an infusion at a constant rate.

Linear compartments: amounts x (central first) follow  x' = A x + R e1  with elimination
k10 and exchanges k12, k21, k13, k31 (1/min); the level is x1 / V1.  For a constant rate
R from 0 to T,

    x(u) = A^-1 (exp(A u) - 1) e1 R           for u <= T,
    x(u) = exp(A (u - T)) x(T)                after,

evaluated by the eigenvectors of A (its eigenvalues are real and negative).

Models: Domino 1982 (PMID 7198883), Clements 1981 (doi 10.1093/bja/53.1.27, 250 ng/ml),
Kamp 2020 (doi 10.1097/ALN.0000000000003577, arterial, 70 kg).  Values as collected in
the opentiva library's tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

DOSE_MG_PER_KG = 0.5
"""Of the published infusions; levels are linear in it."""


@dataclass(frozen=True, slots=True)
class CompartmentModel:
    """A mammillary model of up to three compartments.

    `central_l_per_kg` is V1 / weight, the rates are per minute.
    """

    central_l_per_kg: float
    k10: float
    k12: float
    k21: float
    k13: float
    k31: float

    def matrix(self) -> Real:
        """A of the module docstring, 1/min, (3, 3)."""
        out = self.k10 + self.k12 + self.k13
        return np.array(
            [
                [-out, self.k21, self.k31],
                [self.k12, -self.k21, 0.0],
                [self.k13, 0.0, -self.k31],
            ]
        )


def _from_clearances(
    volumes_l: tuple[float, float, float],
    clearances_l_per_h: tuple[float, float, float],
) -> CompartmentModel:
    """Model of a 70 kg subject from V1, V2, V3 and CL, Q2, Q3."""
    v1, v2, v3 = volumes_l
    cl, q2, q3 = (q / 60.0 for q in clearances_l_per_h)
    return CompartmentModel(v1 / 70.0, cl / v1, q2 / v1, q2 / v2, q3 / v1, q3 / v3)


MODELS = {
    "Kamp": _from_clearances((25.0, 56.0, 157.0), (84.0, 161.0, 79.0)),
    "Domino": CompartmentModel(0.063, 0.4381, 0.5921, 0.2470, 0.5900, 0.0146),
    # a third compartment that nothing enters keeps the matrix of one size
    "Clements": CompartmentModel(1.7522, 0.0109, 0.0186, 0.0137, 0.0, 1.0),
}


def plasma_level(
    model: CompartmentModel,
    time_s: Real,
    length_s: float,
    dose_mg_per_kg: float = DOSE_MG_PER_KG,
) -> Real:
    """Plasma level in ng/ml at times after the start of the infusion.

    Parameters
    ----------
    model : one of `MODELS`
    time_s : (n,) times since the start, s, not negative
    length_s : length of the infusion, s
    dose_mg_per_kg : total dose

    Returns
    -------
    level : (n,) ng/ml
    """
    eigenvalues, vectors = np.linalg.eig(model.matrix())
    weights = np.linalg.solve(vectors, np.array([1.0, 0.0, 0.0]))
    rate = dose_mg_per_kg * 1000.0 / (length_s / 60.0)  # ug per kg and min
    during = np.minimum(time_s, length_s)[:, None] / 60.0
    after = np.maximum(time_s - length_s, 0.0)[:, None] / 60.0
    grown = np.expm1(eigenvalues * during) / eigenvalues * np.exp(eigenvalues * after)
    level = rate / model.central_l_per_kg * (grown * weights) @ vectors[0]
    return np.asarray(level.real, dtype=float)
