"""Basis sets: the FID of each metabolite at concentration 1, resampled and checked.

A basis set is  X(t_n) = sum_m c_m x_m(t_n),  x_m the FID of metabolite m at
concentration 1.  For our own sets x_m(0) at TE -> 0 is the number of protons.

A set must be put on the acquisition's points and checked against the acquisition
(`check`).  Files are read in `monitor.basis.files`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.resampling import interpolated
from monitor.analysis.signal.spectrum import Complex
from streams.errors import InputError

NOTE = "note"
"""Key in the provenance of what was noticed when a set was read."""

HUGE = 1e50
"""No file has such values, and sums of their squares overflow."""


@dataclass(frozen=True, slots=True, eq=False)
class BasisSet:
    """FIDs of the metabolites at concentration 1.

    Attributes
    ----------
    names : as the basis set spells them
    fids : (M, points) complex128, read-only, sign convention of
        `monitor.analysis.signal.spectrum`, carrier at 4.65 ppm
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
        huge = np.maximum(abs(fids.real), abs(fids.imag)).max(axis=1) > HUGE
        if huge.any():
            named = ", ".join(n for n, one in zip(self.names, huge, strict=True) if one)
            raise InputError(
                f"Basis set {self.source} has values above {HUGE:g} in {named}: the "
                "file is damaged, get it again."
            )
        if len(set(self.names)) != len(self.names):
            twice = sorted({name for name in self.names if self.names.count(name) > 1})
            raise InputError(
                f"Basis set {self.source} has two entries of one name "
                f"({', '.join(twice)}): leave one of them out."
            )
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
