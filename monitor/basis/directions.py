"""Which way the FIDs of a basis set rotate, and whether lines are where they belong.

Files of one format come in both ways, and sets are put together from several files, so
each entry is judged by itself.  A known one (`streams.spins`) has lines at its chemical
shifts; one that rotates the other way has them mirrored about the carrier, where none
but some amide protons resonate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import NOTE, BasisSet
from monitor.analysis.basis.lines import heights_of
from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM
from streams.spins.spin_systems import fragments, metabolites

NEAR_PPM, NEAR_HZ = 0.15, 20.0
"""How far from a chemical shift a line may be: couplings, a carrier that is off."""
SURE = 0.3
"""Difference over sum of heights, here and mirrored, from which a direction is told.
Of 550 entries of 30 sets it is 0.6 to 1."""
BAND_PPM = (0.5, 4.4)
ABOVE_PPM = (4.8, 8.8)
MOST_ABOVE = 10.0
AMIDES = ("Gln", "GSH")
CLEAR_OF_AMIDES_PPM = 2.6
"""Their amide protons (6.8 to 8.2 ppm) are as high, and mirror what is below."""
MACROMOLECULES_PPM = np.arange(0.6, 4.3, 0.1)
LIPIDS_PPM = np.array([0.9, 1.3, 2.05, 2.25, 2.8, 5.35])
TURNED = "The FIDs rotated the other way; they were conjugated."
TURNED_SOME = (
    "Warning: the FIDs of {names} rotated the other way than the others'; all were put "
    "the same way round. Check where these come from: their phase may be wrong, too."
)
ELSEWHERE = (
    "Warning: the lines of {names} are not where that metabolite's are; correct the "
    "names in the file, or leave it out (--metabolites)."
)
ABOVE = (
    "Warning: the lines of {names} lie above water alone, where nothing is fitted; if "
    "they belong below it, conjugate the FIDs in the file."
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Heights (K,) of an entry's spectrum on an axis in ppm, and a line's reach."""

    ppm: Real
    height: Real
    near_ppm: float

    def around(self, places_ppm: Real) -> Real:
        """Height of the highest point near each place, (n,)."""
        return np.array([self._highest(place) for place in places_ppm])

    def _highest(self, place_ppm: float) -> float:
        inside = np.abs(self.ppm - place_ppm) <= self.near_ppm
        return float(self.height[inside].max(initial=0.0))

    def between(self, low_ppm: float, high_ppm: float) -> tuple[float, float]:
        """Height and place of the highest point."""
        inside = np.flatnonzero((self.ppm >= low_ppm) & (self.ppm <= high_ppm))
        if not inside.size:
            return 0.0, low_ppm
        k = inside[np.argmax(self.height[inside])]
        return float(self.height[k]), float(self.ppm[k])


def turned_our_way(basis: BasisSet) -> BasisSet:
    """The set with FIDs that rotate as ours do, and a note on what did not.

    Entries of which nothing is known follow the others.
    """
    signs = np.array([_direction(basis, name) for name in basis.names])
    follow = -1.0 if signs.sum() < 0 else 1.0
    turned = np.where(signs == 0, follow, signs) < 0
    fids = np.where(turned[:, np.newaxis], basis.fids.conj(), basis.fids)
    ours = replace(basis, fids=fids) if turned.any() else basis
    notes = [*_turned_said(basis.names, turned), *_misplaced(ours)]
    return _with_notes(ours, notes) if notes else ours


def _direction(basis: BasisSet, name: str) -> int:
    """1 for an entry that rotates as ours do, -1 for the other way, 0 unknown."""
    places = places_ppm(name)
    if naming.canonical(name) in AMIDES:
        places = places[places > CLEAR_OF_AMIDES_PPM]
    if not places.size:
        return 0
    lines = _lines(basis, basis.fids[basis.names.index(name)])
    here = float(lines.around(places).sum())
    there = float(lines.around(2 * REFERENCE_PPM - places).sum())
    surplus = (here - there) / ((here + there) or 1.0)
    return int(np.sign(surplus)) if abs(surplus) > SURE else 0


def places_ppm(name: str) -> Real:
    """Chemical shifts of an entry's protons, (n,); none where it is not known."""
    if naming.is_macromolecule(name):
        return MACROMOLECULES_PPM
    if naming.is_lipid(name):
        return LIPIDS_PPM
    known = {naming.canonical(one): one for one in metabolites()}
    kind = naming.canonical(name)
    parts = [known[one] for one in naming.SUMS.get(kind, (kind,)) if one in known]
    found = [f.shifts_ppm[f.observed > 0] for part in parts for f in fragments(part)]
    # numpy.unique imports masked arrays: a sixtieth of the time of one spectrum
    return np.array(sorted({ppm for shifts in found for ppm in shifts.tolist()}))


def _lines(basis: BasisSet, fid: Complex) -> Lines:
    mhz = basis.spectrometer_frequency_mhz
    ppm, height = heights_of(fid, basis.dwell_time_s, mhz)
    return Lines(ppm, height, max(NEAR_PPM, NEAR_HZ / mhz))


def _turned_said(names: tuple[str, ...], turned: np.ndarray) -> Iterator[str]:
    """What was turned, a sentence."""
    if turned.all():
        yield TURNED
    elif turned.any():
        fewer = turned if 2 * turned.sum() <= turned.size else ~turned
        yield TURNED_SOME.format(names=_listed(names, fewer))


def _misplaced(basis: BasisSet) -> Iterator[str]:
    """What is said of entries whose lines cannot be those of their names."""
    every = [_lines(basis, fid) for fid in basis.fids]
    places = [places_ppm(name) for name in basis.names]
    off = [_is_elsewhere(*both) for both in zip(every, places, strict=True)]
    above = [
        not known.size and _is_above(lines)
        for lines, known in zip(every, places, strict=True)
    ]
    for text, which in ((ELSEWHERE, off), (ABOVE, above)):
        if any(which):
            yield text.format(names=_listed(basis.names, np.array(which)))


def _is_elsewhere(lines: Lines, places: Real) -> bool:
    """Whether the highest line of a known metabolite is none of its own."""
    height, ppm = lines.between(*BAND_PPM)
    return bool(
        height > 0 and places.size and np.abs(places - ppm).min() > lines.near_ppm
    )


def _is_above(lines: Lines) -> bool:
    """Whether all that is to be seen lies above water."""
    return lines.between(*ABOVE_PPM)[0] > MOST_ABOVE * lines.between(*BAND_PPM)[0]


def _listed(names: tuple[str, ...], which: np.ndarray) -> str:
    return ", ".join(name for name, one in zip(names, which, strict=True) if one)


def _with_notes(basis: BasisSet, notes: list[str]) -> BasisSet:
    """The set with notes behind those that it has."""
    said = basis.provenance.get(NOTE, "")
    told = " ".join(filter(None, (said, *(one for one in notes if one not in said))))
    return replace(basis, provenance={**basis.provenance, NOTE: told})
