"""Clients that take and do not give, and keys that are withdrawn: the others go on."""

import errno
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, closing, suppress

import numpy as np
import pytest
import zmq
from free_ports import free_endpoint
from stream_cases import ACQUISITION, transient
from test_relay import Tap, gather, neighbour, poll_until, relayed, request, wait_for
from test_security import client, keys  # noqa: F401

from streams.messages.endpoint import Endpoint
from streams.messages.keys import Role, load_server_keys
from streams.messages.requests import EventRecorded, EventRequest, Fetch, to_frames
from streams.messages.transient import Acquisition, Kind, Start, Transient
from streams.relay import bounded_sending
from streams.relay import sockets as relay_sockets
from streams.relay.answers import Answering
from streams.relay.bounded_sending import MOST_WAITING, Giving
from streams.relay.gate import READ_AGAIN_S, Gate
from streams.relay.relay_loop import BEAT_S
from streams.relay.sockets import Door, bind_sockets
from streams.subscription.links import configure
from streams.subscription.recorded_event import send_event
from streams.subscription.subscriber import Subscriber

POINTS = 32_768
MESSAGE_BYTES = 8 * POINTS + 4096
BIG = Acquisition(
    spectrometer_frequency_mhz=123.25,
    nucleus="1H",
    dwell_time_s=2.5e-4,
    points=POINTS,
    coils=1,
    echo_time_s=0.03,
)


def big_bodies(count):
    yield Start(BIG, "test")
    for n in range(count):
        fid = np.full((1, POINTS), n, np.complex64)
        yield Transient(n, 2.0 * n, Kind.METABOLITE, fid)


def hungry(context, endpoint, fetches):
    """A client that asks and never reads."""
    dealer = context.socket(zmq.DEALER)
    dealer.rcvhwm, dealer.rcvbuf = 1, 4096
    dealer.connect(neighbour(endpoint))
    for _ in range(fetches):
        dealer.send_multipart(to_frames(Fetch("", 0)))
    return dealer


@pytest.fixture
def most_held(monkeypatch):
    """Bytes held for clients, turn by turn; small bounds."""
    monkeypatch.setattr(bounded_sending, "CLIENT_BYTES", 1 << 20)
    monkeypatch.setattr(bounded_sending, "TOTAL_BYTES", 2 << 20)
    seen, turn = [0], Giving.turn

    def measured(self):
        given = turn(self)
        seen.append(self.held_bytes)
        return given

    monkeypatch.setattr(Giving, "turn", measured)
    return seen


def test_answers_that_nobody_takes_are_bounded(tmp_path, most_held, monkeypatch):
    """More of them than there is room for: who takes is served all the same."""
    monkeypatch.setattr(bounded_sending, "STALL_S", 0.2)
    source = big_bodies(40)
    with relayed(source, tmp_path / "a.mcap") as relay, zmq.Context() as context:
        wait_for(lambda: relay.status.ended)
        clients = [hungry(context, relay.endpoint, 40) for _ in range(4)]
        wait_for(lambda: max(most_held) > bounded_sending.TOTAL_BYTES)
        with Subscriber(relay.endpoint) as subscriber:
            assert len(gather(subscriber, 42)) == 42
        for dealer in clients:
            dealer.close(linger=0)
    assert max(most_held) <= bounded_sending.TOTAL_BYTES + MESSAGE_BYTES


def test_requests_that_pile_up_are_left_out_and_counted(tmp_path, most_held):
    with (
        relayed(big_bodies(40), tmp_path / "a.mcap") as relay,
        zmq.Context() as context,
    ):
        wait_for(lambda: relay.status.ended)
        dealer = hungry(context, relay.endpoint, 3 * MOST_WAITING)
        wait_for(lambda: relay.status.dropped)
        wait_for(lambda: any("does not take" in s.problem for s in relay.states))
        dealer.close(linger=0)


def test_a_client_that_takes_gets_every_answer(tmp_path):
    with (
        relayed(big_bodies(40), tmp_path / "a.mcap") as relay,
        zmq.Context() as context,
    ):
        wait_for(lambda: relay.status.ended)
        with context.socket(zmq.DEALER) as dealer:
            dealer.linger = 0
            dealer.connect(neighbour(relay.endpoint))
            for _ in range(4):
                dealer.send_multipart(to_frames(Fetch("", 0)))
            names = []
            while names.count(b"done") < 4:
                assert dealer.poll(60_000)
                names.append(dealer.recv_multipart()[0])
    assert names == 4 * ([b"message"] * 32 + [b"done"])


def test_what_is_published_and_not_taken_is_bounded(monkeypatch):
    monkeypatch.setattr(relay_sockets, "PUBLISH_BYTES", 1 << 20)
    monkeypatch.setattr(relay_sockets, "PATIENCE_S", 0.05)
    endpoint = Endpoint.parse(free_endpoint())
    frames = [b"transient", b"{}", bytes(1 << 18)]
    shown_out, show_out = [], Door.show_out
    monkeypatch.setattr(
        Door, "show_out", lambda door: (shown_out.append(door), show_out(door))
    )
    with zmq.Context() as context:
        publisher, router = bind_sockets(context, endpoint, Gate(context, None))
        with closing(publisher), closing(router), context.socket(zmq.SUB) as slow:
            slow.rcvhwm, slow.rcvbuf, slow.linger = 1, 4096, 0
            slow.reconnect_ivl = -1
            slow.subscribe(b"")
            slow.connect(endpoint.published)
            most = [0]

            def published():
                publisher.send_multipart(frames)
                most.append(publisher.held_bytes)
                return shown_out

            wait_for(published)
            assert 0 < max(most) <= 1 << 20
            publisher.socket.linger = 0
            wait_for(lambda: published() and not most[-1])


def test_an_error_of_ours_does_not_end_the_answers(tmp_path, monkeypatch):
    answer, failures = Answering._answer, [RuntimeError("ours")]

    def failing(self):
        if failures:
            self._router.recv_multipart()
            raise failures.pop()
        answer(self)

    monkeypatch.setattr(Answering, "_answer", failing)
    with relayed(Tap(), tmp_path / "a.mcap") as relay, zmq.Context() as context:
        wait_for(lambda: relay.states)
        dealer = hungry(context, relay.endpoint, 1)
        wait_for(lambda: not failures)
        asked = EventRequest("note", "text", "operator", 0.0)
        assert isinstance(request(relay.endpoint, asked), EventRecorded)
        wait_for(lambda: any("ours" in s.problem for s in relay.states))
        dealer.close(linger=0)


def test_who_holds_a_withdrawn_key_is_shown_out_and_the_others_lose_nothing(keys):  # noqa: F811
    loaded = load_server_keys(keys / "relay.key_secret", keys / "clients")
    viewer_keys = client(keys, "clients/screen.viewer")
    tap = Tap()
    with (
        relayed(tap, keys / "visit.mcap", keys=loaded) as relay,
        Subscriber(relay.endpoint, viewer_keys) as viewer,
        Subscriber(relay.endpoint, client(keys, "clients/anna.operator")) as operator,
        zmq.Context() as context,
        configure(context.socket(zmq.DEALER), viewer_keys) as dealer,
    ):
        dealer.connect(neighbour(relay.endpoint))
        tap.put(Start(ACQUISITION, "test"), transient(0))
        gather(viewer, 2)
        dealer.send_multipart(to_frames(Fetch("", 0)))
        assert dealer.poll(30_000)
        (keys / "clients" / "screen.viewer.key").unlink()
        taken = gather(operator, 2)
        for n in range(1, 6):
            tap.put(transient(n))
        poll_until(viewer, lambda: "refuses our key" in viewer.health.problem)
        for n in range(6, 12):
            tap.put(transient(n))
        taken += gather(operator, 11)
        assert [m.seq for m in taken] == list(range(13))
        assert operator.health.open_gaps == 0
        while dealer.poll(0):
            dealer.recv_multipart()
        assert not dealer.poll(500, zmq.POLLOUT)  # nobody is connected any more
        assert viewer.poll(0.5) == []
        assert viewer.health.last_seq < 12
    assert READ_AGAIN_S + BEAT_S < 5


@pytest.fixture
def gate(keys, monkeypatch):  # noqa: F811
    monkeypatch.setattr("streams.relay.gate.READ_AGAIN_S", 0.0)
    loaded = load_server_keys(keys / "relay.key_secret", keys / "clients")
    with zmq.Context() as context:
        gate = Gate(context, loaded)
        yield gate
        gate.close()


def test_no_file_left_to_read_the_keys(gate, keys, monkeypatch):  # noqa: F811
    key = client(keys, "clients/anna.operator").public
    assert gate.callback("", key)

    def no_more(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    for name in ("listdir", "open"):
        with monkeypatch.context() as patch:
            place = os if name == "listdir" else "io.open"
            patch.setattr(*((place, name) if place is os else (place,)), no_more)
            assert gate.role(key.decode()) is Role.OPERATOR
            assert gate.callback("", key)
            assert not gate.callback("", b"x" * 40)
            assert "cannot be read (Too many open files)" in gate.notice
    gate.look()
    assert gate.withdrawals == 0
    assert "cannot be read" not in gate.notice


def test_a_folder_that_is_gone_lets_nobody_in(gate, keys):  # noqa: F811
    key = client(keys, "clients/anna.operator").public
    assert gate.callback("", key)
    (keys / "clients").rename(keys / "elsewhere-now")
    assert gate.role(key.decode()) is None
    assert gate.withdrawals == 1
    assert not gate.callback("", key)


def test_a_gate_that_died_is_said(gate):
    gate._authenticator.pipe.send(b"TERMINATE")
    wait_for(lambda: "start the relay again" in gate.deaf)


def strangers(stack, endpoint, count):
    """Connections that never say a word."""
    host, port = endpoint.removeprefix("tcp://").split(":")
    for n in range(count):
        with suppress(OSError):
            place = (host, int(port) + n % 2)
            stack.enter_context(socket.create_connection(place, timeout=5))


CROWDED = """
import resource, sys, threading
from pathlib import Path
from streams.relay.relay import run_relay
from streams.messages.keys import load_server_keys
from stream_cases import bodies
resource.setrlimit(resource.RLIMIT_NOFILE, (260, 260))
folder = Path(sys.argv[1])
keys = load_server_keys(folder / "relay.key_secret", folder / "clients")
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
status = run_relay(bodies(), folder / "a.mcap", sys.argv[2], keys=keys, stop=stop)
print(status.events, status.problem)
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")
def test_connections_without_a_key_do_not_use_up_the_files(keys):  # noqa: F811
    """600 of them where 260 files may be open: an event is recorded nevertheless."""
    endpoint = free_endpoint()
    here = os.path.dirname(__file__)
    with (
        subprocess.Popen(
            [sys.executable, "-c", CROWDED, str(keys), endpoint],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, here])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as relay,
        ExitStack() as stack,
    ):
        operator = client(keys, "clients/anna.operator")
        assert send_event(endpoint, "note", keys=operator, timeout_s=60).kind == "note"
        strangers(stack, endpoint, 600)
        assert send_event(endpoint, "note", keys=operator, timeout_s=60).kind == "note"
        said, _ = relay.communicate("", timeout=60)
    assert relay.returncode == 0
    assert int(said.split()[0]) >= 2


@pytest.mark.parametrize(("kind", "author"), [("dropped", "pump"), ("note", "relay")])
def test_nobody_speaks_for_the_relay(tmp_path, kind, author):
    with relayed(Tap(), tmp_path / "a.mcap") as relay:
        wait_for(lambda: relay.states)
        reply = request(relay.endpoint, EventRequest(kind, "transient 7", author, 0.0))
        assert "the relay's own" in reply.reason
    assert relay.status.events == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "*", "0.0.0.0"])
def test_a_door_opens_again_wherever_it_is(host):
    port = free_endpoint().rpartition(":")[2]
    with zmq.Context() as context:
        gate = Gate(context, None)
        publisher, router = bind_sockets(
            context, Endpoint.parse(f"tcp://{host}:{port}"), gate
        )
        with closing(publisher), closing(router), ExitStack() as stack:
            gate.withdrawals += 1

            def both_open():
                router.look_after()
                return publisher._bound and router._bound

            wait_for(both_open)
            for place in (int(port), int(port) + 1):
                address = ("127.0.0.1", place)
                stack.enter_context(socket.create_connection(address, timeout=30))
