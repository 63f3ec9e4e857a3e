"""What a screen of a blinded session tells, and what it keeps."""

import json
from dataclasses import replace

import numpy as np
from fake_session import SETTINGS
from screen_cases import shown, texts

from monitor.analysis.note import Note, NoteKind
from monitor.analysis.update import Update
from monitor.screen.parts.spectrum import OUTCOME_PPM
from monitor.screen.sheets.checks import card_of
from monitor.screen.sheets.summary import summary_of
from monitor.screen.sheets.window import line_at, look_at
from streams.messages.transient import Event


def telling_notes(*sentences: str) -> tuple[Note, ...]:
    """Notes that depend on the outcome."""
    return tuple(Note(NoteKind.COMPONENTS, text) for text in sentences)


def test_blinded_screen_has_no_outcome_anywhere(updates):
    blinded = replace(SETTINGS, outcome_hidden=True)
    display = shown(updates, 1500.0, blinded)
    note = Update(
        9000, 0, notes=telling_notes("Glx/tNAA rose by 8 %", "a change of 4 %")
    )
    display.fold(note, 1500.0)
    screen = display.screen(1500.5)
    assert not len(screen.trend.points) + len(screen.trend.line)
    assert screen.trend.band is None
    assert screen.spectrum is not None
    assert {c.name for c in screen.spectrum.components} == {"tCr", "tCho", "mI"}
    assert not len(screen.spectrum.difference) + len(screen.spectrum.difference_fit)
    assert [row.name for row in screen.table.rows] == ["tCr", "tCho", "mI"]
    for row in screen.table.rows:  # what it was before would tell how it changed
        assert {row.before, row.change, row.half, row.detectable} == {"–"}
        assert row.now != "–"
        assert not row.of_window
    assert not [p for p in screen.spectrum.peaks if p.name == "Glx"]
    assert not screen.trend.provisional
    said = " ".join(texts(screen))
    assert not any(name in said for name in ("Glu", "Gln", "Glx", "NAA"))
    assert "%" not in said


def test_blinded_spectrum_and_waterfall_leave_out_the_lines_of_the_outcome(updates):
    blind = shown(updates, 900.0, replace(SETTINGS, outcome_hidden=True))
    view = blind.screen(900.5).spectrum
    for low, high in OUTCOME_PPM:
        assert not np.any((view.ppm >= low) & (view.ppm <= high))
    assert not len(view.difference)
    gaps = np.flatnonzero(np.diff(view.ppm) > 0.05)
    assert len(gaps) == 2
    assert not view.connect[gaps].any()
    fall = blind.screen(900.5).waterfall
    ppm = np.linspace(fall.ppm_low, fall.ppm_high, fall.image.shape[1])
    assert np.ptp(fall.image[:, (ppm > 2.1) & (ppm < 2.55)]) == 0
    assert np.ptp(fall.image[:, (ppm > 2.9) & (ppm < 3.1)]) > 0


def test_lines_of_any_blinded_outcome_are_left_out(updates):
    for outcome, low, high in (("tCho/tCr", 3.10, 3.32), ("tNAA", 1.90, 2.06)):
        blind = replace(SETTINGS, outcome=outcome, outcome_hidden=True)
        screen = shown(updates, 900.0, blind).screen(901.0)
        ppm, image = screen.spectrum.ppm, screen.waterfall.image
        assert not [p for p in screen.spectrum.peaks if low < p.ppm < high]
        assert not ((ppm > low) & (ppm < high)).any()
        at = np.linspace(0.2, 4.2, image.shape[1])
        inside = image[:, (at > low + 0.05) & (at < high - 0.05)]
        assert np.nanmin(inside) == np.nanmax(inside)
        assert ((ppm > 3.4) & (ppm < 3.6)).any()


def test_a_closer_look_tells_no_blinded_outcome(updates):
    blind = shown(updates, 1500.0, replace(SETTINGS, outcome_hidden=True))
    blind.fold(Update(9000, 0, notes=telling_notes("Glx/tNAA changed by 8 %")), 1500.0)
    seen = [
        look_at(blind.state, blind.state.estimates[-1]),
        line_at(blind.state, 10.0),
        card_of(blind.state),
        summary_of(blind.state, 1500.5),
        blind.state.messages_so_far(),
    ]
    assert "%" in line_at(shown(updates, 1500.0).state, 10.0)
    assert "%" not in line_at(blind.state, 10.0)
    words = " ".join(text for part in seen for text in texts(part))
    for telling in ("Glx", "Glu", "tNAA", "change of"):
        assert telling not in words


def test_blinded_screen_keeps_quality_stream_and_markers(updates):
    screen = shown(updates, 1700.0, replace(SETTINGS, outcome_hidden=True)).screen(1701)
    assert len(screen.strips[0].value) > 800
    assert "REC" in screen.status.stream
    assert [mark.text for mark in screen.trend.axis.marks] == [
        "infusion on",
        "subject coughed",
    ]
    assert screen.waterfall is not None


def test_settings_event_changes_the_view_but_lifts_no_blind(updates):
    display = shown(updates, 900.0, replace(SETTINGS, outcome_hidden=True))
    change = json.dumps({"outcome": "Glu", "outcome_hidden": False, "window": 64})
    display.fold(Update(9000, 0, event=Event(900.0, "settings", change)), 900.0)
    assert display.state.settings.outcome == SETTINGS.outcome  # it says what is hidden
    assert display.state.settings.window == 64
    assert display.state.hidden
