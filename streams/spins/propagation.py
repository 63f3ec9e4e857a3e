"""The density matrix through the steps of a sequence, with ideal or shaped pulses.

Ideal pulses act at once and everywhere alike.  A shaped pulse acts on a spin at offset
nu with nu + x - nu_c, where x stands for the gradient times the position along its
direction and nu_c for the carrier: spins of other shift have their slice elsewhere
(chemical-shift displacement), and coupled spins meet the pulse at different points of
its profile, which changes the J-modulation.

The density matrix after all pulses of one direction is averaged over x.  It is linear
in the density matrix before, and x, y, z are independent, so this projection onto one
dimension at a time is exact (Zhang, An, Shen, Med Phys 2017;44:4169).

Within a pulse the couplings act between its parts (Strang splitting),

    U = prod_parts exp(-i pi H_J T/P) [(x)_i R_i] exp(-i pi H_J T/P),

R_i the rotation of spin i by that part alone: exact in shift and B1, of second order in
J T / P (0.002 for J = 10 Hz, T = 5 ms, P = 24).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.spins.hamiltonian import (
    Eigensystem,
    hamiltonian_hz,
    product_of,
    projections,
    rotation,
)
from streams.spins.pulses import PulseDesign, rotations
from streams.spins.sequences import (
    Delay,
    Edit,
    Excite,
    Keep,
    Refocus,
    Sequence,
    Step,
    refocusing_of,
    shorten_delays,
    steps,
)

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

PARTS = 24
"""P, parts of a pulse between which the couplings act; divides `pulses.STEPS`."""
POSITIONS = 64
"""Positions along the slice over which the density matrix is averaged."""
MARGIN_PPM = 2.2
"""Shifts this far from the carrier still find their whole slice in the grid."""
ENOUGH = 2**17
"""Elements of the density matrices of positions propagated together (cache)."""

_FLIP = np.array([[0.0, -1j], [-1j, 0.0]])


@dataclass(frozen=True, slots=True, eq=False)
class Spins:
    """Coupled spins at a field.

    Attributes
    ----------
    offsets_hz : (n,) from the receiver's carrier, Hz
    couplings_hz : (n, n) J in the upper triangle
    system : their energies and eigenvectors
    carrier_ppm : the receiver's carrier
    frequency_mhz : spectrometer frequency
    """

    offsets_hz: Real
    couplings_hz: Real
    system: Eigensystem
    carrier_ppm: float
    frequency_mhz: float

    def hz(self, ppm: float) -> float:
        """Offset of a chemical shift from the receiver's carrier, Hz."""
        return (ppm - self.carrier_ppm) * self.frequency_mhz


def propagate(spins: Spins, sequence: Sequence) -> Complex:
    """Density matrix at the start of the acquisition, in the eigenbasis (D, D)."""
    rho: Complex = np.diag(spins.system.total_m.astype(complex))
    programme = steps(sequence)
    if sequence.pulses == "ideal":
        for step in programme:
            rho = _ideal(step, rho, spins)
        return rho
    design = refocusing_of(sequence)
    programme = shorten_delays(programme, design.duration_s, sequence.edit_duration_s)
    pulses = list(_along_slice(design, spins, rho.size))
    for block in _directions(programme):
        if isinstance(block[0], Refocus):
            rho = _slice_average(block, rho, spins, pulses)
        else:
            rho = _shaped_edit(block[0], rho, spins, sequence.edit_duration_s)
    return rho


def _ideal(step: Step, rho: Complex, spins: Spins) -> Complex:
    """Density matrix (..., D, D) after one step with an ideal pulse."""
    n = spins.offsets_hz.size
    if isinstance(step, Delay):
        phase = np.exp(-2j * np.pi * spins.system.energies_hz * step.seconds)
        return np.asarray(phase[:, None] * rho * phase.conj()[None, :])
    if isinstance(step, Keep):
        return np.where(spins.system.orders() == step.order, rho, 0)
    if isinstance(step, Excite):
        pulse = rotation(n, np.pi / 2, step.axis)
    elif isinstance(step, Edit):
        off_hz = np.abs(spins.offsets_hz - spins.hz(step.ppm))
        flipped = off_hz <= step.bandwidth_hz / 2
        pulse = product_of([_FLIP if f else np.eye(2, dtype=complex) for f in flipped])
    else:
        pulse = rotation(n, np.pi, "x")
    return _rotate(rho, spins.system.inside(pulse))


def _rotate(rho: Complex, pulse: Complex) -> Complex:
    """U rho U+ for stacks of matrices."""
    return np.asarray(pulse @ rho @ pulse.conj().swapaxes(-1, -2))


# Shaped pulses


def _directions(programme: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Blocks that share a position, from a direction's first pulse to its last."""
    k = 0
    while k < len(programme):
        last, first = k, programme[k]
        if isinstance(first, Refocus):
            last = max(j for j, step in enumerate(programme) if step == first)
        yield programme[k : last + 1]
        k = last + 1


def _along_slice(design: PulseDesign, spins: Spins, size: int) -> Iterator[Complex]:
    """Propagators of the refocusing pulse along the slice, some positions at a time."""
    reach_hz = 0.9 * design.bandwidth_hz + MARGIN_PPM * spins.frequency_mhz
    positions_hz = np.linspace(-reach_hz, reach_hz, POSITIONS)
    batch = max(1, ENOUGH // size)
    for start in range(0, POSITIONS, batch):
        yield pulse_propagator(design, spins, positions_hz[start : start + batch])


def _slice_average(
    block: tuple[Step, ...], rho: Complex, spins: Spins, pulses: list[Complex]
) -> Complex:
    """Density matrix after the pulses of one direction, averaged over the slice."""
    total = np.zeros_like(rho)
    for pulse in pulses:
        there: Complex = np.broadcast_to(rho, (len(pulse), *rho.shape))
        for step in block:
            refocus = isinstance(step, Refocus)
            there = _rotate(there, pulse) if refocus else _ideal(step, there, spins)
        total = total + there.sum(axis=0)
    return np.asarray(total / POSITIONS)


def _shaped_edit(step: Step, rho: Complex, spins: Spins, duration_s: float) -> Complex:
    """Density matrix after a step that is not spatially selective."""
    if not isinstance(step, Edit):
        return _ideal(step, rho, spins)
    design = PulseDesign("gauss", duration_s, step.bandwidth_hz, step.ppm)
    return _rotate(rho, pulse_propagator(design, spins, np.zeros(1))[0])


def pulse_propagator(design: PulseDesign, spins: Spins, positions_hz: Real) -> Complex:
    """Propagators of a shaped pulse in the eigenbasis, one a position (K, D, D).

    The pulse is computed in the frame of its carrier, whose phase is zero in the middle
    of the pulse, and brought to the receiver's frame.
    """
    n, duration_s = spins.offsets_hz.size, design.duration_s
    carrier_hz = spins.hz(design.carrier_ppm)
    offsets_hz = positions_hz[:, None] + (spins.offsets_hz - carrier_hz)
    parts = rotations(design, offsets_hz, PARTS)
    coupling = _coupling_step(spins, duration_s / PARTS)
    half = _coupling_step(spins, duration_s / PARTS / 2)
    states = 2**n
    u: Complex = np.broadcast_to(half, (len(positions_hz), states, states)).copy()
    for k, part in enumerate(parts):
        u = (half if k == PARTS - 1 else coupling) @ _each_spin(part, u)
    frame = np.exp(-1j * np.pi * carrier_hz * duration_s * projections(n).sum(axis=1))
    u = frame[:, None] * u * frame[None, :]
    v = spins.system.vectors
    return np.asarray(v.T @ u @ v)


def _coupling_step(spins: Spins, seconds: float) -> Complex:
    """exp(-2 pi i H_J t) in the product basis."""
    h = hamiltonian_hz(np.zeros_like(spins.offsets_hz), spins.couplings_hz)
    energies, v = np.linalg.eigh(h)
    step: Complex = (v * np.exp(-2j * np.pi * energies * seconds)) @ v.T
    return step


def _each_spin(rotation_of: Complex, u: Complex) -> Complex:
    """Apply the rotations (K, n, 2, 2) of the single spins to u (K, D, D).

    Three spins at a time: one product of 8 x 8 matrices costs less than three of 2 x 2.
    """
    k, n = rotation_of.shape[:2]
    states = u.shape[1]
    for i in range(0, n, 3):
        together = rotation_of[:, i]
        for j in range(i + 1, min(i + 3, n)):
            together = _kronecker(together, rotation_of[:, j])
        apart = u.reshape(k, 2**i, together.shape[-1], -1)
        u = np.matmul(together[:, None], apart).reshape(k, states, states)
    return u


def _kronecker(a: Complex, b: Complex) -> Complex:
    """Kronecker products of stacks of square matrices."""
    size = a.shape[-1] * b.shape[-1]
    product = np.einsum("kij,klm->kiljm", a, b)
    return np.asarray(product.reshape(len(a), size, size))
