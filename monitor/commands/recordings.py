"""`info`, `verify`, `recover`, `tail`: recordings from the command line."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.arguments import Connect, Key
from monitor.commands.printing import say
from streams.errors import InputError
from streams.messages.keys import load_client_keys
from streams.messages.placeholder import count_refused
from streams.messages.transient import (
    Acquisition,
    Event,
    Message,
    Start,
    Transient,
)
from streams.recording import inspection, reading
from streams.recording.inspection import Verification
from streams.subscription.subscriber import Subscriber
from streams.voxel.place import described

BESIDE_S = 60.0  # how often `tail` says how the clocks are
File = Annotated[Path, typer.Argument(help="A recording.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for name, command in (
        ("info", info),
        ("verify", verify),
        ("recover", recover),
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
    gone = [
        f"; {count} transient{'' if count == 1 else 's'} {what}"
        for count, what in (
            (held.never_came - held.unusable, "never came"),
            (held.unusable, "came and could not be used"),
        )
        if count
    ]
    said = f"{kinds or 'no transient'}; {epochs}{''.join(gone)}"
    say(f"session {held.session}: {said}")
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
