"""Updates folded into a session's state, each rule from both of its sides."""

from dataclasses import replace

import numpy as np
import pytest
from fake_session import ACQUISITION, SETTINGS, TR_S, curves

from monitor.analysis.course.response import Estimate
from monitor.analysis.glm.spectral_map import SpectralMap
from monitor.analysis.note import Note, NoteKind
from monitor.analysis.preparation.quality import LOW_WEIGHT, Quality
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.difference import Agreement
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from monitor.run.stream_state import Stream
from monitor.screen import fold as folding
from monitor.screen.fold import GAP_INTERVALS, fold
from monitor.screen.notices import gap
from monitor.screen.state import HEADLINE_S, SessionState
from streams.messages.transient import Event

CURVES = curves(0.0, 0.01, np.random.default_rng(1))
MAPS = (object.__new__(SpectralMap),)
ANSWERS = {"Glx/tNAA": Answer(6.0, 1.0, 2.5, 9.5, 12.0, 900.0)}


def quality(time_s: float, epoch: int = 0, weight: float = 1.0) -> Quality:
    figures = dict.fromkeys(
        ("shift_hz", "shift_sd_hz", "phase_rad", "phase_sd_rad", "fwhm_hz", "snr"), 1.0
    )
    rest = dict.fromkeys(("water", "lipid", "amplitude"), 1.0)
    place = round(time_s / TR_S)
    return Quality(
        index=place,
        seq=place,
        epoch=epoch,
        time_s=time_s,
        weight=weight,
        flags=(),
        **figures,
        **rest,
    )


def estimate(start_s: float, transients: int = 32) -> Estimate:
    values = {"Glx/tNAA": 1.0}
    return Estimate(
        0, start_s, start_s + 62.0, transients, 32.0, True, 0, values, values
    )


def point(time_s: float) -> TrackerPoint:
    one = {"Glx/tNAA": 1.0}
    return TrackerPoint(0, time_s, one, one, one, one)


@pytest.fixture
def state() -> SessionState:
    return SessionState(SETTINGS)


@pytest.fixture
def measured(state: SessionState) -> SessionState:
    """A state with a transient, without which no window comes."""
    take(state, quality=quality(0.0))
    return state


def take(state: SessionState, now_s: float = 0.0, **what: object) -> None:
    fold(state, Update(state.seq + 1, 0, **what), now_s)


def conditions(state: SessionState) -> list[str]:
    return [message.condition for _, message in state.notices._told]


def test_the_start_is_kept_until_another_comes(state: SessionState) -> None:
    take(state, acquisition=ACQUISITION, source="simulated")
    take(state)
    assert (state.acquisition, state.source) == (ACQUISITION, "simulated")
    other = replace(ACQUISITION, points=99)
    take(state, acquisition=other, source="folder")
    assert (state.acquisition, state.source) == (other, "folder")
    assert (state.seq, state.revision) == (2, 3)


def test_numbers_go_on_from_the_highest(state: SessionState) -> None:
    fold(state, Update(7, 0), 0.0)
    fold(state, Update(3, 0), 0.0)
    assert state.seq == 7


def test_the_first_end_stays(state: SessionState) -> None:
    take(state, ended="")
    assert state.ended == ""
    take(state)
    assert state.ended == ""
    take(state, ended="stopped")
    assert state.ended == "stopped"


def test_a_missing_counter_is_never_forgotten(state: SessionState) -> None:
    take(state)
    assert state.counted
    take(state, counted=False)
    take(state)
    assert not state.counted


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, False)])
def test_a_lock_stays_whatever_settings_come(before: bool, after: bool) -> None:
    state = SessionState(SETTINGS.with_changes(outcome_hidden=before))
    take(state, settings=SETTINGS.with_changes(outcome_hidden=after, window=64))
    assert state.hidden
    assert state.settings.window == 64
    take(state, settings=SETTINGS)
    assert state.hidden


def test_settings_bring_their_reference_unless_there_is_one() -> None:
    state = SessionState(SETTINGS)
    take(state, settings=replace(SETTINGS, reference_s=(0.0, 60.0)))
    assert state.reference_s == (0.0, 60.0)
    take(state, settings=replace(SETTINGS, reference_s=(0.0, 90.0)))
    assert state.reference_s == (0.0, 60.0)


def test_a_new_epoch_and_a_pause_leave_a_gap(state: SessionState) -> None:
    take(state, acquisition=ACQUISITION)
    longest_s = GAP_INTERVALS * TR_S
    for time_s in (100.0, 100.0 + longest_s, 100.1 + 2 * longest_s):
        take(state, quality=quality(time_s))
    assert state.gaps_s == [(100.0 + longest_s, 100.1 + 2 * longest_s)]
    assert (state.epochs, state.epoch_starts_s) == ([0], [100.0])
    take(state, quality=quality(130.0, epoch=1))
    assert state.gaps_s[1:] == [(100.1 + 2 * longest_s, 130.0)]
    assert (state.epochs, state.epoch_starts_s) == ([0, 1], [100.0, 130.0])
    take(state, quality=quality(140.0, epoch=2), joined={1: 0})
    assert (state.epochs, state.epoch_starts_s) == ([0, 2], [100.0, 140.0])
    assert len(state.gaps_s) == 3


def test_the_first_epoch_is_joined_to_nothing(state: SessionState) -> None:
    take(state, quality=quality(1.0))
    take(state, joined={0: 0})
    assert state.epochs == [0]


def test_transients_of_low_weight_are_counted(state: SessionState) -> None:
    for n, weight in enumerate((0.0, 0.9 * LOW_WEIGHT, LOW_WEIGHT, 1.0)):
        take(state, 5.0 + n, quality=quality(TR_S * n, weight=weight))
    assert state.low_weight == 2
    assert (state.newest.time_s, state.arrived_s) == (6.0, 8.0)
    take(state, 9.0)
    assert state.arrived_s == 8.0
    again = tuple(quality(TR_S * n, weight=0.0) for n in range(3))
    take(state, qualities=again)
    assert state.low_weight == 3
    assert state.quality["weight"].tolist() == [0.0] * 3


def test_strips_of_a_stack_are_of_transients_alone(state: SessionState) -> None:
    take(state, quality=quality(0.0))
    assert state.stack is None
    take(state, quality=quality(2.0), strip=np.zeros(8, np.float32))
    first = state.stack
    take(state, quality=quality(4.0), strip=np.zeros(8, np.float32))
    assert state.stack is first is not None


@pytest.mark.parametrize(
    ("missing", "event", "told"),
    [(2, False, True), (2, True, False), (0, False, False), (-1, False, False)],
)
def test_what_never_came_is_told_unless_an_event_says_why(
    state: SessionState, missing: int, event: bool, told: bool
) -> None:
    said = Event(1.0, "note", "a note", "relay") if event else None
    take(state, missing=missing, event=said)
    assert state.missing == missing
    assert (gap(missing).condition in conditions(state)) is told


def test_a_course_replaces_all_that_was_shown_of_it(measured: SessionState) -> None:
    take(measured, 10.0, estimate=estimate(0.0), tracker=point(62.0))
    folding.keep_curves(measured, ((0.0, 62.0),), (CURVES,))
    take(measured, course=(estimate(8.0), estimate(16.0)), reference_s=(0.0, 60.0))
    assert [e.time_start_s for e in measured.estimates] == [8.0, 16.0]
    assert (measured.looked_at, measured.reference_s) == ({}, (0.0, 60.0))
    assert measured.tracks.newest.time_s == 62.0
    take(measured, course=(), tracks=(point(70.0),))
    assert measured.tracks.newest.time_s == 70.0
    assert measured.shown_track == (10.0, measured.tracks.newest)


def test_a_window_that_came_with_its_course_is_not_there_twice(
    measured: SessionState,
) -> None:
    take(measured, course=(estimate(0.0), estimate(8.0)))
    take(measured, estimate=replace(estimate(8.0), snr=9.0))
    assert [(e.time_start_s, e.snr) for e in measured.estimates] == [
        (0.0, 0.0),
        (8.0, 9.0),
    ]
    take(measured, estimate=estimate(16.0))
    assert len(measured.estimates) == 3


@pytest.mark.parametrize(("transients", "shown"), [(16, True), (15, False)])
def test_a_mere_rest_of_a_window_is_not_drawn(
    measured: SessionState, transients: int, shown: bool
) -> None:
    take(measured, estimate=estimate(0.0), curves=CURVES)
    height = measured.height
    assert height is not None
    rest = estimate(64.0, transients)
    take(measured, estimate=rest, curves=replace(CURVES, data=2 * CURVES.data))
    assert (measured.fitted.time_start_s == 64.0) is shown
    assert measured.height == height
    take(measured, estimate=estimate(128.0))
    assert measured.curves is not None


def test_the_references_mean_is_what_spectra_are_divided_by(
    state: SessionState,
) -> None:
    take(state, reference_curves=CURVES)
    assert state.mean_curves is CURVES
    assert state.height is not None
    take(state)
    assert state.mean_curves is CURVES


def test_the_headline_holds_what_it_shows_for_a_while(measured: SessionState) -> None:
    for now_s in (10.0, 9.9 + HEADLINE_S, 10.0 + HEADLINE_S):
        take(measured, now_s, estimate=estimate(now_s), tracker=point(now_s))
        if now_s < 10.0 + HEADLINE_S:
            assert measured.shown_track[0] == measured.shown_window[0] == 10.0
    assert measured.shown_track[1].time_s == 10.0 + HEADLINE_S
    assert measured.shown_window[1].time_start_s == 10.0 + HEADLINE_S


def test_answers_stay_and_maps_go_with_the_course(state: SessionState) -> None:
    foreseen = object.__new__(Foreseen)
    take(state, answers=ANSWERS, spectral_maps=MAPS, foreseen=foreseen)
    take(state)
    assert state.answers == ANSWERS
    assert state.spectral_maps == MAPS
    assert state.foreseen is foreseen
    take(state, course=())
    assert state.spectral_maps == ()
    assert state.answers == ANSWERS


def test_ways_agree_about_the_outcome_that_is_shown_alone(state: SessionState) -> None:
    own, other = Agreement(SETTINGS.outcome, ()), Agreement("Glu/tCr", ())
    take(state, agreement=own)
    take(state)
    assert state.agreement == own
    take(state, agreement=other)
    assert state.agreement is None
    take(state, agreement=own)
    take(state, course=())
    assert state.agreement is None


def test_notes_stand_pass_or_are_for_the_log(
    state: SessionState, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = list(NoteKind)
    heard: list[tuple[str, str]] = []
    for way in ("stand", "log_once", "tell"):
        monkeypatch.setattr(
            type(state.notices), way, lambda _, one, *__, way=way: heard.append((way,))
        )
    for kind in kinds:
        take(state, notes=(Note(kind, "said"), Note(kind, "said")))
    ways = [
        "stand" if n.rule.stands else "log_once" if n.rule.log_only else "tell"
        for n in (Note(kind, "said") for kind in kinds)
    ]
    assert [way for (way,) in heard] == ways


# -- the stream, and all of it once more -----------------------------------------------


def test_the_first_thing_that_is_heard_is_remembered(state: SessionState) -> None:
    folding.hear(state, Stream(), 3.0)
    folding.hear(state, Stream(connected=True), 5.0)
    assert (state.heard_s, state.was_connected) == (3.0, True)
    folding.hear(state, Stream(), 7.0)
    assert (state.heard_s, state.was_connected) == (3.0, True)


def test_a_relay_that_never_was_there_is_no_event(
    state: SessionState, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[bool] = []
    monkeypatch.setattr(
        type(state.notices), "hear", lambda *given: logged.append(given[4])
    )
    folding.hear(state, Stream(), 0.0)
    folding.hear(state, Stream(connected=True), 1.0)
    folding.hear(state, Stream(), 2.0)
    state.ended = "stopped"
    folding.hear(state, Stream(), 3.0)
    assert logged == [False, True, True, False]


@pytest.mark.parametrize("hidden", [(True, False), (False, True)])
def test_begun_again_it_keeps_its_lock_and_its_stream(
    hidden: tuple[bool, bool],
) -> None:
    old = SessionState(SETTINGS.with_changes(outcome_hidden=hidden[0]))
    folding.hear(old, Stream(connected=True), 4.0)
    take(old, 6.0, quality=quality(2.0))
    new = folding.begun_again(old, SETTINGS.with_changes(outcome_hidden=hidden[1]))
    assert new.hidden
    assert (new.stream, new.was_connected) == (old.stream, True)
    assert (new.heard_s, new.arrived_s, new.newest) == (4.0, 6.0, None)
    assert new.revision == old.revision + 1
    folding.go_on(new, old, 8.0)
    assert (new.arrived_s, new.scanner) == (6.0, old.scanner)


def test_other_settings_are_seen_at_once() -> None:
    state = SessionState(Settings(window=32, expect_repetition_time_s=2.0))
    before = state.revision
    folding.adopt(state, Settings(window=64, expect_repetition_time_s=2.0))
    assert state.window_s == 128.0
    assert state.revision == before + 1


@pytest.mark.parametrize("infusing", [True, False])
def test_what_waited_is_judged_and_told_as_of_when_it_came(
    measured: SessionState, monkeypatch: pytest.MonkeyPatch, infusing: bool
) -> None:
    if infusing:
        take(measured, event=Event(0.0, "infusion_start", "", "operator"))
    told: list[float] = []
    judged: list[tuple[float, bool]] = []
    monkeypatch.setattr(SessionState, "behind_s", lambda _: 4.0)
    monkeypatch.setattr(folding, "take_event", lambda *given: told.append(given[2]))
    monkeypatch.setattr(
        type(measured.notices), "judge", lambda *given: judged.append(given[4:])
    )
    note = Event(0.0, "note", "a note", "operator")
    take(measured, 10.0, event=note, estimate=estimate(0.0))
    assert told == [6.0]
    assert judged == [(6.0, infusing)]
