"""A client nobody here wrote sends a session: bit by bit what its file holds.

    git clone https://github.com/kspaceKelvin/python-ismrmrd-server REF
    MRS_REFERENCE_CLIENT=REF pytest tests/acceptance/test_mrd_reference_client.py \
        -m slow -s

The folder must hold `client.py` and what it imports (`connection.py`, `constants.py`).
The file: 64 acquisitions of 8 coils, 2 x 1024 points and some to discard, over
midnight, with EXT1 waveforms and a subject; it is sent twice, as two series of one
session.
"""

import os
import subprocess
import sys
import threading
import time

import ismrmrd
import mrd_sender as mrd
import numpy as np
import pytest

from streams.messages.transient import Event, Start, Transient
from streams.recording.reading import read_messages
from streams.relay.relay import run_relay
from streams.sources.mrd.address import Listening
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.source import MrdSource

FOLDER = os.environ.get("MRS_REFERENCE_CLIENT", "")
COILS, POINTS, COUNT, PRE, POST = 8, 1024, 64, 5, 3
FIRST = 34_560_000 - 800 * 10
ENDPOINT = "tcp://127.0.0.1:58231"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="MRS_REFERENCE_CLIENT names no checkout"),
]


def written(path):
    """The file; its acquisitions' samples."""
    received = 2 * POINTS
    dataset = ismrmrd.Dataset(str(path), "dataset")
    xml = mrd.header(points=POINTS, received=received, last=COUNT - 1)
    dataset.write_xml_header(xml.encode())
    samples = []
    for n in range(COUNT):
        samples.append(mrd.received(n, COILS, received + PRE + POST))
        head = {"discard_pre": PRE, "discard_post": POST, "first": FIRST}
        dataset.append_acquisition(mrd.acquisition(n, samples[-1], **head))
        high = int(16 <= n < 48)
        stamp = (FIRST + 800 * n) % 34_560_000
        dataset.append_waveform(mrd.waveform([high] * 800, stamp))
    dataset.close()
    return samples


def kept(samples):
    """The stated steps."""
    spectrum = np.fft.fft(samples[:, PRE:-POST].astype(np.complex128), axis=-1)
    middle = np.delete(spectrum, np.arange(POINTS // 2, 3 * POINTS // 2), axis=-1)
    return (np.fft.ifft(middle, axis=-1) / 2).astype(np.complex64).conj()


def sent(port, file, folder):
    """The reference client sends the file."""
    command = [sys.executable, "client.py", "-a", "127.0.0.1", "-p", str(port)]
    command += ["-c", "spectroscopy", "-G", "dataset", "-w"]
    command += ["-o", str(folder / f"out{time.monotonic_ns()}.h5"), str(file)]
    done = subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, timeout=60, check=True
    )
    assert "Session complete" in done.stderr


def test_the_reference_client(tmp_path):
    file = tmp_path / "svs.h5"
    samples = written(file)
    stop, noted, done = threading.Event(), [], []
    rules = MrdRules(external_1="infusion_start", external_1_end="infusion_stop")
    source = MrdSource(Listening.parse("127.0.0.1:0"), rules, on_note=noted.append)
    bodies = source.bodies(stop)
    path = tmp_path / "visit.mcap"
    statuses = []
    relay = threading.Thread(
        target=lambda: done.append(
            run_relay(bodies, path, ENDPOINT, stop=stop, on_status=statuses.append)
        )
    )
    relay.start()
    began = time.monotonic()
    for _ in range(2):
        sent(source.port, file, tmp_path)
    deadline = time.monotonic() + 30
    while not statuses or statuses[-1].transients < 2 * COUNT:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    took_s = time.monotonic() - began
    stop.set()
    relay.join(20)
    messages = list(read_messages(done[0].path))
    assert [m.epoch for m in messages if isinstance(m.body, Start)] == [0, 1]
    got = [m.body for m in messages if isinstance(m.body, Transient)]
    assert [t.count for t in got] == list(range(2 * COUNT))
    for n, transient in enumerate(got):
        np.testing.assert_array_equal(transient.fid, kept(samples[n % COUNT]))
    assert [t.time_s for t in got[:COUNT]] == [2.0 * n for n in range(COUNT)]
    again_s = got[COUNT].time_s
    np.testing.assert_allclose(
        [t.time_s - again_s for t in got[COUNT:]], [2.0 * n for n in range(COUNT)]
    )
    marks = [m.body for m in messages if isinstance(m.body, Event)]
    starts = [e.time_s for e in marks if e.kind == "infusion_start"]
    np.testing.assert_allclose(starts, [32.0, again_s + 32.0])
    content = done[0].path.read_bytes()
    assert b"Testperson" not in content
    assert b"1970-02-03" not in content
    print(f"\n{len(got)} transients in {took_s:.1f} s, bit by bit; {len(noted)} notes")
