"""What the window opens next: wishes that hold on, and files that are none."""

from pathlib import Path

import pytest

from monitor.commands.reopen import (
    configure_for_choice,
    configure_for_file,
    keep_lock,
)
from monitor.protocol.choose import Wishes
from monitor.screen.sheets.new_session import Opening
from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import Event, number
from streams.recording.journal import Journal

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


def test_window_and_step_hold_for_the_next_session_and_nothing_else_does():
    """Least of all a lock that was lifted, or times of the recording before."""
    changes = {"window": 32, "step": 8, "outcome_hidden": False, "reference_s": (0, 9)}
    kept = keep_lock(Wishes("press_3t_te30", "own.npz", changes))
    assert kept == Wishes("press_3t_te30", "own.npz", {"window": 32, "step": 8})


def test_a_recording_is_replayed_with_its_own_protocol_or_the_wishes():
    _, settings, title = configure_for_file(RECORDING)
    assert title == "mrs-monitor: replay infusion-short.mcap"
    _, wished, _ = configure_for_file(RECORDING, Wishes(changes={"window": 24}))
    assert wished.window == 24 != settings.window


def test_a_recording_that_does_not_begin_with_its_start_is_refused(tmp_path):
    path = tmp_path / "odd.mcap"
    with Journal.create(path) as journal:
        for message in number([Event(1.0, "note", "x", "a")]):
            journal.append(wire.encode(message))
    with pytest.raises(InputError, match=r"odd\.mcap"):
        configure_for_file(path)


def test_a_place_is_a_recording_or_the_address_of_a_relay():
    _, _, title = configure_for_choice(Opening(str(RECORDING), ""), Wishes())
    assert title.endswith("replay infusion-short.mcap")
    live = Opening("tcp://127.0.0.1:5555", "press_3t_te30")
    config, _, title = configure_for_choice(live, Wishes())
    assert title == "mrs-monitor: live tcp://127.0.0.1:5555"
    assert config.open_feed.args[0] == "tcp://127.0.0.1:5555"
