"""Coil combination with noise whitening: generalised least squares.

One transient is y_c(t) = s_c x(t) + n_c(t), with complex sensitivities s (coils,) and
noise of covariance Psi (coils, coils).  The combination of least variance that leaves x
unchanged (Rodgers & Robson, Magn Reson Med 2010, 63:881) is

    x(t) = w^H y(t),    w = Psi^-1 s / (s^H Psi^-1 s).

s is the first left singular vector of the whitened transients (WSVD); it does not
matter which phase or frequency each transient has, only that all coils share it.

Scale: s has unit norm, so that x is the root sum of squares of the coils' signals in
the units of the source.  Phase: with a water reference x of that reference is real and
positive at its first points; without one the strongest coil keeps its phase.  One coil
is passed through unchanged.  Weights are from one reference, so metabolites and water
combined with the same weights have the same scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.noise import Coils
from monitor.analysis.signal.spectrum import Complex
from streams.errors import InputError


@dataclass(slots=True)
class NoiseEstimate:
    """Running noise covariance; the one mutable object of this module.

    Attributes
    ----------
    total : (coils, coils) complex128, sum of outer products of noise values
    values : how many noise values of each coil are in it
    """

    total: Complex
    values: int = 0

    @staticmethod
    def empty(coils: int) -> NoiseEstimate:
        """An estimate without any values yet."""
        return NoiseEstimate(np.zeros((coils, coils), complex))

    def push(self, noise: Coils) -> None:
        """Add noise values (coils, values); the mean of each coil is taken off."""
        centred = noise - noise.mean(axis=1, keepdims=True)
        self.total = self.total + centred @ centred.conj().T
        self.values += noise.shape[1]

    def covariance(self) -> Complex:
        """Psi, (coils, coils) complex128: E[n n^H] of one point of the FID."""
        return np.asarray(self.total / max(self.values, 1), complex)


def live_coils(fids: Coils) -> NDArray[np.bool_]:
    """Which coils (coils,) hold any value but zero; fids (coils, points)."""
    return np.asarray(np.any(fids != 0, axis=1))


def sensitivities(fids: Coils, covariance: Complex) -> Complex:
    """Relative complex sensitivities from transients of one reference (WSVD).

    Parameters
    ----------
    fids : (coils, points) or several transients side by side along the last axis
    covariance : Psi, (coils, coils)

    Returns
    -------
    s, (coils,) complex128 of unit norm; 0 where a coil is dead.

    Raises
    ------
    InputError : every coil is zero
    """
    alive = live_coils(fids) & (np.diag(covariance).real > 0)
    if not alive.any():
        raise InputError(
            "The reference of the coil combination is zero in every coil: check the "
            "receive coil, or leave it out with --no-coil-combine."
        )
    psi = covariance[np.ix_(alive, alive)]
    root = np.linalg.cholesky(_load(psi))
    y = fids[alive].astype(complex)
    whitening = np.linalg.inv(root)
    _, vectors = np.linalg.eigh(whitening @ (y @ y.conj().T) @ whitening.conj().T)
    s = np.zeros(fids.shape[0], complex)
    s[alive] = root @ vectors[:, -1]
    s /= np.linalg.norm(s)
    return np.asarray(s * np.exp(-1j * np.angle(s[np.argmax(np.abs(s))])), complex)


def gls_weights(s: Complex, covariance: Complex, alive: NDArray[np.bool_]) -> Complex:
    """W of the module's equation from sensitivities and covariance, dead coils 0.

    Raises
    ------
    InputError : no live coil has any sensitivity
    """
    use = alive & (s != 0) & (np.diag(covariance).real > 0)
    if not use.any():
        raise InputError(
            "No live coil is left to combine: check the plugs of the receive coil."
        )
    w = np.zeros(s.size, complex)
    psi_s = np.linalg.solve(_load(covariance[np.ix_(use, use)]), s[use])
    w[use] = psi_s / np.vdot(s[use], psi_s)
    return w


def turned_to_reference(s: Complex, w: Complex, water: Coils) -> Complex:
    """Sensitivities s turned so that the combined water (coils, points) begins at 0.

    The phase is that of the power-weighted first sixteen points: a single first point
    may be disturbed by the receiver's filter.
    """
    x = combine(water[:, : min(16, water.shape[1])], w)
    return np.asarray(s * np.exp(1j * np.angle(np.sum(x * np.abs(x)))), complex)


def combine(fid: Coils, weights: Complex) -> Complex:
    """Combined FID w^H y, (points,) complex128, of one transient (coils, points).

    Raises
    ------
    InputError : the transient has another number of coils than the weights
    """
    if fid.shape[0] != weights.size:
        raise InputError(
            f"A transient has {fid.shape[0]} coils where the coil weights are for "
            f"{weights.size}: start a new epoch or give the reference of this coil."
        )
    return np.asarray(weights.conj().astype(np.complex128) @ fid, complex)


def _load(psi: Complex) -> Complex:
    """Psi with 1e-6 of its mean variance on the diagonal, against singularity."""
    mean = float(np.trace(psi).real) / psi.shape[0]
    return np.asarray(psi + 1e-6 * mean * np.eye(psi.shape[0]), complex)
