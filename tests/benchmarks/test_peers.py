"""What FSL-MRS and LCModel are given, with stand-ins for them on the PATH.

Neither was to be had where this was written: the stand-ins read the files as is
documented of the real ones.
"""

import json
import os
import shlex
import sys
from pathlib import Path

import numpy as np
import peers
import pytest
from peers import FSL_MRS, LCMODEL, PEERS, PeerError

from monitor.analysis.basis.macromolecules import components
from monitor.analysis.fit.model import Model
from streams.messages.transient import Acquisition
from streams.spins import Sequence, simulate

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stand-ins are sh scripts")
HERE = Path(__file__).parent
ACQUISITION = Acquisition(123.25, "1H", 4e-4, 512, 1, 0.030, sequence="PRESS")
NAMES = ("NAA", "Cr", "Glu", "mI")
each_peer = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)


@pytest.fixture(scope="module")
def task():
    a = ACQUISITION
    grid = (a.spectrometer_frequency_mhz, a.dwell_time_s, a.points)
    fids = simulate(NAMES, Sequence("press", a.echo_time_s), *grid)
    mm, extra = components("five", *grid)
    both = np.concatenate([np.stack([fids[n] for n in NAMES]), extra])
    flags = np.arange(len(both)) >= len(NAMES)
    model = Model((*NAMES, *mm), both, flags, grid[1], grid[0], 0.2, 4.2)
    noise = np.random.default_rng(1).normal(size=(2, a.points))
    return peers.task_of(model, both.sum(0) + noise[0] + 1j * noise[1], a)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a program on the PATH that runs these lines of sh."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(peer, script):
        path = folder / peer.program
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return put


def stand_in(peer):
    script = HERE / f"fake_{peer.program}.py"
    return f'exec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"'


def folder_for(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@each_peer
def test_a_peer_can_read_what_it_is_given(install, tmp_path, task, peer):
    install(peer, stand_in(peer))
    folder = folder_for(tmp_path)
    spent = peers.cost(peer, task, folder)
    found = json.loads(next(folder.rglob("seen.json")).read_text())
    assert found["points"] == 512
    assert found["first"] == pytest.approx([task.fid[0].real, task.fid[0].imag], 1e-6)
    assert found["width_hz"] == pytest.approx(2500)
    assert found["mhz"] == pytest.approx(123.25)
    assert found["basis"][:4] == ["NAA", "Cr", "Glu", "Ins"]
    assert len(found["basis"]) == 9
    assert found["basis_points"] == 1024  # zero filled, as LCModel wants it
    assert found["basis_width_hz"] == pytest.approx(2500)
    assert spent.wall_s > 0
    assert spent.cpu_s > 0


def test_lcmodel_is_told_band_echo_time_and_units(install, tmp_path, task):
    install(LCMODEL, stand_in(LCMODEL))
    folder = folder_for(tmp_path)
    peers.cost(LCMODEL, task, folder)
    found = json.loads((folder / "seen.json").read_text())
    assert found["band"] == [0.2, 4.2]
    assert found["echo_time_ms"] == 30
    assert found["units"] == [9, 7]


def test_raw_holds_the_samples_that_nifti_holds(task):
    text = peers.raw_text(task).split("$END\n")[-1]
    columns = np.array([line.split() for line in text.splitlines()], float)
    largest = np.abs(task.fid).max()
    assert columns[:, 0] + 1j * columns[:, 1] == pytest.approx(
        task.fid, abs=1e-6 * largest
    )


@each_peer
def test_the_line_says_what_a_peer_takes(install, tmp_path, task, peer):
    install(peer, stand_in(peer))
    line = peers.cost_line(peer, [task, task], tmp_path)
    assert line.startswith(f"{peer.name}: ")
    assert "s CPU" in line
    assert "start of the process included" in line


@each_peer
def test_an_absent_peer_is_said_to_be_absent(tmp_path, monkeypatch, task, peer):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert peers.cost_line(peer, [task], tmp_path) == f"{peer.name}: absent"


@each_peer
def test_a_peer_that_fails_is_told_in_one_line(install, tmp_path, task, peer):
    install(peer, "echo Traceback\necho 'ValueError: no such basis' >&2\nexit 3")
    with pytest.raises(PeerError) as told:
        peers.cost_line(peer, [task], tmp_path)
    assert str(told.value) == f"{peer.name}: ended with 3: ValueError: no such basis"


@each_peer
def test_a_peer_that_ends_well_without_a_result_failed(install, tmp_path, task, peer):
    install(peer, "exit 0")
    with pytest.raises(PeerError, match="wrote no concentrations: it said nothing"):
        peers.cost_line(peer, [task], tmp_path)


def test_the_fatal_error_in_lcmodels_table_is_told(install, tmp_path, task):
    diagnosis = (
        "$$DIAG  1 lines in following diagnostic table:\n   1     FATAL MYBASI 12"
    )
    install(LCMODEL, f"cat > out.table <<'END'\n LCModel\n{diagnosis}\n\nEND")
    with pytest.raises(PeerError) as told:
        peers.cost_line(LCMODEL, [task], tmp_path)
    reason = "wrote no concentrations: 1     FATAL MYBASI 12"
    assert str(told.value) == f"LCModel: {reason}"


@each_peer
def test_a_peer_that_hangs_is_told_and_ended(install, tmp_path, task, peer):
    install(peer, "sleep 600 & wait")
    with pytest.raises(PeerError, match="no end after 1 s"):
        peers.cost_line(peer, [task], tmp_path, timeout_s=1)


def test_a_program_that_cannot_be_started_is_told(install, tmp_path, task):
    install(FSL_MRS, "")
    (tmp_path / "bin" / "fsl_mrs").write_bytes(b"\x7fELF is all there is of it")
    with pytest.raises(PeerError, match="FSL-MRS: cannot be started: "):
        peers.cost_line(FSL_MRS, [task], tmp_path)
