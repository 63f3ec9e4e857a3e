"""Whether macromolecules of a basis set are in phase with its metabolites.

The methyl groups at 0.9 ppm stand alone at the edge of what is fitted: three Gaussians
(0.92, 1.21, 1.39 ppm) with one phase are fitted to what lies from 0.5 to 1.08 ppm, and
compared with the singlets of NAA and creatine.  Sixteen sets that are in phase
(parametrised ones, measured ones of four fields) come out at 0.03 with an SD of 0.11
rad: what nobody knows of the line is what limits it.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.lines import CR_PPM, NAA_PPM
from monitor.analysis.basis.macromolecules import VIRTUAL
from monitor.analysis.signal.line import zero_filled
from monitor.analysis.signal.spectrum import Complex, Real, spectrum_of, time_axis_s
from streams.messages.transient import REFERENCE_PPM

BAND_PPM = (0.5, 1.08)
PLACES_PPM = np.array([0.92, 1.21, 1.39])
MOVED_PPM, WIDTH_PPM, WIDTHS_PPM = 0.05, 0.13, (0.04, 0.3)
LEAST_PART = 0.15
"""Of the highest point: what the line at 0.9 ppm must have to be judged."""
TOLERATED_RAD = 0.35
"""Three SDs."""
LAST_S = 0.25
"""Of a FID: macromolecules are gone by then."""
SINGLET_PPM = 0.1
AS_MADE = ("single", "five", VIRTUAL)
"""In a provenance: what this program makes is in phase, and need not be fitted."""
TURNED = (
    "Warning: the macromolecules of the basis set ({names}) are turned by {rad:.1f} "
    "rad ({degrees:.0f} degrees) against its metabolites, and levels come out wrong; "
    "put them in anew with basis add-mm, which finds their phase."
)


def mm_phase_said(basis: BasisSet) -> str:
    """That macromolecules are out of phase, a sentence; empty where they are not."""
    if basis.provenance.get("macromolecules") in AS_MADE:
        return ""
    rad = mm_phase_rad(basis)
    if rad is None or abs(rad) < TOLERATED_RAD:
        return ""
    names = ", ".join(naming.macromolecules(basis.names))
    return TURNED.format(names=names, rad=rad, degrees=np.degrees(rad))


def mm_phase_rad(basis: BasisSet) -> float | None:
    """Phase of the macromolecules against the metabolites, -pi to pi.

    None where it cannot be judged: no line at 0.9 ppm, no singlet, edited spectra.
    """
    names = naming.macromolecules(basis.names)
    singlets = _singlets(basis)
    if not names or not singlets or "mega" in basis.sequence.lower():
        return None
    last = max(round(LAST_S / basis.dwell_time_s), 1)
    fid = basis.subset(names).fids[:, :last].sum(axis=0)
    alone = _line_phase(fid, basis)
    return None if alone is None else float(np.angle(alone / sum(singlets)))


def _singlets(basis: BasisSet) -> list[complex]:
    """The highest points of NAA and creatine, of size 1."""
    found = []
    for name, place in (("NAA", NAA_PPM), ("Cr", CR_PPM)):
        spelt = naming.find(name, basis.names)
        if spelt is None:
            continue
        ppm, spectrum = _spectrum(basis.fid(spelt), basis, 8)
        near = spectrum[np.abs(ppm - place) < SINGLET_PPM]
        highest = near[np.argmax(np.abs(near))] if near.size else 0
        found += [complex(highest / abs(highest))] if highest else []
    return found


def _spectrum(fid: Complex, basis: BasisSet, times: int = 1) -> tuple[Real, Complex]:
    """Axis in ppm and spectrum of a FID, zero filled to `times` as many points."""
    halved = fid.copy()
    halved[0] *= 0.5
    mhz = basis.spectrometer_frequency_mhz
    return zero_filled(halved, times, basis.dwell_time_s, mhz)


def _line_phase(fid: Complex, basis: BasisSet) -> complex | None:
    """Phase factor of the line at 0.9 ppm; None where there is none."""
    ppm, spectrum = _spectrum(fid, basis)
    inside = (ppm > BAND_PPM[0]) & (ppm < BAND_PPM[1])
    whole = (ppm > BAND_PPM[0]) & (ppm < REFERENCE_PPM - 0.4)
    y = spectrum[inside]
    top = np.abs(spectrum[whole]).max(initial=0.0)
    if y.size < 8 or np.abs(y).max() <= LEAST_PART * top:
        return None
    start = np.r_[PLACES_PPM, np.full(3, WIDTH_PPM)]
    low = np.r_[PLACES_PPM - MOVED_PPM, np.full(3, WIDTHS_PPM[0])]
    high = np.r_[PLACES_PPM + MOVED_PPM, np.full(3, WIDTHS_PPM[1])]

    from scipy.optimize import least_squares  # late: half a second

    def left(shape: Real) -> Real:
        lines = _gaussians(shape, basis, inside, fid.size)
        _, rest = _in_one_phase(lines, y / top)
        return np.concatenate([rest.real, rest.imag])

    shape = least_squares(left, start, bounds=(low, high)).x
    return _in_one_phase(_gaussians(shape, basis, inside, fid.size), y / top)[0]


def _gaussians(
    shape: Real, basis: BasisSet, inside: np.ndarray, points: int
) -> Complex:
    """Spectra (3, K) of lines; `shape` is their places and widths, ppm."""
    mhz = basis.spectrometer_frequency_mhz
    t = time_axis_s(points, basis.dwell_time_s)
    places, widths = shape[:3, np.newaxis], shape[3:, np.newaxis]
    turn = -2j * np.pi * (places - REFERENCE_PPM) * mhz * t
    fids = np.exp(turn - (np.pi * widths * mhz * t) ** 2 / (4 * np.log(2)))
    fids[:, 0] *= 0.5
    return np.asarray(spectrum_of(fids)[:, inside], complex)


def _in_one_phase(lines: Complex, y: Complex) -> tuple[complex, Complex]:
    """Phase factor at which real amplitudes of lines leave least, and what is left.

    With r = lines* y and G the inverse of the Gram matrix, the phase p explains
    (r* G r + Re(exp(-2ip) r' G r)) / 2 of y: most where p is half the angle of r' G r.
    """
    gram = np.linalg.pinv((lines.conj() @ lines.T).real, rcond=1e-8)
    right = lines.conj() @ y
    phase = np.exp(0.5j * np.angle(right @ gram @ right))
    amplitudes = gram @ (right / phase).real
    if amplitudes[0] < 0:
        phase, amplitudes = -phase, -amplitudes
    return complex(phase), np.asarray(y - phase * (amplitudes @ lines), complex)
