"""Stands in for `fsl_mrs`: reads what it is given as that does, says what it saw."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
from fake_fit import WRONG, concentrations

from monitor.basis.files import read_basis

parser = ArgumentParser()
for option in ("--data", "--basis", "--output"):
    parser.add_argument(option, required=True, type=Path)
parser.add_argument("--no_rescale", action="store_true")
parser.add_argument("--ppmlim", nargs=2, type=float)
parser.add_argument("--internal_ref", nargs="+")
parser.add_argument("--metab_groups", nargs="+", default=[])
given = parser.parse_args()
image = nib.load(given.data)
extension = json.loads(image.header.extensions[0].get_content().rstrip(b"\0"))
fid = np.asarray(image.dataobj).ravel()
basis = read_basis(given.basis)
if given.basis.is_file():  # the real one leaves out the root of the points
    basis = replace(basis, fids=basis.fids / np.sqrt(basis.points))
given.output.mkdir()  # the real one asks on standard input where it exists
seen = {
    "points": fid.size,
    "first": [float(fid[0].real), float(fid[0].imag)],
    "width_hz": float(1 / image.header["pixdim"][4]),
    "mhz": extension["SpectrometerFrequency"][0],
    "basis": basis.names,
    "basis_points": basis.points,
    "basis_width_hz": 1 / basis.dwell_time_s,
    "band": given.ppmlim,
    "groups": given.metab_groups,
    "reference": given.internal_ref,
    "norms": [float(np.linalg.norm(x)) for x in (fid, *basis.fids)],
}
(given.output / "seen.json").write_text(json.dumps(seen))
levels = concentrations(fid, basis, seen["width_hz"], seen["mhz"])
if not given.no_rescale:
    levels = levels / np.linalg.norm(fid)
if WRONG == "not a number":
    levels[0] = np.nan
rows = [
    f"{name},{level!r},1.0,0.1,0.1"
    for name, level in zip(basis.names, map(float, levels), strict=True)
]
(given.output / "concentrations.csv").write_text(
    "Metabs,mean,mean,std,std\n,raw,internal,raw,internal\n" + "\n".join(rows) + "\n"
)
