"""Measured macromolecules into a basis set: the file read, averaged, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.fit.mm_entry import (
    NOTHING_SEEN_PERCENT,
    doubts,
    gain_of,
    metabolites_left,
    own_macromolecules,
    weighting_said,
    with_entry,
)
from monitor.analysis.fit.mm_measured import MeasuredMM, measured_mm
from monitor.analysis.preparation.preparation import Preparation
from monitor.analysis.signal.spectrum import Complex
from monitor.analysis.signal.usable_numbers import check_numbers
from monitor.basis.simulated import retuned
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, Kind, Start, Transient
from streams.recording.content_hash import sha256_of
from streams.sources.checks.water import peaks
from streams.sources.files.open_file import messages_of, open_source

SAME_FIELD = 0.05
SAME_ECHO_TIME_S = 0.004
UNSUPPRESSED = 300.0
"""Water over what lies at 1.8 to 3.4 ppm: nulled spectra measured 1 to 86, water that
nothing suppressed 550 and more."""
AS_IT_IS = Settings(align=False, reject=False)


@dataclass(frozen=True, slots=True)
class Added:
    """A basis set with measured macromolecules, what was found, and what to say."""

    basis: BasisSet
    found: MeasuredMM
    notes: tuple[str, ...]


def add_measured(
    basis: BasisSet, path: Path, water: Path | None = None, take_out: bool = True
) -> Added:
    """The basis set with the macromolecules of a metabolite-nulled file as its "MM".

    One that this program simulated is simulated again for the file's scanner.

    Parameters
    ----------
    water : unsuppressed water of the same voxel, for coils and eddy currents
    take_out : what nulling left of metabolites is taken out

    Raises
    ------
    InputError : the file cannot be read, is of another field than the basis set, or
        is unsuppressed water, shows nothing above its noise
    """
    fid, acquisition = averaged(path, water)
    mhz = acquisition.spectrometer_frequency_mhz
    if abs(mhz / basis.spectrometer_frequency_mhz - 1) > SAME_FIELD:
        raise InputError(
            f"{path.name} was measured at {mhz:.1f} MHz and the basis set is for "
            f"{basis.spectrometer_frequency_mhz:.1f} MHz: take macromolecules of the "
            "same field."
        )
    _check_suppressed(fid, acquisition, path)
    basis, noticed = retuned(basis, acquisition)
    found = measured_mm(
        fid,
        mhz,
        acquisition.dwell_time_s,
        metabolites_left(basis, acquisition),
        take_out,
    )
    if found.noise_percent > NOTHING_SEEN_PERCENT:
        raise InputError(
            f"{path.name} shows nothing above its noise: measure longer, or leave the "
            "macromolecules unmeasured."
        )
    told = f"measured: a file of sha256 {sha256_of(path)[:16]}"
    made = with_entry(basis, found, told, gain_of(acquisition, None))
    return Added(made, found, (*noticed, *_notes(basis, acquisition, path, found)))


def _check_suppressed(fid: Complex, acquisition: Acquisition, path: Path) -> None:
    """Refuse unsuppressed water, which stands where macromolecules were meant."""
    found = peaks(fid[np.newaxis, np.newaxis], acquisition)
    if found is not None and found.dominance > UNSUPPRESSED:
        raise InputError(
            f"{path.name} is unsuppressed water: its line is {found.dominance:.0f} "
            "times what lies between 1.8 and 3.4 ppm. Give the series that nulls "
            "metabolites as --mm, and water as --water."
        )


def averaged(path: Path, water: Path | None) -> tuple[Complex, Acquisition]:
    """Mean FID (points,) of a file, its coils combined, and its acquisition."""
    preparation: Preparation | None = None
    acquisition: Acquisition | None = None
    fids: list[Complex] = []
    for message in messages_of(open_source(path, water)):
        body = message.body
        if isinstance(body, Transient):
            check_numbers(body.fid, f"A transient of {path.name}")
        if isinstance(body, Start):
            acquisition = body.acquisition
            preparation = Preparation(acquisition, AS_IT_IS)
        elif isinstance(body, Transient) and preparation is not None:
            if body.kind in (Kind.METABOLITE, Kind.MACROMOLECULE):
                prepared = preparation.push(
                    len(fids), message.seq, 0, body.time_s, body.fid
                )
                fids.append(np.asarray(prepared.aligned, complex))
            elif body.kind == Kind.WATER:
                preparation.push_water(body.fid)
    if acquisition is None or not fids:
        raise InputError(f"{path.name} holds no transient: there is nothing to add.")
    fid = np.mean(fids, axis=0)
    if not fid.any():
        raise InputError(f"{path.name} holds zeros alone: there is nothing to add.")
    return fid, acquisition


def _notes(
    basis: BasisSet, acquisition: Acquisition, path: Path, found: MeasuredMM
) -> tuple[str, ...]:
    """What the operator should know of it."""
    notes = [weighting_said(acquisition)]
    if own := own_macromolecules(basis):
        notes.append(f"It takes the place of {', '.join(own)}.")
    te_s = basis.echo_time_s
    if te_s is not None and abs(te_s - acquisition.echo_time_s) > SAME_ECHO_TIME_S:
        notes.append(
            f"{path.name} has an echo time of {1e3 * acquisition.echo_time_s:g} ms, "
            f"the basis set {1e3 * te_s:g} ms: macromolecules differ between them."
        )
    return (*notes, *doubts(found, path.name))
