"""The scanner's frequency follows the line: averages, chance, lost messages."""

import json
import math
import statistics
import struct
from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.preparation.quality import Quality
from monitor.chain.app import App
from monitor.chain.feedback import AVERAGED, FrequencyWatch
from monitor.kit.probe import Played, play, probe_checks, source_messages
from monitor.preflight.machine import CheckState
from streams.chain.drifting_scanner import DriftingScanner
from streams.chain.frequency_change import FrequencyChange, frequency_change
from streams.chain.tee import Address
from streams.messages.transient import Event, Kind, Transient
from streams.recording.reading import read_messages
from streams.sources.mrd.address import Listening
from streams.sources.mrd.parser import Id, Parser
from streams.sources.mrd.writer import feedback_bytes

JITTER_HZ = 0.4


def transient(index, shift_hz, **changes):
    quality = Quality(
        index, index, 0, 2.0 * index, shift_hz, 0.1, 0.0, 0.01,
        8.0, 12.0, 1.0, 0.1, 1.0, 1.0, (),
    )  # fmt: skip
    return replace(quality, **changes)


def held(drift_hz_per_h, transients, lost=0.0, seed=1):
    """Offsets (n,) of a line that drifts, and what was asked for on the way, Hz."""
    rng = np.random.default_rng(seed)
    watch, corrected, offsets, asked = FrequencyWatch(), 0.0, [], []
    coming = 0.0
    for index in range(transients):
        offsets.append(drift_hz_per_h * 2.0 * index / 3600 - corrected)
        corrected, coming = corrected + coming, 0.0  # obeyed one transient later
        shift_hz = offsets[-1] + rng.normal(0, JITTER_HZ)
        change = watch.take(transient(index, shift_hz), index + 1)
        if change is not None:
            asked.append(change.change_hz)
            coming = change.change_hz if rng.random() >= lost else 0.0
    return np.array(offsets), asked


@pytest.mark.parametrize("seed", range(5))
def test_a_drift_is_held(seed):
    offsets, asked = held(8.0, 3600, seed=seed)
    assert statistics.pstdev(offsets) < 0.2
    assert abs(offsets.mean()) < 0.2  # what is less than chance is not asked for
    assert sum(asked) == pytest.approx(16.0, abs=0.7)


@pytest.mark.parametrize("seed", range(5))
def test_a_message_that_is_lost_is_asked_for_again(seed):
    offsets, _ = held(8.0, 3600, lost=0.3, seed=seed)
    assert statistics.pstdev(offsets) < 0.3
    assert np.abs(offsets).max() < 1.2


def test_a_still_line_is_hardly_ever_corrected():
    offsets, asked = held(0.0, 3600)
    assert len(asked) < 0.15 * 3600 / AVERAGED
    assert statistics.pstdev(offsets) < 0.15


def test_transients_that_do_not_count_are_not_heard():
    watch = FrequencyWatch()
    bad = [transient(i, 3.0, weight=0.2) for i in range(40)]
    bad += [transient(i, math.nan) for i in range(40)]
    assert not any(watch.take(one, 1) for one in bad)


def test_a_leap_is_no_drift():
    watch = FrequencyWatch()
    assert not any(watch.take(transient(i, 12.0), i + 1) for i in range(100))
    assert watch.asked_hz == 0


def test_a_new_epoch_begins_anew():
    watch = FrequencyWatch()
    for index in range(AVERAGED - 1):
        assert watch.take(transient(index, 1.0), index + 1) is None
    assert watch.take(transient(AVERAGED, 1.0, epoch=1), AVERAGED) is None
    changes = [watch.take(transient(i, -1.0, epoch=1), i) for i in range(1, AVERAGED)]
    (change,) = [one for one in changes if one]
    assert change.change_hz == pytest.approx(-1 + 2 / AVERAGED, abs=1e-3)
    assert "Hz in all" in watch.sentence


def test_the_message_is_one_of_the_protocol():
    parser = Parser()
    parser.feed(FrequencyChange(-0.25, 7).message)
    frame = parser.next_frame()
    assert frame is not None
    assert frame.id is Id.FEEDBACK
    (length,) = struct.unpack_from("<I", frame.content, 0)
    assert json.loads(frame.content[8 + length :])["change_hz"] == -0.25
    change = frequency_change(frame)
    assert change == FrequencyChange(-0.25, 7)
    scanner = DriftingScanner(0.0)
    scanner.take(change)
    assert scanner.asked == [-0.25]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shim", b'{"change_hz": 1.0, "after_transients": 3}'),
        ("", b""),
        ("centre_frequency", b""),
        ("centre_frequency", b"\xff\x00"),
        ("centre_frequency", b"[1, 2]"),
        ("centre_frequency", b'{"change_hz": "much", "after_transients": 3}'),
        ("centre_frequency", b'{"change_hz": NaN, "after_transients": 3}'),
        ("centre_frequency", b'{"change_hz": 1e999, "after_transients": 3}'),
        ("centre_frequency", b'{"change_hz": 1.0, "after_transients": Infinity}'),
        ("centre_frequency", b"[" * 10_000),
    ],
)
def test_what_another_program_asks_is_left_alone(name, content):
    """A reconstruction beside ours may send its own feedback through the chain."""
    parser = Parser()
    parser.feed(feedback_bytes(name, content))
    frame = parser.next_frame()
    assert frame is not None
    assert frequency_change(frame) is None
    played = Played(4, scanner=DriftingScanner(0.0))
    played.obey(frame)
    assert played.scanner.asked == []


@pytest.mark.parametrize("after", [-1, 0, 10_000])
def test_a_count_that_was_never_sent_is_no_time(after):
    parser = Parser()
    parser.feed(FrequencyChange(0.5, after).message)
    played = Played(4, scanner=DriftingScanner(0.0), metabolite_s=[1.0, 2.0])
    played.obey(parser.next_frame())
    assert played.scanner.asked == [0.5]
    assert played.asked_after_s == []


def served(folder, scanner, transients, speed, feedback=True) -> Played:
    serving = App(Listening.parse("127.0.0.1:0"), folder, lambda text: None, feedback)
    serving.start()
    try:
        address = Address("127.0.0.1", serving.port)
        messages = source_messages(None, still=True)
        return play(address, messages, 1000, transients, speed, scanner=scanner)
    finally:
        serving.stop()


def recorded(folder):
    (file,) = folder.iterdir()
    return [message.body for message in read_messages(file)]


def samples(bodies):
    transients = [body for body in bodies if isinstance(body, Transient)]
    return [body.fid for body in transients if body.kind is not Kind.NOISE]


def test_a_scanner_that_loses_feedback_records_the_same_samples(tmp_path):
    """Nothing of what is recorded depends on whether anybody listens."""
    got = {}
    for name, feedback in (("on", True), ("off", False)):
        (tmp_path / name).mkdir()
        deaf = DriftingScanner(400.0, obeys=False)
        served(tmp_path / name, deaf, 60, 40.0, feedback)
        got[name] = recorded(tmp_path / name)
        assert bool(deaf.asked) is feedback
    assert len(samples(got["on"])) == len(samples(got["off"])) > 50
    for one, other in zip(samples(got["on"]), samples(got["off"]), strict=True):
        np.testing.assert_array_equal(one, other)
    events = [body for body in got["on"] if isinstance(body, Event)]
    asked = [event for event in events if event.kind == "frequency_asked"]
    assert asked
    assert asked[0].author == "chain"
    assert "asked of the scanner" in asked[0].text


def test_a_program_that_gives_no_feedback_is_said(tmp_path):
    played = served(tmp_path, DriftingScanner(8.0), 30, 40.0, feedback=False)
    found = {check.name: check for check in probe_checks(played)}
    assert found["frequency"].state is CheckState.WRONG
    assert "--feedback" in found["frequency"].line


@pytest.mark.slow
def test_the_virtual_scanner_is_held(tmp_path):
    scanner = DriftingScanner(8.0)
    played = served(tmp_path, scanner, 900, 25.0)
    found = {check.name: check for check in probe_checks(played)}
    assert found["frequency"].state is CheckState.OK, found["frequency"].line
    assert statistics.pstdev(scanner.offsets_hz[90:]) < 0.3
    assert played.closed
