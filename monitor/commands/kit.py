"""`kit`: packages for a Siemens scanner, the program inside them, and their checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.preflight.machine import State

app = typer.Typer(help="Packages for a Siemens scanner: OpenRecon and FIRE.",
                  no_args_is_help=True)  # fmt: skip
Out = Annotated[Path, typer.Option("--out", help="New folder for the kit.")]
Wheelhouse = Annotated[
    Path | None,
    typer.Option("--wheelhouse", help="Folder of wheels, where there is no network."),
]


@app.command("openrecon")
def openrecon(out: Out, wheelhouse: Wheelhouse = None) -> None:
    """Write all that an OpenRecon package is built from (Siemens XA60 and later).

    Example: mrs-monitor kit openrecon --out openrecon-kit
    """
    from monitor.kit.files import write_openrecon

    write_openrecon(out, wheelhouse)
    typer.echo(f"{out}: INSTALL.md says how to go on (python3 build.py openrecon).")


@app.command("fire")
def fire(
    out: Out,
    wheelhouse: Wheelhouse = None,
    host: Annotated[
        str, typer.Option("--host", help="hostname in fire.ini; the MARS itself.")
    ] = "",
) -> None:
    """Write fire.ini, settings and the recipe of a chroot image for FIRE.

    Example: mrs-monitor kit fire --out fire-kit
    """
    from monitor.kit.files import MARS_HOST, write_fire

    write_fire(out, wheelhouse, host or MARS_HOST)
    typer.echo(f"{out}: INSTALL.md says how to go on.")


@app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="A kit, built or not.")],
) -> None:
    """Look at a kit and at what was built from it; exit code 2 if anything is WRONG.

    Example: mrs-monitor kit check openrecon-kit
    """
    from monitor.kit.check import checks

    wrong = 0
    for found in checks(folder):
        typer.echo(found.line)
        wrong += found.state is State.WRONG
    typer.echo(f"{wrong} checks are WRONG" if wrong else "ready")
    if wrong:
        raise typer.Exit(2)
