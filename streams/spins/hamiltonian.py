"""Operators, energies and eigenvectors of a few coupled spins 1/2.

    H / 2 pi = sum_i nu_i I_iz + sum_{i<j} J_ij I_i . I_j          (strong coupling)

H commutes with F_z = sum_i I_iz, so it is diagonalised block by block of the total
quantum number M; every eigenvector keeps a definite M, and coherence orders can be
told apart in the eigenbasis.  H is real, hence so are its eigenvectors.

Product states are numbered by the bits of their index, first spin first, 0 = up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


@lru_cache(maxsize=16)
def projections(n: int) -> Real:
    """Quantum numbers m_i of each spin in each product state (2^n, n)."""
    bits = (np.arange(2**n)[:, None] >> np.arange(n)[::-1]) & 1
    return np.asarray(0.5 - bits, float)


@lru_cache(maxsize=16)
def raising(n: int) -> Real:
    """I_i+ of each spin (n, 2^n, 2^n): raises a down spin."""
    up = np.array([[0.0, 1.0], [0.0, 0.0]])
    return np.stack(
        [np.kron(np.kron(np.eye(2**i), up), np.eye(2 ** (n - 1 - i))) for i in range(n)]
    )


def rotation(n: int, angle_rad: float, axis: str) -> Complex:
    """Ideal pulse on all spins: exp(-i angle F_axis), (2^n, 2^n)."""
    c, s = np.cos(angle_rad / 2), np.sin(angle_rad / 2)
    one = (
        np.array([[c, -s], [s, c]])
        if axis == "y"
        else np.array([[c, -1j * s], [-1j * s, c]])
    )
    return product_of([one.astype(complex)] * n)


def product_of(rotations: list[Complex]) -> Complex:
    """Kronecker product of one 2 x 2 rotation for each spin."""
    total = np.ones((1, 1), complex)
    for one in rotations:
        total = np.kron(total, one)
    return total


def hamiltonian_hz(frequencies_hz: Real, couplings_hz: Real) -> Real:
    """H / 2 pi in the product basis (2^n, 2^n), Hz; J in the upper triangle."""
    n = frequencies_hz.size
    m, up = projections(n), raising(n)
    h = np.diag(m @ frequencies_hz)
    for i, j in zip(*np.nonzero(couplings_hz), strict=True):
        flip = up[i] @ up[j].T
        h += couplings_hz[i, j] * (np.diag(m[:, i] * m[:, j]) + 0.5 * (flip + flip.T))
    return h


@dataclass(frozen=True, slots=True, eq=False)
class Eigensystem:
    """Energies and eigenvectors of one fragment.

    Attributes
    ----------
    energies_hz : (2^n,) E / 2 pi
    vectors : (2^n, 2^n) real, columns are eigenvectors in the product basis
    total_m : (2^n,) quantum number M of each eigenvector
    """

    energies_hz: Real
    vectors: Real
    total_m: Real

    def orders(self) -> NDArray[np.int_]:
        """Coherence order of each element |a><b| in the eigenbasis."""
        return np.rint(self.total_m[:, None] - self.total_m[None, :]).astype(int)

    def inside(self, operator: Complex | Real) -> Complex:
        """Bring an operator from the product basis to the eigenbasis."""
        result: Complex = self.vectors.T @ operator.astype(complex) @ self.vectors
        return result


def eigensystem(frequencies_hz: Real, couplings_hz: Real) -> Eigensystem:
    """Diagonalise the Hamiltonian block by block of total M."""
    h = hamiltonian_hz(frequencies_hz, couplings_hz)
    m = projections(frequencies_hz.size).sum(axis=1)
    energies, vectors = np.zeros(m.size), np.zeros_like(h)
    for level in np.unique(m):
        block = np.flatnonzero(m == level)
        e, v = np.linalg.eigh(h[np.ix_(block, block)])
        energies[block], vectors[np.ix_(block, block)] = e, v
    return Eigensystem(energies, vectors, m)
