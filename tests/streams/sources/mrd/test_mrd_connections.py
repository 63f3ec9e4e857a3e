"""Who may connect as the scanner, and what becomes of connections that end."""

import threading
import time

import mrd_sender as mrd
import numpy as np
import pytest
from free_ports import free_endpoint
from test_mrd import events, expected, listening, transients

from streams.errors import InputError
from streams.export.bids import write_bids
from streams.export.ismrmrd import write_session
from streams.recording import reading
from streams.relay.relay import run_relay
from streams.sources.mrd import server as mrd_server
from streams.sources.mrd.address import Listening
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.source import MrdSource


def test_a_second_scanner_is_refused_while_the_first_goes_on():
    with listening() as taken, mrd.connect(taken.port) as first:
        first.sendall(mrd.opening() + mrd.acquisition_bytes(0))
        taken.until(transients)
        with mrd.connect(taken.port) as second:
            assert mrd.answer(second) in (mrd.CLOSE, b"")
        first.sendall(mrd.acquisition_bytes(1) + mrd.CLOSE)
        assert mrd.answer(first) == mrd.CLOSE
        bodies = taken.series()
    assert len(transients(bodies)) == 2
    assert "only one may be" in events(bodies, "refused")[0].text


def test_an_address_that_is_not_allowed_is_refused():
    with listening(allow="192.0.2.7") as taken:
        with mrd.connect(taken.port) as stranger:
            assert mrd.answer(stranger) == b""
        bodies = taken.until(lambda bodies: events(bodies, "refused"))
    assert "not among the allowed" in events(bodies, "refused")[0].text


def test_a_client_that_goes_silent_is_ended(monkeypatch):
    rules = MrdRules(idle_trs=0.1, idle_least_s=0.3)
    with listening(rules) as taken, mrd.connect(taken.port) as client:
        client.sendall(mrd.opening() + mrd.acquisition_bytes(0))
        bodies = taken.series()
        assert len(transients(bodies)) == 1
        assert "nothing came for 0.3 s" in events(bodies, "series_end")[0].text


def test_a_scanner_that_was_restarted_replaces_its_dead_connection(monkeypatch):
    monkeypatch.setattr(mrd_server, "QUIET_S", 0.2)
    monkeypatch.setattr(mrd_server, "QUIET_TRS", 0.0)
    with listening() as taken, mrd.connect(taken.port) as dead:
        dead.sendall(mrd.opening() + mrd.acquisition_bytes(0))
        taken.until(transients)
        quiet = time.monotonic() + 0.3
        taken.until(lambda _: time.monotonic() > quiet)
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(1))
        bodies = taken.series(2)
    assert len(transients(bodies)) == 2
    assert "replaced by a new connection" in events(bodies, "series_end")[0].text


def test_who_says_nothing_is_shown_out(monkeypatch):
    monkeypatch.setattr(mrd_server, "HELLO_S", 0.2)
    with listening() as taken:
        with mrd.connect(taken.port) as silent:
            assert mrd.answer(silent) == mrd.CLOSE
        taken.until(lambda bodies: events(bodies, "refused"))


def test_a_connection_cut_in_the_middle_of_an_acquisition():
    with listening() as taken:
        whole, torn = mrd.acquisition_bytes(0), mrd.acquisition_bytes(1)[:-5]
        mrd.send(taken.port, mrd.opening(), whole, torn, close=False)
        bodies = taken.series()
    assert len(transients(bodies)) == 1
    assert "in the middle of a message" in events(bodies, "series_end")[0].text


def test_what_waits_goes_through_a_file_and_back():
    with listening(memory_bytes=3000) as taken:
        messages = [mrd.acquisition_bytes(n) for n in range(200)]
        mrd.send(taken.port, mrd.opening(), *messages)
        got = transients(taken.series())
    assert len(got) == 200
    for n in (0, 77, 199):
        np.testing.assert_array_equal(got[n].fid, expected(mrd.received(n)))


@pytest.mark.parametrize(
    ("listen", "allow", "reason"),
    [
        ("0.0.0.0:9002", "10.0.0.1", "every interface"),
        ("192.0.2.1:9002", "", "no encryption"),
        ("127.0.0.1:seven", "", "no address"),
        ("127.0.0.1:9002", "scanner", "--allow scanner"),
        ("192.0.2.1:9002", "10.0.0.1", "address of this machine"),
    ],
)
def test_where_it_may_listen(listen, allow, reason):
    with pytest.raises(InputError, match=reason):
        MrdSource(Listening.parse(listen, allow))


def test_a_port_in_use():
    with listening() as taken, pytest.raises(InputError, match="in use"):
        MrdSource(Listening.parse(f"127.0.0.1:{taken.port}"))


def test_no_subject_reaches_recording_log_or_export(tmp_path, capfd):
    """A name and a birth date planted in header and text are found nowhere."""
    stop, noted = threading.Event(), []
    source = MrdSource(Listening.parse("127.0.0.1:0"), on_note=noted.append)
    path = tmp_path / "visit.mcap"
    done = []
    relay = threading.Thread(
        target=lambda: done.append(
            run_relay(
                source.bodies(stop), path, free_endpoint(), stop=stop,
                on_status=lambda status: noted.append(repr(status)),
            )
        )
    )  # fmt: skip
    relay.start()
    text = mrd.text_bytes(5, "Testperson 1970-02-03")
    messages = [mrd.acquisition_bytes(n) for n in range(3)]
    broken = mrd.config_bytes() + mrd.text_bytes(3, mrd.header()[:-30])
    mrd.send(source.port, broken)
    mrd.send(source.port, mrd.opening() + text, *messages)
    deadline = time.monotonic() + 60
    while not any("transients=3" in line for line in noted):  # they are on disk
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stop.set()
    relay.join(60)
    recorded = list(reading.read_messages(done[0].path))
    assert len(transients([m.body for m in recorded])) == 3
    write_session(tmp_path / "export.h5", recorded)
    write_bids(tmp_path / "bids", recorded, subject="01")
    captured = capfd.readouterr()
    said = "\n".join([*noted, captured.out, captured.err, repr(recorded)]).encode()
    files = [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()]
    for planted in (b"Testperson", b"1970-02-03", b"81.5"):
        assert not any(planted in content for content in [said, *files])
