"""Lifting a blinded protocol's lock: never without a reason on record.

A live session records the reason as an event of kind "unlock", which the relay has on
disk before anything is shown.  A closed recording takes no events: the reason goes into
a file beside it, `RECORDING.unlocked.jsonl`, one line each time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from streams.errors import InputError
from streams.messages.version import program_version

if TYPE_CHECKING:
    from monitor.run.feed import LiveFeed

KIND = "unlock"
ENDING = ".unlocked.jsonl"


def check_reason(reason: str | None) -> str | None:
    """The reason, stripped; None where no lock is to be lifted.

    Raises
    ------
    InputError : no words in it
    """
    if reason is None:
        return None
    if not reason.strip():
        raise InputError('--unlock wants a reason: --unlock "safety review".')
    return reason.strip()


def unlocked_feed(endpoint: str, key: str, reason: str) -> LiveFeed:
    """Subscription to a relay that has the reason on disk.

    Raises
    ------
    InputError : the relay did not record it: the outcome stays hidden
    """
    from monitor.run.feed import live_feed  # ZeroMQ, which no file needs

    feed = live_feed(endpoint, key)
    try:
        feed.subscriber.send_event(KIND, reason)
    except InputError as error:
        feed.close()
        raise InputError(f"The outcome stays hidden: {error}") from None
    return feed


def note_beside(recording: Path, reason: str) -> Path:
    """Write the reason into the file beside a recording; gives its path.

    Raises
    ------
    InputError : it cannot be written: the outcome stays hidden
    """
    place = recording.with_name(recording.name + ENDING)
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "reason": reason,
        "program": program_version(),
    }
    try:
        with place.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        raise InputError(
            f"The outcome stays hidden: the reason cannot be written to {place} "
            f"({error.strerror})."
        ) from None
    return place
