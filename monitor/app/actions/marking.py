"""F5, F6, their undo and the block of macromolecules: sent at once or asked first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from monitor.run.nulled_gate import next_event
from monitor.run.worker_messages import Command, SendEvent
from monitor.screen.fold import tell_sentence
from monitor.screen.operator_requests import await_event, await_move
from monitor.screen.rewindable import Session
from monitor.screen.sheets.mark_question import (
    MarkQuestion,
    nothing_to_undo,
    question_of,
    undo_question,
)
from streams.messages.marks import INFUSION

NO_BLOCK = "a recording takes no marks of macromolecules: they are given while it runs"


class Host(Protocol):
    """What the window lends."""

    session: Session

    def send(self, command: Command) -> None:
        """Ask the worker for something."""
        ...

    def ask(self, kind: str, text: str) -> None:
        """Send an event."""
        ...


class Marking:
    """The operator's marks of the infusion; `ask` shows a question."""

    def __init__(
        self,
        host: Host,
        ask: Callable[[MarkQuestion], None],
        clock: Callable[[], float],
    ) -> None:
        self._host, self._ask, self._clock = host, ask, clock

    def press(self, kind: str, text: str) -> None:
        """What a button asks for; a start or stop that is not the first asks back."""
        if kind not in INFUSION:
            self._host.ask(kind, text)
            return
        state, now = self._host.session.state, self._clock()
        question = question_of(state, kind, now)
        if question is not None:
            self._ask(question)
            return
        await_event(state, kind, now)
        self._host.send(SendEvent(kind, time_s=state.shown_s()))

    def undo(self) -> None:
        """Ask whether the last mark is to be taken back."""
        state, now = self._host.session.state, self._clock()
        question = undo_question(state, now)
        if question is None:
            tell_sentence(state, nothing_to_undo(state), now)
        else:
            self._ask(question)

    def turn_block(self) -> None:
        """Begin a block that measures macromolecules, or end the one that has begun."""
        state = self._host.session.state
        if state.stream.playback is not None:
            tell_sentence(state, NO_BLOCK, self._clock())
        else:
            self._host.ask(next_event(state.events), "")

    def answer(self, wanted: SendEvent) -> None:
        """Send what a question was answered with."""
        await_move(self._host.session.state, wanted, self._clock())
        self._host.send(wanted)
