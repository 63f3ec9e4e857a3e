"""Events that were typed while the relay was away: kept, and sent when it is back."""

import json
import os

import pytest
from fake_session import FakeFeed, FakePipeline

from monitor.run.loop import Loop
from monitor.run.outbox import Outbox, Unsent, kept_in
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import SendEvent, Sent, Waiting
from streams.errors import InputError
from streams.messages.marks import START
from streams.messages.requests import EventRequest
from streams.messages.transient import Event
from streams.subscription.recorded_event import NotRecordedYetError


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Relay:
    """Records what it is asked to while it is there."""

    def __init__(self):
        self.there, self.refuses, self.recorded = True, "", []

    def record_event(self, request, timeout_s):
        if not self.there:
            raise NotRecordedYetError("nobody answers")
        if self.refuses:
            raise InputError(self.refuses)
        self.recorded.append(request)
        return Event(0.0, request.kind, request.text)


@pytest.fixture
def clock():
    return Clock()


def unsent(kind, text="", at=1000.0, session="one", **options):
    return Unsent(EventRequest(kind, text, "operator", **options), at, session)


def test_an_event_is_sent_with_the_time_that_it_was_typed_at(clock):
    relay, box = Relay(), Outbox(clock=clock)
    relay.there = False
    box.add(unsent("note", "coughed"))
    box.add(unsent(START, ago_s=60.0, at=1010.0))
    box.add(unsent(START, time_s=300.0, at=1020.0))
    assert box.send(relay, "one") == ()
    relay.there, clock.now = True, 1100.0
    assert [d.refused for d in box.send(relay, "one")] == ["", "", ""]
    sent = [(r.kind, r.text, r.time_s, r.ago_s) for r in relay.recorded]
    assert sent == [
        ("note", "coughed", None, 100.0), (START, "", None, 150.0),
        (START, "", 300.0, 0.0),
    ]  # fmt: skip
    assert box.waiting == ()


def test_it_is_tried_now_and_then_and_keeps_its_order_and_identity(clock):
    relay, box = Relay(), Outbox(clock=clock)
    relay.there = False
    first, second = unsent("note", "a"), unsent("note", "b")
    box.add(first)
    box.send(relay, "one")
    box.add(second)
    relay.there = True
    box.send(relay, "one")
    assert [r.id for r in relay.recorded] == [first.request.id, second.request.id]


def test_what_is_refused_for_good_is_told_and_waits_no_more(clock):
    relay, box = Relay(), Outbox(clock=clock)
    relay.refuses = "This key may listen only."
    box.add(unsent("note", "coughed"))
    (told,) = box.send(relay, "one")
    assert (told.request.text, told.refused) == ("coughed", "This key may listen only.")
    assert box.waiting == ()


def test_another_session_gets_nothing_of_it(clock):
    relay, box = Relay(), Outbox(clock=clock)
    relay.there = False
    box.add(unsent(START))
    box.send(relay, "one")
    relay.there, clock.now = True, 1100.0
    box.follow("two")
    assert box.send(relay, "two") == ()
    assert [u.session for u in box.waiting] == ["one"]
    box.follow("one")
    assert len(box.send(relay, "one")) == 1


def test_what_was_typed_before_a_session_belongs_to_the_next(clock):
    relay, box = Relay(), Outbox(clock=clock)
    box.add(unsent("note", "ready", session=""))
    box.follow("one")
    box.send(relay, "one")
    assert [r.text for r in relay.recorded] == ["ready"]


def test_the_next_window_of_the_session_sends_what_this_one_could_not(tmp_path, clock):
    away, box = Relay(), Outbox(tmp_path, clock)
    away.there = False
    box.add(unsent("note", "eyes closed", at=1000.0))
    box.add(unsent(START, time_s=612.0, replaces=True, at=1001.0))
    box.send(away, "one")
    assert box.folder
    assert len(list(tmp_path.rglob("*.json"))) == 2
    clock.now = 5000.0
    relay, later = Relay(), Outbox(tmp_path, clock)
    later.follow("two")
    assert later.waiting == ()
    later.follow("one")
    later.send(relay, "one")
    told = [(r.kind, r.text, r.time_s, r.ago_s, r.replaces) for r in relay.recorded]
    assert told == [
        ("note", "eyes closed", None, 4000.0, False), (START, "", 612.0, 0.0, True),
    ]  # fmt: skip
    told_id = relay.recorded[0].id
    assert [u.request.text for u in kept_in(tmp_path, [told_id])] == ["eyes closed"]
    later.follow("one")
    assert later.waiting == ()  # it is not sent twice
    later.clear()
    assert not list(tmp_path.rglob("*.json"))
    assert not list(kept_in(tmp_path, [told_id]))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"request": 5}', '{"request": {}}'])
def test_a_damaged_file_does_no_harm(tmp_path, clock, text):
    box = Outbox(tmp_path, clock)
    box.add(unsent("note", "a"))
    (place,) = tmp_path.rglob("*.json")
    place.with_name("damaged.json").write_text(text)
    later = Outbox(tmp_path, clock)
    later.follow("one")
    assert [u.request.text for u in later.waiting] == ["a"]


FOREIGN = {
    "time_s": "ten past", "ago_s": "90", "kind": 5, "text": None, "replaces": "no",
    "author": ["me"],
}  # fmt: skip


def sent_with(folder, clock, change):
    """What a window sends that finds a file beside the one of "a", changed so."""
    Outbox(folder, clock).add(unsent("note", "a"))
    (place,) = folder.rglob("*.json")
    table = json.loads(place.read_text("utf-8"))
    table["request"] |= {"id": "foreign", "text": "b"}
    place.with_name("foreign.json").write_text(json.dumps(change(table)))
    relay, later = Relay(), Outbox(folder, clock)
    later.follow("one")
    later.send(relay, "one")
    return sorted(request.text for request in relay.recorded)


@pytest.mark.parametrize("field", FOREIGN)
def test_a_request_of_another_program_is_not_sent(tmp_path, clock, field):
    def change(table):
        return table | {"request": table["request"] | {field: FOREIGN[field]}}

    assert sent_with(tmp_path / "foreign", clock, change) == ["a"]
    assert sent_with(tmp_path / "ours", clock, lambda table: table) == ["a", "b"]


@pytest.mark.parametrize(
    "change", [{"asked_at": float("nan")}, {"asked_at": "now"}, {"session": None}]
)
def test_a_file_of_another_program_is_not_sent(tmp_path, clock, change):
    assert sent_with(tmp_path, clock, lambda table: table | change) == ["a"]


def test_only_the_file_of_an_event_is_thrown_away_with_it(tmp_path, clock):
    other = tmp_path / "other.json"
    other.write_text("of somebody else")

    def change(table):
        return table | {"request": table["request"] | {"id": "../../other"}}

    assert sent_with(tmp_path / "waiting", clock, change) == ["a"]
    assert other.read_text() == "of somebody else"


def test_what_cannot_be_read_is_not_waited_for(tmp_path, clock):
    Outbox(tmp_path, clock).add(unsent("note", "a"))
    (place,) = tmp_path.rglob("*.json")
    place.with_name("deep.json").write_text("[" * 100_000)
    place.with_name("folder.json").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(place.with_name("pipe.json"))
    later = Outbox(tmp_path, clock)
    later.follow("one")
    assert [u.request.text for u in later.waiting] == ["a"]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path, clock):
    file = tmp_path / "file"
    file.write_text("")
    box = Outbox(file / "below", clock)
    box.add(unsent("note", "a"))
    assert len(box.waiting) == 1
    assert box.folder == ""


def test_files_hold_what_was_typed(tmp_path, clock):
    Outbox(tmp_path, clock).add(unsent("note", "äöü 😀"))
    (place,) = tmp_path.rglob("*.json")
    assert json.loads(place.read_text("utf-8"))["request"]["text"] == "äöü 😀"


def test_the_worker_tells_what_waits_and_sends_it_when_the_relay_is_back(clock):
    class Feed(FakeFeed):
        there = False

        def record_event(self, request, timeout_s):
            if not self.there:
                raise NotRecordedYetError("nobody answers")
            return super().record_event(request, timeout_s)

    feed, box = Feed(), Outbox(clock=clock)
    loop = Loop(WorkerConfig(lambda: feed, FakePipeline), feed, FakePipeline(), [])
    loop.outbox = box
    loop.obey(SendEvent("note", "coughed"))
    (waiting,) = loop.reports
    assert isinstance(waiting, Waiting)
    assert waiting.unsent[0].request.text == "coughed"
    feed.there, clock.now = True, clock.now + 10.0
    loop.reports.clear()
    loop.listen()
    assert [r for r in loop.reports if isinstance(r, Sent | Waiting)] == [
        Sent("note"), Waiting(()),
    ]  # fmt: skip
    assert [e.text for e in feed.sent] == ["coughed"]
