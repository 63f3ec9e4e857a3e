"""The bundled sets: what each is simulated for, and how they are written again.

`python -m monitor.basis.presets` writes them, each for the frequency of the scanners it
is meant for: 3 T scanners lie between 123.2 and 127.8 MHz.

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

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.macromolecules import VIRTUAL
from monitor.analysis.signal.spectrum import time_axis_s
from monitor.basis.files import bundled_folder, other_fields
from monitor.basis.npz import SUFFIX, write_own
from monitor.basis.simulated import simulate_basis
from streams.simulator.background import macromolecules as protein
from streams.spins import Sequence

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
OTHER_FIELD_MHZ = {
    "press_3t_te30": 127.75,
    "press_3t_te35": 123.25,
    "press_3t_te80": 123.25,
    "press_3t_te105": 123.25,
}
"""Sets with shaped pulses: the frequency of the other scanners of 3 T."""


def with_measured_macromolecules(basis: BasisSet, echo_time_s: float) -> BasisSet:
    """Return the set with what a site would measure of the virtual subject's protein.

    One function, MM, of height 1 at t = 0: random-coil protein (`scanner_sim`) under
    MM_BROADER_HZ of Lorentzian width.
    """
    t = time_axis_s(basis.points, basis.dwell_time_s)
    fid = protein(t, basis.spectrometer_frequency_mhz, echo_time_s)
    fid = fid / abs(fid[0]) * np.exp(-np.pi * MM_BROADER_HZ * t)
    told = {**basis.provenance, "macromolecules": VIRTUAL}
    return replace(basis.extended(("MM",), fid[np.newaxis]), provenance=told)


def write_presets(folder: Path) -> None:
    """Write the bundled sets."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, preset in PRESETS.items():
        made = _preset(name, preset.frequency_mhz)
        write_own(made, folder / f"{name}{SUFFIX}", compact=True)


def write_other_fields(folder: Path) -> None:
    """Write those of them that take long, for the other field."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, mhz in OTHER_FIELD_MHZ.items():
        path = folder / f"{name}_{mhz:.2f}{SUFFIX}"
        write_own(_preset(name, mhz), path, compact=True)


def _preset(name: str, mhz: float) -> BasisSet:
    preset = PRESETS[name]
    basis = simulate_basis(
        preset.sequence, mhz, preset.dwell_time_s, preset.points, source=name
    )
    if preset.measured:
        basis = with_measured_macromolecules(basis, preset.sequence.echo_time_s)
    return basis


if __name__ == "__main__":
    write_presets(bundled_folder())
    write_other_fields(other_fields())
