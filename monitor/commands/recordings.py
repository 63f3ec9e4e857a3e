"""`info`, `verify`, `recover`, `convert`, `tail`: recordings from the command line."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands import options
from monitor.commands.arguments import Choose, Connect, Key
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
from streams.messages.keys import load_client_keys
from streams.messages.placeholder import count_refused
from streams.messages.transient import (
    Acquisition,
    Event,
    Message,
    Start,
    Transient,
    number,
)
from streams.recording import inspection, reading
from streams.recording.inspection import Verification
from streams.recording.journal import Journal
from streams.sources.files.open_file import RECORDING
from streams.sources.joining.open_session import open_session
from streams.subscription.subscriber import Subscriber
from streams.voxel.place import described

BESIDE_S = 60.0  # how often `tail` says how the clocks are
File = Annotated[Path, typer.Argument(help="A recording.")]


class Format(StrEnum):
    """What `convert` writes."""

    NIFTI = "nifti-mrs"
    BIDS = "bids"
    ISMRMRD = "ismrmrd"
    RECORDING = "recording"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for name, command in (
        ("info", info),
        ("verify", verify),
        ("recover", recover),
        ("convert", convert),
        ("tail", tail),
    ):
        app.command(name)(command)


def info(file: File) -> None:
    """Say what a recording holds; exit code 2 if it is damaged.

    Example: mrs-monitor info session.mcap
    """
    held = inspection.info(file)
    if not held.verification.damaged:
        say(held.verification.summary)
    for start in held.starts:
        say(_acquire(start))
    kinds = ", ".join(f"{count} {kind}" for kind, count in held.kinds.items())
    epochs = f"{held.epochs} epoch{'' if held.epochs == 1 else 's'}"
    lost = held.never_came
    gone = f"; {lost} transient{'' if lost == 1 else 's'} never came" if lost else ""
    say(f"session {held.session}: {kinds or 'no transient'}; {epochs}{gone}")
    if held.refused:
        last = next(e for e in reversed(held.events) if count_refused(e))
        say(f"{held.refused} messages refused; the last: {last.text}")
    if held.first_s is not None and held.last_s is not None:
        say(f"scanner time {held.first_s:.1f} to {held.last_s:.1f} s")
    for event in held.events:
        say(f"{event.time_s:10.1f} s  {event.kind}  {event.text}")
    if held.verification.damaged:
        raise InputError(held.verification.summary)


def verify(file: File) -> None:
    """Check every record of a recording; exit code 1 if it is not whole.

    Example: mrs-monitor verify session.mcap
    """
    checked = inspection.verify(file)
    say(checked.summary)
    if not checked.whole:
        raise typer.Exit(1)


def recover(
    file: File,
    out: Annotated[
        Path | None, typer.Option("--out", help="The sound file; FILE-recovered.")
    ] = None,
) -> None:
    """Write everything readable of a damaged recording into a sound one.

    Example: mrs-monitor recover session.mcap.part
    """
    stem = file.name.removesuffix(".part").removesuffix(".mcap")
    place = out or file.with_name(f"{stem}-recovered.mcap")
    damaged = inspection.verify(file)
    saved = inspection.verify(reading.recover(file, place))
    say(_recovery_sentence(damaged, saved))


def _recovery_sentence(damaged: Verification, saved: Verification) -> str:
    """What was saved of a recording, and what to do about the rest."""
    left_out = _left_out(damaged.messages - saved.messages)
    if not saved.missing:
        end = " What came after its last message is lost." if damaged.torn else ""
        return saved.summary + left_out + (end if damaged.damaged else "")
    return (
        left_out.lstrip()
        + " " * bool(left_out)
        + (
            f"{saved.path} holds all that can be read: {saved.messages} messages "
            f"({saved.transients} transients); {saved.lost}, and only in another copy "
            "(relay --copy), if any; the other commands take it as it is."
        )
    )


def _left_out(messages: int) -> str:
    """How many messages had the number of another, or were of another session."""
    if not messages:
        return ""
    plural, was = ("s", "were") if messages > 1 else ("", "was")
    return (
        f" {messages} message{plural} with the number of a later one, or of another "
        f"session, {was} left out."
    )


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


def tail(connect: Connect, key: Key = "") -> None:
    """Print what is arriving; Ctrl-C ends it.

    Example: mrs-monitor tail --connect tcp://127.0.0.1:5555
    """
    reported, beside_at = "", -math.inf
    with Subscriber(connect, load_client_keys(key) if key else None) as subscriber:
        while True:
            for message in subscriber.poll(0.5):
                say(_line(message))
            health = subscriber.health
            if health.clock and time.monotonic() - beside_at > BESIDE_S:
                beside_at = time.monotonic()
                say(f"relay's clock beside the scanner's: {health.clock}")
            problem = health.problem
            if problem and problem != reported:
                say(problem, err=True)
            reported = problem


def _acquire(start: Start) -> str:
    """How a series is acquired, in one line."""
    acquisition = start.acquisition
    return (
        f"{start.source}: {acquisition.sequence or 'sequence not named'} TE "
        f"{1e3 * acquisition.echo_time_s:g} ms, "
        f"{acquisition.spectrometer_frequency_mhz:.3f} MHz, {acquisition.coils} "
        f"coils x {acquisition.points} points, dwell time "
        f"{1e6 * acquisition.dwell_time_s:g} us{_voxel(acquisition)}"
    )


def _voxel(acquisition: Acquisition) -> str:
    """Size and place of the voxel, as far as they are known."""
    edges_mm, place = acquisition.voxel_mm, acquisition.voxel_place
    size = "" if edges_mm is None else f" {' x '.join(f'{e:g}' for e in edges_mm)} mm"
    at = "" if place is None else f" at {described(place)}"
    return f", voxel{size}{at}" if size or at else ""


def _line(message: Message) -> str:
    """One message in one line."""
    body = message.body
    if isinstance(body, Transient):
        coils, points = body.fid.shape
        line = f"{body.kind} {body.count} at {body.time_s:.2f} s, {coils} x {points}"
    elif isinstance(body, Event):
        line = f"{body.kind} at {body.time_s:.2f} s {body.text}"
    elif isinstance(body, Start):
        line = f"start {_acquire(body)}"
    else:
        line = type(body).__name__.lower()
    return f"{time.strftime('%H:%M:%S')} {message.seq:6d} epoch {message.epoch} {line}"
