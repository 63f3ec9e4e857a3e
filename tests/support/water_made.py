"""Transients of a made brain with unsuppressed or suppressed water, all varied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streams.messages.transient import Acquisition

FIELDS_MHZ = (63.87, 123.25, 127.78, 297.2)
LINES = (
    (2.01, 1.0), (2.35, 0.6), (3.03, 0.7), (3.21, 0.6), (3.56, 0.4), (3.93, 0.5),
)  # fmt: skip
BROAD = ((0.9, 0.5), (1.3, 0.6), (2.05, 0.4), (1.7, 0.3))
UNSUPPRESSED = (800.0, 5000.0)
"""Water over the methyl line of NAA, both as first points of the FID."""
MOST_SUPPRESSION = 3.0
RESIDUAL = (0.2, 25.0)
"""Of suppressed water: usual in a session; single transients half to twice as much."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What stays the same in one session.

    Attributes
    ----------
    acquisition : of all its transients
    fwhm_hz : of its lines
    noise_sd : of each coil, NAA's first point (all coils together) being 1
    offset_ppm : of all lines and the water
    eddy_rad, eddy_s : phase that eddy currents leave at last, and its time constant
    coils : (coils,) complex sensitivities, their powers summing to 1
    """

    acquisition: Acquisition
    fwhm_hz: float
    noise_sd: float
    offset_ppm: float
    eddy_rad: float
    eddy_s: float
    coils: np.ndarray


def random_scan(rng: np.random.Generator) -> Scan:
    """A session's scanner, head and coils."""
    mhz = float(rng.choice(FIELDS_MHZ))
    width_hz = float(rng.choice([9.0, 12.0, 16.0, 20.0])) * mhz
    dwell_us = float(np.round(1e6 / width_hz))
    points = int(rng.choice([512, 1024, 2048]))
    coils = int(rng.choice([1, 2, 4, 16]))
    size = rng.normal(size=(2, coils))
    weights = size[0] + 1j * size[1]
    acquisition = Acquisition(
        mhz, "1H", 1e-6 * dwell_us, points, coils, 0.03, 2.0, sequence="svs_se"
    )
    return Scan(
        acquisition,
        rng.uniform(3.0, 15.0),
        10 ** rng.uniform(-2.0, 0.0),
        rng.uniform(-0.5, 0.5) if rng.random() < 0.5 else rng.normal(0, 0.02),
        rng.uniform(-2.0, 2.0) if rng.random() < 0.5 else 0.0,
        10 ** rng.uniform(-2.0, -0.8),
        weights / np.linalg.norm(weights),
    )


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def random_water(rng: np.random.Generator) -> float:
    """Unsuppressed water, half of the time a little suppressed; NAA is 1."""
    water = log_uniform(rng, *UNSUPPRESSED)
    return water / rng.uniform(1.0, MOST_SUPPRESSION) if rng.random() < 0.5 else water


def made_fid(rng: np.random.Generator, scan: Scan, water: float) -> np.ndarray:
    """(coils, points) complex64 of one transient with so much water."""
    acquisition = scan.acquisition
    t_s = acquisition.dwell_time_s * np.arange(acquisition.points)
    offset_ppm = scan.offset_ppm + rng.normal(0, 0.01)
    fid = np.zeros(acquisition.points, complex)
    place_ppm = 4.65 + rng.normal(0, 0.01)
    width_hz = scan.fwhm_hz * rng.uniform(0.8, 1.6)
    for ppm, size, fwhm_hz in (
        *((p, s, scan.fwhm_hz) for p, s in LINES),
        *((p, s, 25.0 + scan.fwhm_hz) for p, s in BROAD),
        (place_ppm, water, width_hz),
    ):
        nu = (ppm - 4.65 + offset_ppm) * acquisition.spectrometer_frequency_mhz
        turn = np.exp(1j * rng.uniform(0, 2 * np.pi)) if ppm == place_ppm else 1.0
        fid += size * turn * np.exp((-2j * np.pi * nu - np.pi * fwhm_hz) * t_s)
    eddy = scan.eddy_rad * (1.0 - np.exp(-t_s / scan.eddy_s))
    fid *= np.exp(1j * (eddy + rng.uniform(0, 2 * np.pi)))
    noise = rng.normal(size=(2, scan.coils.size, fid.size))
    noise *= scan.noise_sd / np.sqrt(2)
    made = scan.coils[:, None] * fid + noise[0] + 1j * noise[1]
    return made.astype(np.complex64)
