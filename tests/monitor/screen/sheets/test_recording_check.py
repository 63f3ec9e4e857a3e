"""The check of the recording: on, off, or a replay, of which nothing is asked."""

from dataclasses import replace

from screen_cases import LIVE, REPLAY

from monitor.screen.sheets.checks import recording


def test_a_replay_is_neither_good_nor_bad_and_a_live_session_is_recorded():
    assert recording(REPLAY).good is None
    assert recording(replace(LIVE, recording=True)).good is True
    off = recording(replace(LIVE, recording=False))
    assert (off.good, off.figure) == (False, "OFF")
