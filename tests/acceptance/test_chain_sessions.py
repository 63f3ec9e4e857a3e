"""Many measurements of mixed kinds: every transient that was sent whole is recorded.

    MRS_CHAIN_SESSIONS=500 pytest tests/acceptance/test_chain_sessions.py -m slow -s

Whole, cut in the middle of a message, slow, with an unknown message, images alone,
water first and last, without a header.  What came before the fault counts.
"""

import os
import random
import re
import threading
import time
from pathlib import Path

import mrd_sender as mrd
import numpy as np
import pytest
from chain_client import UNKNOWN, Exchanged, card, image_message

from monitor.chain import recorder
from monitor.chain.app import App
from streams.messages.transient import Kind, Transient
from streams.recording.reading import read_messages
from streams.sources.mrd.address import Listening

SESSIONS = int(os.environ.get("MRS_CHAIN_SESSIONS", "60"))
SEED = int(os.environ.get("MRS_CHAIN_SEED", "20"))
KINDS = ("whole", "cut", "slow", "wrong", "images", "water first", "water last")

ACQUISITION = (1008).to_bytes(2, "little")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def _series(kind, number):
    """Messages, whether CLOSE follows, and the transients that are to be recorded."""
    count = random.Random(number).randrange(3, 20)
    samples = [mrd.received(1000 * number + n) for n in range(count)]
    water = {"water first": range(2), "water last": range(count - 2, count)}
    sets = [int(n in water.get(kind, ())) for n in range(count)]
    sent = [
        mrd.acquisition_bytes(n, samples[n], idx={"set": sets[n]}) for n in range(count)
    ]
    opening = [mrd.opening(), card(pageevery=4, waterset=1, subjectcode=f"N{number}")]
    if kind == "images":
        return [*opening, image_message(np.ones((8, 8), np.uint16))], True, []
    kinds = [Kind.WATER if at_set else Kind.METABOLITE for at_set in sets]
    whole = list(zip(samples, kinds, strict=True))
    if kind == "cut":
        return [*opening, *sent[:-1], sent[-1][:-9]], False, whole[:-1]
    if kind == "wrong":
        return [*opening, *sent, UNKNOWN], False, whole
    return [*opening, *sent], True, whole


def _play(port, kind, number):
    messages, close, _ = _series(kind, number)
    if kind == "cut":
        _cut(port, messages)
        return
    pace_s = 0.05 if kind == "slow" else 0.0
    back = Exchanged(port, *messages, close=close, pace_s=pace_s)
    assert back.closed
    sent = [m for m in messages if m[:2] == ACQUISITION]
    assert back.passed == sent


def _cut(port, messages):
    """Send, and be gone; what came back is read, else TCP throws away what was sent."""
    *whole, torn = messages
    left = sum(len(message) for message in whole if message[:2] == ACQUISITION)
    with mrd.connect(port) as connection:
        for message in (*whole, torn):
            connection.sendall(message)
        while left > 0:
            left -= len(connection.recv(min(left, 1 << 16)))


def _wait_for_end(folder, number, timeout_s=60):
    """Until the recording is closed: the program takes four scanners at once."""
    deadline = time.monotonic() + timeout_s
    while not list(folder.glob(f"N{number}-*.mcap")) and time.monotonic() < deadline:
        time.sleep(0.02)


def _kept(samples):
    """The stated steps: half of the spectrum, conjugated."""
    spectrum = np.fft.fft(samples.astype(np.complex128), axis=-1)
    points = samples.shape[-1] // 2
    middle = np.delete(spectrum, np.arange(points // 2, 3 * points // 2), axis=-1)
    return (np.fft.ifft(middle, axis=-1) / 2).astype(np.complex64).conj()


def _recorded(folder, number):
    paths = list(folder.glob(f"N{number}-*.mcap"))
    bodies = [m.body for path in paths for m in read_messages(path)]
    return [(b.fid, b.kind) for b in bodies if isinstance(b, Transient)]


def _is_whole(folder, kind, number):
    expected, found = _series(kind, number)[2], _recorded(folder, number)
    return len(expected) == len(found) and all(
        np.array_equal(_kept(samples), fid) and kind == kind_found
        for (samples, kind), (fid, kind_found) in zip(expected, found, strict=True)
    )


def _memory_mb():
    status = Path("/proc/self/status")
    found = (
        re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    )
    return int(found[1]) / 1024 if found else 0.0


def test_many_sessions_of_mixed_kinds(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "LEAST_FREE_MB", 1.0)
    serving = App(Listening.parse("127.0.0.1:0"), tmp_path, lambda text: None)
    serving.start()
    kinds = random.Random(SEED).choices(KINDS, k=SESSIONS)
    began, early_mb = time.monotonic(), 0.0
    for number, kind in enumerate(kinds):
        _play(serving.port, kind, number)
        _wait_for_end(tmp_path, number)
        early_mb = _memory_mb() if number == SESSIONS // 4 else early_mb
    late_mb, took_s = _memory_mb(), time.monotonic() - began
    serving.stop()
    threads = threading.active_count()
    lost = [(n, k) for n, k in enumerate(kinds) if not _is_whole(tmp_path, k, n)]
    print(f"{SESSIONS} sessions in {took_s:.0f} s, {len(lost)} not whole: {lost}; "
          f"{early_mb:.0f} MB after a quarter, {late_mb:.0f} MB at the end; "
          f"{threads} threads are left")  # fmt: skip
    assert lost == []
    assert late_mb < early_mb + 40
    assert threads < 10
