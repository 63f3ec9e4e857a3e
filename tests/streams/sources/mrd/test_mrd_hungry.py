"""Connections that take and do not give: places, memory, files; the scanner goes on."""

import contextlib
import errno
import socket
import struct

import mrd_sender as mrd
import pytest
from test_mrd import events, listening, transients

from streams.errors import InputError
from streams.messages.transient import Heartbeat
from streams.sources.mrd import connections as mrd_connections
from streams.sources.mrd import server as mrd_server
from streams.sources.mrd.cut_header import MOST_DEPTH, MOST_ELEMENTS
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import ACQUISITION_HEAD
from streams.sources.mrd.parser import Parser


def a_series(taken):
    """A scanner comes, sends and is recorded."""
    before = len(transients(taken.bodies))
    mrd.send(taken.port, mrd.opening(), *map(mrd.acquisition_bytes, range(2)))
    taken.until(lambda bodies: len(transients(bodies)) == before + 2)


def test_a_hundred_silent_connections_do_not_hold_up_the_scanner(monkeypatch):
    """It is served although not one of the silent ones is shown out for its silence."""
    monkeypatch.setattr(mrd_server, "HELLO_S", 1e6)
    with listening() as taken, contextlib.ExitStack() as silent:
        for _ in range(100):
            silent.enter_context(mrd.connect(taken.port))
        a_series(taken)
        assert "places" in events(taken.bodies, "refused")[0].text


def test_a_scanner_that_sends_keeps_its_place_in_a_crowd(monkeypatch):
    monkeypatch.setattr(mrd_server, "HELLO_S", 1e6)
    with listening() as taken, mrd.connect(taken.port) as scanner:
        scanner.sendall(mrd.opening() + mrd.acquisition_bytes(0))
        taken.until(transients)
        with contextlib.ExitStack() as crowd:
            for _ in range(2 * mrd_connections.MOST_CONNECTIONS):
                crowd.enter_context(mrd.connect(taken.port))
            scanner.sendall(mrd.acquisition_bytes(1) + mrd.CLOSE)
            assert mrd.answer(scanner) == mrd.CLOSE
        assert len(transients(taken.series())) == 2


def unfinished(size):
    """The beginning of an acquisition of 60 MB, `size` bytes of it."""
    head = bytearray(ACQUISITION_HEAD.itemsize)
    struct.pack_into("<H", head, 34, 60_000)
    struct.pack_into("<H", head, 38, 125)
    return struct.pack("<H", 1008) + head + bytes(size)


def test_unfinished_messages_share_one_bound(monkeypatch):
    monkeypatch.setattr(mrd_connections, "MOST_UNFINISHED_BYTES", 1 << 20)
    most = []
    close = mrd_server.Receiver._bound_memory

    def measured(receiver):
        close(receiver)
        most.append(sum(c.parser.held_bytes for c in receiver._connections))

    monkeypatch.setattr(mrd_server.Receiver, "_bound_memory", measured)
    with listening() as taken, contextlib.ExitStack() as hungry:
        for _ in range(8):
            connection = hungry.enter_context(mrd.connect(taken.port))
            with contextlib.suppress(OSError):  # it may be refused meanwhile
                connection.sendall(unfinished(1 << 19))
        refused = taken.until(lambda bodies: events(bodies, "refused"))
        assert "unfinished messages" in events(refused, "refused")[0].text
        a_series(taken)
    assert max(most) <= 1 << 20


def test_an_acquisition_that_no_message_of_ours_could_hold_is_refused():
    parser = Parser()
    head = bytearray(ACQUISITION_HEAD.itemsize)
    struct.pack_into("<H", head, 34, 65_535)
    struct.pack_into("<H", head, 38, 500)
    parser.feed(struct.pack("<H", 1008) + head)
    with pytest.raises(InputError, match="more than the"):
        parser.next_frame()


def nested(depth):
    inner = "<a>" * depth + "</a>" * depth
    return mrd.header().replace("<encodedSpace>", "<encodedSpace>" + inner)


def test_a_header_nested_without_end_is_refused_and_the_session_goes_on():
    with listening() as taken:
        mrd.send(taken.port, mrd.text_bytes(3, nested(200_000)))
        taken.until(lambda bodies: events(bodies, "series_refused"))
        assert f"{MOST_DEPTH} levels" in events(taken.bodies, "series_refused")[0].text
        a_series(taken)


@pytest.mark.parametrize(
    "xml",
    [
        nested(MOST_DEPTH),
        mrd.header().replace("<encodedSpace>", "<encodedSpace>" + "<a/>" * 60_000),
    ],
    ids=("deep", "long"),
)
def test_a_header_larger_than_any(xml):
    with pytest.raises(InputError, match=f"or {MOST_ELEMENTS} elements"):
        Header("stream", xml.encode())


def test_entities_in_another_encoding_are_not_expanded():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><ismrmrdHeader>&a;</ismrmrdHeader>'
    with pytest.raises(InputError, match="cannot be read"):
        Header("stream", bomb.encode("utf-16"))


def test_an_error_of_ours_ends_one_connection_only(monkeypatch):
    feed, failures = Parser.feed, [RuntimeError("ours")]

    def failing(parser, received):
        if failures:
            raise failures.pop()
        feed(parser, received)

    monkeypatch.setattr(Parser, "feed", failing)
    with listening() as taken:
        with mrd.connect(taken.port) as unlucky:
            unlucky.sendall(b"\1\0")
            mrd.answer(unlucky)
        a_series(taken)
        assert "ours" in events(taken.bodies, "protocol_error")[0].text


def test_no_file_left_for_a_connection(monkeypatch):
    accept, failures = socket.socket.accept, [errno.EMFILE] * 3

    def failing(server):
        if failures:
            raise OSError(failures.pop(), "Too many open files")
        return accept(server)

    monkeypatch.setattr(socket.socket, "accept", failing)
    with listening() as taken:
        a_series(taken)
    assert not failures


def test_a_thread_that_ended_is_said(monkeypatch):
    """Whatever ended it: the recording and so every screen say that nobody listens."""
    monkeypatch.setattr(mrd_server.Receiver, "_run", lambda receiver: None)
    with listening() as taken:
        taken.until(lambda bodies: events(bodies, "note"))
        taken.until(lambda bodies: [b for b in bodies if isinstance(b, Heartbeat)])
    assert events(taken.bodies, "note")[0].text == mrd_server.DEAF
    said = [body.deaf for body in taken.bodies if isinstance(body, Heartbeat)]
    assert said == [mrd_server.DEAF]
