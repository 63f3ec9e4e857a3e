"""Making basis sets: simulated metabolites, with macromolecules if wanted.

The bundled sets are made here (`python -m monitor.basis.simulated` writes them again),
each for the frequency of the scanners it is meant for: 3 T scanners lie between 123.2
and 127.8 MHz.  As a simulation takes 0.2 s (ideal pulses) to 5 s (shaped), `basis_for`
makes a simulated set anew where the scanner at hand is more than 0.5 % off, so that
shifts *and* couplings are right.

The PRESS sets have shaped refocusing pulses (SLR, 1000 Hz): the displacement of coupled
spins against each other changes the J-modulation of Glu by some percent and that of Lac
by a third, and every 3 T scanner has it.  Their TE1 are 16 ms for TE 30, 14.5 ms for
TE 35 (what agrees best with a set made with Philips' pulses) and half of TE for 80 and
105, for want of anything better: a site that knows its TE1 should make its own set.

`virtual_press_3t_te30` is such a site's set: it belongs to the virtual scanner, whose
pulses are ideal, and holds the macromolecules that were measured on it, in a worse shim
and so MM_BROADER_HZ wider than they are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import checked_for
from monitor.analysis.basis.macromolecules import components
from monitor.analysis.signal.spectrum import time_axis_s
from monitor.basis.cache import cached
from monitor.basis.files import load_basis
from monitor.basis.npz import SUFFIX, write_own
from streams.messages.transient import Acquisition
from streams.messages.version import PROGRAM, program_version
from streams.simulator.background import macromolecules as protein
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

MM_BROADER_HZ = 4.0
"""Line width by which the virtual site's measured macromolecules are broader."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What a bundled set is simulated for, and whether MM were measured there."""

    sequence: Sequence
    frequency_mhz: float
    dwell_time_s: float
    points: int
    measured: bool = False


def _press(te_s: float, te1_s: float | None, frequency_mhz: float) -> Preset:
    """PRESS at 3 T with shaped refocusing pulses."""
    sequence = Sequence("press", te_s, te1_s, pulses="shaped")
    return Preset(sequence, frequency_mhz, 5e-4, 2048)


PRESETS: dict[str, Preset] = {
    "press_3t_te30": _press(0.030, 0.016, 123.25),
    "press_3t_te35": _press(0.035, 0.0145, 127.75),
    "press_3t_te80": _press(0.080, None, 127.75),
    "press_3t_te105": _press(0.105, None, 127.75),
    "slaser_3t_te30": Preset(Sequence("slaser", 0.030), 123.25, 5e-4, 2048),
    "slaser_7t_te34": Preset(Sequence("slaser", 0.034), 297.2, 2.5e-4, 4096),
    "steam_7t_te11": Preset(
        Sequence("steam", 0.011, mixing_time_s=0.032), 297.2, 2.5e-4, 4096
    ),
    "virtual_press_3t_te30": Preset(
        Sequence("press", 0.030), 123.25, 5e-4, 1024, measured=True
    ),
}


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


def with_measured_macromolecules(basis: BasisSet, echo_time_s: float) -> BasisSet:
    """Return the set with what a site would measure of the virtual subject's protein.

    One function, MM, of height 1 at t = 0: random-coil protein (`scanner_sim`) under
    MM_BROADER_HZ of Lorentzian width.
    """
    t = time_axis_s(basis.points, basis.dwell_time_s)
    fid = protein(t, basis.spectrometer_frequency_mhz, echo_time_s)
    fid = fid / abs(fid[0]) * np.exp(-np.pi * MM_BROADER_HZ * t)
    told = {**basis.provenance, "macromolecules": "measured on the virtual scanner"}
    return replace(basis.extended(("MM",), fid[np.newaxis]), provenance=told)


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
    InputError : see `load_basis` and `checked_for`
    """
    basis = load_basis(name_or_path)
    retuned, notes = _retune(basis, acquisition)
    checked, more = checked_for(retuned, acquisition)
    return checked, (*notes, *more)


def _retune(
    basis: BasisSet, acquisition: Acquisition
) -> tuple[BasisSet, tuple[str, ...]]:
    """Simulate one of our own sets again at the acquisition's frequency and length."""
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
    told = (provenance(sequence, mhz), dwell_s, points, names, source)
    again = cached(
        told,
        lambda: simulate_basis(sequence, mhz, dwell_s, points, names, "none", source),
    )
    return again, (
        f"The basis set {basis.source} was simulated for {mhz:.2f} MHz and FIDs of "
        f"{points * basis.dwell_time_s:.2f} s.",
    )


def simulated_sequence(basis: BasisSet) -> Sequence | None:
    """Return the sequence that this program simulated the set for.

    None where the set came from elsewhere or holds more than simulated metabolites.
    """
    told = basis.provenance
    ours = told.get("program", "").startswith("mrs-monitor") and "sequence" in told
    if not ours or "macromolecules" in told:
        return None
    values = json.loads(told["sequence"])
    if values["refocusing"] is not None:
        values["refocusing"] = PulseDesign(**values["refocusing"])
    return Sequence(**values)


def write_presets(folder: Path) -> None:
    """Write the bundled sets."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, preset in PRESETS.items():
        basis = simulate_basis(
            preset.sequence,
            preset.frequency_mhz,
            preset.dwell_time_s,
            preset.points,
            source=name,
        )
        if preset.measured:
            basis = with_measured_macromolecules(basis, preset.sequence.echo_time_s)
        write_own(basis, folder / f"{name}{SUFFIX}", compact=True)


if __name__ == "__main__":
    write_presets(Path(__file__).parents[1] / "protocol" / "presets" / "basis")
