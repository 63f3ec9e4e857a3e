"""Frequency and phase of one transient against a template: spectral registration.

After Near et al. (Magn Reson Med 2015, 73:44) and Wilson (RATS, Magn Reson Med 2019,
81:2878).  The model of a transient in the band of the metabolites is

    S = a exp(i phi) [ M moved by nu ] + W c + noise,

M the template's spectrum, W smooth functions of frequency that carry the tail of the
residual water (free complex amplitudes c), a the amplitude.  A coarse search takes the
maximum of the cross-correlation of transient and template over a range of nu; then
Gauss-Newton on the columns

    [ M, iM, D, B, W, iW ],    D = dM/dnu,   B = dM/d(broadening),

with the *transient* moved back at each step, so that the pseudo-inverse is made once
for a template and a step costs one FFT.  Amplitude and broadening are at right angles
to phase and frequency: freeing them costs no precision and makes line narrowing
harmless.  The band ends above the lipids.

The template is the weighted mean of the aligned transients so far.  Its spectrum is
taken through a Wiener taper in time, g = P / (P + noise), so that the noise of a young
template does not count as shape; transients themselves are never apodised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.analysis import spectrum
from monitor.analysis.spectrum import Complex, Real

BAND_PPM = (0.20, 4.20)
LIPID_PPM = (0.60, 1.75)
SINGLET_PPM = (1.80, 4.20)
COARSE_PPM = (1.75, 3.65)
METABOLITES_PPM = (0.2, 4.2)
COARSE_RANGE_HZ = 40.0
ITERATIONS = 6
TAPER_S = 0.04
LIPID_LIMIT = 6.0
TAIL_PRIOR = (math.inf, 0.0005, 0.0005)
WATER_PPM = spectrum.REFERENCE_PPM


@dataclass(frozen=True, slots=True)
class Axis:
    """What of an acquisition the registration needs."""

    points: int
    dwell_time_s: float
    frequency_mhz: float

    def band(self, low_ppm: float, high_ppm: float) -> slice:
        """Slice of the ascending spectrum between two shifts."""
        return _band(self, low_ppm, high_ppm)

    @property
    def t(self) -> Real:
        """Time of each point, s, read-only."""
        return _times(self)

    @property
    def ppm(self) -> Real:
        """Chemical shift of each point of a spectrum, ppm, read-only."""
        return _ppm(self)


def _coarse_block(axis: Axis) -> int:
    """Points that can be summed without folding into four times the search range."""
    return max(1, int(1.0 / (axis.dwell_time_s * 8 * COARSE_RANGE_HZ)))


@lru_cache(maxsize=32)
def _band(axis: Axis, low_ppm: float, high_ppm: float) -> slice:
    return slice(*np.searchsorted(axis.ppm, (low_ppm, high_ppm)).tolist())


@lru_cache(maxsize=8)
def _times(axis: Axis) -> Real:
    t = spectrum.time_axis_s(axis.points, axis.dwell_time_s)
    t.setflags(write=False)
    return t


@lru_cache(maxsize=8)
def _ppm(axis: Axis) -> Real:
    ppm = spectrum.ppm_axis(axis.points, axis.dwell_time_s, axis.frequency_mhz)
    ppm.setflags(write=False)
    return ppm


@dataclass(frozen=True, slots=True)
class Registration:
    """Where one transient lies against the template.

    Attributes
    ----------
    shift_hz, shift_sd_hz : its lines lie that much higher in ppm than the template's
    phase_rad, phase_sd_rad : it is turned by that against the template, -pi ... pi
    amplitude : signal against the template's
    amplitude_sd : 1 SD of it
    broadening_hz : additional Lorentzian width against the template's lines
    broadening_sd_hz : 1 SD of it
    misfit, lipid : power of the residual over that of the noise, 1.8-4.2 ppm and
        0.6-1.75 ppm; 1 where the template explains all
    noise_sd : SD of the real part of the spectrum's noise
    converged : the last step was below 0.01 Hz
    """

    shift_hz: float
    shift_sd_hz: float
    phase_rad: float
    phase_sd_rad: float
    amplitude: float
    amplitude_sd: float
    broadening_hz: float
    broadening_sd_hz: float
    misfit: float
    lipid: float
    noise_sd: float
    converged: bool


@dataclass(frozen=True, slots=True)
class Model:
    """A template made ready for registration.

    Attributes
    ----------
    fid : (points,) the template's FID, tapered
    coarse : (points,) conjugate of its band-limited form for the cross-correlation
    columns : (2 band, parameters) real and imaginary parts stacked
    normal : (parameters, parameters) columns^T columns
    normal_without_lipid : the same without the rows of the lipids
    lipid_rows : (2 band,) where they are
    """

    fid: Complex
    coarse: Complex
    columns: Real
    normal: Real
    normal_without_lipid: Real
    lipid_rows: NDArray[np.bool_]


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
        self.made = None

    def freeze(self) -> None:
        """End of the reference period."""
        self.frozen = True

    @property
    def fid(self) -> Complex:
        """Weighted mean FID, (points,) complex128."""
        return self.total / self.weight

    def model(self, noise_sd: float) -> Model:
        """The template made ready; `noise_sd` of one point of a single transient."""
        if self.made is None:
            mean_noise = noise_sd * np.sqrt(self.weight_squares) / self.weight
            self.made = model_of(self.fid, self.axis, mean_noise)
        return self.made


def model_of(fid: Complex, axis: Axis, noise_sd: float) -> Model:
    """Make a FID ready as a template; `noise_sd` of the real part of its points."""
    m = fid * _taper(fid, axis, noise_sd)
    t = axis.t
    band = axis.band(*BAND_PPM)
    M, D, B = spectrum.spectrum_of(np.stack([m, -2j * np.pi * t * m, -np.pi * t * m]))[
        :, band
    ]
    W = _water_tail(axis)[:, band]
    columns = np.stack([M, 1j * M, D, B, *W, *(1j * W)], axis=1)
    A = np.concatenate([columns.real, columns.imag])
    lipid = np.tile(_within(axis, LIPID_PPM), 2)
    rest = A[~lipid]
    return Model(m, _coarse(m, axis), A, A.T @ A, rest.T @ rest, lipid)


def register(
    fid: Complex, model: Model, axis: Axis, noise_sd: float, near_hz: float = 0.0
) -> Registration:
    """Register one transient (points,).

    Where the band of the lipids does not fit the template, the registration is done
    again without that band.

    Parameters
    ----------
    noise_sd : of the real part of one point of the FID
    near_hz : middle of the coarse search, e.g. the last good shift
    """
    start = coarse_search(fid, model, axis, near_hz)
    found = _gauss_newton(fid, model, axis, noise_sd, start, with_lipid=True)
    limit = 1.0 + LIPID_LIMIT / np.sqrt(np.count_nonzero(model.lipid_rows) / 2 + 1)
    if found.lipid <= limit:
        return found
    return _gauss_newton(fid, model, axis, noise_sd, start, with_lipid=False)


def _gauss_newton(
    fid: Complex,
    model: Model,
    axis: Axis,
    noise_sd: float,
    start: tuple[float, float],
    *,
    with_lipid: bool,
) -> Registration:
    """Fine search from a start of shift and phase."""
    shift, phase = start
    band = axis.band(*BAND_PPM)
    spectrum_noise_sd = noise_sd * axis.points**0.5
    inverse, unit_sd = _inverse(
        model, _water_height(fid, axis), spectrum_noise_sd, with_lipid=with_lipid
    )
    converged = False
    for step in range(ITERATIONS + 1):
        stacked = _stacked(fid, axis, band, shift, phase)
        p = inverse @ stacked
        if converged or step == ITERATIONS:
            break
        a = max(abs(p[0]), abs(p[1]), 1e-300)
        d_shift = float(np.clip(p[2] / a, -3.0, 3.0))
        shift, phase = shift + d_shift, phase + float(np.arctan2(p[1], p[0]))
        converged = abs(d_shift) < 0.01 and abs(p[1]) < 0.01 * p[0]
    # Broadening is part of the model here: what it explains is not a misfit.
    rest = (stacked - model.columns @ p) ** 2 / spectrum_noise_sd**2
    main = np.tile(_within(axis, SINGLET_PPM), 2)
    a, sd = max(float(p[0]), 1e-300), unit_sd * spectrum_noise_sd
    return Registration(
        shift_hz=shift,
        shift_sd_hz=float(sd[2] / a),
        phase_rad=float(np.angle(np.exp(1j * phase))),
        phase_sd_rad=float(sd[1] / a),
        amplitude=float(p[0]),
        amplitude_sd=float(sd[0]),
        broadening_hz=float(p[3] / a),
        broadening_sd_hz=float(sd[3] / a),
        misfit=float(rest[main].mean()),
        lipid=float(rest[model.lipid_rows].mean()) if model.lipid_rows.any() else 1.0,
        noise_sd=spectrum_noise_sd,
        converged=converged,
    )


def _within(axis: Axis, range_ppm: tuple[float, float]) -> NDArray[np.bool_]:
    """Which points of the band lie in a range of shifts."""
    ppm = axis.ppm[axis.band(*BAND_PPM)]
    return np.asarray((ppm > range_ppm[0]) & (ppm < range_ppm[1]))


def coarse_search(
    fid: Complex, model: Model, axis: Axis, near_hz: float
) -> tuple[float, float]:
    """Shift, Hz, and phase, rad, at the maximum of the cross-correlation."""
    block = _coarse_block(axis)
    product = fid * model.coarse
    # Only low frequencies are asked for: sums over blocks lose nothing there.
    sums = product[: product.size // block * block].reshape(-1, block).sum(axis=1)
    length = 4 * sums.size
    correlation = np.fft.ifft(sums, length)
    nu = np.fft.fftfreq(length, axis.dwell_time_s * block)
    power = np.abs(correlation) ** 2
    power[np.abs(nu - near_hz) > COARSE_RANGE_HZ] = 0.0
    k = int(np.argmax(power))
    # A block's sum is centred half a block later than its first point.
    late = 0.5 * (block - 1) * axis.dwell_time_s
    phase = float(np.angle(correlation[k])) + 2 * np.pi * float(nu[k]) * late
    return float(nu[k]), phase


def bound(
    metabolites: Complex, water: Complex, axis: Axis, noise_sd: float
) -> tuple[float, float]:
    """Cramer-Rao bound of one transient with one free complex water amplitude.

    Parameters
    ----------
    metabolites, water : (points,) noise-free FIDs; the water's amplitude is free
    noise_sd : of the real (= imaginary) part of one point

    Returns
    -------
    SD of the shift, Hz, and of the phase, rad; both unknown, amplitude known, the
    water's own frequency taken to tell nothing.
    """
    columns = np.stack(
        [-2j * np.pi * axis.t * metabolites, 1j * metabolites, water, 1j * water]
    )
    J = np.concatenate([columns.real, columns.imag], axis=1)
    scale = np.linalg.norm(J, axis=1)
    scale[scale == 0] = 1.0
    fisher = (J / scale[:, np.newaxis]) @ (J / scale[:, np.newaxis]).T
    covariance = np.linalg.pinv(fisher, rcond=1e-12)
    sd = noise_sd * np.sqrt(np.diag(covariance)) / scale
    return float(sd[0]), float(sd[1])


def _stacked(fid: Complex, axis: Axis, band: slice, shift: float, phase: float) -> Real:
    """Spectrum in the band of the FID moved back, real over imaginary part."""
    back = spectrum.spectrum_of(spectrum.moved(fid, axis.dwell_time_s, -shift, -phase))[
        band
    ]
    return np.concatenate([back.real, back.imag])


def _inverse(
    model: Model, water_height: float, noise_sd: float, *, with_lipid: bool
) -> tuple[Real, Real]:
    """Inverse of the columns under the prior on the tail, and unit SDs.

    Returns
    -------
    (parameters, 2 band) and the (4,) SDs of amplitude, phase, shift and broadening for
    noise SD 1.
    """
    normal = model.normal if with_lipid else model.normal_without_lipid
    prior = np.zeros(normal.shape[0])
    sds = np.array(TAIL_PRIOR) * max(water_height, noise_sd)
    prior[4:] = np.tile((noise_sd / sds) ** 2, 2)
    scale = 1.0 / np.sqrt(np.diag(normal) + 1e-300)
    scales = np.outer(scale, scale)
    covariance = np.linalg.pinv((normal + np.diag(prior)) * scales, 1e-12, True)
    covariance *= scales
    inverse = covariance @ model.columns.T
    if not with_lipid:
        inverse[:, model.lipid_rows] = 0.0
    return inverse, np.sqrt(np.diag(covariance)[:4])


def _water_height(fid: Complex, axis: Axis) -> float:
    """Largest magnitude of the spectrum around the water, in units of the spectrum."""
    lines = spectrum.spectrum_of(fid)[axis.band(WATER_PPM - 0.4, WATER_PPM + 0.4)]
    return float(np.abs(lines).max())


def _water_tail(axis: Axis) -> Complex:
    """Smooth functions that carry the tail of the residual water in the band."""
    x = np.maximum(WATER_PPM - axis.ppm, 0.2)
    return np.stack([1 / x, np.ones_like(x), 1 / x**2]).astype(complex)


def _taper(fid: Complex, axis: Axis, noise_sd: float) -> Real:
    """Wiener taper in time from the power of the metabolite band.

    Zero filling keeps the wrap of the band filter out; the running minimum keeps beats
    of the lines and noise from letting the taper rise again.
    """
    lines = np.fft.ifft(fid, 2 * axis.points)
    band = axis.band(*METABOLITES_PPM)
    nu = np.fft.fftfreq(2 * axis.points, axis.dwell_time_s)
    ppm = spectrum.REFERENCE_PPM + nu / axis.frequency_mhz
    outside = (ppm < METABOLITES_PPM[0]) | (ppm > METABOLITES_PPM[1])
    lines[outside] = 0.0
    power = np.abs(np.fft.fft(lines)[: axis.points]) ** 2
    kernel = np.ones(max(3, round(TAPER_S / axis.dwell_time_s)))
    smooth = np.convolve(power, kernel, "same") / np.convolve(
        np.ones_like(power), kernel, "same"
    )
    noise = 2 * noise_sd**2 * (band.stop - band.start) / axis.points
    signal = np.minimum.accumulate(np.maximum(smooth - noise, 0.0))
    return np.asarray(signal / (signal + noise + 1e-300))


def _coarse(m: Complex, axis: Axis) -> Complex:
    """Conjugate of the band-limited template, its first milliseconds suppressed.

    What is broad (water tail, baseline, macromolecules) lives in the first points.
    """
    lines = spectrum.spectrum_of(m)
    only = np.zeros_like(lines)
    band = axis.band(*COARSE_PPM)
    only[band] = lines[band]
    return np.asarray(
        spectrum.fid_of(only).conj() * (1.0 - np.exp(-axis.t / 0.01)), complex
    )
