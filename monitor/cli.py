"""The command line: `mrs-monitor COMMAND`, where things are wired together.

Bad input is one sentence on stderr and exit code 2, never a traceback.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from monitor import __version__
from monitor.commands import (
    analysing,
    basis_sets,
    events,
    preflight,
    qc,
    recordings,
    streaming,
    watching,
)
from monitor.commands.printing import say
from monitor.commands.terminal import say_last
from streams.errors import IncompleteError, InputError

app = typer.Typer(
    name="mrs-monitor",
    help="Live glutamate from an MR scanner, transient by transient, with its "
    "uncertainty. Research software: no clinical advice, no alarm about the patient.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (watching, analysing, qc, streaming, events, preflight, recordings):
    group.register(app)
app.add_typer(basis_sets.app, name="basis")


def _version(wanted: bool) -> None:
    if wanted:
        say(f"mrs-monitor {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say it."),
    ] = False,
) -> None:
    """Options of the program itself."""


def _not_permitted(error: PermissionError) -> str:
    place = error.filename or "A file or an address"
    return f"{place} is not permitted to this user: use another, or ask its owner."


def main() -> None:
    """Run the command line; the console script."""
    try:
        app()
    except InputError as error:
        say_last(f"mrs-monitor: {error}")
        sys.exit(1 if isinstance(error, IncompleteError) else 2)
    except PermissionError as error:  # any place, however deep it was looked into
        say_last(f"mrs-monitor: {_not_permitted(error)}")
        sys.exit(2)
    except KeyboardInterrupt:
        say_last("stopped.")
        sys.exit(130)
