"""FIDs of metabolites by propagation of the density matrix.

Starting from F_z, each step of the sequence acts on the density matrix rho in the
eigenbasis of H (`hamiltonian`):

    delay t      rho_ab *= exp(-2 pi i (E_a - E_b) t)
    pulse U      rho = U rho U+            (U in the eigenbasis)
    gradients    rho_ab = 0 where the coherence order is not the one kept

The FID after the last step is a sum of transitions,

    s(t) = (4 / 2^n) sum_ab rho_ab (F-)_ba exp(-2 pi i (E_a - E_b) t),

normalised so that one proton in the transverse plane gives 1.  F- makes a line at nu >
0 rotate as exp(-2 pi i nu t), the convention of `streams.messages.transient`.
Heteronuclei are not flipped: their states shift the proton lines, and the FIDs are
averaged.

The steps themselves are in `propagation`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from streams.messages.transient import REFERENCE_PPM
from streams.spins.hamiltonian import Eigensystem, eigensystem, raising
from streams.spins.propagation import Spins, propagate
from streams.spins.sequences import Sequence, pathway_gain, refocusing_of
from streams.spins.spin_systems import Fragment, fragments

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

WEAK = 1e-10
"""Transitions below this fraction of the total amplitude are left out."""


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

    Returns ------- name -> (points,) complex128; amplitude at t = 0 for TE -> 0 is the
    number of observed protons, carrier at 4.65 ppm, sign convention of
    `streams.messages.transient`

    Raises
    ------
    InputError : a name without a spin system
    """
    with threadpool_limits(1, "blas"):  # the matrices are small: threads only wait
        return {
            name: sum(
                (
                    fragment_fid(
                        fragment,
                        sequence,
                        spectrometer_frequency_mhz,
                        dwell_time_s,
                        points,
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
    for probability, splitting_hz in fragment.splittings_hz():
        lines = spectrum_lines(
            fragment, splitting_hz, sequence, spectrometer_frequency_mhz
        )
        fid += probability * oscillations(*lines, dwell_time_s, points)
    gain = pathway_gain(sequence) / slice_response(sequence, spectrometer_frequency_mhz)
    return fid * (fragment.weight * gain)


def spectrum_lines(
    fragment: Fragment, splitting_hz: Real, sequence: Sequence, frequency_mhz: float
) -> tuple[Real, Complex]:
    """Frequencies in Hz and complex amplitudes of the lines of one fragment."""
    offsets_hz = (fragment.shifts_ppm - REFERENCE_PPM) * frequency_mhz + splitting_hz
    system = eigensystem(offsets_hz, fragment.couplings_hz)
    spins = Spins(
        offsets_hz, fragment.couplings_hz, system, REFERENCE_PPM, frequency_mhz
    )
    return transitions(system, fragment.observed, propagate(spins, sequence))


@lru_cache(maxsize=32)
def slice_response(sequence: Sequence, frequency_mhz: float) -> complex:
    """What is left of one uncoupled spin at the carrier: the volume of the slice.

    Dividing by it makes the amplitude count protons with shaped pulses, too.
    """
    if sequence.pulses == "ideal":
        return 1.0
    carrier_ppm = refocusing_of(sequence).carrier_ppm
    one = Fragment(1.0, np.array([carrier_ppm]), np.zeros((1, 1)), np.ones(1))
    plain = replace(sequence, edit_ppm=None)
    lines = spectrum_lines(one, np.zeros(1), plain, frequency_mhz)
    return complex(lines[1].sum())


def transitions(
    system: Eigensystem, observed: Real, rho: Complex
) -> tuple[Real, Complex]:
    """Frequencies in Hz and complex amplitudes of the lines that are seen."""
    n = observed.size
    lowering = np.einsum("i,iab->ba", observed, raising(n))
    amplitude = rho * system.inside(lowering).T * (4 / 2**n)
    strong = np.abs(amplitude) > WEAK * max(float(np.abs(amplitude).sum()), 1e-300)
    a, b = np.nonzero(strong)
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
