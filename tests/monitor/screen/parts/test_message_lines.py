"""What the three lines of messages say."""

import pytest

from monitor.screen.messages import ordered
from monitor.screen.parts.message_lines import LONG, NONE, lines_of
from monitor.screen.screen import Level, Message


def message(key, condition, action="do this", level=Level.NOTE, age_s=200.0, **more):
    return Message(key, level, condition, action, age_s, **more)


RECORDING = message("recording", "Not recording", level=Level.ATTENTION)
REJECTED = message("rejected", "17 of 32 transients of low weight", age_s=90.0)
FWHM = message("fwhm", "Line width 13.8 Hz, limit 12.3")
GAP = message("gap", "1 transient missing", level=Level.NOTE, age_s=20.0)


def test_what_since_when_and_what_to_do():
    lines = lines_of((RECORDING, FWHM))
    assert (lines.first, lines.rest) == ("Not recording", "for 3 min · do this")
    assert lines.others == ("Line width 13.8 Hz, limit 12.3 · for 3 min · do this", "")
    assert lines.attention


def test_a_harmless_one_covers_none_that_matters():
    shown = ordered([GAP, FWHM, REJECTED, RECORDING])
    assert [m.key for m in shown] == ["recording", "rejected", "fwhm", "gap"]
    assert lines_of(shown).others[1].endswith("do this · 1 more: F12")


def test_what_the_operator_just_did_is_confirmed_on_the_page():
    told = Message("event", Level.NOTE, "note: recorded at 06:40", "", 1.0)
    lost = message("lost", "3 messages lost", level=Level.ATTENTION)
    deaf = message("deaf", "The relay is deaf", level=Level.ATTENTION)
    shown = ordered([told, lost, deaf, RECORDING])
    assert [m.key for m in shown] == ["recording", "deaf", "event", "lost"]


def test_the_acknowledged_ones_are_last_and_quiet():
    known = message("recording", "Not recording", level=Level.ATTENTION,
                    acknowledged=True)  # fmt: skip
    shown = ordered([known, FWHM])
    lines = lines_of(shown)
    assert lines.first == FWHM.condition
    assert lines.others[0].startswith("✓ Not recording")
    assert not lines.attention
    assert not lines_of((known,)).attention


def test_without_a_message_the_help_is_named():
    assert lines_of(()).rest == NONE


@pytest.mark.parametrize("most", [2, 3])
def test_how_many_more_there_are_stands_in_the_last_line(most):
    several = tuple(
        Message(f"{k}", Level.ATTENTION, f"condition {k}", "", 0.0) for k in range(5)
    )
    shown = lines_of(several, most)
    assert shown.others[most - 2].endswith(
        f"condition {most - 1} · {5 - most} more: F12"
    )
    assert not any("more" in line for line in lines_of(several[:most], most).others)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_what_is_longer_than_a_line_of_large_letters_is_long(more: int) -> None:
    words = "x" * (LONG + more)
    assert lines_of((Message("k", Level.NOTE, words, "", 0.0),)).long is (more > 0)
