"""Stands in for `lcmodel`: reads control, RAW and BASIS, says what it saw."""

import json
import re
import sys
from pathlib import Path

import numpy as np
from fake_fit import WRONG, concentrations

from monitor.basis.files import read_basis


def namelist(text, name):
    """Values of a namelist by lower-case key, and what follows it."""
    found = re.search(rf"^ \${name}\n(.*?)^ \$END\n(.*)", text, re.S | re.M)
    pairs = (line.split("=") for line in found[1].splitlines())
    return {k.strip().lower(): v.strip().strip("'") for k, v in pairs}, found[2]


control, _ = namelist(sys.stdin.read(), "LCMODL")
raw = Path(control["filraw"]).read_text()
sequence, _ = namelist(raw, "SEQPAR")
identity, columns = namelist(raw, "NMID")
count, width = map(int, re.match(r"\((\d)E(\d+)\.", identity["fmtdat"]).groups())
numbers = [
    float(line[k * width : (k + 1) * width])
    for line in columns.splitlines()
    for k in range(count)
]
if len(numbers) != 2 * int(control["nunfil"]):
    sys.exit("RAW has other points than nunfil says")
basis = read_basis(Path(control["filbas"]))
if any(len(name) > 6 for name in basis.names):
    sys.exit("a name of the basis set is too long")
seen = {
    "points": len(numbers) // 2,
    "first": numbers[:2],
    "width_hz": 1 / float(control["deltat"]),
    "mhz": float(control["hzpppm"]),
    "basis": basis.names,
    "basis_points": basis.points,
    "basis_width_hz": 1 / basis.dwell_time_s,
    "echo_time_ms": float(sequence["echot"]),
    "band": [float(control["ppmend"]), float(control["ppmst"])],
    "units": [int(control["lcoord"]), int(control["ltable"])],
}
Path("seen.json").write_text(json.dumps(seen))
for key in ("filps", "filcoo"):
    Path(control[key]).touch()
samples = [complex(*numbers[k : k + 2]) for k in range(0, len(numbers), 2)]
levels = concentrations(
    np.array(samples), basis, 1 / float(control["deltat"]), float(control["hzpppm"])
)
rows = [
    f" {level:8.3f}   5% {level:8.3f}  {name:6s}"
    for name, level in zip(basis.names, levels, strict=True)
]
if WRONG == "not a number":
    rows[0] = " ********   5% ********  NAA"
Path(control["filtab"]).write_text(
    f" $$CONC {len(rows) + 1} lines in following concentration table = NCONC+1\n"
    "    Conc.  %SD /Cr+PCr  Metabolite\n" + "\n".join(rows) + "\n"
    " $$MISC  6 lines in following misc. output table\n"
)
