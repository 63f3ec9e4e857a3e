"""Entries of a basis set that no fit can do anything with."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.signal.spectrum import Real
from streams.errors import InputError

SAME = 1e-3
"""Two entries are the same that differ by less, relative to their size."""
BROAD_HZ = 25.0
"""No line of a brain is that broad in a spectrum that can be fitted."""


def notes_on_entries(basis: BasisSet) -> list[str]:
    """What is to be noted of the entries: those without a signal.

    Raises
    ------
    InputError : two entries are the same that may not be; broad lines
    """
    sizes = np.linalg.norm(basis.fids, axis=1)
    _check_different(basis, sizes)
    if width_hz(basis) > BROAD_HZ:
        raise InputError(
            f"Basis set {basis.source} has lines broader than {BROAD_HZ:g} Hz, as no "
            "spectrum of a brain that can be fitted: give one that is less damped."
        )
    empty = [n for n, size in zip(basis.names, sizes, strict=True) if size == 0]
    if not empty:
        return []
    return [
        f"Warning: the basis set has no signal in {', '.join(empty)}: nothing can be "
        "said of it."
    ]


def width_hz(basis: BasisSet) -> float:
    """Lorentzian width of NAA as the mean time of its power tells; 0 without NAA."""
    name = naming.find("NAA", basis.names) or naming.find("tNAA", basis.names)
    power = np.abs(basis.fid(name)) ** 2 if name else np.zeros(1)
    if not power.any():
        return 0.0
    mean_s = basis.dwell_time_s * float(
        np.average(np.arange(power.size), weights=power)
    )
    return 1.0 / (2.0 * np.pi * max(mean_s, basis.dwell_time_s))


def _check_different(basis: BasisSet, sizes: Real) -> None:
    """Refuse two entries that are the same but for their size."""
    there = np.flatnonzero(sizes)
    unit = basis.fids[there] / sizes[there, np.newaxis]
    alike = np.abs(unit.conj() @ unit.T)
    for i, j in combinations(range(there.size), 2):
        one, other = basis.names[there[i]], basis.names[there[j]]
        if alike[i, j] > 1.0 - SAME**2 / 2 and not naming.may_be_one(one, other):
            raise InputError(
                f"Basis set {basis.source} has one spectrum for both {one} and {other}:"
                " no fit can tell them apart. Leave one of them out (--metabolites)."
            )
