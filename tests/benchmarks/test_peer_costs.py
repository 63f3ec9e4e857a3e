"""The line that a benchmark prints of FSL-MRS and LCModel, with stand-ins."""

import os

import numpy as np
import peers
import pytest
from peer_stand_ins import put_program, stand_in
from peers import PEERS

from monitor.analysis.fit.model import Model
from monitor.peers.peer import PeerError
from streams.messages.transient import Acquisition
from streams.spins import Sequence, simulate

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stand-ins are sh scripts")
NAMES = ("NAA", "Cr")
each_peer = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)


@pytest.fixture(scope="module")
def task():
    a = Acquisition(123.25, "1H", 4e-4, 512, 1, 0.030, sequence="PRESS")
    fids = simulate(NAMES, Sequence("press", 0.030), 123.25, 4e-4, 512)
    both = np.stack([fids[name] for name in NAMES])
    model = Model(NAMES, both, np.zeros(2, bool), 4e-4, 123.25, 0.2, 4.2)
    return peers.task_of(model, both.sum(0), a)


@pytest.fixture
def install(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    return lambda peer, script: put_program(folder, peer, script)


@each_peer
def test_the_line_says_what_a_peer_takes(install, tmp_path, task, peer):
    install(peer, stand_in(peer))
    line = peers.cost_line(peer, [task, task], tmp_path)
    assert line.startswith(f"{peer.name}: ")
    assert "s CPU" in line
    assert "start of the process included (median of 2)" in line


@each_peer
def test_an_absent_peer_is_said_to_be_absent(tmp_path, monkeypatch, task, peer):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert peers.cost_line(peer, [task], tmp_path) == f"{peer.name}: absent"


@each_peer
def test_a_peer_that_fails_is_no_line(install, tmp_path, task, peer):
    install(peer, "exit 3")
    with pytest.raises(PeerError, match="ended with 3"):
        peers.cost_line(peer, [task], tmp_path)
