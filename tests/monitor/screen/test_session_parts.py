"""Parts of the screen as a session's state gives them, by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.protocol.settings import Settings
from monitor.run.stream_state import Playback, Stream
from monitor.screen import session_parts
from monitor.screen.parts import headline
from monitor.screen.parts.agreement import Agreement
from monitor.screen.parts.columns import Columns
from monitor.screen.reading import _number_age_s
from monitor.screen.session_parts import (
    _agreement,
    _note,
    _waiting,
    measures_of,
    strips_of,
)


def rows(count: int) -> SimpleNamespace:
    return SimpleNamespace(rows=count)


def state(**changes: object) -> SimpleNamespace:
    given = {
        "stream": Stream(connected=True), "settings": Settings(outcome="Glu"),
        "ended": None,
        "time_s": 90.0, "first_s": 30.0,
        "reference_s": (0.0, 60.0), "window_s": 64.0,
        "agreement": None, "zero_s": 0.0, "interval_s": 2.0, "quality": rows(1),
        "infusion_s": (None, None),
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


def replayed(playing: bool, speed: float) -> Stream:
    return Stream(connected=True, playback=Playback(playing, speed, 5.0, 9.0))


@pytest.mark.parametrize(
    ("changes", "window_end_s", "age_s"),
    [
        ({}, 90.0, 3.0), ({}, 58.0, 32.0 + 1.0), ({}, 82.0, 3.0),
        ({"ended": "over"}, 58.0, 0.0), ({"stream": replayed(True, 2.0)}, 90.0, 3.0),
        ({"stream": replayed(False, 2.0)}, 58.0, 0.0),
        ({"stream": replayed(True, math.inf)}, 58.0, 0.0),
    ],
)  # fmt: skip
def test_a_number_that_waits_for_its_replay_is_not_old(
    changes, window_end_s, age_s
) -> None:
    newest = SimpleNamespace(time_end_s=window_end_s)
    estimates = SimpleNamespace(newest_whole=newest)
    given = {
        "settings": Settings(step=4), "estimates": estimates, "time_s": 90.0,
        **changes,
    }  # fmt: skip
    assert _number_age_s(state(**given), 3.0, 1.0) == age_s


def test_what_the_headline_waits_for(monkeypatch) -> None:
    left_out, unseen = False, SimpleNamespace(other_gain=False)
    monkeypatch.setattr(session_parts, "reference_left_out", lambda state: left_out)
    monkeypatch.setattr(
        session_parts, "is_unseen", lambda estimate, outcome: estimate is unseen
    )
    monkeypatch.setattr(headline, "waiting_for", lambda *said: ("waits", *said[2:]))
    monkeypatch.setattr(
        session_parts, "catching_up_words", lambda *said: f"catching up {said}"
    )
    elsewhere, here = (SimpleNamespace(other_gain=g) for g in (True, False))
    at = SimpleNamespace(stopped=False, catching_up=None, scanner_s=90.0)
    assert _waiting(state(), None, at) == ("waits", 90.0, False)
    replay = state(stream=replayed(True, 1.0))
    assert _waiting(replay, here, at) == ("waits", 90.0, True)
    assert _waiting(state(), elsewhere, at) == headline.OTHER_GAIN
    ratio = state(settings=Settings(outcome="Glu/tCr"))
    assert _waiting(ratio, elsewhere, at) == ("waits", 90.0, False)
    assert _waiting(ratio, unseen, at) == headline.UNSEEN
    behind = SimpleNamespace(stopped=False, catching_up=(1, 2), scanner_s=90.0)
    assert _waiting(state(), elsewhere, behind) == "catching up (1, 2)"
    left_out = True
    assert _waiting(state(), None, at) == headline.LEFT_OUT
    stopped = SimpleNamespace(stopped=True, catching_up=(1, 2), scanner_s=90.0)
    assert _waiting(state(), None, stopped) == headline.STOPPED


def test_windows_behind_the_reference_period_are_held_against_the_tracker(
    monkeypatch,
) -> None:
    monkeypatch.setattr(session_parts, "doubt_of", lambda *said: "doubt")
    monkeypatch.setattr(session_parts, "agreement", lambda *said: said)
    inside, behind = (SimpleNamespace(time_start_s=s) for s in (59.0, 60.0))
    assert _agreement(state(), "point", inside) == Agreement()
    assert _agreement(state(), "point", None) == Agreement()
    assert _agreement(state(reference_s=None), "point", behind) == Agreement()
    found = _agreement(state(), "point", behind)
    assert found == ("Glu", behind, "point", 2.0, "doubt")


def test_how_far_the_first_window_is() -> None:
    assert _note(state()) == "01:00 so far; the first window fills"
    assert _note(state(quality=rows(0))) == "no transients yet"


def test_strips_are_broken_where_nothing_was_measured(monkeypatch) -> None:
    broken: list = []
    times = session_parts.strips.Times

    def note(minutes, gaps):
        broken.append(gaps)
        return times(minutes, gaps)

    names = ("time_s", "shift_hz", "fwhm_hz", "snr", "lipid", "weight", "water")
    quality = Columns(names)
    for k in range(4):
        quality.append(100.0 + 60.0 * k, 0.0, 7.0, 20.0, 0.1, 1.0, 1.0)
    waters = Columns(("time_s", "shift_hz", "fwhm_hz", "amplitude", "interleaved"))
    one = state(
        quality=quality, waters=waters, gaps_s=[(160.0, 220.0)],
        notices=SimpleNamespace(conditions=lambda: {}),
    )  # fmt: skip
    monkeypatch.setattr(session_parts.strips, "Times", note)
    made = strips_of(one, SimpleNamespace(zero_s=100.0), ())
    assert broken[0] == [(1.0, 2.0)]
    np.testing.assert_allclose(made[0].time_min, [0.0, 1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("drift", "low", "count", "infused"),
    [(-0.5, 0.25, 100, None), (0.5, 0.5, 8, 60.0)],
)
def test_quality_as_answers(monkeypatch, drift, low, count, infused) -> None:
    figures = SimpleNamespace(
        drift_hz_per_min=drift, fwhm_hz=7.0, snr=20.0, water=1.0, lipid=0.1,
        low_weight=low,
    )  # fmt: skip
    monkeypatch.setattr(session_parts, "figures_of", lambda state, window: figures)
    monkeypatch.setattr(session_parts, "measures", lambda *said: said)
    one = state(
        quality=rows(count), infusion_s=(infused, None), settings=Settings(window=32)
    )
    values, _, window, infusing = measures_of(one)
    assert values["drift"] == 0.5
    assert values["rejected"] == low * min(32, count)
    assert (window, infusing) == (32, infused is not None)
