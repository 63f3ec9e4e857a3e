"""Which relays run on this computer: a note of each for as long as it does.

A note is a file that holds an address; one whose relay was killed is found out by
knocking at the port.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from streams.errors import InputError
from streams.messages.endpoint import Endpoint

KNOCK_S = 0.05


def notes_folder() -> Path:
    """Where the notes are."""
    return user_cache_path("mrs-monitor", appauthor=False) / "relays"


@contextmanager
def announced(bind: str) -> Iterator[None]:
    """Leave a note of a relay; a relay runs all the same where none can be left."""
    note = notes_folder() / f"{os.getpid()}.txt"
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(bind, encoding="utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)


def running_relays() -> tuple[str, ...]:
    """Addresses of those that answer, in order; notes of others are thrown away."""
    found = set()
    for note in notes_folder().glob("*.txt"):
        with contextlib.suppress(OSError, InputError, UnicodeDecodeError):
            address = note.read_text(encoding="utf-8").strip()
            if _answers(Endpoint.parse(address)):
                found.add(address)
            else:
                note.unlink(missing_ok=True)
    return tuple(sorted(found))


def _answers(endpoint: Endpoint) -> bool:
    try:
        socket.create_connection((endpoint.host, endpoint.port), KNOCK_S).close()
    except OSError:
        return False
    return True
