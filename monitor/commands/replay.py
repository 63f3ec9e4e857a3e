"""`replay`: a recording or file through the live path."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands import options
from monitor.commands.arguments import (
    Basis,
    Choose,
    Files,
    Infusion,
    Override,
    Protocol,
    Reference,
    Step,
    Water,
    WindowLength,
)
from monitor.commands.has_display import no_display
from monitor.commands.joined_files import Gap, Join, one_session
from monitor.commands.option_values import wishes_of
from monitor.commands.printing import say
from monitor.commands.reopen import configure_for_file
from monitor.commands.watch import OutFolder, Unlock, watch
from monitor.protocol.choose import Wishes, settings_for
from monitor.run.analysed_content import about
from monitor.run.feed import replay_feed
from monitor.run.unlock import check_reason, note_beside
from monitor.screen.sheets.new_session import Opening
from streams.errors import InputError
from streams.messages.transient import Start
from streams.sources.joining.joined_files import JoinedFiles
from streams.sources.joining.open_session import open_session


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("replay")(replay)


def replay(
    files: Files,
    speed: Annotated[str, typer.Option("--speed", help="A factor, or max.")] = "1",
    water: Water = None,
    choose: Choose = None,
    basis: Basis = "",
    protocol: Protocol = "",
    window: WindowLength = None,
    step: Step = None,
    reference: Reference = None,
    infusion: Infusion = None,
    override: Override = False,
    join: Join = False,
    gap: Gap = None,
    unlock: Unlock = None,
    beside: Annotated[
        Path | None,
        typer.Option("--beside", help="A second recording, shown beside the first."),
    ] = None,
    out: OutFolder = None,
) -> None:
    """Replay a recording or file, or several with --join, through the live path.

    Example: mrs-monitor replay recordings/infusion-short.mcap --speed 20
    """
    reason = check_reason(unlock)
    wishes = wishes_of(
        *(protocol, basis, reference, infusion, choose, reason, override),
        **options.changes(window=window, step=step),
    )
    session = one_session(files, join, gap)
    source = open_session(session, water, wishes.choose, wishes.files)
    first = next(source.messages, None)
    if first is None or not isinstance(first.body, Start):
        raise InputError(f"{session} does not begin with a start message.")
    for note in source.notes:
        say(note, err=True)
    if beside is not None and isinstance(session, JoinedFiles):
        raise InputError("--beside takes one file on either side: leave --join out.")
    if reason is not None:
        for file in (*files, *([] if beside is None else [beside])):
            say(f"reason recorded: {note_beside(file, reason)}", err=True)
    if beside is not None:
        _compare(files[0], beside, wishes, options.replay_speed(speed))
    watch(
        partial(
            replay_feed,
            *(session, water, options.replay_speed(speed)),
            *(wishes.choose, wishes.files),
        ),
        wishes,
        settings_for(first.body, wishes),
        f"replay {session.name}",
        out or Path("mrs-monitor-replay"),
        opening=Opening(str(files[0]), protocol),
        source=f"replay of a {source.origin}",
        about=about(session, pieces=source.pieces),
    )


def _compare(one: Path, other: Path, wishes: Wishes, speed: float) -> None:
    """Two recordings side by side; needs a display.

    Raises
    ------
    InputError : there is none, or one of them is no recording
    """
    if reason := no_display():
        raise InputError(f"--beside needs a display, and {reason}.")
    from monitor.app.compare.window import run_compare

    names = (one.name, other.name)
    first, first_settings, _ = configure_for_file(one, wishes, speed)
    second, second_settings, _ = configure_for_file(other, wishes, speed)
    settings = (first_settings, second_settings)
    raise typer.Exit(run_compare(names, (first, second), settings))
