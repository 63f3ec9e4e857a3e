"""FSL-MRS and LCModel timed on spectra of ours, where they are installed.

Each is given what its documentation asks for and run as its user runs it, a process a
spectrum; its start, its reading and its drawing are in the time.  Settings are their
defaults (FSL-MRS: one width for all, polynomial baseline), but for LCModel's band and
its own macromolecules: all three programs fit those of the basis set.

    fsl_mrs --data metab.nii.gz --basis basis.BASIS --output fit      (NIfTI-MRS)
    lcmodel < control                (RAW, BASIS and what the control file names)

Sources: FSL-MRS' user documentation, "Fitting", and what its scripts read and write;
LCModel.f 6.3 (MYCONT, MYBASI, ERRMES) and the control and RAW files of its own test.
RAW has the samples as NIfTI-MRS stores them: the first of LCModel's test are, digit by
digit, those of the same spectrum in NIfTI-MRS.

LCModel stops after a fatal error as after a fit, with 0, and says in its table what it
was; so a peer has succeeded where it wrote concentrations, whatever its exit code.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.fit.lineshape import decay
from monitor.analysis.fit.model import Model
from monitor.basis.files import write_basis
from streams.export.nifti_mrs import write_nifti_mrs
from streams.messages.transient import Acquisition

Complex = NDArray[np.complex128]

TIMEOUT_S = 120.0
BASIS_WIDTH_HZ = 1.0
"""Lorentzian width of the basis set that peers get: undamped FIDs would be cut off."""
NAMES = {"mI": "Ins", "sI": "Scyllo"}
"""What LCModel calls those that we call otherwise."""
BASIS, NIFTI, RAW, CONTROL = "basis.BASIS", "metab.nii.gz", "metab.RAW", "control"
FATAL = re.compile(r".*\b(?:FATAL|ILLOGICAL)\b.*")
"""A fatal error in LCModel's table of diagnostics."""


class PeerError(Exception):
    """A peer that did not do its work; one line says how."""


@dataclass(frozen=True)
class Task:
    """A spectrum (points,) in the convention of `streams`, and what it is fitted with.

    The basis set holds the macromolecules too.
    """

    fid: Complex
    acquisition: Acquisition
    basis: BasisSet
    ppm_low: float
    ppm_high: float


@dataclass(frozen=True)
class Cost:
    """Of one spectrum, start of the process included.

    Attributes
    ----------
    wall_s : by the clock, to 0.05 s
    cpu_s : of the process and its children, to 0.01 s; Windows counts none
    """

    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Peer:
    """Another program.

    Attributes
    ----------
    name, program : as it is called, and its executable
    prepare : writes into a folder what it reads
    arguments : of its command line, run in that folder
    stdin : file of that folder that it reads from standard input
    results, mark : file with its concentrations, and what stands in it
    """

    name: str
    program: str
    prepare: Callable[[Task, Path], None]
    arguments: tuple[str, ...]
    stdin: str | None
    results: str
    mark: str


def task_of(model: Model, fid: Complex, acquisition: Acquisition) -> Task:
    """The task that `cold_fit` has with this model."""
    basis = BasisSet(
        names=tuple(NAMES.get(name, name) for name in model.names),
        fids=model.fids * decay(model.t, 0.0, BASIS_WIDTH_HZ, 0.0),
        dwell_time_s=model.dwell_time_s,
        spectrometer_frequency_mhz=model.frequency_mhz,
        nucleus=acquisition.nucleus,
        echo_time_s=acquisition.echo_time_s,
        sequence=acquisition.sequence,
        source="mrs-monitor benchmark",
    )
    return Task(fid, acquisition, basis, model.ppm_low, model.ppm_high)


# What they read


def prepare_fsl_mrs(task: Task, folder: Path) -> None:
    """NIfTI-MRS and basis set."""
    fids = task.fid.astype(np.complex64)[:, None]
    write_nifti_mrs(folder / NIFTI, fids, task.acquisition, water_suppressed=True)
    write_basis(task.basis, folder / BASIS)


def prepare_lcmodel(task: Task, folder: Path) -> None:
    """RAW, basis set and control file; names are relative, so never too long."""
    write_basis(task.basis, folder / BASIS)
    for name, text in ((RAW, raw_text(task)), (CONTROL, control_text(task))):
        (folder / name).write_text(text, encoding="ascii", newline="\n")


def raw_text(task: Task) -> str:
    """The spectrum as LCModel's RAW file."""
    head = _RAW_HEAD.format(
        mhz=task.acquisition.spectrometer_frequency_mhz,
        te_ms=1e3 * task.acquisition.echo_time_s,
        sequence=task.acquisition.sequence,
    )
    return head + "".join(f"{z.real:15.6E}{z.imag:15.6E}\n" for z in task.fid)


def control_text(task: Task) -> str:
    """LCModel's control file: our band, macromolecules of the basis set only."""
    return _CONTROL.format(
        points=task.fid.size,
        dwell_s=task.acquisition.dwell_time_s,
        mhz=task.acquisition.spectrometer_frequency_mhz,
        ppm_low=task.ppm_low,
        ppm_high=task.ppm_high,
    )


_RAW_HEAD = """ $SEQPAR
 HZPPPM = {mhz:.6f}
 ECHOT = {te_ms:.2f}
 SEQ = '{sequence}'
 $END
 $NMID
 ID = 'simulated'
 FMTDAT = '(2E15.6)'
 TRAMP = 1.
 VOLUME = 1.
 $END
"""

_CONTROL = f""" $LCMODL
 key = 210387309
 owner = 'mrs-monitor benchmark'
 title = 'simulated'
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
 filtab = 'out.table'
 $END
"""
"""The key is the one of LCModel's own test, which it takes from everybody."""

FSL_MRS = Peer(
    "FSL-MRS", "fsl_mrs", prepare_fsl_mrs,
    ("--data", NIFTI, "--basis", BASIS, "--output", "fit"), None,
    "fit/concentrations.csv", ",",
)  # fmt: skip
LCMODEL = Peer(
    "LCModel", "lcmodel", prepare_lcmodel, (), CONTROL, "out.table", "$$CONC"
)  # fmt: skip
PEERS = (FSL_MRS, LCMODEL)


# Running them


def cost_line(
    peer: Peer, tasks: Sequence[Task], folder: Path, timeout_s: float = TIMEOUT_S
) -> str:
    """What a peer takes per spectrum (median), or that it is absent.

    Raises
    ------
    PeerError : it is there and failed
    """
    if shutil.which(peer.program) is None:
        return f"{peer.name}: absent"
    costs = []
    for number, task in enumerate(tasks):
        place = folder / f"{peer.program}-{number}"
        place.mkdir(parents=True)
        costs.append(cost(peer, task, place, timeout_s))
    cpu_s = float(np.median([spent.cpu_s for spent in costs]))
    wall_s = float(np.median([spent.wall_s for spent in costs]))
    return (
        f"{peer.name}: {cpu_s:.2f} s CPU, {wall_s:.2f} s wall a spectrum, start of the "
        f"process included (median of {len(costs)})"
    )


def cost(peer: Peer, task: Task, folder: Path, timeout_s: float = TIMEOUT_S) -> Cost:
    """Have a peer fit one spectrum in an empty folder.

    Raises
    ------
    PeerError : absent, not to be started, too slow, or without concentrations
    """
    program = shutil.which(peer.program)
    if program is None:
        raise PeerError(f"{peer.name}: absent")
    peer.prepare(task, folder)
    cpu_s, begun = _cpu_of_children_s(), time.perf_counter()
    try:
        code = _run([program, *peer.arguments], folder, peer.stdin, timeout_s)
    except OSError as error:
        raise PeerError(f"{peer.name}: cannot be started: {error}") from None
    except subprocess.TimeoutExpired:
        raise PeerError(f"{peer.name}: no end after {timeout_s:g} s") from None
    spent = Cost(time.perf_counter() - begun, _cpu_of_children_s() - cpu_s)
    written = _text(folder / peer.results)
    if code or peer.mark not in written:
        what = f"ended with {code}" if code else "wrote no concentrations"
        fatal = FATAL.search(written)
        reason = fatal[0].strip() if fatal else _last_line(_text(folder / "log"))
        raise PeerError(f"{peer.name}: {what}: {reason}")
    return spent


def _run(command: list[str], folder: Path, stdin: str | None, timeout_s: float) -> int:
    """Exit code of a command; nothing of it is left running."""
    source = folder / stdin if stdin else Path(os.devnull)
    with source.open("rb") as given, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=given, stdout=log, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            return process.wait(timeout_s)
        finally:
            if process.poll() is None:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process, and where the system can, those that it started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _cpu_of_children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def _last_line(log: str) -> str:
    """What a program said last, for most say there what went wrong."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
