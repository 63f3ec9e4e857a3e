"""`event`: what goes to the relay, what is refused before, what is said of it."""

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.commands import events
from monitor.commands.events import MOST_TEXT_BYTES
from streams.errors import InputError
from streams.messages.requests import EventRequest
from streams.messages.transient import Event

CONNECT = ("--connect", "tcp://127.0.0.1:5555")


@pytest.fixture
def asked(monkeypatch) -> list[EventRequest]:
    """Requests that reach a relay, which places each at 612 s."""
    requests: list[EventRequest] = []

    def record(_endpoint, request, _timeout_s, _secret):
        requests.append(request)
        return Event(612.0, request.kind, request.text, request.author)

    monkeypatch.setattr(events, "record_event", record)
    return requests


def called(*words: str):
    return CliRunner().invoke(app, ["event", *words, *CONNECT])


def test_a_mark_without_a_time_is_one_of_now(asked):
    ran = called("infusion_start")
    assert ran.stdout == "infusion_start recorded at 612.00 s scanner time\n"
    assert ran.stderr == ""
    assert (asked[0].time_s, asked[0].ago_s) == (None, 0.0)


@pytest.mark.parametrize(
    ("time", "time_s", "ago_s"),
    [("10:12", 612.0, 0.0), ("612s", 612.0, 0.0), ("-90s", None, 90.0)],
)
def test_a_time_is_of_the_scanner_or_before_now(asked, time, time_s, ago_s):
    assert called("infusion_start", "--time", time).exit_code == 0
    assert (asked[0].time_s, asked[0].ago_s) == (time_s, ago_s)


def test_what_is_taken_back_is_said(asked):
    assert called("undo", "infusion_stop").stdout.startswith(
        "undo infusion_stop recorded"
    )
    assert called("undo").stdout.startswith("undo recorded")


def test_a_kind_that_no_monitor_acts_on_is_recorded_as_a_remark_and_said(asked):
    ran = called("coffee")
    assert "recorded as a remark" in ran.stderr
    assert [request.kind for request in asked] == ["coffee"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("",), "needs a kind"),
        (("  ",), "needs a kind"),
        (("no\x1bte",), "needs a kind"),
        (("note", "--time", "noon"), "is no time"),
        (("undo", "note"), "event undo takes back"),
        (("reference", "0-600"), "event reference 0-600 is no range"),
        (("settings", "nothing"), ""),
        (("note", "ä" * (MOST_TEXT_BYTES // 2 + 1)), "take at most"),
    ],
)
def test_what_no_monitor_could_act_on_is_not_recorded(asked, words, reason):
    ran = called(*words)
    assert isinstance(ran.exception, InputError)
    assert reason in str(ran.exception)
    assert not asked


@pytest.mark.parametrize(
    "words",
    [
        ("note", "x" * MOST_TEXT_BYTES),  # as long as it may be
        ("note", "infusion of what"),  # not a reference, no settings
        ("reference", "0:600"),
        ("settings", '{"outcome": "Glx"}'),
    ],
)
def test_what_a_monitor_can_act_on_is_recorded(asked, words):
    ran = called(*words)
    assert ran.exit_code == 0, ran.exception
    assert asked[0].text == words[1]


def test_words_in_another_encoding_are_recorded_as_far_as_they_are_readable(asked):
    ran = called("note", "M\udcfcller came", "--author", "\udce4rztin")
    assert ran.exit_code == 0, ran.exception
    assert (asked[0].text, asked[0].author) == ("M_ller came", "_rztin")
