"""Stands in for `fsl_mrs`: reads what it is given as that does, says what it saw."""

import json
from argparse import ArgumentParser
from pathlib import Path

import nibabel as nib
import numpy as np

from monitor.basis.files import read_basis

parser = ArgumentParser()
for option in ("--data", "--basis", "--output"):
    parser.add_argument(option, required=True, type=Path)
given = parser.parse_args()
image = nib.load(given.data)
extension = json.loads(image.header.extensions[0].get_content().rstrip(b"\0"))
fid = np.asarray(image.dataobj).ravel()
basis = read_basis(given.basis)
given.output.mkdir()  # the real one asks on standard input where it exists
seen = {
    "points": fid.size,
    "first": [float(fid[0].real), float(fid[0].imag)],
    "width_hz": float(1 / image.header["pixdim"][4]),
    "mhz": extension["SpectrometerFrequency"][0],
    "basis": basis.names,
    "basis_points": basis.points,
    "basis_width_hz": 1 / basis.dwell_time_s,
}
(given.output / "seen.json").write_text(json.dumps(seen))
(given.output / "concentrations.csv").write_text("Metabolite,raw\nGlu,1.0\n")
