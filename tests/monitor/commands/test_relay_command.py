"""`relay`: options that go with a source, its keys, and what it says at the end."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.commands import relay as command
from monitor.commands.relay import _check_goes_with, _clock, _server_keys, _Shown
from streams.errors import InputError
from streams.relay.status import RelayStatus

NOTHING = dict.fromkeys(("water", "choose", "listen", "allow", "protocol"))
SOURCES = {"file": "s.nii.gz", "mrd": "mrd", "folder": "folder:in", "tcp": "tcp://h:1",
           "sim": "sim"}  # fmt: skip
FITS = {
    "water": {"file"},
    "choose": {"file"},
    "listen": {"mrd"},
    "allow": {"mrd"},
    "protocol": {"file", "mrd", "folder"},
}


@pytest.mark.parametrize("option", FITS)
@pytest.mark.parametrize("kind", SOURCES)
def test_an_option_goes_with_its_sources_and_with_no_other(option, kind):
    given = {**NOTHING, option: "x"}
    if kind in FITS[option]:
        _check_goes_with(SOURCES[kind], **given)
    else:
        with pytest.raises(InputError, match=f"--{option} goes with --source"):
            _check_goes_with(SOURCES[kind], **given)


@pytest.mark.parametrize("kind", SOURCES)
def test_without_these_options_every_source_goes(kind):
    _check_goes_with(SOURCES[kind], **NOTHING)


def test_keys_go_together_or_not_at_all():
    assert _server_keys("", "") is None
    for one in (("relay.key", ""), ("", "clients")):
        with pytest.raises(InputError, match="give both"):
            _server_keys(*one)


def status(**given: object) -> RelayStatus:
    return RelayStatus("abc", Path("a.mcap"), "tcp://x:1", **given)


def test_the_clock_is_said_once_it_is_known():
    assert _clock(status()) == ""
    assert "against the scanner's" in _clock(status(clock_offset_s=1.5, drift_ppm=20.0))


def test_the_first_line_says_where_it_records_and_what_else_is_to_be_known():
    said: list[str] = []
    shown = _Shown(said.append, Path("a.mcap"))
    shown.beside = "This computer may fall asleep."
    shown.status(status(transients=3))
    assert said[:2] == ["This computer may fall asleep.", "recording: a.mcap"]
    assert said[2] == "tcp://x:1: 3 transients, 0 events, 0.0 MB recorded"
    shown.status(status(transients=120))
    assert len(said) == 4  # one line more, and where it records no second time


def test_that_the_source_has_ended_is_news():
    said: list[str] = []
    shown = _Shown(said.append, Path("a.mcap"))
    shown.status(status(transients=3))
    shown.status(status(transients=3, ended=True))
    assert said[-1].endswith("MB recorded; source ended")
    shown.status(status(transients=3, ended=True, problem="The disk is full."))
    assert said[-1].endswith("; The disk is full.")


def test_the_totals_say_what_was_refused_and_why():
    said: list[str] = []
    shown = _Shown(said.append, Path("a.mcap"))
    shown.say_totals(status(transients=3, events=1, recorded_bytes=9))
    assert said == ["3 transients, 1 events in a.mcap"]
    shown.say_totals(status(transients=3, refused=2, refusal="time_s is negative"))
    assert said[-1] == "2 messages refused: time_s is negative"


@pytest.fixture
def ran(monkeypatch):
    """What the relay would run with."""
    seen: list[tuple] = []

    def run(bodies, path, bind, **given):
        seen.append((path, bind, given))
        return status(transients=3, recorded_bytes=9)

    monkeypatch.setattr(command, "run_relay", run)
    return seen


def called(*words: object):
    return CliRunner().invoke(app, ["relay", *map(str, words)])


def test_a_recording_has_a_new_name_or_the_one_that_is_given(
    tmp_path, monkeypatch, ran
):
    monkeypatch.setattr(command, "new_recording", lambda _: tmp_path / "new.mcap")
    assert called("--source", "sim").exit_code == 0
    own = tmp_path / "own.mcap"
    assert called("--source", "sim", "--record", own, "--linger", 0).exit_code == 0
    assert [path for path, *_ in ran] == [tmp_path / "new.mcap", own]
    assert [given["linger_s"] for *_, given in ran] == [None, 0.0]


def test_a_relay_does_not_listen_to_itself(tmp_path, ran):
    bind = ("--bind", "tcp://127.0.0.1:5599", "--record", tmp_path / "a.mcap")
    again = called("--source", "tcp://127.0.0.1:5599", *bind)
    assert "what this relay itself publishes at" in str(again.exception)
    assert not ran
    assert called("--source", "tcp://127.0.0.1:5598", *bind).exit_code == 0


def test_no_time_to_linger_is_below_zero(tmp_path, ran):
    done = called("--source", "sim", "--record", tmp_path / "a.mcap", "--linger", -1)
    assert "--linger -1: give 0 or more" in str(done.exception)


def test_keys_of_a_client_need_those_of_the_relay(tmp_path):
    done = CliRunner().invoke(app, ["keys", str(tmp_path), "--client", "room2"])
    assert "give --server" in str(done.exception)
    done = CliRunner().invoke(app, ["keys", str(tmp_path)])
    assert "secret key" in done.stdout
    given = ["--client", "room2", "--server", str(tmp_path / "relay.key")]
    done = CliRunner().invoke(app, ["keys", str(tmp_path), *given])
    assert done.exit_code == 0, done.exception
    assert "room2" in done.stdout
