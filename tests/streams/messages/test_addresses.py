"""Addresses of relays, and events in the place of messages that cannot be used."""

import pytest
from stream_cases import ACQUISITION, transient

from streams.errors import InputError
from streams.messages import wire
from streams.messages.endpoint import Endpoint
from streams.messages.placeholder import (
    LONGEST_REASON,
    count_refused,
    placeholder_for,
    refused_text,
)
from streams.messages.scanner_counter import AUTHOR, DROPPED
from streams.messages.transient import Event, Message, Start


@pytest.mark.parametrize("port", [1, 65534])
def test_an_address_has_two_ports(port: int) -> None:
    one = Endpoint.parse(f" tcp://scanner.lab:{port} ")
    assert one == Endpoint("scanner.lab", port)
    assert str(one) == one.published == f"tcp://scanner.lab:{port}"
    assert one.requests == f"tcp://scanner.lab:{port + 1}"


@pytest.mark.parametrize(
    "text", ["", "tcp://a", "tcp://a:0", "tcp://a:65535", "udp://a:5", "tcp://a:5/x"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no address"):
        Endpoint.parse(text)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("192.168.0.1", False),
        ("[fe80::1]", False),
        ("scanner.lab", False),
    ],
)
def test_only_this_machine_reaches_a_loopback(host: str, here: bool) -> None:
    assert Endpoint(host, 5555).loopback is here


# -- in the place of a message ---------------------------------------------------------


def dropped(text: str, kind: str = DROPPED) -> Event:
    return Event(1.0, kind, text, AUTHOR)


@pytest.mark.parametrize("messages", [1, 2, 77])
def test_as_many_are_counted_as_were_replaced(messages: int) -> None:
    text = refused_text(messages, "too long")
    assert (text == "too long") is (messages == 1)
    assert count_refused(dropped(text)) == messages
    assert len(refused_text(messages, "x" * 5000)) == LONGEST_REASON


def test_only_such_an_event_counts() -> None:
    text = refused_text(5, "too long")
    assert count_refused(dropped(text, "note")) == 0
    assert count_refused(transient(1)) == 0
    assert count_refused(Start(ACQUISITION, "test")) == 0


def sent(body: object) -> list[bytes]:
    frames = wire.encode(Message("s", 3, 1, body))
    assert wire.is_recorded(frames) is False
    return frames


def test_a_transient_or_event_keeps_its_place_and_its_time() -> None:
    for body in (transient(4), Event(7.5, "note", "a", "operator")):
        found = placeholder_for(sent(body), "too long")
        assert (found.session, found.seq, found.epoch) == ("s", 3, 1)
        assert found.body.time_s == body.time_s
        assert (found.body.kind, found.body.author) == (DROPPED, AUTHOR)
        assert found.body.text == "too long"


def test_what_has_no_time_or_can_be_fetched_is_not_replaced(monkeypatch) -> None:
    assert placeholder_for(sent(Start(ACQUISITION, "test")), "x") is None
    assert placeholder_for([b"transient", b"{", b""], "x") is None
    frames = sent(transient(4))
    monkeypatch.setattr(wire, "is_recorded", lambda _: True)
    assert placeholder_for(frames, "x") is None
    assert placeholder_for([b"start", *frames[1:]], "x") is None
