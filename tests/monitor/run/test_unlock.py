"""Lifting a blinded protocol's lock leaves a reason on record, or is refused."""

import json

import pytest

from monitor.run import feed as feeds
from monitor.run.unlock import ENDING, check_reason, note_beside, unlocked_feed
from streams.errors import InputError


class Feed:
    def __init__(self, refuse=""):
        self.refuse, self.sent, self.closed = refuse, [], False
        self.subscriber = self

    def send_event(self, kind, text):
        if self.refuse:
            raise InputError(self.refuse)
        self.sent.append((kind, text))

    def close(self):
        self.closed = True


def test_each_unlocking_adds_a_line_beside_the_recording(tmp_path):
    recording = tmp_path / "a.mcap"
    for reason in ("interim look", "final"):
        place = note_beside(recording, reason)
    assert place == tmp_path / f"a.mcap{ENDING}"
    lines = [json.loads(line) for line in place.read_text().splitlines()]
    assert [line["reason"] for line in lines] == ["interim look", "final"]
    assert all(line["at"] and line["program"] for line in lines)


def test_what_cannot_be_recorded_stays_hidden(tmp_path):
    with pytest.raises(InputError, match="stays hidden"):
        note_beside(tmp_path / "missing" / "a.mcap", "why not")


def test_a_reason_has_words():
    assert check_reason(None) is None
    assert check_reason(" safety ") == "safety"
    with pytest.raises(InputError, match="wants a reason"):
        check_reason("  ")


def test_a_live_session_is_unlocked_by_an_event(monkeypatch):
    feed = Feed()
    monkeypatch.setattr(feeds, "live_feed", lambda endpoint, key: feed)
    assert unlocked_feed("tcp://127.0.0.1:5555", "", "safety") is feed
    assert feed.sent == [("unlock", "safety")]


def test_without_the_event_nothing_is_unlocked(monkeypatch):
    feed = Feed("This key may listen only.")
    monkeypatch.setattr(feeds, "live_feed", lambda endpoint, key: feed)
    with pytest.raises(InputError, match="stays hidden: This key"):
        unlocked_feed("tcp://127.0.0.1:5555", "", "safety")
    assert feed.closed
