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
    kit,
    preflight,
    qc,
    recordings,
    streaming,
    watching,
)
from streams.errors import InputError

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
app.add_typer(kit.app, name="kit")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mrs-monitor {__version__}")
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
        typer.echo(f"mrs-monitor: {error}", err=True)
        sys.exit(2)
    except PermissionError as error:  # any place, however deep it was looked into
        typer.echo(f"mrs-monitor: {_not_permitted(error)}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("stopped.", err=True)
        sys.exit(130)
