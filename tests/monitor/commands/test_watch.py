"""`demo`, `live` and `replay` choose the window or the terminal, and its places."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from monitor.cli import app
from monitor.commands import live, replay, watch
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.run.unlock import unlocked_feed
from streams.errors import InputError

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"
CONNECT = ("--connect", "tcp://127.0.0.1:5555")


@pytest.fixture
def watched(monkeypatch):
    """What would be followed: (feed, wishes, settings, title, out) and the rest."""
    seen: list[tuple] = []
    for command in (live, replay):
        monkeypatch.setattr(
            command, "watch", lambda *given, **more: seen.append((*given, more))
        )
    return seen


def called(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_live_goes_into_a_folder_of_its_own_unless_told(watched, tmp_path):
    assert called("live", *CONNECT).exit_code == 0
    assert called("live", *CONNECT, "--out", tmp_path).exit_code == 0
    assert [out for *_, out, _ in watched] == [Path("mrs-monitor-live"), tmp_path]


def test_live_opens_a_lock_only_for_a_reason(watched):
    assert called("live", *CONNECT).exit_code == 0
    assert called("live", *CONNECT, "--unlock", "safety review").exit_code == 0
    (closed, wishes, *_), (opened, lifted, *_) = watched
    assert closed.func is not unlocked_feed
    assert wishes.changes == {}
    assert opened.func is unlocked_feed
    assert opened.args[-1] == "safety review"
    assert lifted.changes == {"outcome_hidden": False}


def test_looking_on_needs_no_more_than_an_address(watched):
    assert called("live", *CONNECT, "--view").exit_code == 0
    assert watched[0][0].args[-1] is True
    assert called("live", *CONNECT, "--subject", "07").exit_code == 0
    assert watched[1][0].args[-1] is False


def test_without_an_address_the_window_asks(monkeypatch):
    opened = []
    monkeypatch.setattr(live, "no_display", lambda: "there is no display")
    ran = called("live")
    assert "live needs --connect" in str(ran.exception)

    def open_window(wishes: Wishes, opening: object) -> None:
        opened.append(wishes)
        raise typer.Exit(0)

    monkeypatch.setattr(live, "_open_empty_window", open_window)
    assert called("live", "--window", "32").exit_code == 0
    assert opened[0].changes == {"window": 32}


def test_a_replay_names_its_source_and_keeps_its_reason(watched, tmp_path):
    file = tmp_path / "a.mcap"
    file.write_bytes(RECORDING.read_bytes())
    ran = called("replay", file, "--out", tmp_path / "x")
    assert ran.exit_code == 0, ran.exception
    assert "reason recorded" not in ran.stderr
    *_, title, out, more = watched[0]
    assert (title, out) == ("replay a.mcap", tmp_path / "x")
    assert more["source"] == "replay of a recording"
    ran = called("replay", file, "--unlock", "safety review")
    assert ran.stderr.count("reason recorded") == 1
    assert watched[1][-2] == Path("mrs-monitor-replay")


def test_two_recordings_beside_each_other_both_keep_the_reason(
    monkeypatch, watched, tmp_path
):
    one, other = tmp_path / "a.mcap", tmp_path / "b.mcap"
    for file in (one, other):
        file.write_bytes(RECORDING.read_bytes())
    compared = []
    monkeypatch.setattr(replay, "_compare", lambda *given: compared.append(given[:2]))
    ran = called("replay", one, "--beside", other, "--unlock", "safety review")
    assert ran.stderr.count("reason recorded") == 2
    assert compared == [(one, other)]


def test_side_by_side_needs_a_display(monkeypatch):
    monkeypatch.setattr(replay, "no_display", lambda: "there is no display")
    with pytest.raises(InputError, match="--beside needs a display, and there is no"):
        replay._compare(RECORDING, RECORDING, Wishes(), 1.0)


def test_whether_there_is_a_display_is_asked_unless_it_is_known(monkeypatch, tmp_path):
    asked = []

    def display() -> str:
        asked.append(1)
        return "there is no display"

    ran = []

    class Follower:
        def __init__(self, *_: object) -> None: ...

        def run(self, *given: object) -> None:
            ran.append(given)

    monkeypatch.setattr(watch, "no_display", display)
    monkeypatch.setattr("monitor.commands.headless.Headless", Follower)
    given = (lambda: None, Wishes(), Settings(), "a title", tmp_path, 9)
    watch.watch(*given)
    watch.watch(*given, reason="QT_QPA_PLATFORM is minimal")
    assert len(asked) == 1
    assert [title for title, *_ in ran] == ["a title"] * 2
