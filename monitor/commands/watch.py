"""A session followed in the window or the terminal: for `demo`, `live`, `replay`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.commands.has_display import no_display
from monitor.commands.printing import say_on
from monitor.commands.reopen import configure_for_choice, keep_lock
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.run.feed import Feed
from monitor.run.session_run import SessionRun
from monitor.run.worker_config import WorkerConfig
from monitor.screen.sheets.new_session import Opening

Unlock = Annotated[
    str | None,
    typer.Option("--unlock", help="Show a blinded outcome; the REASON is recorded."),
]
OutFolder = Annotated[
    Path | None,
    typer.Option("--out", help="Where a run without a display puts its files."),
]


def watch(
    open_feed: Callable[[], Feed],
    wishes: Wishes,
    settings: Settings,
    title: str,
    out: Path,
    planned: int | None = None,
    reason: str | None = None,
    opening: Opening | None = None,
    source: str = "",
    about: Mapping[str, Any] | None = None,
) -> None:
    """Follow a feed in the window, or in the terminal where there is no display.

    `reason` says why there is none, empty where there is one; None: it is asked.
    """
    if reason is None:
        reason = no_display()
    if not reason:
        from monitor.app.run import run_window

        config = WorkerConfig(open_feed, partial(SessionRun, wishes))
        named = f"mrs-monitor: {title}"
        another = partial(configure_for_choice, wishes=keep_lock(wishes))
        raise typer.Exit(run_window(config, settings, named, another, opening))

    from rich.console import Console

    from monitor.commands.headless import Headless

    console = Console(stderr=True)
    say_on(console, f"No window, since {reason}: following here.")
    Headless(open_feed(), wishes, out, console).run(title, planned, source, about)
