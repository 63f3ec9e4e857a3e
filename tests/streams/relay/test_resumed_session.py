"""A session that was cut off and goes on says its start again with the same bytes."""

from pathlib import Path

from stream_cases import ACQUISITION, transient

from streams.messages.transient import Start
from streams.relay.session import RelaySession


def test_the_start_of_a_resumed_session_is_unchanged(tmp_path: Path):
    cut_off = RelaySession(tmp_path / "visit.mcap")
    for body in (
        Start(ACQUISITION, "virtueller Scanner — Kopf 1", "protocol", "1.0"),
        transient(0),
        Start(ACQUISITION, "second series"),
        transient(1),
    ):
        cut_off.record(body)
    published = [bytes(frame) for frame in cut_off.start_frames]
    cut_off.journal.abandon()
    resumed = RelaySession(tmp_path / "visit.mcap")
    assert [bytes(frame) for frame in resumed.start_frames] == published
    resumed.journal.close()


def test_a_resumed_session_without_a_start_has_none_to_say(tmp_path: Path):
    RelaySession(tmp_path / "visit.mcap").journal.abandon()
    resumed = RelaySession(tmp_path / "visit.mcap")
    assert resumed.start_frames == []
    resumed.journal.close()
