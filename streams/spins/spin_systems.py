"""Spin systems of brain metabolites, from `spin_systems.csv`.

One row a spin: metabolite, fragment (spins of different fragments are not coupled, so
fragments are simulated one by one: the molecule's size costs only its largest one),
weight of the fragment (9 for N(CH3)3 written as one spin, 0.36 and 0.64 for the
anomers of glucose), nucleus, whether it is observed, shift in ppm, couplings in Hz to
later spins of the fragment ("3:-14.849 4:6.413"), key of the citation in `sources.csv`.

Amide protons exchange with water and lie beyond the fitted range: those that are
coupled to an observed spin (NAA, NAAG) take part in the evolution but are not observed,
the others are left out.  31P and 14N are not flipped by proton pulses; their couplings
shift the proton lines (`Fragment.hetero`).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError

Real = NDArray[np.float64]

_TABLE = files(__package__).joinpath("spin_systems.csv")

PROJECTIONS: dict[str, tuple[float, ...]] = {
    "31P": (-0.5, 0.5),
    "14N": (-1.0, 0.0, 1.0),
}
"""Magnetic quantum numbers of the heteronuclei."""


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """Coupled spins of a molecule.

    Attributes
    ----------
    weight : fragments per molecule times protons behind one spin
    shifts_ppm : (n,) chemical shifts of the protons
    couplings_hz : (n, n) upper triangle, J
    observed : (n,) 1 where the spin is detected, else 0
    hetero : for each heteronucleus its quantum numbers and (n,) couplings in Hz
    """

    weight: float
    shifts_ppm: Real
    couplings_hz: Real
    observed: Real
    hetero: tuple[tuple[tuple[float, ...], Real], ...] = ()

    def splittings_hz(self) -> Iterator[tuple[float, Real]]:
        """Yield probability and (n,) shift in Hz for each state of the heteronuclei."""
        choices = [[(m, j) for m in levels] for levels, j in self.hetero]
        for states in product(*choices):
            offset = np.zeros(self.shifts_ppm.size)
            for m, j in states:
                offset += m * j
            yield 1 / int(np.prod([len(c) for c in choices] or [1])), offset

    @property
    def protons(self) -> float:
        """Observed protons: the amplitude at t = 0 for TE -> 0."""
        return float(self.weight * self.observed.sum())


@cache
def _systems() -> dict[str, tuple[Fragment, ...]]:
    rows = list(csv.DictReader(_TABLE.read_text(encoding="utf-8").splitlines()))
    return {
        name: tuple(
            _fragment(list(spins))
            for _, spins in groupby(group, lambda row: row["fragment"])
        )
        for name, group in groupby(rows, lambda row: row["metabolite"])
    }


def _fragment(rows: list[dict[str, str]]) -> Fragment:
    couplings = np.zeros((len(rows), len(rows)))
    for row in rows:
        for pair in row["couplings_hz"].split():
            other, j = pair.split(":")
            couplings[int(row["spin"]) - 1, int(other) - 1] = float(j)
    proton = np.array([row["nucleus"] == "1H" for row in rows])
    both = couplings + couplings.T
    return Fragment(
        weight=float(rows[0]["weight"]),
        shifts_ppm=np.array([float(r["shift_ppm"]) for r in rows if r["shift_ppm"]]),
        couplings_hz=couplings[np.ix_(proton, proton)],
        observed=np.array([float(r["observed"]) for r in rows])[proton],
        hetero=tuple(
            (PROJECTIONS[rows[k]["nucleus"]], both[k, proton])
            for k in np.flatnonzero(~proton)
        ),
    )


def fragments(name: str) -> tuple[Fragment, ...]:
    """Fragments of a metabolite by its name in the table.

    Raises
    ------
    InputError : not in the table
    """
    try:
        return _systems()[name]
    except KeyError:
        raise InputError(
            f"No spin system of {name}; known are {', '.join(_systems())}."
        ) from None


def metabolites() -> tuple[str, ...]:
    """Names in the table."""
    return tuple(_systems())


def table_version() -> str:
    """First 12 hex digits of the table's SHA-256, for the provenance of a basis set."""
    return hashlib.sha256(_TABLE.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:12]


METABOLITES: tuple[str, ...] = metabolites()
