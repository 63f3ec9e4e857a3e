"""Replay of a recording: at its own pace, N times faster, or at once.

Scanner time drives the pace: with speed v, a message of scanner time t is due

    (t - t0) / v   seconds after position t0 was left,

and what has no time of its own (a start, an end) is due with what came before it.  An
event, which may be given for any time, is due no later than the transient behind it.
Nothing here depends on when a message is taken, only its order, so a replay gives the
very messages of the live run.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from streams.errors import InputError
from streams.messages.transient import Body, Event, Message, Transient
from streams.recording.reading import read_messages
from streams.sources.jumps import forward

BATCH = 64
"""Messages given at a time when there is no pace, so that controls stay alive."""


def messages(path: str | os.PathLike[str]) -> Iterator[Message]:
    """Messages of a recording, in order, with their session and numbers.

    Times that jump are taken out, each after an event that says so (`forward`).

    Raises
    ------
    InputError : no recording, truncated or damaged
    """
    return forward(read_messages(path))


def bodies(path: str | os.PathLike[str]) -> Iterator[Body]:
    """Bodies of a recording, for a relay that publishes them again as a new session."""
    for message in messages(path):
        yield message.body


T = TypeVar("T")
_Timed = Iterator[tuple[Message, float | None]]


def due_times(
    items: Iterable[T], body_of: Callable[[T], Body]
) -> Iterator[tuple[T, float | None]]:
    """Items with the scanner time at which each is due, s; None: with what came before.

    An event may be given for any time: its own holds only between those of the
    transients before and behind it.
    """
    waiting: list[T] = []
    last_s: float | None = None
    try:
        for item in items:
            body = body_of(item)
            if not isinstance(body, Transient):
                waiting.append(item)
                continue
            for one in waiting:
                yield one, _due_s(body_of(one), last_s, body.time_s)
            waiting, last_s = [], body.time_s
            yield item, last_s
    except InputError:  # damaged here: what came before is given all the same
        yield from ((one, None) for one in waiting)
        raise
    yield from ((one, None) for one in waiting)


def _due_s(body: Body, last_s: float | None, next_s: float) -> float | None:
    """When what lies between two transients is due, s."""
    if last_s is None or not isinstance(body, Event):
        return None
    return min(body.time_s, next_s)


def paced(
    source: Iterable[Body], speed: float, stop: threading.Event
) -> Iterator[Body]:
    """Bodies as their scanner time comes, `speed` times as fast; ends when stopped."""
    began: tuple[float, float] | None = None
    for body, time_s in due_times(source, lambda body: body):
        if time_s is not None and math.isfinite(speed):
            now = time.monotonic()
            began = began or (now, time_s)
            due = began[0] + (time_s - began[1]) / speed
            if stop.wait(max(due - now, 0.0)):
                return
        if stop.is_set():
            return
        yield body


class Player:
    """Plays messages with pause, speed and seek; polled like a `Subscriber`.

    One thread polls; any thread may use the controls.  After a seek back the messages
    come again from the first (number 0) up to the new position, at once: whoever takes
    them begins anew, as with a new session.

    Parameters
    ----------
    source : gives the messages from the beginning, each time it is called
    speed : scanner seconds per second; inf for as fast as they are taken
    duration_s : scanner time of the last transient where it is known
    """

    def __init__(
        self,
        source: Callable[[], Iterator[Message]],
        speed: float = 1.0,
        duration_s: float | None = None,
    ) -> None:
        self.duration_s = duration_s
        self._source = source
        self._changed = threading.Condition()
        self._messages = _timed_messages(source)
        self._held: tuple[Message, float | None] | None = None
        self._latest_s: float | None = None
        self._given_s = -math.inf
        # Reading of the clock and scanner time, s, where play last went on.
        self._left = (time.monotonic(), -math.inf)
        self._speed, self._paused, self._finished = _check(speed), False, False

    @property
    def speed(self) -> float:
        """Scanner seconds per second."""
        return self._speed

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        return self._paused

    @property
    def finished(self) -> bool:
        """Whether the last message was given; a seek back plays again."""
        return self._finished

    @property
    def position_s(self) -> float | None:
        """Scanner time that has been reached, s; None before the first."""
        with self._changed:
            position = min(self._position(), self.duration_s or math.inf)
            reached = position if math.isfinite(position) else self._given_s
            return reached if math.isfinite(reached) else None

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages that are due, in order; waits up to `timeout_s` for the first."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not (due := self._due()):
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                self._changed.wait(min(remaining, self._until_next_s()))
            return due

    def pause(self) -> None:
        """Stop time."""
        self._control(paused=True)

    def resume(self) -> None:
        """Let time go on."""
        self._control(paused=False)

    def set_speed(self, speed: float) -> None:
        """Change the pace from here on.

        Raises
        ------
        InputError : not above zero
        """
        self._control(speed=_check(speed))

    def seek(self, time_s: float) -> None:
        """Go to a scanner time; what lies before it is given at once."""
        with self._changed:
            if time_s < self._given_s:
                self._messages, self._held = _timed_messages(self._source), None
                self._latest_s, self._given_s = None, -math.inf
                self._finished = False
            self._left = (time.monotonic(), time_s)
            self._changed.notify_all()

    def close(self) -> None:
        """Give nothing more."""
        with self._changed:
            self._messages, self._held = iter(()), None
            self._changed.notify_all()

    def _control(self, paused: bool | None = None, speed: float | None = None) -> None:
        with self._changed:
            position = self._position()
            if not math.isfinite(position):  # at once has no position of its own
                position = self._given_s
            self._left = (time.monotonic(), position)
            self._paused = self._paused if paused is None else paused
            self._speed = self._speed if speed is None else speed
            self._changed.notify_all()

    def _position(self) -> float:
        """Scanner time reached by now; -inf before the first message is read."""
        left, position = self._left
        if self._paused:
            return position
        if math.isinf(self._speed):
            return math.inf
        return position + (time.monotonic() - left) * self._speed

    def _due(self) -> list[Message]:
        due: list[Message] = []
        while len(due) < BATCH and (held := self._next()) is not None:
            message, time_s = held
            if time_s is not None and math.isinf(self._left[1]):
                self._left = (time.monotonic(), time_s)  # play begins with the first
            if time_s is not None and time_s > max(self._position(), self._left[1]):
                break
            self._held = None
            self._given_s = max(self._given_s, -math.inf if time_s is None else time_s)
            due.append(message)
        return due

    def _next(self) -> tuple[Message, float | None] | None:
        """The message whose turn it is, held until it is due."""
        if self._held is None:
            self._held = next(self._messages, None)
            self._finished = self._held is None
        return self._held

    def _until_next_s(self) -> float:
        """How long nothing can become due unless a control is used, s."""
        time_s = self._held[1] if self._held else None
        if self._paused or time_s is None:
            return math.inf
        return max((time_s - self._position()) / self._speed, 0.0)


def _timed_messages(source: Callable[[], Iterator[Message]]) -> _Timed:
    return due_times(source(), lambda message: message.body)


def _check(speed: float) -> float:
    if not speed > 0:
        raise InputError(f"A speed must be above zero, not {speed:g}.")
    return float(speed)
