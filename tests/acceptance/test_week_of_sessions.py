"""A week of sessions in small, and that its checks notice what they are for."""

import sys
import zlib
from types import SimpleNamespace

import pytest
from stream_cases import fid, messages

sys.path.append(__file__.rpartition("/")[0])
import week_of_sessions
from outside_viewer import digest
from week_checks import Tally, check_names, check_recording, check_sent
from week_visits import VISITS, virtual

from streams.messages import wire
from streams.recording.journal import Journal

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        sys.platform != "linux", reason="limits another program's files"
    ),
]


@pytest.fixture
def seen(tmp_path):
    """A recording, and a viewer that has seen all of it."""
    several = [wire.encode(message) for message in messages(6)]
    with Journal.create(tmp_path / "s.mcap") as recording:
        for frames in several:
            recording.append(frames)
    marked = next(n for n, f in enumerate(several) if b"infusion_start" in f[1])
    return SimpleNamespace(
        path=tmp_path / "s.mcap",
        seen={("abc", n): digest(frames) for n, frames in enumerate(several)},
        acknowledged=[("abc", marked, "infusion_start")],
        changed=[],
    )


def counted(seen):
    tally = Tally(say=lambda *_, **__: None)
    check_recording(seen.path, seen, tally)
    return {what: tally.counts[what] for what in ("seen", "lost", "altered")}


def test_what_is_there_as_it_was_seen(seen):
    assert counted(seen) == {"seen": 10, "lost": 0, "altered": 0}


def test_what_is_not_there_is_lost(seen):
    seen.seen[("abc", 99)] = b"never recorded"
    seen.seen[("xyz", 0)] = b"of another session"
    seen.acknowledged.append(("abc", 1, "infusion_stop"))
    assert counted(seen)["lost"] == 3


def test_what_is_there_otherwise_is_altered(seen):
    seen.seen[("abc", 2)] = b"something else"
    seen.changed.append(("abc", 3))
    assert counted(seen)["altered"] == 2


def test_what_was_sent_and_is_neither_there_nor_counted_is_silent(seen):
    tally = Tally()
    recorded = check_recording(seen.path, seen, tally)
    sent = [zlib.crc32(fid(count).tobytes()) for count in range(9)]
    check_sent(sent, recorded, 1, tally)
    assert tally.counts["silent"] == 2
    assert tally.counts["altered"] == 0
    check_sent(sent[1:], recorded, 3, tally)
    assert tally.counts["altered"] == 1


def test_a_name_in_a_log_is_leaked(tmp_path):
    (tmp_path / "relay.log").write_text("for Testperson")
    tally = Tally()
    check_names(tmp_path, tally)
    assert tally.counts["leaked"] == 1


def test_figures_that_grow():
    assert week_of_sessions.grows([50, 60, 60, 70, 75, 80], slack=4)
    assert not week_of_sessions.grows([50, 60, 70, 70, 71, 72], slack=4)


def passed(tmp_path, hours, seed, **options):
    tally = week_of_sessions.run(hours, seed, tmp_path, **options)
    print(tally.table)
    assert not tally.failures
    assert tally.harm == 0
    assert tally.counts["seen"] > 50 * hours
    return tally


def test_a_short_hour(tmp_path):
    tally = passed(
        tmp_path, 1, 11, visits=[virtual], harms=["full_disk", "restarted", "marked"]
    )
    assert tally.tried["kill -9"] == 1


@pytest.mark.slow
def test_three_hours(tmp_path):
    tally = passed(tmp_path, 3, 12)
    assert sum(tally.tried.values()) >= 3 * (7 + 3 + len(VISITS))
