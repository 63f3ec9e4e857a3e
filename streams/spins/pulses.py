"""RF pulses of finite length: their shapes and what they do to one spin.

Shapes (peak amplitude in Hz of nutation, 180 degrees on resonance):

- Hanning-windowed sinc of time-bandwidth product `bandwidth * duration`.
- SLR: the amplitude profile B of the Cayley-Klein parameter beta is a linear-phase
  equiripple filter, A = sqrt(1 - |B|^2) is completed with minimum phase, and the pulse
  follows from peeling off one hard pulse after the other (Pauly, Le Roux, Nishimura,
  Macovski, IEEE Trans Med Imaging 1991;10:53-65).
- Hyperbolic secant, the adiabatic full passage of semi-LASER and LASER (Silver, Joseph,
  Hoult, J Magn Reson 1984;59:347-351):  B1(t) = B1max sech(beta tau),
  f(t) = -(bandwidth / 2) tanh(beta tau), tau = -1 ... 1, sech(beta) = 1 %.
- Gaussian, truncated at 1 %, for editing; its bandwidth follows from its duration.

The bandwidth of the sinc and the SLR pulse is adjusted until half of the spins are
inverted at its edges (|beta|^2 = 1/2).

A spin at offset nu from the carrier turns in one time step about the axis
(Re B1, Im B1, nu); the 2 x 2 rotations of the steps are multiplied up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

STEPS = 192
"""Time steps of a pulse; `propagation.PARTS` divides them."""
DENSE = 64
"""Zero filling of the filter's frequency response in the SLR design."""
CUT = 0.01
"""Where the Gaussian and the hyperbolic secant are cut off, fraction of the peak."""


@dataclass(frozen=True, slots=True)
class PulseDesign:
    """A selective 180 degree pulse.

    Attributes
    ----------
    shape : slr, sinc, sech or gauss
    duration_s : s
    bandwidth_hz : full width at half of the inversion profile, Hz
    carrier_ppm : chemical shift of the carrier, where the slice sits as planned
    """

    shape: str
    duration_s: float
    bandwidth_hz: float
    carrier_ppm: float


@lru_cache(maxsize=32)
def waveform_hz(design: PulseDesign) -> Complex:
    """B1 of each time step (STEPS,), Hz of nutation, complex: x + i y."""
    fitted_design = design
    for _ in range(3 if design.shape in ("slr", "sinc") else 0):
        width_hz = _width_hz(_MAKERS[fitted_design.shape](fitted_design), design)
        wanted_hz = fitted_design.bandwidth_hz * design.bandwidth_hz / width_hz
        fitted_design = replace(fitted_design, bandwidth_hz=wanted_hz)
    waveform = _MAKERS[fitted_design.shape](fitted_design)
    waveform.setflags(write=False)
    return waveform


def _width_hz(waveform: Complex, design: PulseDesign) -> float:
    """Width of the band in which more than half of the spins are inverted, Hz."""
    offsets_hz = np.linspace(-1.0, 1.0, 801) * design.bandwidth_hz
    total = _product(waveform, offsets_hz, design.duration_s / STEPS)
    inverted = np.abs(total[:, 1, 0]) ** 2 > 0.5
    return float(np.mean(inverted) * 2 * design.bandwidth_hz)


def _centres() -> Real:
    """Time of the middle of each step, -1 ... 1 over the pulse."""
    return np.asarray((np.arange(STEPS) + 0.5) / STEPS * 2 - 1)


def _flipping(shape: Real, duration_s: float) -> Complex:
    """Scale a real envelope so that it flips by 180 degrees on resonance."""
    turn = float(shape.sum()) * duration_s / STEPS
    return np.asarray(shape * (0.5 / turn), complex)


def _sinc(design: PulseDesign) -> Complex:
    tau = _centres()
    product = design.bandwidth_hz * design.duration_s
    envelope = np.sinc(product * tau / 2) * (0.5 + 0.5 * np.cos(np.pi * tau))
    return _flipping(envelope, design.duration_s)


def _gauss(design: PulseDesign) -> Complex:
    return _flipping(CUT ** (_centres() ** 2), design.duration_s)


def _sech(design: PulseDesign) -> Complex:
    """Adiabatic passage; B1max is twice what adiabaticity asks for at the centre.

    The frequency passes the carrier at the rate bandwidth * beta / duration, adiabatic
    for B1max^2 >> rate / (2 pi).
    """
    beta, tau = np.arccosh(1 / CUT), _centres()
    dt = design.duration_s / STEPS
    rate = design.bandwidth_hz * beta / design.duration_s
    amplitude_hz = 2.0 * np.sqrt(rate / (2 * np.pi)) / np.cosh(beta * tau)
    sweep_hz = -0.5 * design.bandwidth_hz * np.tanh(beta * tau)
    phase = 2 * np.pi * np.cumsum(sweep_hz) * dt
    phase -= 0.5 * (phase[STEPS // 2] + phase[STEPS // 2 - 1])
    return np.asarray(amplitude_hz * np.exp(1j * phase))


def _slr(design: PulseDesign) -> Complex:
    """Pulse with a linear-phase profile by the inverse Shinnar-Le Roux transform."""
    from scipy.signal import remez  # a second to import, wanted here only

    product = design.bandwidth_hz * design.duration_s
    edge = 0.5 * product / STEPS
    transition = min(1.3 / STEPS, 0.6 * edge)
    bands = [0.0, edge - transition, edge + transition, 0.5]
    b = remez(STEPS, bands, [1.0, 0.0], weight=[1.0, 2.0], maxiter=100)
    b = b * (0.9998 / np.abs(np.fft.fft(b, DENSE * STEPS)).max())
    turns = _hard_pulse_angles(_minimum_phase(b), b.astype(complex))
    waveform = turns / (2 * np.pi * design.duration_s / STEPS)
    return np.asarray(waveform * np.exp(-1j * np.angle(waveform[STEPS // 2])))


def _minimum_phase(b: Real) -> Complex:
    """Coefficients of A with |A|^2 = 1 - |B|^2 on the unit circle, minimum phase."""
    n = DENSE * b.size
    log_a = 0.5 * np.log(1 - np.abs(np.fft.fft(b, n)) ** 2)
    cepstrum = np.fft.ifft(log_a)
    cepstrum[1 : n // 2] *= 2
    cepstrum[n // 2 + 1 :] = 0
    return np.asarray(np.fft.ifft(np.exp(np.fft.fft(cepstrum)))[: b.size])


def _hard_pulse_angles(a: Complex, b: Complex) -> Complex:
    """Rotation in rad of each hard pulse (complex: axis in the transverse plane)."""
    turns: Complex = np.zeros(b.size, complex)
    for k in range(b.size - 1, -1, -1):
        ratio = b[0] / a[0]
        angle = 2 * np.arctan(np.abs(ratio))
        turns[k] = angle * np.exp(1j * np.angle(-1j * ratio))
        c, s = np.cos(angle / 2), np.sin(angle / 2) * np.exp(1j * np.angle(ratio))
        a, b = (c * a + np.conj(s) * b)[:-1], (c * b - s * a)[1:]
    return turns


_MAKERS = {"sinc": _sinc, "gauss": _gauss, "sech": _sech, "slr": _slr}


def rotations(design: PulseDesign, offsets_hz: Real, parts: int) -> Complex:
    """Rotations of one spin by consecutive parts of a pulse.

    Parameters
    ----------
    design : the pulse
    offsets_hz : offsets from the carrier, gradient included, any shape
    parts : number of equal parts; must divide STEPS

    Returns
    -------
    (parts, *offsets, 2, 2) complex128, the first part first
    """
    dt = design.duration_s / STEPS
    b1 = waveform_hz(design).reshape(parts, -1)
    result: Complex = np.empty((parts, *offsets_hz.shape, 2, 2), complex)
    for part, steps in enumerate(b1):
        result[part] = _product(steps, offsets_hz, dt)
    return result


def _product(steps: Complex, offsets_hz: Real, dt: float) -> Complex:
    """Rotation by consecutive steps, (*offsets, 2, 2)."""
    total: Complex = np.zeros((*offsets_hz.shape, 2, 2), complex)
    total[..., [0, 1], [0, 1]] = 1
    for step in steps:
        total = _rotation(step, offsets_hz, dt) @ total
    return total


def _rotation(b1_hz: complex, offsets_hz: Real, dt: float) -> Complex:
    """exp(-2 pi i dt (Re B1 Ix + Im B1 Iy + nu Iz)) for each offset (..., 2, 2)."""
    field = np.sqrt(np.abs(b1_hz) ** 2 + offsets_hz**2)
    half = np.pi * field * dt
    s = np.sinc(field * dt) * np.pi * dt  # sin(half) / field, finite at zero
    c = np.cos(half)
    result: Complex = np.empty((*offsets_hz.shape, 2, 2), complex)
    result[..., 0, 0] = c - 1j * s * offsets_hz
    result[..., 1, 1] = c + 1j * s * offsets_hz
    result[..., 0, 1] = -1j * s * np.conj(b1_hz)
    result[..., 1, 0] = -1j * s * b1_hz
    return result
