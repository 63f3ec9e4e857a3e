"""Files that each have one thing wrong with them, and good ones beside them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from program import SHORT

from monitor.basis.files import write_basis
from monitor.basis.simulated import simulate_basis
from streams.export.nifti_mrs import write_nifti_mrs
from streams.messages.transient import Acquisition, Body, Event, Start, number
from streams.messages.wire import encode
from streams.recording.journal import Journal
from streams.spins import Sequence

MHZ, DWELL_S, POINTS, TRANSIENTS = 123.25, 5e-4, 512, 4
MHZ_WARNED, MHZ_REFUSED = 1.03 * MHZ, 297.2
ACQUISITION = Acquisition(
    MHZ, "1H", DWELL_S, POINTS, 1, 0.030, repetition_time_s=2.0, sequence="PRESS"
)
FEW = ("Glu", "Gln", "NAA", "Cr")


def write_all(folder: Path) -> None:
    """Write every file that the cases name into a folder."""
    (folder / "text.mcap").write_text("no recording\n")
    (folder / "empty.mcap").touch()
    (folder / "folder.mcap").mkdir()
    (folder / "file").write_text("a file where a folder is wanted\n")
    (folder / "truncated.mcap").write_bytes(SHORT.read_bytes()[:200_000])
    _nifti(folder / "good.nii.gz")
    _nifti(folder / "water_other_dwell.nii.gz", dwell_s=2 * DWELL_S)
    _nifti(folder / "nan.nii.gz", spoil=lambda fids: fids.__imul__(np.nan))
    _nifti(folder / "zeros.nii.gz", spoil=lambda fids: fids.fill(0))
    _nifti(folder / "enormous.nii.gz", spoil=lambda fids: fids.__imul__(1e20))
    whole = (folder / "good.nii.gz").read_bytes()
    (folder / "truncated.nii.gz").write_bytes(whole[: len(whole) // 2])
    _edited(folder, "no_echo_time", lambda head, img: head.pop("EchoTime"))
    _edited(folder, "long_echo", lambda head, img: head.update(EchoTime=0.2))
    _edited(folder, "edited", lambda head, img: head.update(dim_5="DIM_EDIT"))
    _edited(folder, "phosphorus", _phosphorus)
    _edited(folder, "no_dwell", lambda head, img: _zero_dwell(img))
    _basis(folder / "good.BASIS")
    _basis(folder / "warned.BASIS", mhz=MHZ_WARNED)
    _basis(folder / "other_field.BASIS", mhz=MHZ_REFUSED)
    _basis(folder / "no_glu.BASIS", names=("NAA", "Cr"))
    _recording(folder / "headless.mcap", Event(0.0, "note"))
    _recording(folder / "start.mcap", Start(ACQUISITION, "test"))
    (folder / "bad_protocol.toml").write_text("windows = 32\n")


def _nifti(
    path: Path,
    dwell_s: float = DWELL_S,
    spoil: Callable[[Any], object] = lambda fids: None,
) -> None:
    """A few transients with one line each."""
    t = np.arange(POINTS) * dwell_s
    noise = np.random.default_rng(1).normal(size=(2, TRANSIENTS, POINTS))
    line = 100 * np.exp(2j * np.pi * 325 * t - 20 * t)
    fids = (line + noise[0] + 1j * noise[1]).T.astype(np.complex64)
    spoil(fids)
    write_nifti_mrs(path, fids, replace(ACQUISITION, dwell_time_s=dwell_s))


def _recording(path: Path, *bodies: Body) -> None:
    """A finished recording of a few bodies."""
    with Journal.create(path) as journal:
        for message in number(bodies):
            journal.append(encode(message))


def _edited(folder: Path, name: str, edit: Callable[[Any, Any], object]) -> None:
    """The good file with something changed in its header."""
    image = nib.load(folder / "good.nii.gz")
    head = json.loads(image.header.extensions[0].get_content())
    edit(head, image)
    image.header.extensions.clear()
    content = json.dumps(head).encode()
    image.header.extensions.append(nib.nifti1.Nifti1Extension(44, content))
    nib.save(image, folder / f"{name}.nii.gz")


def _phosphorus(head: Any, image: Any) -> None:
    head["ResonantNucleus"] = ["31P"]


def _zero_dwell(image: Any) -> None:
    image.header["pixdim"][4] = 0.0


def _basis(path: Path, mhz: float = MHZ, names: tuple[str, ...] = FEW) -> None:
    sequence = Sequence("press", 0.030, None, None, "ideal", None)
    write_basis(simulate_basis(sequence, mhz, DWELL_S, POINTS, names), path)
