"""Where a check of what arrives turns from ok to LOOK or WRONG."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.preflight import stream
from monitor.preflight.machine import CheckState
from streams.messages.transient import Acquisition, Kind, Transient

ACQUISITION = Acquisition(123.25, "1H", 5e-4, 512, 3, 0.03, 2.0, sequence="PRESS")
T = 5e-4 * np.arange(512)


def arriving(times_s, fid=None, counts=None) -> list[Transient]:
    fid = np.ones((3, 512), np.complex64) if fid is None else fid
    counts = range(len(times_s)) if counts is None else counts
    return [
        Transient(n, t, Kind.METABOLITE, fid.astype(np.complex64))
        for n, t in zip(counts, times_s, strict=True)
    ]


@pytest.mark.parametrize(
    ("counts", "wanted", "state", "text"),
    [
        (range(7, 23), 16, CheckState.OK, "16 came, none is missing"),
        (range(7, 22), 16, CheckState.LOOK, "15 of 16 came"),
        (range(20), 16, CheckState.OK, "20 came"),
        ([0, 1, 3], 2, CheckState.WRONG, "1 are missing among 3"),
        ([0, 1, 9], 16, CheckState.WRONG, "7 are missing among 3"),
    ],
)
def test_transients_are_counted_from_the_first_that_came(counts, wanted, state, text):
    check = stream.count(arriving([2.0 * n for n in counts], counts=counts), wanted)
    assert check.state is state
    assert check.text.startswith(text)


@pytest.mark.parametrize(
    ("times_s", "state"),
    [
        ([0, 2, 4, 6], CheckState.OK),
        ([0, 2.018, 4.036, 6.054], CheckState.OK),  # 0.9 % more than TR
        ([0, 2.022, 4.044, 6.066], CheckState.WRONG),
        ([0, 1.978, 3.956, 5.934], CheckState.WRONG),
        ([0, 2, 4, 6.1, 8.1], CheckState.OK),
        ([0, 2, 4, 6.3, 8.3], CheckState.LOOK),  # more than a tenth of TR late
        ([0], CheckState.LOOK),
    ],
)
def test_times_advance_by_tr(times_s, state):
    assert stream.pace(arriving(times_s), ACQUISITION).state is state


def test_without_a_tr_times_tell_nothing():
    unknown = replace(ACQUISITION, repetition_time_s=None)
    assert stream.pace(arriving([0, 2, 4]), unknown).state is CheckState.LOOK


@pytest.mark.parametrize(("amplitude", "state"), [(2e-3, "ok"), (5e-4, "WRONG")])
def test_a_coil_a_thousandth_of_the_others_is_dead(amplitude, state):
    fid = np.ones((3, 512)) * np.array([[1.0], [1.0], [amplitude]])
    check = stream.coils(arriving([0, 2], fid))
    assert check.state == state
    assert ("1 of 3 give nothing: 3" in check.text) == (state == "WRONG")


@pytest.mark.parametrize(("falls", "state"), [(2.2, "ok"), (1.8, "WRONG")])
def test_an_fid_falls_by_half_at_least(falls, state):
    """The mean of its first eighth over that of its last, seven eighths later."""
    fid = np.ones((3, 1)) * falls ** (-T / (T[-1] * 7 / 8))
    check = stream.decay(arriving([0, 2], fid))
    assert check.state == state
    assert f"1/{falls:.1f} over" in check.text


def singlet(ppm: float, width_hz: float, noise: float = 1e-3):
    values = np.random.default_rng(2).standard_normal((2, 3, 512))
    rate = -2j * np.pi * (ppm - 4.65) * 123.25 - np.pi * width_hz
    return np.exp(rate * T) + noise * (values[0] + 1j * values[1])


@pytest.mark.parametrize(("ppm", "offset_hz"), [(2.01, -325.4), (6.0, 166.4)])
def test_the_strongest_line_is_placed_and_measured(ppm, offset_hz):
    """A Lorentzian's magnitude is sqrt(3) wider than its real part; 2 Hz are added."""
    check = stream.line(arriving([0, 2], singlet(ppm, 10.0)), ACQUISITION)
    words = check.text.replace("(", "").split()
    assert float(words[2]) == pytest.approx(ppm, abs=0.02)
    assert float(words[4]) == pytest.approx(offset_hz, abs=2.0)  # points are 2 Hz
    width_hz = float(check.text.split(", ")[1].split()[0])
    assert width_hz == pytest.approx(np.sqrt(3) * 12.0, abs=4.0)
    assert check.state is CheckState.OK


def test_noise_has_no_line():
    check = stream.line(arriving([0, 2], singlet(2.01, 10.0, noise=100.0)), ACQUISITION)
    assert check.state is CheckState.WRONG


@pytest.mark.parametrize(
    ("power", "peak", "width"),
    [
        ([0, 0, 4, 0, 0], 2, 1.0),
        ([0, 2, 4, 2, 0], 2, 3.0),
        ([4, 2, 0, 0], 0, 1.0),  # at the edge: what is there of it
        ([0, 2, 4], 2, 1.0),
    ],
)
def test_widths_are_counted_between_the_points_below_half(power, peak, width):
    assert stream._width(np.array(power, float), peak) == width


def quantity(name: str, actual, met: bool, wanted=0.03):
    return SimpleNamespace(quantity=name, actual=actual, wanted=wanted, met=met)


def test_a_quantity_is_compared_in_its_own_unit():
    said = stream._compare(quantity("echo time", 0.03, True))
    assert (said.state, said.text) == (CheckState.OK, "30 ms")
    said = stream._compare(quantity("echo time", 0.035, False))
    assert said.state is CheckState.WRONG
    assert said.text == "35 ms, the protocol expects 30 ms"
    said = stream._compare(quantity("echo time", None, False))
    assert (said.state, said.text) == (CheckState.LOOK, "not announced; 30 ms meant")


def test_nucleus_and_sequence_are_said_only_where_they_differ(monkeypatch):
    def given(met: bool):
        told = [quantity("nucleus", "31P", met, "1H"),
                quantity("sequence", "STEAM", met, "PRESS")]  # fmt: skip
        monkeypatch.setattr(stream, "expectations", lambda *_: told)
        return list(stream.compare_with_protocol(ACQUISITION, None))

    assert given(True) == []
    assert [check.state for check in given(False)] == [
        CheckState.WRONG,
        CheckState.LOOK,
    ]
