"""`live`: follow a relay, in the window or in the terminal."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands import options
from monitor.commands.arguments import (
    Basis,
    Connect,
    Key,
    Protocol,
    Step,
    WindowLength,
)
from monitor.commands.has_display import no_display
from monitor.commands.reopen import configure_for_choice
from monitor.commands.watch import OutFolder, Unlock, watch
from monitor.protocol.choose import Wishes
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.run.feed import live_feed
from monitor.run.identity import Identity
from monitor.run.unlock import check_reason, unlocked_feed
from monitor.screen.sheets.new_session import Opening
from streams.errors import InputError
from streams.messages.endpoint import Endpoint


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("live")(live)


def live(
    connect: Connect = "",
    key: Key = "",
    protocol: Protocol = "",
    basis: Basis = "",
    window: WindowLength = None,
    step: Step = None,
    unlock: Unlock = None,
    view: Annotated[
        bool,
        typer.Option("--view", help="Only look on: no key that records anything."),
    ] = False,
    subject: Annotated[
        str, typer.Option("--subject", help="Code of the subject, as 07; never a name.")
    ] = "",
    visit: Annotated[str, typer.Option("--visit", help="Code of the visit.")] = "",
    out: OutFolder = None,
) -> None:
    """Follow a relay: subscribe, fit, show.  Without --connect the window asks.

    With --view the same page for those outside the room: nothing that it does is
    recorded, and a lock on the outcome holds.

    Example: mrs-monitor live --connect tcp://127.0.0.1:5555
    """
    reason, who = check_reason(unlock), Identity(subject, visit)
    if view and (reason is not None or who != Identity()):
        raise InputError("--view records nothing: leave --unlock, --subject, --visit.")
    if not connect:
        if reason is not None:
            raise InputError("--unlock needs --connect tcp://HOST:PORT.")
        wishes = Wishes(protocol, basis, options.changes(window=window, step=step))
        _open_empty_window(wishes, Opening("", protocol, key, view=view, who=who))
    Endpoint.parse(connect)
    hidden = None if reason is None else False
    changes = options.changes(window=window, step=step, outcome_hidden=hidden)
    wishes = Wishes(protocol, basis, changes)
    settings = read_protocol(protocol) if protocol else Settings()
    watch(
        partial(live_feed, connect, key, view)
        if reason is None
        else partial(unlocked_feed, connect, key, reason),
        wishes,
        settings.with_changes(**wishes.changes),
        f"live {connect}",
        out or Path("mrs-monitor-live"),
        opening=Opening(connect, protocol, key, view=view, who=who),
    )


def _open_empty_window(wishes: Wishes, opening: Opening) -> None:
    """An empty window that asks what to show.

    Raises
    ------
    InputError : there is no display to ask on
    """
    if reason := no_display():
        raise InputError(f"live needs --connect tcp://HOST:PORT, since {reason}.")
    from monitor.app.run import run_window

    another = partial(configure_for_choice, wishes=wishes)
    raise typer.Exit(run_window(None, Settings(), "mrs-monitor", another, opening))
