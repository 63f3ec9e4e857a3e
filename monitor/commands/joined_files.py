"""Several files of one visit: one session with --join, else a session each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.options import not_negative
from streams.errors import InputError
from streams.sources.joining.joined_files import JoinedFiles, SessionPlace

Join = Annotated[
    bool,
    typer.Option(
        "--join", help="The files are one session, in order of their times or as given."
    ),
]
Gap = Annotated[
    float | None,
    typer.Option(
        "--gap",
        help="With --join: s from the last metabolite transient of a file to the first "
        "of the next, where nothing tells them.",
    ),
]


def session_places(
    files: Sequence[Path], join: bool, gap_s: float | None
) -> list[SessionPlace]:
    """The sessions that files are: one with `join`, else one each.

    Raises
    ------
    InputError : --gap without --join, --join with one file or with a folder of several
    """
    if gap_s is not None and not join:
        raise InputError("--gap goes with --join: give both, or neither.")
    if not join:
        return list(files)
    if len(files) < 2:
        raise InputError("--join needs two files or more, of one visit.")
    for path in files:
        if not path.exists():
            raise InputError(f"There is no file {path}.")
    gap_s = None if gap_s is None else not_negative(gap_s, "--gap")
    return [JoinedFiles(tuple(files), gap_s)]


def one_session(files: Sequence[Path], join: bool, gap_s: float | None) -> SessionPlace:
    """The one session that files are.

    Raises
    ------
    InputError : several files without --join; see `session_places`
    """
    places = session_places(files, join, gap_s)
    if len(places) > 1:
        raise InputError(
            f"{len(places)} files are {len(places)} sessions: give one of them, or "
            "--join if they are of one visit."
        )
    return places[0]


def said_of_each(sessions: int, **given: str | None) -> str:
    """That times given once hold for each of several sessions; empty if they do not."""
    names = [f"--{name} {text}" for name, text in given.items() if text]
    if sessions < 2 or not names:
        return ""
    holds = "hold" if len(names) > 1 else "holds"
    return (
        f"{' and '.join(names)} {holds} for each of {sessions} sessions, in the time "
        "of its own; files of one visit are one session with --join."
    )
