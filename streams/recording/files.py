"""Names and errors of recording files, on Linux and Windows alike.

A recording `visit.mcap` is called `visit.mcap.part` until it is finished, and whoever
writes it holds `visit.mcap.lock` (`lock`).
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from streams.errors import InputError
from streams.recording.container import MAGIC, MARK, MARK_AT, PREAMBLE

RENAME_PATIENCE_S = 1.0  # on Windows another program may have the file open
HEAD_BYTES = MARK_AT + len(MARK)  # of the first message, behind the preamble
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def disk_of(path: Path) -> str:
    """The disk that a file is on, as its user knows it: "/data", "D:"."""
    place = path.absolute().parent
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    return str(place).rstrip("\\") if place.drive else str(place)


def free_bytes(folder: Path) -> int:
    """Space left in a folder; 0 if it is gone."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def find(path: str | os.PathLike[str]) -> Path:
    """The recording itself, or its unfinished `.part`.

    Raises
    ------
    InputError : neither is there
    """
    place = Path(path)
    part = place.with_name(place.name + ".part")
    if os.path.exists(place) or not os.path.exists(part):
        return place
    return part


def refuse_endless(path: Path) -> None:
    """Refuse what would be waited for, or read, without end.

    Raises
    ------
    InputError : a pipe, a device, a socket
    """
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return  # absent or not permitted: who opens it says so
    if stat.S_ISFIFO(mode):
        raise InputError(f"{path} is a pipe: write its content to a file first.")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(f"{path} is a device: give a file.")


def check_space(path: str | os.PathLike[str], least_free_mb: float) -> None:
    """Refuse to begin a recording where there is too little space for one.

    Raises
    ------
    InputError : less than `least_free_mb` MB are free on its disk
    """
    final, part = places(path)
    if os.path.exists(part):
        return  # what is left of a session that was cut off is recorded all the same
    folder = final.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free_mb = shutil.disk_usage(folder).free / 1e6
    except OSError as error:
        raise cannot_write(final, error) from None
    if free_mb < least_free_mb:
        raise InputError(
            f"Only {free_mb:.0f} MB are free for {final}, and {least_free_mb:g} MB are "
            f"asked for: make space, record on another disk, or ask for less with "
            f"--least-free."
        )


def is_unfinished(path: Path) -> bool:
    """Whether a recording by its name was not finished."""
    return path.suffix == ".part"


def refuse_link(part: Path) -> None:
    """Refuse to write through a link: the lock beside it would be another one.

    Raises
    ------
    InputError : a symbolic link
    """
    if part.is_symlink():
        raise InputError(
            f"{part} is a link to {os.path.realpath(part)}: give the recording's own "
            f"name."
        )


@contextmanager
def open_recording(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a recording for reading: the file and its length, bytes.

    Raises
    ------
    InputError : absent, not readable, a pipe, empty, or no recording
    """
    refuse_endless(path)
    try:
        file = open(path, "rb")  # noqa: SIM115 closed below
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if not size:
            raise InputError(f"{path} is empty: nothing was recorded.")
        if not _is_recording(file.read(len(PREAMBLE) + HEAD_BYTES)):
            raise InputError(f"{path} is no recording of mrs-monitor.")
        yield file, size


def _is_recording(head: bytes) -> bool:
    """Whether a file begins as a recording does, be it with a few bits flipped.

    A head whose magic bytes are damaged is known by what comes behind them.
    """
    begin = head[: len(MAGIC)]
    behind = head[len(MAGIC) : len(PREAMBLE)]
    whole = len(behind) == len(PREAMBLE) - len(MAGIC)
    return begin == MAGIC[: len(begin)] or (
        whole and (PREAMBLE.endswith(behind) or MARK in head)
    )


def rename(part: Path, final: Path) -> Path:
    """Give a closed file its final name, patiently; returns the name it has."""
    deadline = time.monotonic() + RENAME_PATIENCE_S
    while not os.path.exists(final):
        try:
            os.replace(part, final)
        except PermissionError:  # Windows: somebody else has it open
            if time.monotonic() > deadline:
                return part
            time.sleep(0.05)
    return final if not os.path.exists(part) else part


def cannot_write(path: Path, error: OSError) -> InputError:
    """Why a file cannot be written, in one sentence with its remedy."""
    if error.errno in FULL:
        return InputError(
            f"The disk is full: {path} cannot be written until there is space again."
        )
    if isinstance(error, PermissionError):
        return InputError(
            f"No permission to write {path}: choose another folder or ask for access."
        )
    if isinstance(error, FileExistsError):
        return InputError(f"{path} exists already: give another name.")
    return InputError(f"{path} cannot be written: {error.strerror or error}.")


def places(path: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Final name and name while unfinished, from either of them."""
    final = Path(path)
    if is_unfinished(final):
        final = final.with_suffix("")
    return final, final.with_name(final.name + ".part")
