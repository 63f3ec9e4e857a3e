"""`event`: an event from a script."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.analysis.settings_event import changed_by
from monitor.commands import options
from monitor.commands.arguments import Connect, Key
from monitor.commands.printing import say
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.keys import load_client_keys
from streams.messages.transient import EVENT_KINDS
from streams.subscription.subscriber import send_event

MOST_TEXT_BYTES = 16384


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
) -> None:
    """Record an event from a script; returns once it is on disk.

    Example: mrs-monitor event infusion_start --connect tcp://127.0.0.1:5555
    """
    if not kind.strip() or not kind.isprintable():
        raise InputError("An event needs a kind, e.g. infusion_start or note.")
    _check_words(kind, text)
    secret = load_client_keys(key) if key else None
    placed = send_event(connect, kind, text, author, keys=secret)
    say(f"{placed.kind} recorded at {placed.time_s:.2f} s scanner time")
    if placed.kind not in EVENT_KINDS:
        say(
            f"{placed.kind} is no kind that a monitor acts on "
            f"({', '.join(EVENT_KINDS)}): it was recorded as a remark.",
            err=True,
        )


def _check_words(kind: str, text: str) -> None:
    """Refuse an event that no monitor could act on, before it is recorded."""
    if len(text.encode()) > MOST_TEXT_BYTES:
        raise InputError(
            f"The words of an event take at most {MOST_TEXT_BYTES} bytes, and these "
            f"have {len(text.encode())}: write them in short."
        )
    if kind == "reference":
        options.time_range(text, "event reference")
    elif kind == "settings":
        changed_by(text, Settings())
