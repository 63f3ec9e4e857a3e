"""Spectra over macromolecules that the fit does not know, drawn for `mm_accuracy`.

* "foreign": the virtual scanner's random-coil protein (`fit_sets`), like no human's;
* "human": a metabolite-nulled spectrum of a human brain as it was measured, not as it
  was refitted, under the virtual scanner's metabolites, line and humps.  Every spectrum
  has another draw: level (SD 20 %), groups (a smooth gain over ppm, SD 15 %, that
  forgets in 0.2 ppm), pedestal (8 % of the highest group, 0.5 ppm), width, position (SD
  0.01 ppm).  What was measured in this file is not in the prior of its own fit;
* "prior": the prior's own draws, level SD 20 %.

The measured spectra are those of a data folder (`MRS_MONITOR_DATA`, in its `real`):
`mm_measured` (3, 4, 9.4 T) and the nulled scan of `press3t_te30_mm_sub01`.  What is
left of creatine at 3.93 ppm is cut out of the two that show it, noise is smoothed by 4
to 5 Hz, and the spectrum rolls off below 0.55 and above 4.1 ppm.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import fit_sets
import nibabel
import numpy as np

from monitor.analysis.fit.mm_prior import unmeasured
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.model_for import with_prior

FAMILIES = ("foreign", "human", "prior")
SETS = ("press_3t_te30", "slaser_3t_te30", "slaser_7t_te34", "steam_7t_te11")
GRID_PPM = np.arange(0.2, 4.6, 0.004)


@dataclass(frozen=True)
class Source:
    """A measured spectrum.

    Attributes
    ----------
    file : in the data folder
    row : of `mm_resonances.AREAS` that was found in it
    fwhm_hz : of its group at 0.92 ppm
    smoothing_hz : that takes its noise away
    moved_ppm : what its axis is off by
    creatine : a residue at 3.93 ppm is cut out
    """

    file: str
    row: str
    fwhm_hz: float
    smoothing_hz: float = 4.0
    moved_ppm: float = 0.0
    creatine: bool = False


SOURCES = (
    Source("mm_measured/mm_3t_steam_te8", "3 T STEAM TE 8", 24.0, creatine=True),
    Source("mm_measured/mm_4t_steam_te4", "4 T STEAM TE 4", 29.0),
    Source("mm_measured/mm_9t4_slaser_te24", "9.4 T sLASER TE 24", 46.0,
           moved_ppm=0.035),
    Source("press3t_te30_mm_sub01/mm_metabolite_nulled", "3 T PRESS TE 30", 27.0, 5.0,
           creatine=True),
)  # fmt: skip


def folder() -> Path | None:
    """Where the measured spectra are; None where there are none."""
    given = os.environ.get("MRS_MONITOR_DATA", "")
    real = Path(given) / "real"
    return real if given and (real / "mm_measured").is_dir() else None


def smoothed(y: np.ndarray, fwhm_ppm: float) -> np.ndarray:
    """Smooth a curve on GRID_PPM by a Gaussian."""
    sd = fwhm_ppm / 2.355 / 0.004
    n = int(4 * sd) + 1
    kernel = np.exp(-0.5 * (np.arange(-n, n + 1) / sd) ** 2)
    return np.convolve(np.pad(y, n, mode="edge"), kernel / kernel.sum(), "valid")


@lru_cache(maxsize=8)
def measured(source: Source) -> tuple[np.ndarray, float]:
    """Real spectrum on GRID_PPM, its highest point 1, and its frequency in MHz."""
    image = nibabel.load(folder() / f"{source.file}.nii.gz")
    header = json.loads(image.header.extensions[0].get_content())
    mhz, fid = header["SpectrometerFrequency"][0], np.asarray(image.dataobj).ravel()
    dwell_s = float(image.header["pixdim"][4])
    ppm = 4.65 + np.fft.fftshift(np.fft.fftfreq(32768, dwell_s)) / mhz
    spectrum = np.fft.fftshift(np.fft.ifft(fid, 32768)).real
    y = np.interp(GRID_PPM, ppm + source.moved_ppm, spectrum)
    if source.creatine:
        cut = (GRID_PPM > 3.86) & (GRID_PPM < 4.0)
        y[cut] = np.interp(GRID_PPM[cut], GRID_PPM[~cut], smoothed(y, 0.03)[~cut])
    y = smoothed(y, source.smoothing_hz / mhz)
    y -= np.median(y[(GRID_PPM > 0.42) & (GRID_PPM < 0.55)])
    rise, fall = (GRID_PPM - 0.3) / 0.25, (4.45 - GRID_PPM) / 0.35
    for edge in (rise, fall):
        y *= np.sin(0.5 * np.pi * np.clip(edge, 0, 1)) ** 2
    return y / y.max(), mhz


def wander(rng: np.random.Generator, forgets_ppm: float) -> np.ndarray:
    """A smooth random curve on GRID_PPM of SD 1."""
    x = GRID_PPM[::10]
    like = np.exp(-0.5 * (np.subtract.outer(x, x) / forgets_ppm) ** 2)
    root = np.linalg.cholesky(like + 1e-6 * np.eye(x.size))
    return np.interp(GRID_PPM, x, root @ rng.normal(size=x.size))


def human(source: Source, s: fit_sets.Spectra, rng: np.random.Generator) -> np.ndarray:
    """FID (points,) of a draw about a measured spectrum at another field."""
    y, mhz = measured(source)
    # A group's width: 12 Hz from T2, 0.1 ppm besides; what was measured narrower than
    # that is broadened, what was broader stays.
    wanted, had = 12.0 / s.frequency_mhz + 13.0 / 128.0, source.fwhm_hz / mhz
    more = rng.uniform(0, 0.06) ** 2 * np.sqrt(128.0 / s.frequency_mhz)
    y = smoothed(y, max(np.sqrt(max(wanted**2 - had**2, 0) + more), 0.005))
    y = y * np.exp(0.15 * wander(rng, 0.2))
    inside = np.clip((GRID_PPM - 0.5) / 0.5, 0, 1) * np.clip(
        (4.3 - GRID_PPM) / 0.4, 0, 1
    )
    y = y + 0.08 * y.max() * inside * wander(rng, 0.5)
    ppm = 4.65 + np.fft.fftfreq(s.points, s.dwell_time_s) / s.frequency_mhz
    moved = GRID_PPM + 0.01 * rng.normal()
    fid = np.fft.fft(np.interp(ppm, moved, y, left=0, right=0))
    fid[s.points // 2 :] = 0  # a real line's FID runs one way
    fid[1:] *= 2
    return fid


def of_prior(s: fit_sets.Spectra, rng: np.random.Generator) -> np.ndarray:
    """FID (points,) of one of the prior's own draws."""
    prior = unmeasured(s.frequency_mhz, s.dwell_time_s, s.points)
    z = rng.normal(size=len(prior.directions))
    return prior.mean + z @ prior.directions


@lru_cache(maxsize=32)
def model(name: str, unknown: frozenset[str] = frozenset()) -> Model:
    """The fit's model: the set's metabolites, and the prior without some spectra."""
    s, fids = fit_sets.SETS[name], np.stack(list(fit_sets.basis(name).values()))
    bare = Model(
        tuple(fit_sets.USUAL), fids, np.zeros(len(fids), bool), s.dwell_time_s,
        s.frequency_mhz, 0.2, 4.2,
    )  # fmt: skip
    return with_prior(bare, 1.0, unknown)


def case(
    name: str, family: str, averages: int, seed: int
) -> tuple[fit_sets.Case, Model]:
    """One spectrum and the model that it is fitted with; the same for the same seed."""
    if family == "foreign":
        return fit_sets.case(name, family, averages, seed), model(name)
    s = fit_sets.SETS[name]
    rng = np.random.default_rng([seed, averages, fit_sets.index(name), 15])
    source = SOURCES[seed % len(SOURCES)]
    fid = human(source, s, rng) if family == "human" else of_prior(s, rng)
    level = float(np.exp(0.2 * rng.normal()))
    made = fit_sets.over(s, averages, rng, fid, level)
    return made, model(name, frozenset({source.row} if family == "human" else ()))
