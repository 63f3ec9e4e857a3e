"""What a look at a stream concludes, from transients made by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.preflight import stream
from monitor.preflight.machine import CheckState
from monitor.preflight.stream import coils, conjugation, inversion, line
from streams.messages.transient import Acquisition, Kind, Transient

PLAN = Acquisition(123.2, "1H", 5e-4, 2048, 2, 0.03, repetition_time_s=2.0)


@pytest.mark.parametrize(
    ("left", "ti_s", "nulled", "state"),
    [
        (None, 0.9, False, None),
        ((0.5, 0.1), None, False, None),
        (None, None, False, None),
        ((0.5, 0.1), 0.9, True, CheckState.OK),
        ((0.5, -0.4), 0.9, False, CheckState.LOOK),
    ],
)
def test_what_an_inversion_leaves(monkeypatch, left, ti_s, nulled, state) -> None:
    monkeypatch.setattr(stream, "parts_left", lambda _: left)
    monkeypatch.setattr(stream, "is_nulled", lambda _: nulled)
    found = list(inversion(replace(PLAN, inversion_time_s=ti_s)))
    assert [one.state for one in found] == ([] if state is None else [state])
    if state is CheckState.LOOK:
        assert "TI 900 ms leaves 50 % of macromolecules, -40 % of" in found[0].text


@pytest.mark.parametrize(
    ("said", "contradicted", "state"),
    [
        (["", "confirmed by the spectrum"], False, CheckState.OK),
        (["confirmed", "contradicted"], False, CheckState.OK),
        (["could not be checked"], False, CheckState.LOOK),
        ([""], False, CheckState.LOOK),
        (["the wrong way, not confirmed"], True, CheckState.WRONG),
    ],
)
def test_which_way_round(monkeypatch, said, contradicted, state) -> None:
    remarks = iter(said)
    check = SimpleNamespace(push=lambda _: next(remarks), contradicted=contradicted)
    monkeypatch.setattr(stream, "ConjugationCheck", lambda _: check)
    transients = [SimpleNamespace(fid=None)] * len(said)
    assert conjugation(transients, PLAN).state is state


def lines(noise_sd: float, width_hz: float, coils_n: int = 1) -> list[Transient]:
    rng = np.random.default_rng(3)
    t = np.arange(PLAN.points) * PLAN.dwell_time_s
    fid = np.exp(-2j * np.pi * 60.0 * t - np.pi * width_hz * t)
    noise = rng.normal(size=(4, 2, coils_n, t.size)) * noise_sd
    made = (fid + noise[:, 0] + 1j * noise[:, 1]).astype(np.complex64)
    return [Transient(n, 2.0 * n, Kind.METABOLITE, one) for n, one in enumerate(made)]


@pytest.mark.parametrize("width_hz", [8.0, 20.0])
def test_the_width_of_a_line_is_without_the_noise_below_it(width_hz) -> None:
    """Of a magnitude: sqrt(3) times that of the real line."""
    found = {}
    for noise_sd in (0.0, 0.3):
        text = line(lines(noise_sd, width_hz), PLAN).text
        found[noise_sd] = float(text.split(" Hz wide")[0].split()[-1])
        assert abs(float(text.split("(")[1].split()[0]) - 60.0) < 2.0
    assert found[0.3] == pytest.approx(found[0.0], rel=0.2)


def test_a_coil_that_gives_nothing_is_named() -> None:
    transients = lines(0.1, 8.0, 3)
    assert coils(transients).state is CheckState.OK
    silent = np.array([1.0, 0.0, 1.0], np.complex64)[:, np.newaxis]
    transients = [replace(one, fid=one.fid * silent) for one in transients]
    found = coils(transients)
    assert found.state is CheckState.WRONG
    assert found.text == "1 of 3 give nothing: 2"
