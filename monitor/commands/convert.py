"""`convert`: a recording to other formats, or from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands import options
from monitor.commands.arguments import Choose
from monitor.commands.joined_files import Gap, Join, one_session
from monitor.commands.printing import say
from monitor.commands.scanner import SiteProtocol
from monitor.judge.labels import entity
from monitor.protocol.site_rules import file_rules
from streams.errors import InputError
from streams.export import ismrmrd, nifti_mrs
from streams.export.bids import next_session, write_bids
from streams.export.shared_fields import without_typed
from streams.messages import wire
from streams.messages.transient import (
    Message,
    number,
)
from streams.recording.journal import Journal
from streams.sources.files.open_file import RECORDING
from streams.sources.joining.open_session import open_session


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("convert")(convert)


class Format(StrEnum):
    """What `convert` writes."""

    NIFTI = "nifti-mrs"
    BIDS = "bids"
    ISMRMRD = "ismrmrd"
    RECORDING = "recording"


def convert(
    files: Annotated[
        list[Path], typer.Argument(help="A recording or another file; several: --join.")
    ],
    out: Annotated[Path, typer.Option("--out", help="File, or folder for BIDS.")],
    to: Annotated[Format, typer.Option("--to", help="Format.")] = Format.NIFTI,
    water: Annotated[
        Path | None, typer.Option("--water", help="File with the water reference.")
    ] = None,
    choose: Choose = None,
    join: Join = False,
    gap: Gap = None,
    protocol: SiteProtocol = "",
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject", help="BIDS: label; default: sub-LABEL in the name, or 01."
        ),
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(
            "--session", help="BIDS: label; default: ses-LABEL in the name, or a new."
        ),
    ] = None,
    notes: Annotated[
        bool,
        typer.Option("--notes", help="Also what people typed, which may name one."),
    ] = False,
    sourcedata: Annotated[
        bool | None,
        typer.Option(
            "--sourcedata/--no-sourcedata",
            help="BIDS: a copy of the recording, what people typed in it; "
            "default: with --notes.",
        ),
    ] = None,
) -> None:
    """Convert a recording to other formats, or other formats to a recording.

    Without --notes, what somebody typed stays out: texts, authors, kinds of events.
    With --join several files become one, with the times of one session.

    Example: mrs-monitor convert session.mcap --to nifti-mrs --out session.nii.gz
    mrs-monitor convert visit2.mcap --to bids --subject 07 --out study
    """
    place = one_session(files, join, gap)
    for read in (*files, water):
        _check_kept(read, out, to)
    rules = file_rules(protocol)
    source = open_session(place, water, options.choices(choose), rules)
    messages = source.messages
    if to is Format.RECORDING:
        written = [_write_recording(messages, out, notes)]
    elif to is Format.BIDS:
        subject, session = _labels(files[0], out, subject, session)
        copied = notes if sourcedata is None else sourcedata
        kept = files[0] if copied and source.origin == RECORDING else None
        written = write_bids(out, messages, subject, session, kept, notes)
    elif to is Format.ISMRMRD:
        written = list(ismrmrd.write_session(out, messages))
    else:
        written = nifti_mrs.write_session(out, messages, notes)
    for note in source.notes:
        say(note, err=True)
    for path in written:
        say(path)


def _labels(
    file: Path, out: Path, subject: str | None, session: str | None
) -> tuple[str, str]:
    """Labels as told, else as `qc` reads them from the name, else 01 and a new one."""
    told, visit = (entity(file.as_posix(), key) for key in ("sub", "ses"))
    subject = subject if subject is not None else told or "01"
    session = session if session is not None else visit or next_session(out, subject)
    return subject, session


def _check_kept(read: Path | None, out: Path, to: Format) -> None:
    """Refuse to write over what is read: NAME itself, NAME_water, ... or in a BIDS set.

    Raises
    ------
    InputError : `out` would do so
    """
    if read is None:
        return
    read, out = read.resolve(), out.resolve()
    stem, dot, ending = out.name.partition(".")
    names = rf"{re.escape(stem)}(_[^.]*)?{re.escape(dot + ending)}"
    if to is Format.BIDS:
        over = read.is_relative_to(out)
    else:
        over = read.parent == out.parent and re.fullmatch(names, read.name) is not None
    if over:
        raise InputError(
            f"--out {out.name} would be written over {read.name}: give another name."
        )


def _write_recording(messages: Iterable[Message], out: Path, notes: bool) -> Path:
    """Write messages as a recording of its own, with `notes` as they are."""
    bodies = (message.body for message in messages)
    with Journal.create(out) as journal:
        for message in number(bodies if notes else map(without_typed, bodies)):
            journal.append(wire.encode(message))
    return out
