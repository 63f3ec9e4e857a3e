"""Where recordings go that nobody gave a place: a folder that file dialogs show."""

from __future__ import annotations

import time
from pathlib import Path

from platformdirs import user_documents_path

from streams.errors import InputError


def recordings_folder() -> Path:
    """The folder "mrs-monitor" among the user's documents; it may not exist yet."""
    return user_documents_path() / "mrs-monitor"


def make_recordings_folder() -> Path:
    """The same, made if need be.

    Raises
    ------
    InputError : it cannot be made
    """
    folder = recordings_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be made ({error.strerror}): "
            "give --record FILE."
        ) from None
    return folder


def new_recording(name: str) -> Path:
    """A new file for a session that begins now, named by date and time.

    Raises
    ------
    InputError : its folder cannot be made
    """
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
    return make_recordings_folder() / f"{stamp}_{name}.mcap"
