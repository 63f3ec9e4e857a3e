"""FSL-MRS: what its `fsl_mrs` is given and writes.

    fsl_mrs --data metab.nii.gz --basis basis --output fit ...    (NIfTI-MRS)

Settings are its defaults (one width, polynomial baseline), but for three: our fitted
range; a group of its own for each default macromolecule (MM and two digits), as its own
message asks; and no rescaling.  By default it scales each FID by a number of that FID's
own, so that the levels of two spectra cannot be compared: here FIDs and basis set come
in the size that it would give them, by one number for the session, which is undone.
The basis set is a folder of its own format, for it divides what it reads of a `.BASIS`
file by the root of the points.

Sources: FSL-MRS' user documentation, "Fitting", and what its scripts read and write.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from monitor.analysis.basis.names import members
from monitor.basis.files import write_basis
from monitor.peers.levels import Levels
from monitor.peers.peer import Peer, PeerError, Task
from streams.export.nifti_mrs import write_nifti_mrs

BASIS, NIFTI, OUTPUT = "basis", "metab.nii.gz", "fit"
USUAL_NORM = 100.0
"""Norm of a FID that its optimiser works well with."""
OWN_GROUP = re.compile(r"MM\d{2}")


def prepare(task: Task, folder: Path) -> None:
    """NIfTI-MRS and basis set, in the size that FSL-MRS wants."""
    fids = (task.fid * (USUAL_NORM / task.norm)).astype(np.complex64)[:, None]
    write_nifti_mrs(folder / NIFTI, fids, task.acquisition, water_suppressed=True)
    scaled = task.basis.fids * (USUAL_NORM / task.basis_norm)
    write_basis(replace(task.basis, fids=scaled), folder / BASIS)


def arguments(task: Task) -> tuple[str, ...]:
    """Its command line."""
    names = task.basis.names
    groups = [name for name in names if OWN_GROUP.match(name)]
    return (
        *("--data", NIFTI, "--basis", BASIS, "--output", OUTPUT, "--no_rescale"),
        *("--ppmlim", f"{task.ppm_low:g}", f"{task.ppm_high:g}"),
        *("--internal_ref", *(members("tCr", names) or names[:1])),
        *(("--metab_groups", *groups) if groups else ()),
    )


def read_concentrations(text: str, task: Task) -> Levels:
    """Levels from `concentrations.csv`: names first, two lines of headings.

    The first column of numbers is the mean of the raw concentrations.
    """
    wanted = set(task.basis.names)
    rows = [row for row in csv.reader(text.splitlines()) if row and row[0] in wanted]
    try:
        return {row[0]: float(row[1]) * task.scale for row in rows}
    except (IndexError, ValueError):
        raise PeerError("wrote concentrations that are no numbers") from None


FSL_MRS = Peer(
    name="FSL-MRS",
    program="fsl_mrs",
    option="--fsl-mrs",
    prepare=prepare,
    arguments=arguments,
    stdin=None,
    results=f"{OUTPUT}/concentrations.csv",
    read=read_concentrations,
)
