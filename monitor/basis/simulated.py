"""Making basis sets: simulated metabolites, with macromolecules if wanted.

`basis_for` makes one of our own sets anew where the scanner at hand is more than 0.5 %
off in frequency, so that shifts *and* couplings are right.  That takes 0.1 s with ideal
pulses and 5 s with shaped ones: once a machine (`cache`), and for the other of the two
usual frequencies at 3 T not even that, since those sets are bundled, too (`presets`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, replace

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import check_distance, checked_for
from monitor.analysis.basis.macromolecules import components
from monitor.basis.cache import cached
from monitor.basis.files import load_basis, other_fields
from monitor.basis.npz import SUFFIX, read_own
from streams.messages.transient import Acquisition
from streams.messages.version import PROGRAM, program_version
from streams.spins import Sequence, simulate
from streams.spins.pulses import PulseDesign
from streams.spins.spin_systems import table_version

USUAL = (
    *("Ala", "Asc", "Asp", "Cr", "-CrCH2", "PCr", "GABA", "Glc", "Gln", "Glu", "Gly"),
    *("GPC", "PCh", "GSH", "mI", "sI", "Lac", "NAA", "NAAG", "PE", "Tau"),
)
"""Metabolites of a set where none are named."""

TITLES = {
    "press": "PRESS",
    "steam": "STEAM",
    "slaser": "sLASER",
    "laser": "LASER",
    "megapress": "MEGA-PRESS",
}

RETUNE = 0.005
"""Relative difference of frequency from which a simulated set is made anew."""
RETUNE_LIMIT = 0.05
FREQUENCY_STEP_MHZ = 0.05
"""Of the frequencies that sets are made anew for.  What is between them has its own
shifts (`BasisSet.resampled`) and the couplings of the nearest, at most 0.02 % off."""


def simulate_basis(
    sequence: Sequence,
    spectrometer_frequency_mhz: float,
    dwell_time_s: float,
    points: int,
    metabolites: Iterable[str] = USUAL,
    macromolecules: str = "none",
    source: str = "simulated",
) -> BasisSet:
    """Simulate a basis set; the amplitude at t = 0 for TE -> 0 counts protons.

    Parameters
    ----------
    sequence : pulse sequence and its timing
    spectrometer_frequency_mhz : MHz
    dwell_time_s : s
    points : points of each FID
    metabolites : names of the table of spin systems
    macromolecules : "none", "single" or "five"
    source : what the set is called

    Raises
    ------
    InputError : a metabolite without a spin system, an impossible sequence
    """
    frequency_mhz = spectrometer_frequency_mhz
    fids = simulate(metabolites, sequence, frequency_mhz, dwell_time_s, points)
    basis = BasisSet(
        names=tuple(fids),
        fids=np.stack(list(fids.values())),
        dwell_time_s=dwell_time_s,
        spectrometer_frequency_mhz=frequency_mhz,
        nucleus="1H",
        echo_time_s=sequence.echo_time_s,
        sequence=TITLES[sequence.kind],
        provenance=provenance(sequence, frequency_mhz),
        source=source,
    )
    return with_macromolecules(basis, macromolecules)


def with_macromolecules(basis: BasisSet, kind: str) -> BasisSet:
    """Return the set with components of `analysis.macromolecules` on its points."""
    names, fids = components(
        kind, basis.spectrometer_frequency_mhz, basis.dwell_time_s, basis.points
    )
    if not names:
        return basis
    told = {**basis.provenance, "macromolecules": kind}
    return replace(basis.extended(names, fids), provenance=told)


def provenance(sequence: Sequence, frequency_mhz: float) -> dict[str, str]:
    """Return all that is needed to make the same set again."""
    return {
        "program": f"{PROGRAM} {program_version()}",
        "method": "density matrix, strong coupling",
        "sequence": json.dumps(asdict(sequence)),
        "frequency_mhz": repr(frequency_mhz),
        "spin_systems": f"spin_systems.csv {table_version()}",
        "id": _title(sequence, frequency_mhz),
    }


def _title(sequence: Sequence, frequency_mhz: float) -> str:
    """Say in a few words what the set is for."""
    tm = sequence.mixing_time_s
    mixing = "" if tm is None else f" TM {1e3 * tm:g} ms"
    return (
        f"{TITLES[sequence.kind]} TE {1e3 * sequence.echo_time_s:g} ms{mixing}, "
        f"{frequency_mhz:g} MHz, {sequence.pulses} pulses"
    )


def basis_for(
    name_or_path: str, acquisition: Acquisition
) -> tuple[BasisSet, tuple[str, ...]]:
    """Load a basis set and fit it to the acquisition: what a session needs.

    A set that this program simulated is simulated again where the acquisition's
    frequency is more than 0.5 % off or its FIDs last longer; any other is resampled and
    checked.

    Raises
    ------
    InputError : see `load_basis`, `check_distance` and `checked_for`
    """
    basis = load_basis(name_or_path)
    check_distance(basis)
    again, notes = retuned(basis, acquisition)
    checked, more = checked_for(again, acquisition)
    return checked, (*notes, *more)


def retuned(
    basis: BasisSet, acquisition: Acquisition
) -> tuple[BasisSet, tuple[str, ...]]:
    """One of our own sets, simulated again at the acquisition's frequency and length.

    The set itself, and no notes, where it fits or is of somebody else.
    """
    need = acquisition.spectrometer_frequency_mhz
    off = abs(basis.spectrometer_frequency_mhz / need - 1)
    lasts_s = acquisition.points * acquisition.dwell_time_s
    points = max(basis.points, math.ceil(lasts_s / basis.dwell_time_s - 1e-6))
    sequence = simulated_sequence(basis)
    fine = off <= RETUNE and points == basis.points
    if sequence is None or fine or off > RETUNE_LIMIT:
        return basis, ()
    mhz = FREQUENCY_STEP_MHZ * round(need / FREQUENCY_STEP_MHZ)
    dwell_s, names, source = basis.dwell_time_s, basis.names, basis.source
    wanted = (provenance(sequence, mhz), dwell_s, points, names, source)
    again = _bundled_set(source, mhz, wanted) or cached(
        wanted,
        lambda: simulate_basis(sequence, mhz, dwell_s, points, names, "none", source),
        _told_by,
    )
    return again, (
        f"The basis set {basis.source} was simulated for {mhz:.2f} MHz and FIDs of "
        f"{points * basis.dwell_time_s:.2f} s.",
    )


def _told_by(basis: BasisSet) -> tuple[object, ...]:
    """What a set says of all that it depends on."""
    provenance = dict(basis.provenance)
    return provenance, basis.dwell_time_s, basis.points, basis.names, basis.source


def _bundled_set(
    source: str, mhz: float, wanted: tuple[object, ...]
) -> BasisSet | None:
    """The bundled set for another field; None where there is none that is wanted.

    It was written by an earlier version of this program with the same table of spins.
    """
    path = other_fields() / f"{source}_{mhz:.2f}{SUFFIX}"
    if not path.exists():
        return None
    found = read_own(path)
    ours = {"program": f"{PROGRAM} {program_version()}"}
    renamed = replace(found, provenance={**found.provenance, **ours})
    return renamed if _told_by(renamed) == wanted else None


def simulated_sequence(basis: BasisSet) -> Sequence | None:
    """Return the sequence that this program simulated the set for.

    None where the set came from elsewhere or holds more than simulated metabolites.
    """
    told = basis.provenance
    ours = told.get("program", "").startswith("mrs-monitor") and "sequence" in told
    if not ours or "macromolecules" in told:
        return None
    try:
        values = json.loads(told["sequence"])
        if values["refocusing"] is not None:
            values["refocusing"] = PulseDesign(**values["refocusing"])
        return Sequence(**values)
    except (KeyError, TypeError, ValueError, RecursionError):
        return None  # a file that somebody changed
