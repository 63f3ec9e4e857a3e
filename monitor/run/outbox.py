"""Events that were typed and are not in the recording yet: kept until they are.

Each is in a file of its own from the moment that it was asked for until a relay has it
on disk and whoever asked was told, so that neither a relay that is away nor a window
that closes loses it: the next window that follows the same session sends it.  A relay
records a request once, however often it is sent.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from platformdirs import user_data_path

from monitor.protocol.blinding import EventRecorder
from streams.errors import InputError
from streams.messages.fields import Fields
from streams.messages.requests import EventRequest, event_request_from
from streams.recording.files import refuse_endless
from streams.subscription.recorded_event import NotRecordedYetError

TRY_S = 1.0  # longest wait for an answer; a request that is repeated is the same event
AGAIN_S = 2.0  # between two tries


@dataclass(frozen=True, slots=True)
class Unsent:
    """An event that waits for a relay.

    Attributes
    ----------
    request : as it is sent
    asked_at : reading of the host's clock (UTC) when it was typed, s
    session : that it belongs to; empty: to the next that begins
    """

    request: EventRequest
    asked_at: float
    session: str = ""

    def due(self, now: float) -> EventRequest:
        """The request as it is sent at a reading of the clock."""
        if self.request.time_s is not None:
            return self.request
        ago_s = self.request.ago_s + max(0.0, now - self.asked_at)
        return replace(self.request, ago_s=ago_s)


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event that is in the recording, or was refused for good and why."""

    request: EventRequest
    refused: str = ""


def waiting_folder() -> Path:
    """Where windows keep what they could not send."""
    return user_data_path("mrs-monitor", appauthor=False) / "waiting"


def kept_in(folder: Path, requests: Iterable[str]) -> Iterator[Unsent]:
    """Events by their ids that a folder keeps: another process may have put them there.

    What a relay has already is recorded once, however often it is sent.
    """
    for request in requests:
        for place in folder.glob(f"*/{request}.json"):
            with contextlib.suppress(OSError, InputError):
                yield _read(place)


class Outbox:
    """What waits, in the order in which it was typed.

    Parameters
    ----------
    folder : keeps it; None: nothing does
    clock : reads the host's clock (UTC), s

    Attributes
    ----------
    waiting : what is not in the recording
    folder : that keeps it; empty where nothing does
    """

    def __init__(
        self, folder: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder, self._clock = folder, clock
        self.waiting: tuple[Unsent, ...] = ()
        self.folder = ""
        self._again_at = 0.0
        self._delivered: dict[str, Path | None] = {}  # whose files are still there

    def add(self, unsent: Unsent) -> None:
        """Keep an event until it is recorded; it is tried at once."""
        self.waiting = (*self.waiting, unsent)
        self._again_at = 0.0
        place = self._place(unsent)
        if place is not None:
            with contextlib.suppress(OSError):
                place.parent.mkdir(parents=True, exist_ok=True)
                beside = place.with_suffix(".new")
                beside.write_text(json.dumps(asdict(unsent)), encoding="utf-8")
                os.replace(beside, place)
                self.folder = str(place.parent)

    def follow(self, session: str) -> None:
        """A session begins: what was typed for it waits for its relay again."""
        self.waiting = tuple(
            u if u.session else replace(u, session=session) for u in self.waiting
        )
        known = {unsent.request.id for unsent in self.waiting} | set(self._delivered)
        kept = [u for u in self._kept_events(session) if u.request.id not in known]
        both = (*kept, *self.waiting)
        self.waiting = tuple(sorted(both, key=lambda unsent: unsent.asked_at))
        self._again_at = 0.0

    def send(self, recorder: EventRecorder, session: str) -> tuple[Delivered, ...]:
        """Try those of a session, in their order; what became of them."""
        delivered: list[Delivered] = []
        if self._clock() < self._again_at:
            return ()
        for unsent in self.waiting:
            if unsent.session not in ("", session):
                continue
            try:
                recorder.record_event(unsent.due(self._clock()), TRY_S)
            except (NotRecordedYetError, OSError):
                self._again_at = self._clock() + AGAIN_S
                break  # those behind it wait, too: their order is kept
            except InputError as error:
                delivered.append(Delivered(unsent.request, str(error) or "no answer"))
            else:
                delivered.append(Delivered(unsent.request))
            self._forget(unsent)
        return tuple(delivered)

    def clear(self) -> None:
        """Throw away the files of what was delivered: whoever asked was told."""
        for place in self._delivered.values():
            if place is not None:
                with contextlib.suppress(OSError):
                    place.unlink()
        self._delivered = {}

    def _forget(self, unsent: Unsent) -> None:
        self.waiting = tuple(u for u in self.waiting if u is not unsent)
        self._delivered[unsent.request.id] = self._place(unsent)

    def _place(self, unsent: Unsent) -> Path | None:
        """The file of an event."""
        folder = self._of_session(unsent.session)
        return None if folder is None else folder / f"{unsent.request.id}.json"

    def _of_session(self, session: str) -> Path | None:
        if self._folder is None:
            return None
        name = hashlib.sha256(session.encode()).hexdigest()[:16] if session else "next"
        return self._folder / name

    def _kept_events(self, session: str) -> list[Unsent]:
        """What an earlier window of a session could not send; damaged files are not."""
        folder = self._of_session(session)
        if folder is None or not folder.is_dir():
            return []
        kept = []
        for place in sorted(folder.glob("*.json")):
            with contextlib.suppress(OSError, InputError):
                kept.append(_read(place))
        return [unsent for unsent in kept if unsent.session == session]


def _read(place: Path) -> Unsent:
    """An event from its file, checked as a relay checks what it is sent.

    Raises
    ------
    OSError, InputError : it cannot be read, is damaged, or is of another program
    """
    refuse_endless(place)
    try:
        table = json.loads(place.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        _refuse(place, "holds no JSON object")
    request = event_request_from(table.get("request"))
    if request.id != place.stem:  # it names the file that is thrown away once sent
        _refuse(place, "is named otherwise than its event")
    fields = Fields(table, partial(_refuse, place))
    return Unsent(request, fields.number("asked_at"), fields.text("session"))


def _refuse(place: Path, problem: str) -> NoReturn:
    raise InputError(f"{place} {problem}.")
