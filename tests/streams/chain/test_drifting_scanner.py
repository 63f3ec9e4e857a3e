"""A scanner that drifts and is corrected, and what it is asked for."""

from types import SimpleNamespace

import numpy as np
import pytest

from streams.chain.drifting_scanner import HOUR_S, DriftingScanner
from streams.chain.frequency_change import FrequencyChange, frequency_change
from streams.chain.sender import NOISE_FLAG, WATER_SET, _acquisition
from streams.export.shared_fields import _settings, without_typed
from streams.messages.transient import (
    Acquisition,
    End,
    Kind,
    Message,
    Start,
    Transient,
)
from streams.sources.mrd.messages import readout_of
from streams.sources.mrd.writer import feedback_bytes

START = Start(Acquisition(123.25, "1H", 5e-4, 8, 2, 0.03), "here")


def transient(time_s: float, kind: Kind = Kind.METABOLITE) -> Transient:
    return Transient(0, time_s, kind, np.ones((2, 8), np.complex64))


def test_lines_drift_towards_higher_ppm_less_what_was_corrected() -> None:
    scanner = DriftingScanner(36.0)
    bodies = [START, *(transient(1000.0 + k * HOUR_S / 12) for k in range(3))]
    played = scanner.played(Message("one", i, 0, b) for i, b in enumerate(bodies))
    assert next(played).body is START
    first = next(played).body
    np.testing.assert_array_equal(first.fid, np.ones((2, 8)))
    second = next(played).body
    t = 5e-4 * np.arange(8)
    expected = np.tile(np.exp(-2j * np.pi * 3.0 * t), (2, 1))
    np.testing.assert_allclose(second.fid, expected, atol=1e-6)
    scanner.take(FrequencyChange(2.0, 2))
    next(played)
    assert scanner.offsets_hz == pytest.approx([0.0, 3.0, 6.0 - 2.0])
    deaf = DriftingScanner(36.0, obeys=False)
    deaf.take(FrequencyChange(2.0, 2))
    assert (deaf.asked, deaf._corrected_hz) == ([2.0], 0.0)


def change_in(message: bytes) -> FrequencyChange | None:
    return frequency_change(SimpleNamespace(content=message[2:]))


def test_what_a_scanner_is_asked_for_comes_back() -> None:
    asked = FrequencyChange(-0.21, 64)
    assert change_in(asked.message) == asked
    assert change_in(feedback_bytes("other", b'{"change_hz": 1}')) is None
    for wrong in (b"x", b"[]", b"{}", b'{"change_hz": NaN, "after_transients": 1}'):
        assert change_in(feedback_bytes("centre_frequency", wrong)) is None


@pytest.mark.parametrize(
    ("kind", "flags", "set_"),
    [
        (Kind.NOISE, NOISE_FLAG, 0),
        (Kind.WATER, 0, WATER_SET),
        (Kind.METABOLITE, 0, 0),
    ],
)
def test_an_acquisition_says_what_it_is_and_when(kind, flags, set_) -> None:
    sent = _acquisition(START, transient(15.0, kind), 4, 10.0)
    assert sent.time_s == 5.0
    found = readout_of(sent.content[2:])
    assert (found.flags, found.idx[7], found.idx[2]) == (flags, set_, 4)
    assert (found.counter, found.stamp) == (5, 1000 + 2000)
    np.testing.assert_array_equal(found.points, np.ones((2, 8)))


def test_reasons_of_an_end_that_somebody_typed_are_left_out() -> None:
    typed = without_typed(End(3, "Mr Smith was tired"))
    assert typed == End(3, "")
    assert without_typed(End(3, "finished")) == End(3, "finished")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"left_out_s": [[1.0, 2]]}', True),
        ('{"left_out_s": [[1.0, 2, 3]]}', False),
        ('{"left_out_s": [["a", "b"]]}', False),
        ('{"left_out_s": [3]}', True),
        ('{"left_out_s": [3.5]}', False),
        ('{"left_out_s": "x"}', False),
        ('{"unknown": 3}', False),
        ("x", False),
    ],
)
def test_changes_of_settings_that_hold_figures_alone(text: str, kept: bool) -> None:
    assert _settings(text) == (text if kept else "")
