"""`compare`: the same session by other programs, beside our own numbers."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from monitor.commands.printing import say, say_on
from monitor.peers import picture, table
from monitor.peers.comparison import Course, course_of, ours, spectra_to_fit
from monitor.peers.fsl_mrs import FSL_MRS
from monitor.peers.lcmodel import LCMODEL
from monitor.peers.peer import Peer
from monitor.peers.run import TIMEOUT_S
from monitor.peers.saved import SavedSession, read_saved
from monitor.peers.sentences import sentences
from monitor.report.folder import make_folder
from streams.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("compare")(compare_programs)


def compare_programs(
    folder: Annotated[
        Path, typer.Argument(help="DIR that analyse --save-spectra wrote.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results; else DIR.")
    ] = None,
    lcmodel: Annotated[
        Path | None, typer.Option("--lcmodel", help="LCModel; else from the PATH.")
    ] = None,
    fsl_mrs: Annotated[
        Path | None, typer.Option("--fsl-mrs", help="fsl_mrs; else from the PATH.")
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, help="Seconds for one spectrum.")
    ] = TIMEOUT_S,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="New folder: keep the other programs' files."),
    ] = None,
) -> None:
    """Fit a session's independent windows by LCModel and FSL-MRS, where installed.

    Each first fits a known spectrum; one that reads our files otherwise is left out.
    Writes comparison.csv and comparison.png.

    Example: mrs-monitor analyse session.mcap --save-spectra --out results;
    mrs-monitor compare results
    """
    saved = read_saved(folder)
    found, absent = {}, []
    for peer, given in ((LCMODEL, lcmodel), (FSL_MRS, fsl_mrs)):
        program = _program(peer, given)
        if program is None:
            absent.append(f"{peer.name} is absent (no {peer.program} on the PATH)")
        else:
            found[peer] = program
    if not found:
        raise InputError(
            f"{', '.join(absent)}: install one of them, or name it by "
            f"{LCMODEL.option} or {FSL_MRS.option}."
        )
    say(*(f"{sentence}." for sentence in absent), err=True)
    out = out or folder
    make_folder(out)
    theirs = _fit_all(found, saved, timeout, keep)
    courses = [ours(saved), *theirs]
    table.write_comparison(saved, courses, out)
    picture.draw_comparison(saved, courses, out)
    say(*sentences(saved, courses), out / table.NAME, out / picture.NAME)
    if not any(course.fitted for course in theirs):
        raise typer.Exit(1)


def _program(peer: Peer, given: Path | None) -> Path | None:
    """The executable of a peer, None where it is not installed."""
    if given is not None and shutil.which(given) is None:
        raise InputError(f"{given} is no program that can be run: see {peer.option}.")
    where = shutil.which(given or peer.program)
    return None if where is None else Path(where).absolute()


def _fit_all(
    found: dict[Peer, Path], saved: SavedSession, timeout_s: float, keep: Path | None
) -> list[Course]:
    """What each program found, with a bar of progress where there is a terminal."""
    console = Console(stderr=True)
    with ExitStack() as stack:
        work = keep or Path(stack.enter_context(TemporaryDirectory()))
        if keep is not None:
            _make_new(keep)
        bar = Progress(console=console, transient=True, disable=not console.is_terminal)
        progress = stack.enter_context(bar)
        courses = []
        for peer, program in found.items():
            say_on(console, f"{peer.name}: {spectra_to_fit(saved)} spectra")
            task = progress.add_task(peer.name, total=spectra_to_fit(saved))
            done = partial(progress.advance, task)
            courses.append(course_of(peer, program, saved, work, timeout_s, done))
    return courses


def _make_new(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be made ({error.strerror}): choose a new one "
            "for --keep."
        ) from None
