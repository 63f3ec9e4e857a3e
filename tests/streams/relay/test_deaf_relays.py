"""A relay that does not hear somebody any more says so to everybody, and records on."""

import pytest
from stream_cases import ACQUISITION, transient
from test_relay import Tap, gather, poll_until, relayed, wait_for

from streams.messages.scanner_counter import AUTHOR, REMARK
from streams.messages.transient import Event, Heartbeat, Start
from streams.relay.answers import Answering
from streams.relay.gate import Gate
from streams.subscription.subscriber import Subscriber

SCANNER = "NOT LISTENING to the scanner any more: start the relay again."


def begun(tap):
    tap.put(Start(ACQUISITION, "test"), transient(0))


def test_a_source_that_is_deaf(tmp_path):
    tap = Tap()
    with relayed(tap, tmp_path / "s.mcap") as relay:
        begun(tap)
        tap.put(Heartbeat(-1, 0, 0, deaf=SCANNER))
        with Subscriber(relay.endpoint) as viewer:
            gather(viewer, 2)
            poll_until(viewer, lambda: viewer.health.deaf == SCANNER)
            assert viewer.health.problem == SCANNER
            assert viewer.health.recording
        wait_for(lambda: relay.status.problem == SCANNER)
        tap.put(Heartbeat(-1, 0, 0))
        wait_for(lambda: relay.status.deaf == "")
    assert relay.error is None


def test_a_thread_that_answers_no_more(tmp_path, monkeypatch):
    """Whatever ended it; what is published is still heard and recorded."""
    monkeypatch.setattr(Answering, "_run", lambda answering: answering._door.close())
    tap = Tap()
    with relayed(tap, tmp_path / "s.mcap") as relay, Subscriber(relay.endpoint) as one:
        begun(tap)
        poll_until(one, lambda: "not answered any more" in one.health.deaf)
        assert "not answered any more" in one.health.problem
        wait_for(lambda: relay.status.transients == 1)
        assert "not answered any more" in relay.status.problem
    assert relay.error is None


@pytest.mark.parametrize("dead", [False, True])
def test_a_gate_that_lets_nobody_in_any_more(dead):
    gate = Gate.__new__(Gate)
    gate._authenticator = type("thread", (), {"is_alive": lambda _: not dead})()
    assert bool(gate.deaf) == dead


def test_a_relay_that_hears_everybody_says_nothing(tmp_path):
    tap = Tap()
    with relayed(tap, tmp_path / "s.mcap") as relay, Subscriber(relay.endpoint) as one:
        begun(tap)
        poll_until(one, lambda: one.health.recording)
        assert one.health.deaf == one.health.problem == ""
    assert all(status.deaf == "" for status in relay.states)


def test_what_a_source_remarked_is_said_by_the_relay(tmp_path):
    tap = Tap()
    with relayed(tap, tmp_path / "s.mcap") as relay:
        begun(tap)
        tap.put(Event(2.0, "note", "not of the source", "operator"))
        tap.put(Event(3.0, REMARK, "A field is doubtful.", AUTHOR))
        wait_for(lambda: any("doubtful" in s.problem for s in relay.states))
    assert not any("not of the source" in s.problem for s in relay.states)
