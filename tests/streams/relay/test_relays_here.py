"""Relays of this computer are found, and forgotten when they are gone."""

import socket

import pytest

from streams.messages.free_ports import free_port_pair
from streams.relay import relays_here as module
from streams.relay.relays_here import announced, running_relays


@pytest.fixture(autouse=True)
def own_notes(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "notes_folder", lambda: tmp_path / "relays")
    return tmp_path / "relays"


def test_a_relay_is_found_while_it_runs():
    port = free_port_pair()
    address = f"tcp://127.0.0.1:{port}"
    with socket.create_server(("127.0.0.1", port)), announced(address):
        assert running_relays() == (address,)
    assert running_relays() == ()


def test_one_that_was_killed_is_forgotten(own_notes):
    own_notes.mkdir()
    left = own_notes / "1.txt"
    left.write_text(f"tcp://127.0.0.1:{free_port_pair()}")
    odd = own_notes / "2.txt"
    odd.write_text("nonsense")
    assert running_relays() == ()
    assert not left.exists()


def test_a_relay_runs_where_no_note_can_be_left(own_notes):
    own_notes.write_text("a file in the folder's place")
    with announced("tcp://127.0.0.1:5555"):
        assert running_relays() == ()
