"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[list[Path], typer.Argument(help="Recordings or NIfTI-MRS files.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Water = Annotated[
    Path | None, typer.Option("--water", help="File with the water reference.")
]
Choose = Annotated[
    list[str] | None,
    typer.Option(
        "--choose",
        help="TAG=N, TAG=A:B or TAG=all: which entries of an edited file's or another "
        "further dimension, e.g. DIM_EDIT=0; several are one course.",
    ),
]
Basis = Annotated[
    str, typer.Option("--basis", help="Basis set: a file or a bundled name.")
]
Protocol = Annotated[
    str, typer.Option("--protocol", help="Protocol: a TOML file or a bundled name.")
]
Names = Annotated[
    bool,
    typer.Option(
        "--names",
        help="Results may hold the names of files, and who marked events.",
    ),
]
WindowLength = Annotated[
    int | None, typer.Option("--window", help="Transients in a window.")
]
Step = Annotated[int | None, typer.Option("--step", help="Transients between windows.")]
Reference = Annotated[
    str | None,
    typer.Option("--reference", help="START:END of the reference period in s."),
]
Infusion = Annotated[
    str | None,
    typer.Option("--infusion", help="START:END in s, if the file has no events."),
]
Override = Annotated[
    bool,
    typer.Option(
        "--override",
        help="--infusion and --reference go before what the recording itself marks.",
    ),
]
Connect = Annotated[
    str,
    typer.Option("--connect", help="tcp://HOST:PORT of a relay; else the window asks."),
]
Key = Annotated[str, typer.Option("--key", help="Secret key file (CURVE).")]
Allow = Annotated[
    str, typer.Option("--allow", help="IP,... that may connect as the scanner (mrd).")
]
Clients = Annotated[
    str, typer.Option("--clients", help="Folder of the clients' public keys.")
]
Listen = Annotated[
    str,
    typer.Option("--listen", help="HOST:PORT for the scanner; 127.0.0.1:9002 (mrd)."),
]
ServerKey = Annotated[
    str, typer.Option("--server-key", help="Secret key file of the relay (CURVE).")
]
