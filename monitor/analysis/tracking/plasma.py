"""Plasma level of ketamine from published parameters, for the overlay on the trend.

A mammillary model has the disposition function (level after a unit dose at once)

    D(t) = sum_i A_i exp(-l_i t),

-l_i the eigenvalues of the rate matrix and A_i from its eigenvectors.  An infusion at
the constant rate R for T is the difference of two endless ones, the second beginning at
T, and an endless one gives

    R sum_i A_i / l_i (1 - exp(-l_i t)).

The overlay is *normalised* (1 at the end of the infusion), which dose and weight do not
change; it is a guide to the eye and never fitted silently.  Glutamate need not follow
plasma: the one published time to the peak of Glx is 26 min into a 40 min infusion
(Milak 2016), when the plasma level still rises.

Kamp 2020 (doi 10.1097/ALN.0000000000003577; arterial, volumes and clearances per 70
kg), Domino 1982 (PMID 7198883), Clements 1981 (doi 10.1093/bja/53.1.27).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real
from streams.errors import InputError


@dataclass(frozen=True, slots=True)
class Compartments:
    """Central volume (l/kg) and rates (1/min) of a mammillary model.

    `elimination` from the centre; `out` and `back` for each outer compartment.
    """

    central_l_per_kg: float
    elimination: float
    out: tuple[float, ...]
    back: tuple[float, ...]


def _kamp() -> Compartments:
    centre, outer = 25.0, (56.0, 157.0)
    clearance, exchange = 84.0 / 60, (161.0 / 60, 79.0 / 60)
    out = tuple(q / centre for q in exchange)
    back = tuple(q / v for q, v in zip(exchange, outer, strict=True))
    return Compartments(centre / 70, clearance / centre, out, back)


PLASMA = {
    "Kamp": _kamp(),
    "Domino": Compartments(0.063, 0.4381, (0.5921, 0.5900), (0.2470, 0.0146)),
    "Clements": Compartments(1.7522, 0.0109, (0.0186,), (0.0137,)),
}


def plasma_level(
    name: str,
    since_start_s: Real,
    length_s: float,
    dose_mg_per_kg: float,
) -> Real:
    """Level (ng/ml) at times (n,) since the start of an infusion, 0 before it.

    Raises
    ------
    InputError : no such model
    """
    if name not in PLASMA:
        raise InputError(f"No plasma model {name}: use one of {', '.join(PLASMA)}.")
    if not length_s > 0:
        raise InputError("The infusion's length must be above 0 s.")
    model = PLASMA[name]
    rates, weights = _disposition(model)
    since_min = np.maximum(np.asarray(since_start_s, float), 0.0) / 60
    length_min = length_s / 60
    endless = _endless(rates, weights, since_min)
    stopped = _endless(rates, weights, np.maximum(since_min - length_min, 0.0))
    per_min = 1000 * dose_mg_per_kg / length_min / model.central_l_per_kg
    level: Real = per_min * (endless - stopped)
    return level


def relative_plasma(
    name: str, time_s: Real, infusion_s: tuple[float, float], lag_s: float = 0.0
) -> Real:
    """Level at scanner times (n,) over that at the infusion's end, `lag_s` late."""
    start, stop = infusion_s
    since = np.asarray(time_s, float) - start - lag_s
    length = stop - start
    end = plasma_level(name, np.array([length]), length, 1.0)[0]
    relative: Real = plasma_level(name, since, length, 1.0) / end
    return relative


def _disposition(model: Compartments) -> tuple[Real, Real]:
    """Rates l (1/min) and weights A of the disposition function, V = 1."""
    n = len(model.out) + 1
    matrix = np.zeros((n, n))
    matrix[0, 0] = -model.elimination - sum(model.out)
    for k, (out, back) in enumerate(zip(model.out, model.back, strict=True), 1):
        matrix[0, k], matrix[k, 0], matrix[k, k] = back, out, -back
    values, vectors = np.linalg.eig(matrix)
    unit = np.eye(n)[0]
    weights = vectors[0] * np.linalg.solve(vectors, unit)
    return -values.real, weights.real


def _endless(rates: Real, weights: Real, minutes: Real) -> Real:
    grown: Real = -np.expm1(-np.outer(minutes, rates)) @ (weights / rates)
    return grown
