"""What FSL-MRS and LCModel take for spectra of ours, where they are installed.

They are given and run as by `mrs-monitor compare` (`monitor.peers`), a process a
spectrum; its start, its reading and its drawing are in the time.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.fit.model import Model
from monitor.peers.fsl_mrs import FSL_MRS
from monitor.peers.lcmodel import LCMODEL
from monitor.peers.peer import Peer, Task
from monitor.peers.run import TIMEOUT_S, fit_by
from monitor.report.spectra import damped_basis
from streams.messages.transient import Acquisition

PEERS = (FSL_MRS, LCMODEL)


def task_of(
    model: Model, fid: NDArray[np.complex128], acquisition: Acquisition
) -> Task:
    """The task that `cold_fit` has with this model."""
    basis = damped_basis(model, acquisition)
    norm = float(np.linalg.norm(fid))
    return Task(fid, acquisition, basis, model.ppm_low, model.ppm_high, norm)


def cost_line(
    peer: Peer, tasks: Sequence[Task], folder: Path, timeout_s: float = TIMEOUT_S
) -> str:
    """What a peer takes per spectrum (median), or that it is absent.

    Raises
    ------
    PeerError : it is there and failed
    """
    program = shutil.which(peer.program)
    if program is None:
        return f"{peer.name}: absent"
    fits = []
    for number, task in enumerate(tasks):
        place = folder / f"{peer.program}-{number}"
        place.mkdir(parents=True)
        fits.append(fit_by(peer, Path(program), task, place, timeout_s))
    cpu_s = float(np.median([fit.cpu_s for fit in fits]))
    wall_s = float(np.median([fit.wall_s for fit in fits]))
    return (
        f"{peer.name}: {cpu_s:.2f} s CPU, {wall_s:.2f} s wall a spectrum, start of the "
        f"process included (median of {len(fits)})"
    )
