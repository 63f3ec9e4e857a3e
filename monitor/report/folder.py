"""The folder that results go into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.errors import InputError


def make_folder(out: Path) -> list[Path]:
    """Make the folder for the results, before a long run that would be lost without.

    Returns the folders that were made, the innermost first, for `_remove_empty`.

    Raises
    ------
    InputError : it cannot be made or takes no files
    """
    new_folders = [place for place in (out, *out.parents) if not place.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {out} cannot be made ({error.strerror}): choose another --out."
        ) from None
    if not os.access(out, os.W_OK):
        raise InputError(f"No permission to write into {out}: choose another --out.")
    return new_folders


@contextmanager
def results_folder(out: Path) -> Iterator[None]:
    """The folder for results; removed again if nothing was written into it."""
    new_folders = make_folder(out)
    try:
        yield
    finally:
        _remove_empty(new_folders)


def remove_stale(out: Path, *names: str) -> None:
    """Remove what an earlier run wrote and this one does not, so that all files agree.

    Above all: nothing of an outcome stays beside results in which it is hidden.

    Raises
    ------
    InputError : it cannot be taken away
    """
    for name in names:
        try:
            (out / name).unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                f"{out / name} is of an earlier run and cannot be taken away "
                f"({error.strerror}): choose another --out."
            ) from None


def _remove_empty(new_folders: list[Path]) -> None:
    """Remove the folders that were made, as far as they are empty."""
    for place in new_folders:
        try:
            place.rmdir()
        except OSError:
            return
