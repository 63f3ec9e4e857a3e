"""One measurement in the chain, with a stand-in for the process that draws pages."""

import contextlib
import queue
import socket
import threading
import time

import mrd_sender as mrd
import numpy as np
import pytest
from chain_client import Exchanged, card, comments, image_message

from monitor.chain import pages as pages_module
from monitor.chain import recorder as recorder_module
from monitor.chain import session as session_module
from monitor.chain.card_rules import mrd_rules_of
from monitor.chain.images import PAGES, SPECTRA
from monitor.chain.orders import Averaged, Failed, Followed, PageDrawn
from monitor.chain.parameters import card_settings
from monitor.chain.session import AppSession
from streams.chain.server import IDLE_S, ChainServer
from streams.messages.transient import Event, Kind, Start, Transient
from streams.recording.reading import read_messages
from streams.sources.mrd.address import Listening
from streams.sources.mrd.parser import Id
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.source import MrdSource

SIZE = 64


class StandIn:
    """Gives what a test says, instead of a process."""

    def __init__(self, *given):
        self.queue = queue.SimpleQueue()
        self.orders = []
        for one in given:
            self.queue.put(one)

    def follow(self, order):
        self.orders.append(order)

    def given(self, timeout_s):
        with contextlib.suppress(queue.Empty):
            return self.queue.get(timeout=timeout_s)
        return None


def page(transients, last=False):
    pixels = np.full((SIZE, SIZE), transients, np.uint16)
    return PageDrawn(transients, pixels, ("Glx/tNAA: +5 %",), last)


class Serving:
    def __init__(self, folder, follower, monkeypatch):
        monkeypatch.setattr(recorder_module, "LEAST_FREE_MB", 1.0)
        self.said, self.folder = [], folder

        def opened(address, send):
            return AppSession(send, folder, follower, self.said.append)

        self.server = ChainServer(Listening.parse("127.0.0.1:0"), opened, print)
        self.server.start()
        self.port = self.server.port

    def recorded(self):
        (path,) = self.folder.glob("*.mcap")
        return [message.body for message in read_messages(path)]


@pytest.fixture
def serve(tmp_path, monkeypatch):
    running = []

    def start(follower):
        running.append(Serving(tmp_path, follower, monkeypatch))
        return running[-1]

    yield start
    for serving in running:
        serving.server.stop()


def sent(count, **head):
    return [mrd.acquisition_bytes(n, **head) for n in range(count)]


def test_everything_is_passed_on_and_recorded_as_a_relay_would(serve):
    serving = serve(StandIn(page(6, last=True), Followed()))
    messages = [*sent(6), image_message(np.ones((4, 4), np.uint16))]
    messages.append(mrd.framed(1026, mrd.waveform([0, 1, 0], 1200)))
    back = Exchanged(serving.port, mrd.opening(), *messages)
    assert back.passed == messages[:6]
    assert len(back.of(Id.WAVEFORM)) == 1
    assert back.closed
    transients = [b for b in serving.recorded() if isinstance(b, Transient)]
    outside = _outside(mrd.opening(), *messages)
    assert len(transients) == 6
    for ours, theirs in zip(transients, outside, strict=True):
        assert (ours.count, ours.time_s, ours.kind) == (
            theirs.count, theirs.time_s, theirs.kind,
        )  # fmt: skip
        assert ours.fid.tobytes() == theirs.fid.tobytes()


def _outside(*messages):
    """Transients as a relay beside the scanner gives them."""
    stop, bodies = threading.Event(), []
    source = MrdSource(Listening.parse("127.0.0.1:0"), MrdRules())

    def take():
        for body in source.bodies(stop):
            bodies.append(body)
            if isinstance(body, Event) and body.kind == "series_end":
                stop.set()

    thread = threading.Thread(target=take)
    thread.start()
    mrd.send(source.port, *messages)
    thread.join(30)
    return [body for body in bodies if isinstance(body, Transient)]


def test_pages_and_spectra_go_back_with_their_numbers(serve):
    fid = (np.arange(8) + 2j).astype(np.complex64)
    given = [page(4), page(6, True), Averaged(0, 6, fid, 2.5e-4), Followed()]
    follower = StandIn(*given)
    serving = serve(follower)
    opening = [mrd.opening(), card(pageevery=4, window=8, outcome="Glu/tCr")]
    back = Exchanged(serving.port, *opening, *sent(6))
    pages, spectra = back.images(PAGES), back.images(SPECTRA)
    assert [image.image_index for image in pages] == [1, 2]
    assert np.all(np.squeeze(pages[0].data) == 4)
    assert comments(pages[0]) == "4 transients; Glx/tNAA: +5 %"
    assert np.array_equal(np.squeeze(spectra[0].data), 2**25 * fid.conj())
    assert "<value>Spectroscopy</value>" in spectra[0].attribute_string
    assert "<value>250</value>" in spectra[0].attribute_string
    (order,) = follower.orders
    assert (order.every, order.wishes.changes["window"]) == (4, 8)
    assert order.wishes.changes["outcome"] == "Glu/tCr"
    assert back.texts() == []


def test_a_page_that_is_late_is_answered_in_time(serve, monkeypatch):
    """With the page before it; the late one follows."""
    monkeypatch.setattr(pages_module, "ANSWER_S", 0.3)
    follower = StandIn()
    serving = serve(follower)
    with mrd.connect(serving.port) as connection:
        connection.sendall(mrd.opening() + card(pageevery=4, imagesize="256"))
        for message in sent(4):
            connection.sendall(message)
        due = time.monotonic()
        image = _next_image(connection)
        assert time.monotonic() - due < 1.0
        assert comments(image).startswith("THE ANALYSIS IS BEHIND: 0 of 4 transients.")
        assert image.data.max() > 0
        follower.queue.put(page(4))
        assert comments(_next_image(connection)).startswith("4 transients")
        follower.queue.put(Followed())
        connection.sendall(mrd.CLOSE)
        mrd.answer(connection)


def _next_image(connection):
    from chain_client import image_of

    from streams.sources.mrd.parser import Parser

    parser = _PARSERS.setdefault(connection, Parser())
    while True:
        frame = parser.next_frame()
        if frame is None:
            parser.feed(connection.recv(1 << 16))
        elif frame.id is Id.IMAGE:
            return image_of(frame)


_PARSERS: dict = {}


def test_a_failing_analysis_is_said_in_images_and_stops_nothing(serve):
    serving = serve(StandIn(page(4), Failed("The fit broke.")))
    opening = [mrd.opening(), card(pageevery=4)]
    back = Exchanged(serving.port, *opening, *sent(12), pace_s=0.15)
    assert len(back.passed) == 12
    assert back.closed
    texts = [comments(image) for image in back.images(PAGES)]
    assert all("NO ANALYSIS: The fit broke." in text for text in texts[1:])
    assert len(texts) == 4
    assert "All are recorded." in texts[-1]
    assert back.texts() == ["WRN mrs-monitor: The fit broke."]
    assert sum(isinstance(b, Transient) for b in serving.recorded()) == 12


def test_an_analysis_that_never_ends_does_not_hold_up_the_end(serve, monkeypatch):
    monkeypatch.setattr(session_module, "END_S", 0.3)
    back = Exchanged(serve(StandIn()).port, mrd.opening(), *sent(3))
    assert back.closed
    assert "was not done" in comments(back.images(PAGES)[-1])


def test_a_full_disk_is_said_and_stops_nothing(serve, monkeypatch):
    serving = serve(StandIn(page(4)))
    monkeypatch.setattr(recorder_module, "LEAST_FREE_MB", 1e12)
    monkeypatch.setattr(session_module, "END_S", 0.5)
    opening = [mrd.opening(), card(pageevery=4)]
    back = Exchanged(serving.port, *opening, *sent(8), pace_s=0.1)
    assert len(back.passed) == 8
    assert "NOT RECORDED" in comments(back.images(PAGES)[-1])
    assert any("NOT RECORDED" in said for said in serving.said)


def test_a_fault_of_ours_is_said_and_stops_nothing(serve, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    serving = serve(StandIn())
    monkeypatch.setattr(session_module, "Recorder", broken)
    back = Exchanged(serving.port, mrd.opening(), *sent(3))
    assert len(back.passed) == 3
    assert back.closed
    assert "broken" in comments(back.images(PAGES)[-1])


def test_stopping_the_program_closes_the_recording(serve):
    serving = serve(StandIn())
    with mrd.connect(serving.port) as connection:
        connection.sendall(mrd.opening() + b"".join(sent(4)))
        received = 0
        while received < 4 * len(sent(1)[0]):
            received += len(connection.recv(1 << 16))
        stopping = threading.Thread(target=serving.server.stop)
        stopping.start()
        assert mrd.answer(connection).endswith(mrd.CLOSE)
        stopping.join(30)
    assert sum(isinstance(b, Transient) for b in serving.recorded()) == 4


def test_nothing_is_passed_on_where_the_card_says_so(serve):
    serving = serve(StandIn(page(3, True), Followed()))
    back = Exchanged(serving.port, mrd.opening(), card(passraw="False"), *sent(3))
    assert back.passed == []
    assert len(back.images(PAGES)) == 1


def test_water_first_and_by_its_set_is_not_counted(serve):
    serving = serve(StandIn(Followed()))
    opening = [mrd.opening(), card(pageevery=4, waterfirst=2, waterset=1)]
    water = mrd.acquisition_bytes(6, idx={"set": 1})
    Exchanged(serving.port, *opening, *sent(6), water)
    kinds = [b.kind for b in serving.recorded() if isinstance(b, Transient)]
    assert kinds == [Kind.WATER] * 2 + [Kind.METABOLITE] * 4 + [Kind.WATER]
    assert any("4 metabolite transients" in said for said in serving.said)


def test_a_blinded_card_locks_the_recording_and_the_pages(serve):
    follower = StandIn(Followed())
    serving = serve(follower)
    Exchanged(serving.port, mrd.opening(), card(blinded=True), *sent(3))
    assert follower.orders[0].wishes.changes["outcome_hidden"] is True
    kinds = [b.kind for b in serving.recorded() if isinstance(b, Event)]
    assert "blinded" in kinds


def test_the_start_of_the_infusion_by_the_card_and_by_the_trigger(serve, tmp_path):
    serving = serve(StandIn(Followed()))
    Exchanged(serving.port, mrd.opening(), card(infusion=0.1), *sent(6))
    (path,) = tmp_path.glob("*.mcap")
    starts = [b.time_s for b in serving.recorded() if _starts(b)]
    assert starts == [6.0]
    path.unlink()
    serving = serve(StandIn(Followed()))
    pump = mrd.framed(1026, mrd.waveform([0, 1, 1, 0] + [0] * 90, 2600))
    Exchanged(serving.port, mrd.opening(), pump, *sent(6))
    assert any(_starts(body) for body in serving.recorded())


def _starts(body):
    return isinstance(body, Event) and body.kind == "infusion_start"


def test_no_subject_leaves_for_the_relay_outside(serve):
    """The relay outside gets the same transients, and a header without a subject."""
    stop, bodies = threading.Event(), []
    outside = MrdSource(Listening.parse("127.0.0.1:0"), MrdRules(water_protocol="svs"))

    def take():
        bodies.extend(outside.bodies(stop))

    thread = threading.Thread(target=take)
    thread.start()
    serving = serve(StandIn(Followed()))
    relay = card(relay=f"127.0.0.1:{outside.port}")
    back = Exchanged(serving.port, mrd.opening(), relay, *sent(5))
    stop.set()
    thread.join(30)
    kinds = [b.kind for b in bodies if isinstance(b, Transient)]
    assert kinds == [Kind.WATER] * 5
    assert back.texts() == []


def test_a_relay_outside_never_sees_a_name(serve):
    """Not in a header, a later one neither, nor in an image or a text."""
    heard, listening = [], socket.create_server(("127.0.0.1", 0))

    def hear():
        connection, _ = listening.accept()
        with connection:
            while part := connection.recv(1 << 16):
                heard.append(part)
            connection.sendall(mrd.CLOSE)

    thread = threading.Thread(target=hear)
    thread.start()
    serving = serve(StandIn(Followed()))
    image = image_message(np.ones((4, 4), np.uint16))
    named = mrd.text_bytes(5, "Testperson")
    opening = [mrd.opening(), card(relay=f"127.0.0.1:{listening.getsockname()[1]}")]
    messages = [*opening, *sent(2), image, named, mrd.text_bytes(3, mrd.header())]
    Exchanged(serving.port, *messages)
    thread.join(30)
    listening.close()
    content = b"".join(heard)
    assert b"Testperson" not in content
    assert content.count(b"<H1resonanceFrequency_Hz>") == 2
    assert sent(2)[1] in content
    assert image not in content


def test_the_header_that_leaves_names_nobody():
    from streams.sources.mrd.header import Header

    header = Header("x", mrd.header().encode())
    assert b"Testperson" not in header.cut_xml
    assert b"1970" not in header.cut_xml
    assert b"svs_se_30" in header.cut_xml


def test_a_relay_that_cannot_be_reached_is_said_and_it_is_recorded(serve, monkeypatch):
    from streams.chain import tee

    monkeypatch.setattr(tee, "CONNECT_S", 0.2)
    serving = serve(StandIn(page(3, True), Followed()))
    back = Exchanged(serving.port, mrd.opening(), card(relay="127.0.0.1:1"), *sent(3))
    assert any("has not got everything" in text for text in back.texts())
    assert sum(isinstance(b, Transient) for b in serving.recorded()) == 3


def test_settings_that_cannot_be_are_said_to_the_scanner(serve):
    serving = serve(StandIn(Followed()))
    back = Exchanged(serving.port, mrd.opening(), card(window="many"), *sent(2))
    assert back.texts()[0].startswith("WRN mrs-monitor: Window = 'many' cannot be used")


def test_without_a_header_everything_is_passed_on_and_said(serve):
    serving = serve(StandIn())
    back = Exchanged(serving.port, mrd.config_bytes(), *sent(3))
    assert len(back.passed) == 3
    assert "sent no header" in comments(back.images(PAGES)[-1])
    assert back.closed


def test_a_pause_of_the_scanner_is_not_the_end_of_its_recording():
    """The recorder waits longer than the chain, which judges what silence means."""
    rules = mrd_rules_of(card_settings(""))
    assert rules.idle_s(2.0) > IDLE_S > MrdRules().idle_s(2.0)


def test_a_session_with_the_protocol_of_the_card(serve):
    serving = serve(StandIn(Followed()))
    opening = [mrd.opening(), card(protocol="press_3t_te30", subjectcode="K-07")]
    Exchanged(serving.port, *opening, *sent(2))
    (start,) = [b for b in serving.recorded() if isinstance(b, Start)]
    assert start.protocol == "press_3t_te30"
    assert next(serving.folder.glob("*.mcap")).name.startswith("K-07-20")
