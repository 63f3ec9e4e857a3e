"""A recording or file worked through, without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.analysis.note import Note, NoteKind, may_be_told, notes_of
from monitor.analysis.update import Update
from monitor.protocol.choose import Wishes
from monitor.run.remarks import no_metabolites, remarks, why_nothing_fitted
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.errors import InputError
from streams.messages.transient import Message
from streams.sources.file_names import readable
from streams.sources.joining.joined_files import SessionPlace
from streams.sources.joining.open_session import open_session

AT_ONCE = 16
"""Messages of a file that are looked at together before each has its turn."""
Watch = Callable[[Message, Update], None]
"""Is called after each message with what it caused."""


def analyse(
    place: SessionPlace,
    wishes: Wishes,
    water: Path | None = None,
    watch: Watch | None = None,
    names: bool = False,
) -> Result:
    """Work through a session, with what is to be remarked of it in its notes.

    `names`: what is noted may hold the names of the files.

    Raises
    ------
    InputError : see `open_session`, `settings_for` and `Pipeline`; nothing was fitted
    """
    source = open_session(place, water, wishes.choose, wishes.files)
    run = SessionRun(wishes, live=False)
    with threadpool_limits(1):
        push_all(run, source.messages, watch)
        if not run.begun:
            raise InputError(f"{place} has no start message: nothing can be analysed.")
        _, result = run.finish()
    if not result.qualities:
        raise InputError(f"{place} holds {no_metabolites(result)}.")
    why = why_nothing_fitted(result)
    if why:
        raise InputError(f"Nothing could be fitted in {place}: {why}.")
    noted = map(readable, source.notes) if names else source.nameless_notes
    result = with_notes(result, remarks(result), notes_of(NoteKind.SOURCE, noted))
    return replace(result, origin=source.origin, pieces=source.pieces)


def push_all(
    run: SessionRun, messages: Iterable[Message], watch: Watch | None = None
) -> None:
    """Push messages into a run, telling `watch` of each."""
    coming = iter(messages)
    while block := list(islice(coming, AT_ONCE)):
        run.foresee(block)
        for message in block:
            update = run.push(message)
            if watch is not None:
                watch(message, update)


def with_notes(
    result: Result, after: Iterable[Note] = (), before: Iterable[Note] = ()
) -> Result:
    """The result with further notes, each once, as far as a lock allows."""
    notes = dict.fromkeys((*before, *result.notes, *after))
    return replace(result, notes=may_be_told(notes, result.hidden))
