"""`qc`: sessions judged, one or many, and what a protocol would detect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import options
from monitor.commands.analysing import Infusion, Out, Reference, Water
from streams.errors import InputError

Sessions = Annotated[
    list[Path] | None,
    typer.Argument(help="Recordings, files or folders; a BIDS data set is a folder."),
]
Basis = Annotated[str, typer.Option("--basis", help="Basis set: file or bundled name.")]
Protocol = Annotated[
    str, typer.Option("--protocol", help="Protocol: a TOML file or a bundled name.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("qc")(judge_sessions)


def judge_sessions(
    sessions: Sessions = None,
    out: Out = Path("qc"),
    water: Water = None,
    basis: Basis = "",
    protocol: Protocol = "",
    reference: Reference = None,
    infusion: Infusion = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Also on paper.")] = True,
) -> None:
    """Judge sessions by the criteria of their protocol.

    One file gives a report (HTML, PDF, CSV, JSON).

    Example: mrs-monitor qc session.mcap --out report
    """
    from monitor.choose import Wishes

    wishes = Wishes(
        protocol,
        basis,
        options.changes(
            reference_s=options.time_range(reference, "--reference"),
            infusion_s=options.time_range(infusion, "--infusion"),
        ),
    )
    if not sessions:
        raise InputError("Give a recording or a folder to judge.")
    if len(sessions) == 1 and sessions[0].is_file():
        _one(sessions[0], out, wishes, water, pdf)


def _one(path: Path, out: Path, wishes: object, water: Path | None, pdf: bool) -> None:
    from monitor.choose import Wishes
    from monitor.qc.one import judge
    from monitor.report.session_files import write_session_report

    if not isinstance(wishes, Wishes):
        raise TypeError("wishes are Wishes")
    judged = judge(path, wishes, water)
    write_session_report(judged, out, pdf)
    typer.echo(f"{judged.report['verdict']}: {out / 'report.html'}")
