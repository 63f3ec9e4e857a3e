"""The receive array: sensitivities, correlated noise, a clipping receiver.

With r the complex sensitivities (C,), Psi the noise covariance of real or imaginary
part (C, C) = M M^H and z white noise, coil FIDs are

    x = r s + M z = [r M] [s; z],

one matrix product.  Optimal combination w = Psi^-1 r / (r^H Psi^-1 r) keeps s and has
the noise variance 1 / (r^H Psi^-1 r): r is scaled so that this is sigma^2, the noise
that gives the combined transient its stated SNR.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.simulator.chance import Purpose, generator
from streams.simulator.receiver_artefacts import CoilArray, Saturation
from streams.simulator.scenario import Scenario

Complex = NDArray[np.complex128]
ComplexFID = NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class ReceiverArray:
    """The array of a session.

    Attributes
    ----------
    sensitivity : r, (coils,) complex
    covariance : Psi, (coils, coils) complex, of real (or imaginary) part of the noise
    mixing : [r M], (coils, 1 + coils) complex64
    """

    sensitivity: Complex
    covariance: Complex
    mixing: ComplexFID


def receiver_of(scenario: Scenario, sigma: float) -> ReceiverArray:
    """The array whose optimal combination has noise of SD `sigma` in each part."""
    coils = scenario.acquisition.coils
    array = scenario.coils or CoilArray(0.0, 0.0, 0.0)
    random = generator(scenario.seed, Purpose.COILS)
    loudness, spread = np.exp(
        np.array([[array.sensitivity_spread], [array.noise_spread]])
        * random.standard_normal((2, coils))
    )
    signal_phase, noise_phase = np.exp(2j * np.pi * random.random((2, coils)))
    sensitivity = loudness * signal_phase
    lag = np.abs(np.subtract.outer(np.arange(coils), np.arange(coils)))
    correlation = np.where(lag == 0, 1.0, array.noise_correlation**lag)
    scale = spread * noise_phase
    covariance = scale[:, None] * correlation * scale.conj()[None, :]
    whitened = np.linalg.solve(covariance, sensitivity)
    gain = 1.0 / np.sqrt((sensitivity.conj() @ whitened).real)
    return _receiver(gain * sensitivity, sigma**2 * covariance)


def moved_coils(scenario: Scenario, first: ReceiverArray) -> tuple[ReceiverArray, ...]:
    """The array by series: a voxel that lies elsewhere is seen otherwise."""
    arrays = []
    for number, series in enumerate(scenario.series):
        spread = series.moved.coil_spread if series.moved else 0.0
        if not spread:
            arrays.append(first)
            continue
        random = generator(scenario.seed, Purpose.COILS, number)
        z = random.standard_normal((2, len(first.sensitivity)))
        seen = first.sensitivity * np.exp(spread * (z[0] + 1j * z[1]))
        arrays.append(_receiver(seen, first.covariance))
    return tuple(arrays)


def _receiver(sensitivity: Complex, covariance: Complex) -> ReceiverArray:
    root = np.linalg.cholesky(covariance)
    mixing = np.concatenate([sensitivity[:, None], root], axis=1)
    return ReceiverArray(sensitivity, covariance, mixing.astype(np.complex64))


def receive(
    receiver: ReceiverArray, fid: Complex, random: np.random.Generator
) -> ComplexFID:
    """Coil FIDs of one excitation, (coils, points) complex64."""
    coils, points = len(receiver.sensitivity), len(fid)
    stack = np.empty((1 + coils, points), np.complex64)
    stack[0] = fid
    noise = stack[1:].view(np.float32)
    random.standard_normal(out=noise, dtype=np.float32)
    mixed: ComplexFID = receiver.mixing @ stack
    return mixed


def clip(
    coil_fids: ComplexFID, fid: Complex, receiver: ReceiverArray, saturation: Saturation
) -> ComplexFID:
    """The same after a receiver that saturates."""
    loudest = float(np.abs(receiver.sensitivity).max() * np.abs(fid).max())
    limit = np.float32(saturation.level * loudest)
    parts = coil_fids.view(np.float32).clip(-limit, limit)
    return parts.view(np.complex64)
