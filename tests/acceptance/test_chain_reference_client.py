"""A client nobody here wrote, with the program inside the chain.

    git clone https://github.com/kspaceKelvin/python-ismrmrd-server REF
    MRS_REFERENCE_CLIENT=REF pytest tests/acceptance/test_chain_reference_client.py \
        -m slow -s

It sends as fast as it can, and writes what comes back into a file of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

import ismrmrd
import numpy as np
import pytest

from monitor.chain.app import App
from monitor.chain.images import PAGES, SPECTRA
from streams.export.ismrmrd import write_session
from streams.messages.transient import Kind, Transient
from streams.recording.reading import read_messages
from streams.sources.mrd.address import Listening

FOLDER = os.environ.get("MRS_REFERENCE_CLIENT", "")
ROOT = Path(__file__).resolve().parents[2]
RECORDING = ROOT / "recordings" / "infusion-short.mcap"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="MRS_REFERENCE_CLIENT names no checkout"),
]


def test_the_reference_client_gets_everything_back(tmp_path):
    write_session(tmp_path / "svs.h5", read_messages(RECORDING))
    out = tmp_path / "out.h5"
    said = []
    serving = App(Listening.parse("127.0.0.1:0"), tmp_path, said.append)
    serving.start()
    command = [sys.executable, "client.py", "-a", "127.0.0.1", "-p", str(serving.port)]
    command += ["-c", "glutamate", "-G", "dataset", "-o", out, tmp_path / "svs.h5"]
    try:
        done = subprocess.run(
            command, cwd=FOLDER, capture_output=True, text=True, timeout=110, check=True
        )
    finally:
        serving.stop()
    assert "Session complete" in done.stderr
    _same_acquisitions(tmp_path / "svs.h5", out)
    with ismrmrd.Dataset(str(out), "dataset", False) as back:
        pages = [
            back.read_image(f"image_{PAGES}", n)
            for n in range(back.number_of_images(f"image_{PAGES}"))
        ]
        spectrum = back.read_image(f"image_{SPECTRA}", 0)
    print(len(pages), "pages;", pages[-1].attribute_string)
    assert [page.image_index for page in pages] == list(range(1, len(pages) + 1))
    assert len(pages) >= 4
    assert np.squeeze(pages[-1].data).shape == (512, 512)
    meta = ismrmrd.Meta.deserialize(spectrum.attribute_string)
    assert meta["DataRole"] == "Spectroscopy"
    assert spectrum.data.dtype == np.complex64
    _recorded_as_sent(next(tmp_path.glob("*.mcap")))


def _same_acquisitions(sent, returned):
    with (
        ismrmrd.Dataset(str(sent), "dataset", False) as ours,
        ismrmrd.Dataset(str(returned), "dataset", False) as theirs,
    ):
        count = ours.number_of_acquisitions()
        assert theirs.number_of_acquisitions() == count == 100
        for n in range(count):
            one, other = ours.read_acquisition(n), theirs.read_acquisition(n)
            assert bytes(one.getHead()) == bytes(other.getHead())
            assert one.data.tobytes() == other.data.tobytes()


def _recorded_as_sent(path):
    def fids(recording):
        bodies = (message.body for message in read_messages(recording))
        return [
            body.fid
            for body in bodies
            if isinstance(body, Transient) and body.kind is Kind.METABOLITE
        ]

    ours, sent = fids(path), fids(RECORDING)
    assert len(ours) == len(sent)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(ours, sent, strict=True))
