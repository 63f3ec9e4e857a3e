"""Water, zeros and known changes: what is passed on, held back or put in."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.protocol.choose import Wishes
from monitor.run import injection, water_gate
from monitor.run.filled_zeros import FilledZeros, Unfilled
from monitor.run.injection import FALLBACK, _compare, _Glutamate, _of_windows, _until
from monitor.run.known_change import NOTHING, PERCENT, RISE, STEP, Halves, Intervals
from monitor.run.water_gate import UNANNOUNCED, WaterGate
from streams.messages.transient import (
    Acquisition,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)

ACQUISITION = Acquisition(123.25, "1H", 5e-4, 32, 2, 0.03)
START = Start(ACQUISITION, "here")


def message(body, seq: int = 0, epoch: int = 0) -> Message:
    return Message("one", seq, epoch, body)


def transient(kind=Kind.METABOLITE, points: int = 32, coils: int = 2, zeros: int = 0):
    fid = np.ones((coils, points), np.complex64)
    fid[:, points - zeros :] = 0
    return Transient(0, 1.0, kind, fid)


# -- water -----------------------------------------------------------------------------


@pytest.fixture
def gate(monkeypatch) -> WaterGate:
    """Takes what its `watch` says for water, and what it calls `wrong` for none."""
    one = WaterGate()
    one.wrong = ""
    one._watch = SimpleNamespace(found=0, is_water=lambda body, a: one.water)
    one.water = False
    monkeypatch.setattr(water_gate, "no_water", lambda fids, a: one.wrong)
    monkeypatch.setattr(water_gate, "water_point", lambda body, a, late: ("at", late))
    return one


def kinds(filtered) -> list:
    return [one.body.kind for one in filtered.messages]


def test_before_a_start_everything_goes_on(gate) -> None:
    gate.water = True
    one = message(transient())
    assert gate.filter(one).messages == (one,)


def test_unannounced_water_is_renamed_and_said_once_an_epoch(gate) -> None:
    gate.filter(message(START))
    gate.water = True
    first, again, other = (
        gate.filter(message(transient(), epoch=epoch)) for epoch in (0, 0, 1)
    )
    assert kinds(first) == kinds(again) == [Kind.WATER]
    assert [note.text for note in first.notes] == [UNANNOUNCED]
    assert again.notes == ()
    assert len(other.notes) == 1
    assert gate.newest == ("at", False)
    assert len(gate.course) == 3
    gate.wrong = "it has no water"
    assert gate.filter(message(transient())).messages == ()


def test_a_reference_without_water_is_held_back(gate) -> None:
    gate.filter(message(START))
    gate.wrong = "it has no water"
    held = gate.filter(message(transient(Kind.WATER)))
    assert held.messages == ()
    assert "is left out, since it has no water" in held.notes[0].text
    assert gate.filter(message(transient(Kind.WATER))).notes == ()
    assert (gate.left_out, gate.newest, gate.course) == (2, None, [])
    # Another number of coils is not looked at here.
    other = gate.filter(message(transient(Kind.WATER, coils=3)))
    assert kinds(other) == [Kind.WATER]
    gate.wrong = ""
    gate.filter(message(transient()))
    assert gate.newest is None
    gate.filter(message(transient(Kind.WATER)))
    assert gate.newest == ("at", True)  # behind metabolites


def test_noise_is_none_of_it(gate) -> None:
    gate.filter(message(START))
    gate.water = True
    assert kinds(gate.filter(message(transient(Kind.NOISE)))) == [Kind.NOISE]


def test_water_of_the_series_before_is_lent_once(gate) -> None:
    gate.filter(message(START))
    for _ in range(2):
        gate.filter(message(transient(Kind.WATER)))
    gate.filter(message(START))
    lent = gate.filter(message(transient(), epoch=1))
    assert kinds(lent) == [Kind.WATER, Kind.WATER, Kind.METABOLITE]
    assert "before (2 transients) is used in epoch 1" in lent.notes[0].text
    assert gate.lent == 2
    later = gate.filter(message(transient(), epoch=1))
    assert (kinds(later), later.notes) == ([Kind.METABOLITE], ())


# -- zeros -----------------------------------------------------------------------------


def test_zeros_show_in_the_first_transient_alone() -> None:
    one = Unfilled()
    assert one.start(START) is START
    assert one.learn(transient(points=31)) == ""
    said = one.learn(transient(zeros=12))
    assert said.startswith("The last 12 of 32 points are zeros")
    assert one.kept == 20
    assert one.learn(transient(zeros=16)) == ""
    assert one.cut(transient(zeros=12)).fid.shape == (2, 20)
    other = transient(points=31)
    assert one.cut(other) is other
    assert one.start(START).acquisition.points == 20
    longer = replace(START, acquisition=replace(ACQUISITION, points=64))
    assert one.start(longer) is longer
    assert one.kept == 0


def test_without_zeros_nothing_is_cut() -> None:
    one = Unfilled()
    one.start(START)
    assert one.learn(transient()) == ""
    assert one.kept == 32
    whole = transient()
    assert one.cut(whole) is whole
    assert one.start(START) is START


def test_the_session_is_begun_again_with_fewer_points() -> None:
    again: list = []
    gate = FilledZeros(again.append)
    note = message(Event(0.0, "note"), 1)
    gate.filter(message(START))
    gate.filter(note)
    found = gate.filter(message(transient(zeros=12), 2))
    ((start, held),) = again
    assert start.body.acquisition.points == 20
    assert held is note
    assert found.messages[0].body.fid.shape == (2, 20)
    assert len(found.notes) == 1
    gate.filter(message(START, 3))
    later = gate.filter(message(transient(zeros=12), 4))
    assert (len(again), later.notes) == (1, ())
    assert later.messages[0].body.fid.shape == (2, 20)
    without = FilledZeros(again.append)
    without.filter(message(START))
    assert without.filter(message(transient())).notes == ()
    assert len(again) == 1


# -- a known change --------------------------------------------------------------------

HALVES = Halves(0.0, 100.0, 200.0, 40)


def test_copies_end_with_their_halves_and_without_references() -> None:
    bodies = [
        replace(transient(), time_s=10.0), Event(11.0, "reference"),
        Event(12.0, "note"), replace(transient(), time_s=20.0),
        replace(transient(), time_s=20.1), replace(transient(), time_s=5.0),
    ]  # fmt: skip
    kept = [one.body for one in _until(map(message, bodies), 20.0)]
    assert kept == [bodies[0], bodies[2], bodies[3]]


def glutamate(aligned: bool = False) -> _Glutamate:
    quality = SimpleNamespace(shift_hz=3.0, phase_rad=0.5)
    combination = SimpleNamespace(
        coil_count=2, spread=lambda fid: np.outer([1.0, 2j], fid)
    )
    fid = np.exp(-np.arange(32) / 8.0).astype(complex)
    return _Glutamate(fid, 5e-4, aligned, {7: quality}, combination)


def test_what_is_put_in_is_spread_over_the_coils() -> None:
    one = glutamate()
    at = replace(transient(), time_s=150.0)
    put = one.put_into(message(at, 7), HALVES, RISE).body.fid - 1
    expected = 0.01 * PERCENT / 2 * np.outer([1.0, 2j], one.fid)
    np.testing.assert_allclose(put, expected, atol=1e-6)
    combined = replace(transient(coils=1), time_s=150.0)
    put = one.put_into(message(combined, 7), HALVES, STEP).body.fid - 1
    np.testing.assert_allclose(put[0], 0.01 * PERCENT * one.fid, atol=1e-6)


def test_it_is_put_where_the_lines_of_the_transient_lie(monkeypatch) -> None:
    asked: list = []

    def moved(fid, dwell_s, shift_hz, phase_rad):
        asked.append((dwell_s, shift_hz, phase_rad))
        return fid

    monkeypatch.setattr(injection, "moved", moved)
    at = message(replace(transient(), time_s=150.0), 7)
    glutamate().put_into(at, HALVES, STEP)
    assert asked == []
    glutamate(aligned=True).put_into(at, HALVES, STEP)
    assert asked == [(5e-4, 3.0, 0.5)]


def test_what_gets_nothing_stays_as_it_is() -> None:
    one = glutamate()
    empty = transient(zeros=32)
    for body, seq in (
        (Event(150.0, "note"), 7),
        (replace(transient(), time_s=150.0), 8),
        (replace(transient(), time_s=50.0), 7),
        (replace(empty, time_s=150.0), 7),
    ):
        given = message(body, seq)
        assert one.put_into(given, HALVES, STEP) is given


def window(time_s: float, change: float, independent: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        time_s=time_s, time_start_s=time_s - 20, independent=independent,
        changes_percent={"Glu": change},
    )  # fmt: skip


def test_windows_since_the_middle_are_compared() -> None:
    with_it = [
        window(110.0, 50.0), window(150.0, 9.0), window(160.0, 50.0, False),
        window(200.0, 13.0), window(190.0, math.nan),
    ]  # fmt: skip
    without = [window(one.time_s, 2.0, one.independent) for one in with_it]
    results = [SimpleNamespace(estimates=each) for each in (with_it, without)]
    put, read = _of_windows(*results, HALVES, RISE, "Glu")
    assert put == pytest.approx(PERCENT * 0.75)
    assert read == pytest.approx(9.0)
    none = _of_windows(*results, HALVES, RISE, "Gln")
    assert all(map(math.isnan, none))


def test_what_was_read_is_held_against_what_was_put(monkeypatch) -> None:
    monkeypatch.setattr(
        injection, "change_by", lambda *_: {"Glu": 4.0, FALLBACK: 5.0, "Glx": 0.0}
    )
    monkeypatch.setattr(injection, "level_sds_percent", lambda *_: {"Glu": 7.0})

    def result(change: float, outcome: str = "Glu"):
        track = SimpleNamespace(
            filtered=dict.fromkeys(("Glu", FALLBACK), change),
            filtered_sd=dict.fromkeys(("Glu", FALLBACK), 1.0),
        )
        course = SimpleNamespace(
            outcomes=1, sessions={0: None}, epochs=[0],
            reference=SimpleNamespace(amplitudes=None),
        )  # fmt: skip
        return SimpleNamespace(
            course=course, tracks=[None, track], estimates=(),
            settings=SimpleNamespace(outcome=outcome),
        )  # fmt: skip

    monkeypatch.setattr(injection, "_mean", lambda *_: (2.0, 1.5))
    found = _compare(result(1.5), {STEP: result(5.9), RISE: result(6.0)}, HALVES)
    assert found.outcome == "Glu"
    assert found.tracker == Intervals(1.0, (RISE,))
    assert found.windows == Intervals(1.5, (STEP, RISE))  # nothing: there are none
    assert found.level_sd == 7.0
    step = found.recoveries[0]
    assert (step.put, step.read) == pytest.approx((4.0, 4.4))
    assert _compare(result(2.0), {}, HALVES).tracker.missed == (NOTHING,)
    assert _compare(result(-1.9), {}, HALVES).tracker.hold
    for outcome in ("Glx", "mI"):
        assert _compare(result(0.0, outcome), {}, HALVES).outcome == FALLBACK
    without = result(0.0)
    without.course.reference = None
    assert _compare(without, {}, HALVES) is None
    without = result(0.0)
    without.course.outcomes = None
    assert _compare(without, {}, HALVES) is None


def test_copies_have_the_first_half_as_their_reference() -> None:
    found = injection._wishes(Wishes("x", changes={"window": 5}), HALVES)
    assert found.changes == {
        "window": 5, "reference_s": (0.0, 100.0), "infusion_s": (100.0, 201.0),
        "override": True,
    }  # fmt: skip
