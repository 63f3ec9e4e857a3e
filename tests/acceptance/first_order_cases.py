"""Made mean FIDs that begin before the top of the echo, or after it, or at it.

Lines are those of density matrices with ideal pulses, which the fit's bundled sets of
3 T are not; macromolecules (random-coil protein), humps, lipid, residual water and a
line that is Lorentzian and Gaussian by chance are the virtual scanner's.

* "echo": points before the top hold the rising half of the echo;
* "delay": they hold nothing, as a digital filter leaves them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from streams.simulator import background
from streams.simulator.signal_artefacts import Hump
from streams.spins.sequences import Sequence, pathway_gain
from streams.spins.simulation import oscillations, spectrum_lines
from streams.spins.spin_systems import fragments

BRAIN = {
    "Asp": 1.8, "Cr": 4.5, "PCr": 4.0, "GABA": 1.3, "Glc": 1.1, "Gln": 2.6, "Glu": 9.5,
    "GPC": 1.1, "PCh": 0.5, "GSH": 1.4, "mI": 5.8, "Lac": 0.6, "NAA": 10.0, "NAAG": 1.6,
    "PE": 1.2, "Tau": 1.4,
}  # fmt: skip
SPHERE = {"NAA": 12.5, "Cr": 10.0, "PCh": 3.0, "Glu": 12.5, "mI": 7.5, "Lac": 5.0}
FEW = {"NAA": 10.0, "Cr": 8.0, "PCh": 2.0}
CONTENTS = {"brain": BRAIN, "lipid": BRAIN, "sphere": SPHERE, "few": FEW}
KINDS = ("echo", "delay")


@dataclass(frozen=True, slots=True)
class Field:
    """How one field is acquired; `fwhm_hz` is drawn from."""

    frequency_mhz: float
    dwell_time_s: float
    points: int
    sequence: Sequence
    fwhm_hz: tuple[float, float]


FIELDS = {
    "1.5T": Field(63.87, 5e-4, 1024, Sequence("press", 0.030), (2.5, 6.0)),
    "3T": Field(123.25, 4e-4, 1024, Sequence("press", 0.030), (3.5, 10.0)),
    "7T": Field(297.2, 2.5e-4, 2048, Sequence("slaser", 0.034), (8.0, 16.0)),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One mean FID.

    Attributes
    ----------
    before : points before the top; below 0: missing after it
    snr : height of NAA over the noise of the real spectrum
    water : residual water's height over NAA; 0: none
    offset_ppm : the lines and the water lie so much too high
    """

    field: str
    content: str
    kind: str
    before: int
    snr: float
    water: float
    offset_ppm: float
    seed: int


@lru_cache(maxsize=64)
def lines_of(field: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and complex amplitudes of all lines of a metabolite."""
    made = FIELDS[field]
    found = []
    for fragment in fragments(name):
        for probability, splitting in fragment.splittings_hz():
            nu, c = spectrum_lines(
                fragment, splitting, made.sequence, made.frequency_mhz
            )
            gain = probability * fragment.weight * pathway_gain(made.sequence)
            found.append((nu, gain * c))
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def fid_of(case: Case) -> np.ndarray:
    """FID (points,) with noise; NAA's height in its spectrum (a plain sum) is 1."""
    rng = np.random.default_rng([case.seed, 77])
    field = FIELDS[case.field]
    fid = _lines(case, rng) + _below(case, rng)
    fid *= np.exp(-2j * np.pi * case.offset_ppm * field.frequency_mhz * _time(case))
    fid *= np.exp(2j * np.pi * rng.random())
    if case.kind == "delay":
        fid[: max(case.before, 0)] = 0.0
    noise = rng.standard_normal((2, field.points)) / np.sqrt(field.points) / case.snr
    return np.asarray(fid + noise[0] + 1j * noise[1])


def _time(case: Case) -> np.ndarray:
    """Time from the top of the echo, s."""
    field = FIELDS[case.field]
    return field.dwell_time_s * (np.arange(field.points) - case.before)


def _lines(case: Case, rng: np.random.Generator) -> np.ndarray:
    """The metabolites under their line; the height of NAA is 1."""
    field, t = FIELDS[case.field], _time(case)
    fwhm, part = rng.uniform(*field.fwhm_hz), rng.uniform(0.2, 0.8)
    shape = np.exp(-np.pi * part * fwhm * np.abs(t))
    shape *= np.exp(-((np.pi * (1 - part) * fwhm * t) ** 2) / (4 * np.log(2)))
    if rng.random() < 0.3:
        shape = shape * np.exp(
            1j * rng.uniform(-0.4, 0.4) * (1 - np.exp(-np.abs(t) / 0.03))
        )
    total = np.zeros(field.points, complex)
    for name, usual in CONTENTS[case.content].items():
        nu, c = lines_of(case.field, name)
        early = c * np.exp(2j * np.pi * nu * case.before * field.dwell_time_s)
        level = usual * np.exp(0.15 * rng.standard_normal())
        total += level * oscillations(nu, early, field.dwell_time_s, field.points)
    naa = 3.0 * CONTENTS[case.content]["NAA"] * np.abs(shape).sum()
    return np.asarray(shape * total / naa)


def _below(case: Case, rng: np.random.Generator) -> np.ndarray:
    """Macromolecules, humps, lipid and residual water, heights over NAA."""
    field, t = FIELDS[case.field], _time(case)
    mhz, te_s = field.frequency_mhz, field.sequence.echo_time_s
    total = np.zeros(field.points, complex)
    late = field.dwell_time_s * np.arange(field.points + abs(case.before))
    if case.content in ("brain", "lipid"):
        protein = background.macromolecules(late, mhz, te_s)
        height = rng.uniform(0.1, 0.25) / background.real_height(protein)
        total += height * mirrored(protein, t)
        for ppm in rng.uniform(1.5, 4.0, 2):
            hump = Hump(ppm, rng.uniform(0.5, 1.0), 1.0, 0.0)
            made = mirrored(background.hump(hump, late, mhz), t)
            total += rng.uniform(-0.1, 0.1) * made
    if case.content == "lipid":
        made = mirrored(background.lipid(late, mhz, 0.0, 0.0), t)
        total += rng.uniform(1.0, 4.0) * made * np.exp(0.5j * rng.standard_normal())
    if case.water:
        total += case.water * _water(t) * np.exp(2j * np.pi * rng.random())
    return total


def mirrored(late: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Real lines at t, given from the top on: the echo rises as it falls."""
    found = late[np.abs(np.rint(t / (t[1] - t[0]))).astype(int)]
    return np.where(t < 0, found.conj(), found)


def _water(t: np.ndarray) -> np.ndarray:
    """Residual water; 1 is the height of its magnitude."""
    water = np.zeros(t.size, complex)
    for nu, width, size, phase in background.WATER_LINES:
        decay = np.exp(-np.pi * width * np.abs(t) + 1j * phase)
        water += size * np.exp(-2j * np.pi * nu * t) * decay
    return np.asarray(water / np.abs(np.fft.fft(water, 4 * t.size)).max())
