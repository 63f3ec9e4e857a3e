"""Sets of simulated spectra for the fit: concentrations drawn, the truth known.

Four families, of several sequences and fields:

* "own": what the fit's model can be exactly: one Voigt line, the five macromolecule
  components of the protocol, a cubic baseline;
* "skewed": "own" with the virtual scanner's asymmetric line, from a field distribution,
  and its broad humps for a baseline;
* "scanner": all that the virtual scanner does: asymmetric line from a field
  distribution, T2 of each metabolite's own, random-coil macromolecules, broad humps of
  any phase; the fit has the macromolecules as somebody who measured them has: one
  entry of the basis set;
* "foreign": the same, but the fit knows only the protocol's macromolecules.

Glu/tCr is drawn evenly from 0.7 to 1.6, every other concentration log-normally (SD 25
%) about usual values; phase from the whole circle, shift within 0.06 ppm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from monitor.analysis.basis.macromolecules import components
from monitor.analysis.fit.lineshape import decay, gauss_rate
from monitor.analysis.fit.model import Model
from monitor.analysis.signal.spectrum import ppm_axis
from streams.simulator import background, plan
from streams.simulator.field_artefacts import ResidualField
from streams.simulator.scenario import Scenario
from streams.simulator.session import session_of
from streams.simulator.signal_artefacts import (
    Hump,
    MobileProtein,
    WanderingBaseline,
)
from streams.spins import Sequence, simulate

USUAL = {
    "Ala": 0.3, "Asc": 0.9, "Asp": 1.8, "Cr": 4.5, "PCr": 4.0, "GABA": 1.3,
    "Glc": 1.1, "Gln": 2.6, "Glu": 9.5, "GPC": 1.1, "PCh": 0.5, "GSH": 1.4,
    "mI": 5.8, "sI": 0.3, "Lac": 0.6, "NAA": 10.0, "NAAG": 1.6, "PE": 1.2, "Tau": 1.4,
}  # fmt: skip
MM = {"MM09": 2.6, "MM12": 1.6, "MM14": 3.0, "MM17": 1.8, "MM20": 4.0}
AT_3T, AT_7T = (6, 8, 10), (10, 13, 16)
SNR = 10.0
"""Height of NAA over the noise of one transient's real spectrum."""


@dataclass(frozen=True)
class Spectra:
    """One sequence at one field.

    `fwhm_hz` are the widths that are drawn from; `mm` scales the macromolecules.
    """

    name: str
    sequence: Sequence
    frequency_mhz: float
    dwell_time_s: float
    points: int
    fwhm_hz: tuple[float, ...]
    mm: float = 1.0


SETS = {
    s.name: s
    for s in (
        Spectra("press_3t_te30", Sequence("press", 0.030), 123.25, 4e-4, 2048, AT_3T),
        Spectra("press_3t_te80", Sequence("press", 0.080), 127.75, 5e-4, 2048, AT_3T,
                0.2),
        Spectra("slaser_3t_te30", Sequence("slaser", 0.030), 123.25, 5e-4, 1024, AT_3T),
        Spectra("slaser_7t_te34", Sequence("slaser", 0.034), 297.2, 2.5e-4, 2048,
                AT_7T),
        Spectra("steam_7t_te11", Sequence("steam", 0.011, mixing_time_s=0.032), 297.2,
                2.5e-4, 2048, AT_7T),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One spectrum: FID with noise, its truth and what a bound needs.

    Attributes
    ----------
    fid : (points,)
    noise_sd : of one real component of a spectral point
    concentrations : (metabolites,) amplitudes, in the order of the model
    columns : (metabolites + own macromolecules, points) FIDs without noise, at
        concentration 1, with all of their line
    amplitudes : of these columns
    """

    fid: np.ndarray
    noise_sd: float
    concentrations: np.ndarray
    columns: np.ndarray
    amplitudes: np.ndarray


@lru_cache(maxsize=8)
def basis(name: str) -> dict[str, np.ndarray]:
    """Undamped FIDs of a set's metabolites."""
    s = SETS[name]
    return simulate(tuple(USUAL), s.sequence, s.frequency_mhz, s.dwell_time_s, s.points)


@lru_cache(maxsize=16)
def model(name: str, family: str = "own") -> Model:
    """The fit's model: the set's metabolites and macromolecules."""
    s = SETS[name]
    if family == "scanner":
        mm = background.macromolecules(
            np.arange(s.points) * s.dwell_time_s, s.frequency_mhz,
            s.sequence.echo_time_s,
        )  # fmt: skip
        fids = np.stack([*basis(name).values(), 30 * mm / abs(mm[0])])
        return Model(
            (*USUAL, "MM"), fids, np.arange(len(fids)) >= len(USUAL), s.dwell_time_s,
            s.frequency_mhz, 0.2, 4.2,
        )  # fmt: skip
    names, extra = components("five", s.frequency_mhz, s.dwell_time_s, s.points)
    fids = np.concatenate([np.stack(list(basis(name).values())), extra])
    mm = np.arange(len(fids)) >= len(USUAL)
    return Model(
        (*USUAL, *names), fids, mm, s.dwell_time_s, s.frequency_mhz, 0.2, 4.2,
        stand_in=family == "foreign",
    )  # fmt: skip


def drawn(rng: np.random.Generator) -> dict[str, float]:
    """Concentrations of one spectrum."""
    drawn = {k: v * float(np.exp(0.25 * rng.normal())) for k, v in USUAL.items()}
    drawn["Glu"] = float(rng.uniform(0.7, 1.6)) * (drawn["Cr"] + drawn["PCr"])
    return drawn


def case(name: str, family: str, averages: int, seed: int) -> Case:
    """One spectrum of a set; the same for the same seed."""
    rng = np.random.default_rng([seed, averages, index(name)])
    s = SETS[name]
    makers = {"own": _own, "skewed": _skewed}
    return _noisy(s, averages, rng, *makers.get(family, _scanner)(s, rng))


def index(name: str) -> int:
    """Place of a set among all."""
    return list(SETS).index(name)


def over(
    s: Spectra,
    averages: int,
    rng: np.random.Generator,
    background: np.ndarray,
    level: float,
) -> Case:
    """A spectrum of the virtual scanner over other macromolecules.

    `background` (points,) is given `level` times the height of the scanner's own.
    """
    session = _session(s, rng, relaxation=True)
    height = [np.fft.ifft(f).real.max() for f in (session.macromolecules, background)]
    columns = np.stack([*session.metabolite_fids, background * height[0] / height[1]])
    columns = columns * session.lines[0]
    amplitudes = np.append(session.amplitude, level)
    fid = amplitudes @ columns + session.humps
    return _noisy(s, averages, rng, columns, amplitudes, fid, session.sigma)


def _noisy(
    s: Spectra,
    averages: int,
    rng: np.random.Generator,
    columns: np.ndarray,
    amplitudes: np.ndarray,
    fid: np.ndarray,
    sigma: float,
) -> Case:
    """The case, turned, moved and with noise."""
    t = np.arange(s.points) * s.dwell_time_s
    shift_hz = rng.uniform(-0.06, 0.06) * s.frequency_mhz
    turn = np.exp(1j * rng.uniform(-np.pi, np.pi) - 2j * np.pi * shift_hz * t)
    noise = rng.normal(size=(2, s.points)) * sigma / np.sqrt(averages)
    return Case(
        fid * turn + noise[0] + 1j * noise[1], sigma * np.sqrt(s.points / averages),
        amplitudes[: len(USUAL)], columns * turn, amplitudes,
    )  # fmt: skip


def _own(s: Spectra, rng: np.random.Generator):
    """Voigt line, five macromolecule components, a cubic in ppm."""
    m, t = model(s.name), np.arange(s.points) * s.dwell_time_s
    fwhm = float(rng.choice(s.fwhm_hz))
    lorentz = fwhm * rng.uniform(0.2, 0.7)
    columns = m.fids * decay(t, 0.0, lorentz, gauss_rate(fwhm - 0.6 * lorentz))
    amplitudes = _amplitudes(s, rng)
    height = _naa_height(columns, amplitudes)
    ppm = ppm_axis(s.points, s.dwell_time_s, s.frequency_mhz)
    x = (ppm - 2.2) / 2.0
    curve = rng.normal(size=(2, 4)) * 0.04 @ np.stack([x**0, x, x**2, x**3])
    beyond = np.clip(np.abs(x) - 1.0, 0.0, 0.5)  # rolls off outside of the band
    spectrum = height * (curve[0] + 1j * curve[1]) * np.cos(np.pi * beyond) ** 2
    baseline = np.fft.fft(np.fft.ifftshift(spectrum)) / s.points
    sigma = height / SNR / np.sqrt(s.points)
    return columns, amplitudes, amplitudes @ columns + baseline, sigma


def _skewed(s: Spectra, rng: np.random.Generator):
    """The virtual scanner's line and humps with the model's own macromolecules."""
    session = _session(s, rng, relaxation=False)
    columns = model(s.name).fids * session.lines[0]
    amplitudes = _amplitudes(s, rng)
    height = _naa_height(columns, amplitudes)
    scanner_s = _naa_height(session.metabolite_fids * session.lines[0],
                            session.amplitude)  # fmt: skip
    fid = amplitudes @ columns + session.humps * (height / scanner_s)
    return columns, amplitudes, fid, height / SNR / np.sqrt(s.points)


def _scanner(s: Spectra, rng: np.random.Generator):
    """The virtual scanner's spectrum."""
    session = _session(s, rng, relaxation=True)
    columns = np.concatenate([session.metabolite_fids, session.macromolecules[None]])
    columns = columns * session.lines[0]
    amplitudes = np.append(session.amplitude, 1.0)
    return columns, amplitudes, amplitudes @ columns + session.humps, session.sigma


def _amplitudes(s: Spectra, rng: np.random.Generator) -> np.ndarray:
    """Of metabolites and macromolecules."""
    mm = [s.mm * v * np.exp(0.2 * rng.normal()) for v in MM.values()]
    return np.array([*drawn(rng).values(), *mm])


def _naa_height(columns: np.ndarray, amplitudes: np.ndarray) -> float:
    """Height of the NAA line in the real spectrum."""
    naa, points = list(USUAL).index("NAA"), columns.shape[1]
    spectrum = np.fft.ifft(amplitudes[naa] * columns[naa], 4 * points)
    return float(spectrum.real.max()) * 4 * points


def _session(s: Spectra, rng: np.random.Generator, relaxation: bool):
    """A session of the virtual scanner, one transient without noise or drift."""
    acquisition = plan.AcquisitionPlan(
        s.frequency_mhz, s.sequence.kind, s.sequence.echo_time_s, 2.0, s.dwell_time_s,
        s.points, 1, SNR, s.sequence.mixing_time_s,
    )  # fmt: skip
    hump = lambda low, high: Hump(  # noqa: E731
        float(rng.uniform(low, high)), float(rng.uniform(0.6, 1.3)),
        float(rng.uniform(0.02, 0.07)), float(rng.uniform(-30, 30)),
    )  # fmt: skip
    humps = (hump(2.4, 3.3), hump(1.0, 1.6), hump(3.6, 4.2))
    scenario = Scenario(
        name=s.name, title="", seed=1, relaxation=relaxation, water_reference_mm=1.0,
        acquisition=acquisition,
        series=(
            plan.PlannedSeries(
                "start", 0.0, 0, 0, 1, float(rng.choice(s.fwhm_hz)), 0.0
            ),
        ),
        line=ResidualField(float(rng.choice([0.2, 0.4, 0.55]))),
        concentrations_mm=drawn(rng),
        macromolecules=MobileProtein(max(0.16 * s.mm, 1e-3)),
        baseline=WanderingBaseline(humps, 0.0),
    )  # fmt: skip
    return session_of(scenario, basis(s.name))
