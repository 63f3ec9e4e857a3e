"""Where a cold fit begins: phase, shift and width from nothing.

For a trial width the columns A of the few metabolites that every brain spectrum shows
are compared with the spectrum at each shift of a grid.  With h = A^H R'R y and
M = Re(A^H R'R A) the energy that real amplitudes explain at phase p is

    E(p) = h_p' M^-1 h_p,   h_p = Re(exp(-i p) h)
         = (h^H M^-1 h + Re(exp(-2 i p) h^T M^-1 h)) / 2,

greatest at p = arg(h^T M^-1 h) / 2; of p and p + pi the one is taken that makes the
amplitudes of the singlets positive.  R'R goes to the spectrum and not to the columns,
so that h at all shifts is one correlation, made by a transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from monitor.analysis.basis import names
from monitor.analysis.fit.lineshape import decay, gauss_rate
from monitor.analysis.fit.model import GAUSS, LORENTZ, PHASE, SHIFT, Model
from monitor.analysis.signal.spectrum import Complex, Real, fast_length

WIDTHS_HZ = (2.0, 4.0, 7.0, 12.0, 20.0)
REACH_PPM = 0.16
GUIDES = ("NAA", "Cr", "PCr", "GPC", "PCh", "Cho", "Glu", "mI")
SINGLETS = ("NAA", "Cr", "PCr", "GPC", "PCh", "Cho")


@dataclass(frozen=True, slots=True)
class Start:
    """A trial starting point and the energy that it explains."""

    theta: Real
    energy: float


@dataclass(frozen=True, slots=True)
class _Guides:
    """The guiding columns at one width.

    Attributes
    ----------
    width_hz : a third Lorentzian, the rest Gaussian
    waves : (g, n) conjugate transforms of the columns, for the correlation
    inverse : (g, g) M^-1
    singlet : (g,) 1 where an amplitude must be positive
    """

    width_hz: float
    waves: Complex
    inverse: Real
    singlet: Real


def starting_points(
    model: Model, stiffness: float, spectrum: Complex, keep: int = 3
) -> list[Start]:
    """The best starting points over widths, best first."""
    baseline = model.baseline
    doubly = baseline.removed(baseline.removed(spectrum, stiffness), stiffness)
    wave = np.fft.fft(doubly, _length(model))
    found = [_best_shift(model, guides, wave) for guides in _guides(model, stiffness)]
    found.sort(key=lambda start: -start.energy)
    return found[:keep]


def _widths(width_hz: float) -> tuple[float, float]:
    """Lorentzian width and Gaussian rate of a trial width."""
    return width_hz / 3, gauss_rate(0.8 * width_hz)


def _reach(model: Model) -> int:
    """Bins of the spectrum that the grid of shifts goes up and down."""
    return int(
        np.ceil(REACH_PPM * model.frequency_mhz * model.points * model.dwell_time_s)
    )


def _length(model: Model) -> int:
    """Length of the transform: band and shift, so that nothing wraps."""
    return fast_length(model.ppm.size + _reach(model))


@lru_cache(maxsize=8)
def _guides(model: Model, stiffness: float) -> tuple[_Guides, ...]:
    """The guiding columns at all widths; the same for every spectrum of a session."""
    rows = [i for i, n in enumerate(model.names) if names.canonical(n) in GUIDES]
    rows = rows or list(range(len(model.names)))
    singlet = np.array(
        [names.canonical(model.names[i]) in SINGLETS for i in rows], float
    )
    made = []
    for width_hz in WIDTHS_HZ:
        shape = decay(model.t, 0.0, *_widths(width_hz))
        A = model.in_band(model.fids[rows] * shape)
        RA = model.baseline.stacked_rows(A, stiffness)
        M = RA @ RA.T
        M += 1e-3 * np.diag(np.diag(M)) + 1e-12 * np.trace(M) * np.eye(len(M))
        waves = np.conj(np.fft.fft(A, _length(model), axis=1))
        made.append(
            _Guides(width_hz, waves, np.asarray(np.linalg.inv(M), float), singlet)
        )
    return tuple(made)


def _best_shift(model: Model, guides: _Guides, wave: Complex) -> Start:
    """The best shift of the grid at one width."""
    reach = _reach(model)
    every = np.fft.ifft(guides.waves * wave, axis=1)
    h = np.concatenate([every[:, -reach:], every[:, : reach + 1]], axis=1)
    solved = guides.inverse @ h
    straight = np.sum(h.conj() * solved, axis=0).real
    crossed = np.sum(h * solved, axis=0)
    energy = 0.5 * (straight + np.abs(crossed))
    best = int(np.argmax(energy))
    phase = 0.5 * float(np.angle(crossed[best]))
    if (np.exp(-1j * phase) * solved[:, best]).real @ guides.singlet < 0:
        phase += np.pi
    bin_hz = 1 / (model.points * model.dwell_time_s)
    theta = model.layout.zeros()
    theta[[PHASE, SHIFT, LORENTZ, GAUSS]] = (
        phase,
        (best - reach) * bin_hz,
        *_widths(guides.width_hz),
    )
    return Start(theta, float(energy[best]))
