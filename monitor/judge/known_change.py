"""A known change put into copies of a file's transients, for its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.judge.followed_session import Followed
from monitor.protocol.choose import Wishes
from monitor.run.injection import halves_in, inject
from monitor.run.known_change import LEAST
from monitor.screen.parts.known_change import sentences
from streams.messages.transient import Message
from streams.sources.joining.joined_files import SessionPlace
from streams.sources.joining.open_session import open_session

TOO_SHORT = (
    "No known change was put in: that takes a reference period of "
    f"{LEAST} transients in one epoch before the infusion."
)
NOT_FITTED = "No known change was put in: no glutamate could be fitted."


def known_change(
    place: SessionPlace, wishes: Wishes, water: Path | None, followed: Followed
) -> dict[str, Any]:
    """What was put in and read, with it in words (`said`); the file is read again."""

    def messages() -> Iterator[Message]:
        return open_session(place, water, wishes.choose, wishes.files).messages

    halves = halves_in(followed.result)
    if halves is None:
        return {"said": (TOO_SHORT,)}
    with threadpool_limits(1):
        found = inject(messages, wishes, halves)
    if found is None:
        return {"said": (NOT_FITTED,)}
    return {**asdict(found), "said": sentences(found)}
