"""FIDs of metabolites by propagation of the density matrix.

Starting from F_z, each step of the sequence acts on the density matrix rho in the
eigenbasis of H (`hamiltonian`):

    delay t      rho_ab *= exp(-2 pi i (E_a - E_b) t)
    pulse U      rho = U rho U+            (U in the eigenbasis)
    gradients    rho_ab = 0 where the coherence order is not the one kept

The FID after the last step is a sum of transitions,

    s(t) = (4 / 2^n) sum_ab rho_ab (F-)_ba exp(-2 pi i (E_a - E_b) t),

normalised so that one proton in the transverse plane gives 1.  F- makes a line at
nu > 0 rotate as exp(-2 pi i nu t), the convention of `streams.transient`.  Heteronuclei
are not flipped: their states shift the proton lines, and the FIDs are averaged.

Pulses of finite bandwidth: rho is averaged over the position in the slice after each
selection direction.  As rho after one direction is linear in rho before it and the
positions along x, y and z are independent, this is exact at the cost of three
one-dimensional simulations (Zhang, An, Shen, Med Phys 2017;44:4169).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from streams.sources.scanner_sim.hamiltonian import (
    Eigensystem,
    eigensystem,
    product_of,
    raising,
    rotation,
)
from streams.sources.scanner_sim.sequences import (
    Delay,
    Edit,
    Excite,
    Keep,
    Sequence,
    Step,
    pathway_gain,
    steps,
)
from streams.sources.scanner_sim.spin_systems import Fragment, fragments

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

CARRIER_PPM = 4.65
WEAK = 1e-10
"""Transitions below this fraction of the total amplitude are left out."""

_FLIP = np.array([[0.0, -1j], [-1j, 0.0]])


def simulate(
    names: Iterable[str],
    sequence: Sequence,
    spectrometer_frequency_mhz: float,
    dwell_time_s: float,
    points: int,
) -> dict[str, Complex]:
    """Undamped FIDs of metabolites.

    Parameters
    ----------
    names : metabolites of `spin_systems.METABOLITES`
    sequence : pulse sequence
    spectrometer_frequency_mhz : MHz
    dwell_time_s : s
    points : points of each FID

    Returns
    -------
    name -> (points,) complex128; amplitude at t = 0 for TE -> 0 is the number of
    observed protons, carrier at 4.65 ppm, sign convention of `streams.transient`

    Raises
    ------
    InputError : a name without a spin system
    """
    return {
        name: sum(
            (
                fragment_fid(
                    fragment, sequence, spectrometer_frequency_mhz, dwell_time_s, points
                )
                for fragment in fragments(name)
            ),
            np.zeros(points, complex),
        )
        for name in names
    }


def fragment_fid(
    fragment: Fragment,
    sequence: Sequence,
    spectrometer_frequency_mhz: float,
    dwell_time_s: float,
    points: int,
) -> Complex:
    """FID of one fragment (points,), its weight included."""
    fid: Complex = np.zeros(points, complex)
    base_hz = (fragment.shifts_ppm - CARRIER_PPM) * spectrometer_frequency_mhz
    for probability, splitting_hz in fragment.splittings_hz():
        system = eigensystem(base_hz + splitting_hz, fragment.couplings_hz)
        rho = propagated(system, fragment, sequence, spectrometer_frequency_mhz)
        frequencies_hz, amplitudes = transitions(system, fragment.observed, rho)
        fid += probability * oscillations(
            frequencies_hz, amplitudes, dwell_time_s, points
        )
    return fid * (fragment.weight * pathway_gain(sequence))


def propagated(
    system: Eigensystem,
    fragment: Fragment,
    sequence: Sequence,
    spectrometer_frequency_mhz: float,
) -> Complex:
    """Density matrix at the start of the acquisition, in the eigenbasis."""
    rho: Complex = np.diag(system.total_m.astype(complex))
    for step in steps(sequence):
        rho = _after(step, rho, system, fragment, spectrometer_frequency_mhz)
    return rho


def _after(
    step: Step,
    rho: Complex,
    system: Eigensystem,
    fragment: Fragment,
    spectrometer_frequency_mhz: float,
) -> Complex:
    """Density matrix after one step with ideal pulses."""
    n = fragment.shifts_ppm.size
    if isinstance(step, Delay):
        phase = np.exp(-2j * np.pi * system.energies_hz * step.seconds)
        return np.asarray(phase[:, None] * rho * phase.conj()[None, :])
    if isinstance(step, Keep):
        return np.where(system.orders() == step.order, rho, 0)
    if isinstance(step, Excite):
        pulse = rotation(n, np.pi / 2, step.axis)
    elif isinstance(step, Edit):
        pulse = _selective_flip(step, fragment, spectrometer_frequency_mhz)
    else:
        pulse = rotation(n, np.pi, "x")
    inside = system.inside(pulse)
    return np.asarray(inside @ rho @ inside.conj().T)


def _selective_flip(step: Edit, fragment: Fragment, frequency_mhz: float) -> Complex:
    """Ideal inversion of the spins within the band of the editing pulse."""
    off_hz = np.abs(fragment.shifts_ppm - step.ppm) * frequency_mhz
    return product_of(
        [
            _FLIP if off <= step.bandwidth_hz / 2 else np.eye(2, dtype=complex)
            for off in off_hz
        ]
    )


def transitions(
    system: Eigensystem, observed: Real, rho: Complex
) -> tuple[Real, Complex]:
    """Frequencies in Hz and complex amplitudes of the lines that are seen."""
    n = observed.size
    lowering = np.einsum("i,iab->ba", observed, raising(n))
    amplitude = rho * system.inside(lowering).T * (4 / 2**n)
    seen = np.abs(amplitude) > WEAK * max(float(np.abs(amplitude).sum()), 1e-300)
    a, b = np.nonzero(seen)
    return system.energies_hz[a] - system.energies_hz[b], amplitude[a, b]


def oscillations(
    frequencies_hz: Real, amplitudes: Complex, dwell_time_s: float, points: int
) -> Complex:
    """Sum of undamped lines, sum_k c_k exp(-2 pi i nu_k n dt), n = 0 ... points - 1.

    With n = r c + q the exponential factorises, so the sum over the lines is one matrix
    product of (points / c, K) by (K, c) instead of `points` times K exponentials.
    """
    columns = max(int(np.sqrt(points)), 1)
    rows = -(-points // columns)
    turn = -2j * np.pi * frequencies_hz * dwell_time_s
    coarse = np.exp(np.outer(np.arange(rows) * columns, turn)) * amplitudes
    fine = np.exp(np.outer(turn, np.arange(columns)))
    return np.asarray((coarse @ fine).ravel()[:points])


def protons(name: str) -> float:
    """Observed protons of a metabolite: the amplitude at t = 0 for TE -> 0."""
    return sum(fragment.protons for fragment in fragments(name))


__all__ = ["fragment_fid", "oscillations", "protons", "simulate"]
