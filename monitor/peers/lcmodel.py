"""LCModel: its control, RAW and BASIS files, and its table.

    lcmodel < control                (RAW, BASIS and what the control file names)

Settings are its defaults, but for the fitted range and its own macromolecules: those
of the basis set are fitted.  Sources: LCModel.f 6.3 (MYCONT, MYBASI, ERRMES) and the
control and RAW files of its own test.  RAW has the samples as NIfTI-MRS stores them:
the first of LCModel's test are, digit by digit, those of the same spectrum there.  The
FIDs are divided by one number for the session, so that the few digits of its table hold
the levels.

LCModel stops after a fatal error as after a fit, with 0, and says in its table what it
was; so it has succeeded where it wrote concentrations, whatever its exit code.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from monitor.basis.files import write_basis
from monitor.peers.levels import Levels
from monitor.peers.peer import Peer, PeerError, Task, plain

BASIS, RAW, CONTROL, TABLE = "basis.BASIS", "metab.RAW", "control", "out.table"
NAMES = {"mI": "Ins", "sI": "Scyllo"}
"""What LCModel calls those that we call otherwise."""
NAME_LENGTH = 6
"""Characters of a name that LCModel keeps."""
FATAL = re.compile(r".*\b(?:FATAL|ILLOGICAL)\b.*")
"""A fatal error in its table of diagnostics."""
ROW = re.compile(
    r"\s*([-+]?[\d.]+(?:E[-+]?\d+)?)\s+\d+%\s+[-+]?[\d.]+(?:E[-+]?\d+)?[\s+]+(\S+)\s*"
)
"""Concentration, %SD, ratio and name; a plus may stand between the last two."""


def prepare(task: Task, folder: Path) -> None:
    """RAW, basis set and control file; names are relative, so never too long."""
    theirs = tuple(names_of(task))
    write_basis(replace(task.basis, names=theirs), folder / BASIS)
    for name, text in ((RAW, raw_text(task)), (CONTROL, control_text(task))):
        (folder / name).write_text(text, encoding="ascii", newline="\n")


def names_of(task: Task) -> dict[str, str]:
    """Our name of each entry by LCModel's, which are short.

    Raises
    ------
    PeerError : two of them would be the same
    """
    ours = task.basis.names
    found = {NAMES.get(name, name)[:NAME_LENGTH]: name for name in ours}
    if len(found) < len(ours):
        raise PeerError(
            f"two names of the basis set agree in their first {NAME_LENGTH} characters"
        )
    return found


def raw_text(task: Task) -> str:
    """The spectrum as LCModel's RAW file."""
    head = _RAW_HEAD.format(
        mhz=task.acquisition.spectrometer_frequency_mhz,
        te_ms=1e3 * task.acquisition.echo_time_s,
        sequence=re.sub(r"[^ -&(-~]", " ", task.acquisition.sequence),
    )
    fid = task.fid / task.scale
    return head + "".join(f"{z.real:15.6E}{z.imag:15.6E}\n" for z in fid)


def control_text(task: Task) -> str:
    """LCModel's control file: our range, macromolecules of the basis set only."""
    return _CONTROL.format(
        points=task.fid.size,
        dwell_s=task.acquisition.dwell_time_s,
        mhz=task.acquisition.spectrometer_frequency_mhz,
        ppm_low=task.ppm_low,
        ppm_high=task.ppm_high,
    )


def read_table(text: str, task: Task) -> Levels:
    """Levels from LCModel's table."""
    _, mark, table = text.partition("$$CONC")
    if not mark:
        fatal = FATAL.search(text)
        reason = f": {plain(fatal[0])}" if fatal else ""
        raise PeerError(f"wrote no concentrations{reason}")
    ours = names_of(task)
    rows = map(ROW.fullmatch, table.partition("$$")[0].splitlines())
    found = [row for row in rows if row and row[2] in ours]
    return {ours[row[2]]: float(row[1]) * task.scale for row in found}


_RAW_HEAD = """ $SEQPAR
 HZPPPM = {mhz:.6f}
 ECHOT = {te_ms:.2f}
 SEQ = '{sequence}'
 $END
 $NMID
 ID = 'spectrum'
 FMTDAT = '(2E15.6)'
 TRAMP = 1.
 VOLUME = 1.
 $END
"""

_CONTROL = f""" $LCMODL
 key = 210387309
 owner = 'mrs-monitor'
 title = 'spectrum'
 nunfil = {{points}}
 deltat = {{dwell_s:.6E}}
 hzpppm = {{mhz:.6f}}
 ppmst = {{ppm_high:g}}
 ppmend = {{ppm_low:g}}
 nsimul = 0
 filbas = '{BASIS}'
 filraw = '{RAW}'
 filps = 'out.ps'
 lcoord = 9
 filcoo = 'out.coord'
 ltable = 7
 filtab = '{TABLE}'
 $END
"""
"""The key is the one of LCModel's own test, which it takes from everybody."""

LCMODEL = Peer(
    name="LCModel",
    program="lcmodel",
    option="--lcmodel",
    prepare=prepare,
    arguments=lambda task: (),
    stdin=CONTROL,
    results=TABLE,
    read=read_table,
)
