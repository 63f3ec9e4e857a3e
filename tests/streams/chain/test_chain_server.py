"""The transport of the chain: bit by bit, nobody waits, each end is answered."""

import socket
import threading
import time
from types import SimpleNamespace
from typing import ClassVar

import chain_client
import mrd_sender as mrd
import pytest
from chain_client import Exchanged

from streams.chain import server as chain_server
from streams.chain import tee as tee_module
from streams.chain.server import MOST_CONNECTIONS, ChainServer
from streams.chain.tee import Address, Tee
from streams.errors import InputError
from streams.sources.mrd.address import Listening
from streams.sources.mrd.parser import Id
from streams.sources.mrd.writer import frame_bytes


class Echo:
    """Sends acquisitions back."""

    ended: ClassVar[list[str]] = []

    def __init__(self, address, send):
        self.send = send

    def take(self, frame):
        if frame.id is Id.ACQUISITION:
            self.send(frame_bytes(frame))

    def finish(self, reason):
        self.ended.append(reason)


@pytest.fixture
def server():
    Echo.ended.clear()
    said = []
    serving = ChainServer(Listening.parse("127.0.0.1:0"), Echo, said.append)
    serving.start()
    serving.said = said
    yield serving
    serving.stop()


def test_a_scanner_that_reads_nothing_before_it_has_sent_everything(server):
    """80 MB are more than all buffers of a connection."""
    samples = mrd.received(0, 32, 4096)
    sent = [mrd.acquisition_bytes(n, samples) for n in range(80)]
    back = Exchanged(server.port, mrd.opening(), *sent, read_while_sending=False)
    assert back.passed == sent
    assert back.closed
    assert Echo.ended == ["closed by the scanner"]


def test_several_at_once_and_one_too_many(server):
    open_ones = [mrd.connect(server.port) for _ in range(MOST_CONNECTIONS)]
    for connection in open_ones:
        connection.sendall(mrd.acquisition_bytes(1))
        connection.recv(10, socket.MSG_WAITALL)
    with mrd.connect(server.port) as one_more:
        assert mrd.answer(one_more) == mrd.CLOSE
    assert "was refused" in server.said[-1]
    for connection in open_ones:
        connection.close()


def test_an_unknown_message_is_said_and_closed(server):
    sent = [mrd.acquisition_bytes(0), chain_client.UNKNOWN]
    back = Exchanged(server.port, *sent, close=False)
    assert back.passed == sent[:1]
    assert back.closed
    assert back.texts()[0].startswith("ERR mrs-monitor: MRD message 999 is unknown")


def test_a_connection_that_is_cut(server):
    message = mrd.acquisition_bytes(0)
    with mrd.connect(server.port) as connection:
        connection.sendall(message[:-5])
    deadline = time.monotonic() + 30
    while not Echo.ended and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "in the middle of a message" in Echo.ended[0]


def test_stopping_ends_open_connections():
    serving = ChainServer(Listening.parse("127.0.0.1:0"), Echo, print)
    serving.start()
    with mrd.connect(serving.port) as connection:
        connection.sendall(mrd.acquisition_bytes(0))
        connection.recv(10, socket.MSG_WAITALL)
        closing = threading.Thread(target=serving.stop)
        closing.start()
        assert mrd.answer(connection).endswith(mrd.CLOSE)
    closing.join(30)
    assert not closing.is_alive()


def test_a_tee_to_nobody_says_so_and_makes_nobody_wait(monkeypatch):
    monkeypatch.setattr(tee_module, "CONNECT_S", 0.2)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        tee = Tee(Address("127.0.0.1", nobody.getsockname()[1]))
        began = time.monotonic()
        for _ in range(100):
            tee.put(bytes(1 << 20))
        assert time.monotonic() - began < 5
        assert not tee.finish(30)
    assert "cannot be reached" in tee.problem


@pytest.mark.parametrize("text", ["", "host", "host:", ":9002", "h:99999", "h:x"])
def test_an_address_that_is_none(text):
    with pytest.raises(InputError, match="is no address"):
        Address.parse(text, "Relay")


def test_the_other_side_may_read_to_the_end_before_it_is_left():
    said = iter([b"more", TimeoutError(), b"", b"never read"])

    def receive(size):
        one = next(said)
        if isinstance(one, Exception):
            raise one
        return one

    done = []
    connection = chain_server._Connection.__new__(chain_server._Connection)
    connection._socket = SimpleNamespace(
        recv=receive, shutdown=lambda how: done.append("shut"),
        close=lambda: done.append("closed"),
    )  # fmt: skip
    connection._leave()
    assert done == ["shut", "closed"]
    assert next(said) == b"never read"
