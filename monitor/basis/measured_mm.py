"""Measured macromolecules into a basis set: the file read, averaged, taken apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.fit.mm_measured import MeasuredMM, measured_mm
from monitor.analysis.fit.model_for import per_proton
from monitor.analysis.preparation.preparation import Preparation
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, Kind, Start, Transient
from streams.recording.content_hash import sha256_of
from streams.sources.files.open_file import messages_of, open_source

SAME_FIELD = 0.05
SAME_ECHO_TIME_S = 0.004
LEFT = ("mI", "Tau")
"""Metabolites besides creatine, NAA and choline that nulling may leave."""
FAR_SD, FAR_PERCENT, NOISY_PERCENT = 2.0, 10.0, 10.0
NOTHING_SEEN_PERCENT = 100.0  # noise as high as the highest point of what was found
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

    Parameters
    ----------
    water : unsuppressed water of the same voxel, for coils and eddy currents
    take_out : what nulling left of metabolites is taken out

    Raises
    ------
    InputError : the file cannot be read, is of another field than the basis set, or
        shows nothing above its noise
    """
    fid, acquisition = averaged(path, water)
    mhz = acquisition.spectrometer_frequency_mhz
    if abs(mhz / basis.spectrometer_frequency_mhz - 1) > SAME_FIELD:
        raise InputError(
            f"{path.name} was measured at {mhz:.1f} MHz and the basis set is for "
            f"{basis.spectrometer_frequency_mhz:.1f} MHz: take macromolecules of the "
            "same field."
        )
    found = measured_mm(
        fid, mhz, acquisition.dwell_time_s, _others(basis, acquisition), take_out
    )
    if found.noise_percent > NOTHING_SEEN_PERCENT:
        raise InputError(
            f"{path.name} shows nothing above its noise: measure longer, or leave the "
            "macromolecules unmeasured."
        )
    entry = per_proton(basis) * found.fid(
        basis.spectrometer_frequency_mhz, basis.dwell_time_s, basis.points
    )
    own = [name for name in basis.names if naming.is_macromolecule(name)]
    made = basis.without(own).extended(("MM",), entry[None])
    told = {
        **basis.provenance,
        "macromolecules": f"measured: a file of sha256 {sha256_of(path)[:16]}",
    }
    notes = _notes(basis, acquisition, path, own, found)
    return Added(replace(made, provenance=told), found, notes)


def averaged(path: Path, water: Path | None) -> tuple[Complex, Acquisition]:
    """Mean FID (points,) of a file, its coils combined, and its acquisition."""
    preparation: Preparation | None = None
    acquisition: Acquisition | None = None
    fids: list[Complex] = []
    for message in messages_of(open_source(path, water)):
        body = message.body
        if isinstance(body, Start):
            acquisition = body.acquisition
            preparation = Preparation(acquisition, AS_IT_IS)
        elif isinstance(body, Transient) and preparation is not None:
            if body.kind == Kind.METABOLITE:
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


def _others(basis: BasisSet, acquisition: Acquisition) -> dict[str, Complex]:
    """Further metabolites that may be left, on the file's grid."""
    found = [name for name in LEFT if naming.find(name, basis.names) is not None]
    if not found:
        return {}
    there = basis.subset(found).resampled(
        acquisition.dwell_time_s,
        acquisition.points,
        acquisition.spectrometer_frequency_mhz,
    )
    return dict(zip(found, there.fids, strict=True))


def _notes(
    basis: BasisSet,
    acquisition: Acquisition,
    path: Path,
    own: list[str],
    found: MeasuredMM,
) -> tuple[str, ...]:
    """What the operator should know of it."""
    notes = ["It is not corrected for the T1 weighting of the inversion."]
    if own:
        notes.append(f"It takes the place of {', '.join(own)}.")
    te_s = basis.echo_time_s
    if te_s is not None and abs(te_s - acquisition.echo_time_s) > SAME_ECHO_TIME_S:
        notes.append(
            f"{path.name} has an echo time of {1e3 * acquisition.echo_time_s:g} ms, "
            f"the basis set {1e3 * te_s:g} ms: macromolecules differ between them."
        )
    if found.prior_rms > FAR_SD or found.beyond_percent > FAR_PERCENT:
        notes.append(
            f"{path.name} is unlike macromolecules of the human brain "
            f"({found.prior_rms:.1f} SD, {found.beyond_percent:.0f} % beyond): check "
            "that metabolites were nulled, and look at the picture."
        )
    if found.noise_percent > NOISY_PERCENT:
        notes.append(
            f"Its noise is {found.noise_percent:.0f} % of its highest point: measure "
            "longer, or leave the macromolecules unmeasured."
        )
    return tuple(notes)
