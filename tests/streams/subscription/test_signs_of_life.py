"""What a subscription says is wrong: the worst first, and nothing that is well."""

import time
from types import SimpleNamespace

import pytest

from streams.messages.endpoint import Endpoint
from streams.messages.transient import End, Heartbeat
from streams.subscription.signs_of_life import BEAT_S, QUIET_S, SignsOfLife

BEAT = Heartbeat(9, 1000, 10**9)


@pytest.fixture
def signs(monkeypatch) -> SignsOfLife:
    """Of a relay that is well, heard just now; its clock stands at 1000 s."""
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    links = SimpleNamespace(connected=True, key_refused=False)
    ordering = SimpleNamespace(
        session="abc", last_seq=9, received=10, next_seq=8, history=0, filled=1,
        open_gaps=0, duplicates=2,
    )  # fmt: skip
    intake = SimpleNamespace(refused=0, refusal="", remark="", repeated=3, waiting="")
    made = SignsOfLife(
        *(Endpoint.parse("tcp://127.0.0.1:5555"), links, ordering, intake)
    )
    made.at, made.live_since, made.answered = 1000.0, 900.0, True
    made.recorded, made.heartbeat = True, BEAT
    return made


def beat(**changes: object) -> Heartbeat:
    fields = {
        "last_seq": 9,
        "recorded_bytes": 1000,
        "disk_free_bytes": 10**9,
        **changes,
    }
    return Heartbeat(**fields)


def test_of_a_relay_that_is_well_nothing_is_said(signs):
    health = signs.health()
    assert health.problem == ""
    assert (health.lag, health.duplicates, health.heard_s) == (2, 5, 0.0)
    assert health.recording


def test_without_a_heartbeat_nothing_is_known_of_the_recording(signs):
    signs.heartbeat = None
    health = signs.health()
    assert health.recording is health.disk_free_bytes is health.clock_offset_s is None
    assert (health.deaf, health.disk, health.problem) == ("", "", "")


def test_a_relay_that_cannot_write_is_said_before_all_else(signs):
    signs.heartbeat = beat(recording=False, deaf="A viewer.", dropped=3)
    signs._ordering.open_gaps = 2
    assert signs.health().problem.startswith("NOT RECORDING")
    assert signs.health().recording is False
    signs.recorded = False  # a publisher: it never said that it records
    assert signs.health().problem == "A viewer."


@pytest.mark.parametrize(
    ("since_s", "silent"), [(None, True), (999.9, True), (900.0, False)]
)
def test_a_relay_has_some_seconds_to_answer(signs, since_s, silent):
    signs.answered, signs.live_since = None, since_s
    problem = signs.health().problem
    assert (problem == "") is silent
    assert silent or "does not answer on tcp://127.0.0.1:5556" in problem


def test_without_a_journal_what_is_lost_cannot_be_fetched(signs):
    signs.recorded, signs.answered = False, False
    signs._ordering.open_gaps = 4
    said = signs.health().problem
    assert said.startswith("NOT RECORDED by a relay")
    assert "(4 so far)" in said


def test_gaps_then_refusals_then_what_the_relay_left_out(signs):
    signs.heartbeat = beat(dropped=5)
    assert signs.health().problem == "The relay left out 5 invalid messages."
    signs._intake.refused, signs._intake.refusal = 2, "time_s is negative"
    said = "2 messages were refused: time_s is negative"
    assert signs.health().problem == said
    signs._ordering.open_gaps = 1
    assert signs.health().problem == "1 messages are lost for good."


def test_what_subscriber_and_relay_refused_is_added_where_the_reason_is_known(signs):
    signs.heartbeat = beat(dropped=5, dropped_reason="no count")
    signs._intake.refused = 2
    health = signs.health()
    assert (health.refused, health.refusal) == (7, "no count")
    assert health.problem == "7 messages were refused: no count"
    signs._intake.refusal = "time_s is negative"
    assert signs.health().refusal == "time_s is negative"
    signs.heartbeat = None
    signs._intake.refusal = ""
    assert (signs.health().refused, signs.health().refusal) == (2, "")


def test_what_is_dropped_is_counted_and_said_last(signs):
    signs.drop("no start")
    signs.drop("no session")
    assert signs.health().dropped == 2
    assert signs.health().problem == "2 messages were dropped: no session"
    signs._intake.waiting = "A start is awaited."
    assert signs.health().problem == "A start is awaited."


def test_nobody_there_and_nothing_yet_are_two_things(signs):
    signs.at = None
    assert "but nothing has come yet" in signs.health().problem
    assert signs.health().heard_s is None
    signs._links.connected = False
    assert signs.health().problem.startswith("Nobody listens at tcp://127.0.0.1:5555")
    signs._links.key_refused = True
    assert "refuses our key" in signs.health().problem
    assert signs.health().away == signs.health().problem


def test_a_relay_that_beats_is_missed_after_three_beats(signs):
    signs.at = 1000.0 - QUIET_S
    assert signs.health().away == ""
    signs.at = 1000.0 - QUIET_S - 1
    assert signs.health().away.startswith("Nothing from tcp://127.0.0.1:5555 for 4 s")
    signs.heartbeat = None  # a publisher may be silent between its transients
    assert signs.health().away == ""


def test_a_lost_connection_is_said_sooner(signs):
    signs._links.connected = False
    signs.at = 1000.0 - BEAT_S
    assert signs.health().away == ""
    signs.at = 1000.0 - BEAT_S - 0.6
    assert signs.health().away.endswith("for 2 s; still trying.")
    signs.end = End(9, "complete")
    said = "The session has ended (complete) and its relay left."
    assert signs.health().away == said
