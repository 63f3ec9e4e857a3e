"""Zeros behind the signal of what is streamed or was recorded with them, left out.

Readers of files and of MRD cut them off; a site's own publisher may send them, and
recordings keep what was sent.  They show in the first transient of a session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitor.analysis.note import NoteKind, notes_of
from monitor.run.message_filter import Filtered
from streams.messages.transient import Message, Start, Transient
from streams.sources.checks.filled_points import filled_points


@dataclass(slots=True)
class Unfilled:
    """Cuts transients to what was measured.

    Attributes
    ----------
    announced : points that the last start announced
    kept : points that hold signal; 0: not known yet
    """

    announced: int = 0
    kept: int = 0

    def start(self, start: Start) -> Start:
        """A start with the points that are kept, where that is known."""
        points = start.acquisition.points
        if points != self.announced:
            self.announced, self.kept = points, 0
        if not 0 < self.kept < points:
            return start
        return replace(start, acquisition=replace(start.acquisition, points=self.kept))

    def learn(self, transient: Transient) -> str:
        """Look at the first transient after a start; what is to be said, if anything.

        Only before anything was worked out can what was announced still be changed.
        """
        if self.kept or transient.fid.shape[-1] != self.announced:
            return ""
        filled = filled_points(transient.fid)
        self.kept = self.announced - filled
        if not filled:
            return ""
        return (
            f"The last {filled} of {self.announced} points are zeros that were filled "
            "in, and are left out."
        )

    def cut(self, transient: Transient) -> Transient:
        """A transient without what was filled in."""
        points = transient.fid.shape[-1]
        if points != self.announced or not 0 < self.kept < points:
            return transient
        return replace(transient, fid=transient.fid[:, : self.kept].copy())


class FilledZeros:
    """A filter of messages: transients without zeros behind their signal.

    They show in the first transient only; the session is begun again with fewer points
    then, from the messages since its start.
    """

    def __init__(self, begin_again: Callable[[Sequence[Message]], None]) -> None:
        self._begin_again = begin_again
        self._unfilled = Unfilled()
        self._since: list[Message] = []  # the first start, and what came before signal
        self._begun = False

    def filter(self, message: Message) -> Filtered:
        """Cut a transient; begin the session again where that is news."""
        body = message.body
        if isinstance(body, Start):
            message = replace(message, body=self._unfilled.start(body))
            self._since = [] if self._begun else [message]
            self._begun = True
        elif isinstance(body, Transient):
            held, self._since = self._since, []
            said = self._unfilled.learn(body) if held else ""
            if said:
                self._begin_again([self._restart(one) for one in held])
            cut = self._unfilled.cut(body)
            passed = message if cut is body else replace(message, body=cut)
            return Filtered((passed,), notes_of(NoteKind.SIGNAL, [said]))
        elif self._since:
            self._since.append(message)
        return Filtered((message,))

    def _restart(self, message: Message) -> Message:
        """A message again, a start with the points that hold signal."""
        if isinstance(message.body, Start):
            return replace(message, body=self._unfilled.start(message.body))
        return message
