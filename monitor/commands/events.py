"""`event`: an event from a script."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from monitor.analysis.settings_event import changed_by
from monitor.commands import options
from monitor.commands.arguments import Connect, Key
from monitor.commands.printing import say
from monitor.protocol.moment import Moment, moment_of
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.keys import load_client_keys
from streams.messages.marks import INFUSION, TAKEN_BACK, UNDO
from streams.messages.requests import EventRequest
from streams.messages.transient import EVENT_KINDS
from streams.sources.file_names import readable
from streams.subscription.recorded_event import record_event

MOST_TEXT_BYTES = 16384
TIMEOUT_S = 5.0


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("event")(event)


def event(
    kind: Annotated[str, typer.Argument(help="infusion_start, infusion_stop, note...")],
    connect: Connect,
    text: Annotated[str, typer.Argument(help="Words that go with it.")] = "",
    key: Key = "",
    author: Annotated[
        str, typer.Option("--author", help="A role, never a person's name.")
    ] = "script",
    time: Annotated[
        str, typer.Option("--time", help="Scanner time (612s, 10:12), or -90s: ago.")
    ] = "",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="It goes before a mark of scanner or pump."),
    ] = False,
) -> None:
    """Record an event from a script; returns once it is on disk.

    A mark of the infusion is moved by giving it again, and `event undo` takes the last
    one back (`event undo infusion_stop`: the last stop); what was recorded stays.

    Example: mrs-monitor event infusion_start --connect tcp://127.0.0.1:5555
    (--time -90s: it was 90 s ago)
    """
    text, author = readable(text), readable(author)
    if not kind.strip() or not kind.isprintable():
        raise InputError("An event needs a kind, e.g. infusion_start or note.")
    _check_words(kind, text)
    secret = load_client_keys(key) if key else None
    request = _request(EventRequest(kind, text, author, replaces=replace), time)
    placed = record_event(Endpoint.parse(connect), request, TIMEOUT_S, secret)
    what = f"undo {text}".strip() if kind == UNDO else placed.kind
    say(f"{what} recorded at {placed.time_s:.2f} s scanner time")
    if placed.kind not in EVENT_KINDS:
        say(
            f"{placed.kind} is no kind that a monitor acts on "
            f"({', '.join(EVENT_KINDS)}): it was recorded as a remark.",
            err=True,
        )


def _request(request: EventRequest, time: str) -> EventRequest:
    """The request at the time that was typed, if any."""
    moment = moment_of(time) if time else Moment(0.0, ago=True)
    if moment is None:
        raise InputError(
            f"--time {time} is no time: give scanner time (612s, 10:12), or -90s for "
            "90 s ago."
        )
    if moment.ago:
        return dataclasses.replace(request, ago_s=moment.seconds)
    return dataclasses.replace(request, time_s=moment.seconds)


def _check_words(kind: str, text: str) -> None:
    """Refuse an event that no monitor could act on, before it is recorded."""
    if len(text.encode()) > MOST_TEXT_BYTES:
        raise InputError(
            f"The words of an event take at most {MOST_TEXT_BYTES} bytes, and these "
            f"have {len(text.encode())}: write them in short."
        )
    if kind == UNDO and text not in TAKEN_BACK:
        raise InputError(
            f"event undo takes back {' or '.join(INFUSION)}, not {text!r}: give one of "
            "them."
        )
    if kind == "reference":
        options.time_range(text, "event reference")
    elif kind == "settings":
        changed_by(text, Settings())
