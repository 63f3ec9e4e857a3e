"""The template of the registration, and the linear model made from it.

The template is the weighted mean of the aligned transients of the reference period.
Its FID is parted into residual water w (`water.py`) and metabolites m, and taken
through a Wiener taper in time, g = P / (P + noise), so that the noise of a young
template does not count as shape; transients themselves are never apodised.  Columns of
the model of one transient in a band of the spectrum (after Near et al., Magn Reson Med
2015, 73:44):

    M, iM, D = dM/dnu, B = dM/d(broadening);  water;  V_1 ... V_10

Two designs differ in water and band:

- *wide*, 0.0-5.6 ppm: the template's own water and its derivative to frequency, with
  free complex amplitudes.  It is the sharpest where the shape of the water lasts: the
  first points of the FID, which hold most of what is known of the phase, count fully.
- *narrow*, 0.2-4.2 ppm: smooth functions 1/x, 1, 1/x^2 of the distance x from water
  carry its tail, the latter two held small against the water's height.  It serves where
  the water has another shape in each transient.

V_k are the template's own absorption spectrum cut softly into ten parts, each with the
dispersion that belongs to it (its causal FID), in phase with the whole: what changes
when metabolites, macromolecules or lipids change against each other (`variation.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from monitor.analysis.preparation.design import Design, design_of, tail_of
from monitor.analysis.preparation.measures import Absolute, absolute_of
from monitor.analysis.signal import spectrum, water
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM

WIDE_PPM = (0.0, 5.6)
NARROW_PPM = (0.2, 4.2)
COARSE_PPM = (1.75, 3.65)
METABOLITES_PPM = (0.2, 4.2)
PARTS_PPM = (0.2, 0.7, 1.1, 1.55, 1.85, 2.2, 2.6, 3.12, 3.5, 4.05, 4.5)
PART_EDGE_PPM = 0.025
TAPER_S = 0.04
NARROW_TAIL = (np.inf, 5e-4, 5e-4)
REMAKE = 1.25
"""A growing template is made ready again when its weight has grown by a quarter."""


@dataclass(frozen=True, slots=True)
class Model:
    """A template made ready for registration.

    Attributes
    ----------
    metabolites : (points,) its FID without residual water, not tapered
    absolute : their absolute shift and phase
    coarse : (points,) conjugate of a band-limited form for the cross-correlation
    wide, narrow : the two designs
    """

    metabolites: Complex
    absolute: Absolute
    coarse: Complex
    wide: Design
    narrow: Design


@dataclass(slots=True)
class Template:
    """Running weighted mean of aligned transients; frozen it never changes again.

    Deterministic: its state is a function of the pushed FIDs and weights alone.
    """

    axis: Axis
    total: Complex
    weight: float = 0.0
    weight_squares: float = 0.0
    frozen: bool = False
    made: Model | None = None
    made_weight: float = 0.0

    @staticmethod
    def empty(axis: Axis) -> Template:
        """A template of no transients."""
        return Template(axis, np.zeros(axis.points, complex))

    def push(self, aligned: Complex, weight: float = 1.0) -> None:
        """Add an aligned transient (points,); nothing happens once frozen."""
        if self.frozen or weight <= 0.0:
            return
        self.total = self.total + weight * aligned
        self.weight += weight
        self.weight_squares += weight**2
        if self.weight > REMAKE * self.made_weight:
            self.made = None

    def freeze(self) -> None:
        """End of the reference period."""
        if not self.frozen:
            self.frozen, self.made = True, None

    @property
    def fid(self) -> Complex:
        """Weighted mean FID, (points,) complex128."""
        return np.asarray(self.total / self.weight, complex)

    def model(self, noise_sd: float) -> Model:
        """The template made ready; `noise_sd` of one point of a single transient."""
        if self.made is None:
            mean_noise = noise_sd * float(np.sqrt(self.weight_squares)) / self.weight
            self.made = model_of(self.fid, self.axis, mean_noise)
            self.made_weight = self.weight
        return self.made


def model_of(fid: Complex, axis: Axis, noise_sd: float) -> Model:
    """Make a FID ready as a template; `noise_sd` of the real part of its points."""
    lines = water.water_lines(fid, axis.dwell_time_s, axis.frequency_mhz)
    w = lines.fid(axis.points, axis.dwell_time_s, axis.frequency_mhz)
    dry = np.asarray(fid - w, complex)
    absolute = absolute_of(dry, axis)
    g = _taper(dry, axis, noise_sd).astype(complex)
    parts = spectrum.spectrum_of(_parts(dry * g, axis, absolute.phase_rad))
    own_water = spectrum.spectrum_of(np.stack([w, -2j * np.pi * axis.t * w]))
    return Model(
        metabolites=dry,
        absolute=absolute,
        coarse=_coarse(dry * g, axis),
        wide=design_of(axis, WIDE_PPM, dry * g, own_water, (np.inf, np.inf), parts),
        narrow=design_of(axis, NARROW_PPM, fid * g, tail_of(axis), NARROW_TAIL, parts),
    )


def _parts(m: Complex, axis: Axis, phase_rad: float) -> Complex:
    """FIDs (10, points) of the soft parts of the absorption spectrum of m."""
    upright = m * np.exp(-1j * phase_rad)
    upright[0] *= 0.5
    absorption = np.fft.ifft(upright, 2 * axis.points).real
    causal = 2.0 * np.fft.rfft(absorption * _windows(axis), axis=1)
    return np.asarray(causal[:, : axis.points] * np.exp(1j * phase_rad), complex)


@lru_cache(maxsize=8)
def _windows(axis: Axis) -> Real:
    """Soft windows (10, 2 points) of the parts, their sum 1 between them; read-only."""
    edges = np.array(PARTS_PPM)[:, np.newaxis]
    steps = (_ppm_twice(axis) - edges) / PART_EDGE_PPM
    steps = 1.0 / (1.0 + np.exp(-np.clip(steps, -50, 50)))
    windows = np.asarray(steps[:-1] - steps[1:])
    windows.setflags(write=False)
    return windows


@lru_cache(maxsize=8)
def _ppm_twice(axis: Axis) -> Real:
    """Chemical shifts of the spectrum filled to twice its length, in FFT order."""
    nu = np.fft.fftfreq(2 * axis.points, axis.dwell_time_s)
    ppm = np.asarray(REFERENCE_PPM + nu / axis.frequency_mhz)
    ppm.setflags(write=False)
    return ppm


def _taper(fid: Complex, axis: Axis, noise_sd: float) -> Real:
    """Wiener taper in time from the power of the metabolite band.

    Zero filling keeps the wrap of the band filter out; the running minimum keeps beats
    of the lines and noise from letting the taper rise again.
    """
    lines = np.fft.ifft(fid, 2 * axis.points)
    ppm = _ppm_twice(axis)
    inside = (ppm >= METABOLITES_PPM[0]) & (ppm <= METABOLITES_PPM[1])
    lines[~inside] = 0.0
    power = np.abs(np.fft.fft(lines)[: axis.points]) ** 2
    kernel = np.ones(min(max(3, round(TAPER_S / axis.dwell_time_s)), axis.points))
    smooth = np.convolve(power, kernel, "same") / np.convolve(
        np.ones_like(power), kernel, "same"
    )
    noise = 2 * noise_sd**2 * np.mean(inside)
    signal = np.minimum.accumulate(np.maximum(smooth - noise, 0.0))
    return np.asarray(signal / np.maximum(signal + noise, 1e-300))


def _coarse(m: Complex, axis: Axis) -> Complex:
    """Conjugate of the band-limited template, its first milliseconds suppressed.

    What is broad (water tail, baseline, macromolecules) lives in the first points.
    """
    lines = spectrum.spectrum_of(m)
    only = np.zeros_like(lines)
    band = axis.band(*COARSE_PPM)
    only[band] = lines[band]
    return np.asarray(spectrum.fid_of(only).conj() * axis.late, complex)
