"""Refuses transients whose numbers cannot be calculated with, before anyone looks."""

from __future__ import annotations

from monitor.analysis.note import NoteKind, notes_of
from monitor.analysis.signal.usable_numbers import check_numbers
from monitor.run.message_filter import Filtered
from streams.errors import InputError
from streams.messages.transient import Kind, Message, Transient


class NumberCheck:
    """A filter of messages: what is behind it meets finite numbers of a usual size.

    Attributes
    ----------
    refused : transients that went no further
    """

    def __init__(self) -> None:
        self.refused = 0
        self._transients = 0

    def filter(self, message: Message) -> Filtered:
        """Pass a message on, but for a transient that cannot be used."""
        body = message.body
        if not isinstance(body, Transient):
            return Filtered((message,))
        try:
            check_numbers(body.fid, self._what(body.kind))
        except InputError as error:
            self.refused += 1
            return Filtered((), notes_of(NoteKind.REFUSED, [str(error)]))
        self._transients += body.kind == Kind.METABOLITE
        return Filtered((message,))

    def _what(self, kind: Kind) -> str:
        """What a transient is called that is refused."""
        if kind == Kind.WATER:
            return "The water reference"
        if kind == Kind.NOISE:
            return "A noise transient"
        return f"Transient {self._transients}"
