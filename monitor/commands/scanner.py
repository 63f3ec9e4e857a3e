"""`relay --source mrd` and `folder:PATH`: the ways in from a scanner."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from monitor.protocol.blinding import insert_lock
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.site_rules import folder_rules, mrd_rules
from streams.errors import InputError
from streams.messages.transient import Body
from streams.recording.files import places
from streams.recording.reading import read_messages
from streams.sources.folder import folder_bodies, taken_before
from streams.sources.mrd.address import DEFAULT_LISTEN, Listening
from streams.sources.mrd.source import MrdSource

FOLDER = "folder:"

SiteProtocol = Annotated[
    str,
    typer.Option(
        "--protocol", help="Protocol whose [mrd], [folder] or [files] rules hold."
    ),
]


@dataclass(frozen=True, slots=True)
class Site:
    """What the command line says about the way in.

    `recording` may be an unfinished one to go on with; `say` prints notes about the
    source.
    """

    listen: str
    allow: str
    protocol: str
    recording: Path
    say: Callable[[str], None]


def is_site(source: str) -> bool:
    """Whether a source is a scanner or a folder."""
    return source == "mrd" or source.startswith(FOLDER)


def site_bodies(source: str, site: Site, stop: threading.Event) -> Iterator[Body]:
    """Bodies from a scanner or a watched folder, with the lock of a blinded protocol.

    Raises
    ------
    InputError : the port is in use, the address is not allowed, it is no folder, or
        something is wrong in the protocol
    """
    bodies = _mrd(site, stop) if source == "mrd" else _folder(source, site, stop)
    return (
        insert_lock(bodies, read_protocol(site.protocol)) if site.protocol else bodies
    )


def _folder(source: str, site: Site, stop: threading.Event) -> Iterator[Body]:
    folder = Path(source.removeprefix(FOLDER))
    rules = folder_rules(site.protocol)
    site.say(f"watching {folder}")
    recorded = _recorded_files(site.recording)
    return folder_bodies(folder, stop, rules=rules, taken=recorded, on_note=site.say)


def _mrd(site: Site, stop: threading.Event) -> Iterator[Body]:
    listening = Listening.parse(site.listen or DEFAULT_LISTEN, site.allow)
    rules = mrd_rules(site.protocol)
    name = Path(site.protocol).stem
    source = MrdSource(
        listening,
        rules,
        protocol=name,
        on_note=site.say,
        recording=site.recording,
    )
    who = ", ".join(map(str, listening.allowed)) or "this machine alone"
    site.say(f"waiting for the scanner at {listening.host}:{source.port}, from {who}")
    return source.bodies(stop)


def _recorded_files(recording: Path) -> set[str]:
    """Files that an unfinished recording already holds."""
    _, part = places(recording)
    if not part.exists():
        return set()
    try:
        return taken_before(message.body for message in read_messages(part))
    except InputError:  # the relay says what is wrong with it
        return set()
