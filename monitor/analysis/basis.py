"""Basis sets: the FID of each metabolite at concentration 1, resampled and checked.

A basis set is  X(t_n) = sum_m c_m x_m(t_n),  x_m the FID of metabolite m at
concentration 1.  For our own sets x_m(0) at TE -> 0 is the number of protons.

A set must be put on the acquisition's points (`resampling`) and checked against the
acquisition (`checked_for`).

Files are read in `monitor.analysis.basis_files`; this module has no file access.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from monitor.analysis import names as naming
from monitor.analysis.resampling import interpolated
from monitor.analysis.spectrum import REFERENCE_PPM, ppm_axis, spectrum_of
from streams.errors import InputError
from streams.transient import Acquisition

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

NAA_PPM = 2.008
CR_PPM = 3.027
SEARCH_PPM = 0.2


STRETCH_TOLERANCE = 0.004
DWELL_TOLERANCE = 0.02
FREQUENCY_NOTE = 0.01
FREQUENCY_LIMIT = 0.05
OFFSET_NOTE_PPM = 0.002
ECHO_TIME_NOTE_S = 0.5e-3


@dataclass(frozen=True, slots=True, eq=False)
class BasisSet:
    """FIDs of the metabolites at concentration 1.

    Attributes
    ----------
    names : as the basis set spells them
    fids : (M, points) complex128, read-only, sign convention of
        `monitor.analysis.spectrum`, carrier at 4.65 ppm
    dwell_time_s : s
    spectrometer_frequency_mhz : MHz
    nucleus : e.g. "1H"
    echo_time_s : TE in s, None where the file does not say
    sequence : e.g. "PRESS"; empty where the file does not say
    provenance : how it was made, in words
    source : where it comes from, in words
    """

    names: tuple[str, ...]
    fids: Complex
    dwell_time_s: float
    spectrometer_frequency_mhz: float
    nucleus: str
    echo_time_s: float | None = None
    sequence: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def __post_init__(self) -> None:
        fids = np.array(self.fids, np.complex128)
        if fids.ndim != 2 or len(fids) != len(self.names) or fids.size == 0:
            raise InputError(
                f"Basis set {self.source}: {len(self.names)} names for FIDs of shape "
                f"{fids.shape}."
            )
        if not np.isfinite(fids).all():
            raise InputError(f"Basis set {self.source} has values that are not finite.")
        if len(set(self.names)) != len(self.names):
            raise InputError(f"Basis set {self.source} has two entries of one name.")
        fids.setflags(write=False)
        object.__setattr__(self, "fids", fids)
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    @property
    def points(self) -> int:
        """Points of each FID."""
        return int(self.fids.shape[1])

    @property
    def sha256(self) -> str:
        """Hash of all that a fit depends on: names, FIDs, dwell time, frequency."""
        digest = hashlib.sha256("\n".join(self.names).encode())
        for number in (self.dwell_time_s, self.spectrometer_frequency_mhz):
            digest.update(np.float64(number).tobytes())
        digest.update(self.fids.astype("<c16").tobytes())
        return digest.hexdigest()

    def fid(self, name: str) -> Complex:
        """FID of one entry (points,), found by any of its spellings."""
        return np.asarray(self.fids[self.names.index(self.spelt(name))])

    def spelt(self, name: str) -> str:
        """How the set spells `name`; the exact spelling goes before an alias."""
        found = name if name in self.names else naming.find(name, self.names)
        if found is None:
            raise InputError(
                f"Basis set {self.source} has no {name}; it has "
                f"{', '.join(self.names)}."
            )
        return found

    def subset(self, names: Iterable[str]) -> BasisSet:
        """Return the set with these entries only, in the order given."""
        spelt = tuple(self.spelt(name) for name in names)
        rows = [self.names.index(name) for name in spelt]
        return replace(self, names=spelt, fids=self.fids[rows])

    def without(self, names: Iterable[str]) -> BasisSet:
        """Return the set without these entries (unknown ones are ignored)."""
        unwanted = {naming.canonical(name) for name in names}
        kept = [n for n in self.names if naming.canonical(n) not in unwanted]
        return self.subset(kept)

    def extended(self, names: Iterable[str], fids: Complex) -> BasisSet:
        """Return the set with further entries (k, points) on the same points."""
        both = np.concatenate([self.fids, fids])
        return replace(self, names=(*self.names, *names), fids=both)

    def moved_ppm(self, shift_ppm: float) -> BasisSet:
        """Return the set with all lines moved towards higher ppm."""
        hz = shift_ppm * self.spectrometer_frequency_mhz
        t = np.arange(self.points) * self.dwell_time_s
        return replace(self, fids=self.fids * np.exp(-2j * np.pi * hz * t))

    def resampled(
        self, dwell_time_s: float, points: int, frequency_mhz: float | None = None
    ) -> BasisSet:
        """Return the set on other points.

        Beyond the end of the FIDs there are zeros.  With `frequency_mhz` every line
        keeps its ppm at that spectrometer frequency (couplings are scaled along, which
        within 5 % is far below a line width).

        Parameters
        ----------
        dwell_time_s : wanted dwell time, s; incommensurate ones are fine
        points : wanted points
        frequency_mhz : wanted spectrometer frequency, MHz
        """
        new_mhz = frequency_mhz or self.spectrometer_frequency_mhz
        scale = new_mhz / self.spectrometer_frequency_mhz
        positions = np.arange(points, dtype=float)
        positions *= dwell_time_s * scale / self.dwell_time_s
        return replace(
            self,
            fids=interpolated(self.fids, positions),
            dwell_time_s=dwell_time_s,
            spectrometer_frequency_mhz=new_mhz,
        )


# Position of the lines


def peak_ppm(basis: BasisSet, name: str, near_ppm: float) -> float | None:
    """Position of the strongest line of an entry within 0.2 ppm of `near_ppm`.

    None where the set has no such entry.  Lines are broadened by 3 Hz (Gaussian) and
    zero filled to better than 0.1 Hz; a parabola gives the rest.
    """
    spelt = naming.find(name, basis.names)
    if spelt is None:
        return None
    f0 = basis.spectrometer_frequency_mhz
    points = int(2 ** np.ceil(np.log2(max(10 / basis.dwell_time_s, basis.points))))
    ppm = ppm_axis(points, basis.dwell_time_s, f0)
    height = np.abs(
        spectrum_of(_broadened(basis.fid(spelt), basis.dwell_time_s, points))
    )
    window = np.flatnonzero(np.abs(ppm - near_ppm) <= SEARCH_PPM)
    if window.size < 3 or not height.any():
        return None
    k = int(window[np.argmax(height[window])])
    k = min(max(k, 1), points - 2)
    a, b, c = height[k - 1 : k + 2]
    return float(ppm[k] + 0.5 * (a - c) / (a - 2 * b + c) * (ppm[1] - ppm[0]))


def _broadened(fid: Complex, dwell_time_s: float, points: int) -> Complex:
    """FID with a Gaussian line of 3 Hz FWHM, zero filled to `points`."""
    t = np.arange(fid.size) * dwell_time_s
    out: Complex = np.zeros(points, complex)
    out[: fid.size] = fid * np.exp(-((np.pi * 3.0 * t) ** 2) / (4 * np.log(2)))
    return out


def frequency_stretch(basis: BasisSet) -> float | None:
    """Distance of the NAA (2.008) and creatine (3.027 ppm) singlets over 1.019 ppm.

    1.007 means that the frequency axis is 0.7 % too long: its dwell time is wrong.
    None where the set lacks NAA or creatine.
    """
    naa = peak_ppm(basis, "NAA", NAA_PPM)
    cr = peak_ppm(basis, "Cr", CR_PPM) or peak_ppm(basis, "tCr", CR_PPM)
    if naa is None or cr is None:
        return None
    return (cr - naa) / (CR_PPM - NAA_PPM)


def offset_ppm(basis: BasisSet) -> float | None:
    """How far the lines sit above their place: mean of NAA and creatine, ppm."""
    found = (
        (peak_ppm(basis, "NAA", NAA_PPM), NAA_PPM),
        (peak_ppm(basis, "Cr", CR_PPM), CR_PPM),
    )
    offsets = [at - true for at, true in found if at is not None]
    return float(np.mean(offsets)) if offsets else None


def is_conjugated(basis: BasisSet) -> bool:
    """Whether the FIDs rotate the other way: NAA is then found mirrored at 7.29 ppm."""
    spelt = naming.find("NAA", basis.names) or naming.find("tNAA", basis.names)
    if spelt is None:
        return False
    fid = basis.fid(spelt)
    height = np.abs(spectrum_of(_broadened(fid, basis.dwell_time_s, fid.size)))
    ppm = ppm_axis(fid.size, basis.dwell_time_s, basis.spectrometer_frequency_mhz)
    here = height[np.abs(ppm - NAA_PPM) < SEARCH_PPM]
    there = height[np.abs(ppm - (2 * REFERENCE_PPM - NAA_PPM)) < SEARCH_PPM]
    return bool(here.size and there.size and there.max() > 3 * here.max())


# Fit for this acquisition?


def checked_for(
    basis: BasisSet, acquisition: Acquisition
) -> tuple[BasisSet, tuple[str, ...]]:
    """Return the set on the acquisition's points, and what was noticed, in words.

    Corrected (and noted): FIDs that rotate the other way, a wrong dwell time in the
    file, lines that sit off their place, a spectrometer frequency off by less than 5 %.

    Raises
    ------
    InputError : another nucleus, a spectrometer frequency off by more than 5 %, no
        glutamate
    """
    notes: list[str] = []
    _check_nucleus(basis, acquisition)
    _check_glutamate(basis)
    notes += _frequency_notes(basis, acquisition)
    if is_conjugated(basis):
        basis = replace(basis, fids=basis.fids.conj())
        notes.append("The basis set's FIDs rotate the other way; they were conjugated.")
    basis, stretch_notes = _unstretched(basis, acquisition)
    basis, offset_notes = _recentred(basis)
    notes += stretch_notes + offset_notes + _sequence_notes(basis, acquisition)
    notes += _length_notes(basis, acquisition)
    basis = basis.resampled(
        acquisition.dwell_time_s,
        acquisition.points,
        acquisition.spectrometer_frequency_mhz,
    )
    return basis, tuple(notes)


def _check_nucleus(basis: BasisSet, acquisition: Acquisition) -> None:
    if basis.nucleus != acquisition.nucleus:
        raise InputError(
            f"Basis set {basis.source} is for {basis.nucleus}, the acquisition is "
            f"{acquisition.nucleus}: give a basis set of that nucleus."
        )


def _check_glutamate(basis: BasisSet) -> None:
    if naming.find("Glu", basis.names) is None:
        raise InputError(
            f"Basis set {basis.source} has no Glu (it has {', '.join(basis.names)}): "
            "give one with glutamate."
        )


def _frequency_notes(basis: BasisSet, acquisition: Acquisition) -> list[str]:
    """Note a frequency off by more than 1 %, refuse one off by more than 5 %."""
    have, need = (
        basis.spectrometer_frequency_mhz,
        acquisition.spectrometer_frequency_mhz,
    )
    off = abs(have / need - 1)
    if off > FREQUENCY_LIMIT:
        raise InputError(
            f"Basis set {basis.source} is for {have:.2f} MHz, the acquisition is at "
            f"{need:.2f} MHz: give a basis set of that field strength."
        )
    if off <= FREQUENCY_NOTE:
        return []
    return [
        f"Warning: the basis set is for {have:.2f} MHz, the acquisition is at "
        f"{need:.2f} MHz ({100 * off:.1f} % off); its lines were put at the right ppm, "
        "couplings are that much off."
    ]


def _unstretched(
    basis: BasisSet, acquisition: Acquisition
) -> tuple[BasisSet, list[str]]:
    """Put the acquisition's dwell time where the file's is wrong and this mends it."""
    before = frequency_stretch(basis)
    if before is None or abs(before - 1) <= STRETCH_TOLERANCE:
        return basis, []
    percent = 100 * (before - 1)
    mended = replace(basis, dwell_time_s=acquisition.dwell_time_s)
    near = abs(basis.dwell_time_s / acquisition.dwell_time_s - 1) <= DWELL_TOLERANCE
    after = frequency_stretch(mended) if near else None
    if after is not None and abs(after - 1) < abs(before - 1) / 2:
        return mended, [
            f"The basis set's frequency axis was stretched by {percent:.1f} %: its "
            f"dwell time {1e6 * basis.dwell_time_s:.1f} us was replaced by the "
            f"acquisition's {1e6 * acquisition.dwell_time_s:.1f} us."
        ]
    return basis, [
        f"Warning: the basis set's frequency axis is {percent:+.1f} % off (NAA to "
        "creatine); its dwell time or frequency is wrong."
    ]


def _recentred(basis: BasisSet) -> tuple[BasisSet, list[str]]:
    """Move the lines to their place where NAA and creatine are off."""
    offset = offset_ppm(basis)
    if offset is None or abs(offset) <= OFFSET_NOTE_PPM:
        return basis, []
    side = "high" if offset > 0 else "low"
    return basis.moved_ppm(-offset), [
        f"The basis set's lines sat {abs(offset):.3f} ppm {side} (NAA, creatine); they "
        "were moved to their place."
    ]


def _sequence_notes(basis: BasisSet, acquisition: Acquisition) -> list[str]:
    """Note another echo time or another kind of sequence."""
    notes = []
    te = basis.echo_time_s
    if te is not None and abs(te - acquisition.echo_time_s) > ECHO_TIME_NOTE_S:
        notes.append(
            f"Warning: the basis set is for TE {1e3 * te:g} ms, the acquisition has "
            f"{1e3 * acquisition.echo_time_s:g} ms."
        )
    have, need = basis.sequence.lower(), acquisition.sequence.lower()
    if have and need and have not in need and need not in have:
        notes.append(
            f"Warning: the basis set is for {basis.sequence}, the acquisition is "
            f"{acquisition.sequence}."
        )
    return notes


def _length_notes(basis: BasisSet, acquisition: Acquisition) -> list[str]:
    """Note FIDs that end, undamped, before the acquisition does."""
    have = basis.points * basis.dwell_time_s
    need = acquisition.points * acquisition.dwell_time_s
    level = np.abs(basis.fids[:, -8:]).max() / max(np.abs(basis.fids).max(), 1e-300)
    if have >= 0.9 * need or level < 0.01:
        return []
    return [
        f"The basis set's FIDs end after {have:.2f} s, the acquisition lasts "
        f"{need:.2f} s; zeros were put after them."
    ]
