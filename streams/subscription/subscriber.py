"""A subscription without gaps: late join, gap filling, heartbeats, stream health.

Subscribe first, then fetch (the Clone pattern, zguide chapter 5): live messages are
held while everything from number 0 on is fetched from the relay's journal, a few at a
time; the same request fills every later gap.  `poll` gives messages in the order of
their numbers, whatever was lost on the way.

A publisher without a relay (`docs/wire.md`) has no journal to fetch from.  Then `poll`
gives what arrives from the first start on, and `health` counts what was lost.  A
message with a relay's clocks has been through a journal: then its answer is waited for
longer, since what is skipped is not shown again.
"""

from __future__ import annotations

import time

import zmq

from streams.errors import InputError
from streams.messages import frame_sizes, wire
from streams.messages.endpoint import Endpoint
from streams.messages.keys import ClientKeys
from streams.messages.requests import (
    MAX_FETCH,
    Done,
    EventRequest,
    Fetch,
    Refused,
    reply_from,
    to_frames,
)
from streams.messages.transient import End, Event, Heartbeat, Message, Transient
from streams.subscription.health import StreamHealth
from streams.subscription.intake import MessageIntake, StreamProblem
from streams.subscription.links import Links
from streams.subscription.ordering import Ordering
from streams.subscription.recorded_event import ANSWER_S, record_event
from streams.subscription.signs_of_life import BEAT_S, SignsOfLife

PATIENCE_S = 30.0
"""How long a relay that is heard may leave the first request without an answer."""
PROBE_S = 5.0
"""How often a publisher that does not answer is asked again."""
SILENCE_S = 5.0
"""A relay beats each second: after this long without, the sockets are made again."""
TURN_S = 0.05


class Subscriber:
    """One subscription, used by one thread.

    Parameters
    ----------
    endpoint : `tcp://HOST:PORT` of a relay or a publisher
    keys : CURVE keys, where the relay asks for them

    Raises
    ------
    InputError : no address
    """

    def __init__(self, endpoint: str, keys: ClientKeys | None = None) -> None:
        self._endpoint, self._keys = Endpoint.parse(endpoint), keys
        self._links = Links(self._endpoint, keys)
        self._ordering = Ordering()
        self._intake = MessageIntake()
        self._left: list[Message] = []  # of a session that another one followed
        self._renewed = self._listened = time.monotonic()
        self._signs = SignsOfLife(
            self._endpoint, self._links, self._ordering, self._intake
        )
        self._asked: float | None = None
        self._ask_after = 0.0

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages in order; waits up to `timeout_s` for the first of them.

        A message with number 0 begins a session: after the relay was started for a new
        one, that session follows from its beginning.
        """
        deadline = time.monotonic() + timeout_s
        self._excuse_silence()
        while True:
            remaining = max(deadline - time.monotonic(), 0.0)
            self._turn(min(remaining, TURN_S))
            ready = [*self._left, *self._ordering.ready()]
            self._left = []
            self._notice(ready)
            self._listened = time.monotonic()
            if ready or self._listened >= deadline:
                return ready

    def _excuse_silence(self) -> None:
        """Time in which nobody polled is no silence of the relay.

        Who works on a message for long finds the heartbeats that came meanwhile.
        """
        away_s = time.monotonic() - self._listened
        if self._signs.at is not None and away_s > BEAT_S:
            self._signs.at += away_s

    @property
    def health(self) -> StreamHealth:
        """State of the subscription now."""
        return self._signs.health()

    def problems(self) -> list[StreamProblem]:
        """What a publisher without a journal did not send right, each given once."""
        return self._intake.pending()

    def give_up(self) -> None:
        """Count what waits for a publisher's start as refused: none comes any more."""
        self._intake.give_up()

    def send_event(
        self, kind: str, text: str = "", author: str = "operator", timeout_s: float = 5
    ) -> Event:
        """Have an event recorded; see `send_event`."""
        return self.record_event(EventRequest(kind, text, author), timeout_s)

    def record_event(self, request: EventRequest, timeout_s: float) -> Event:
        """Have an event recorded; see `record_event`."""
        return record_event(self._endpoint, request, timeout_s, self._keys)

    def close(self) -> None:
        """Close the sockets."""
        self._links.close()

    def __enter__(self) -> Subscriber:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _turn(self, timeout_s: float) -> None:
        """Ask for what is missing and take what has come."""
        self._renew_if_dead()
        self._ask()
        live, answers = self._links.poll(timeout_s)
        for _ in range(MAX_FETCH) if live else ():
            if not self._links.subscription.poll(0):
                break
            self._take_live(self._links.subscription.recv_multipart())
        for _ in range(MAX_FETCH + 1) if answers else ():
            if not self._links.requests.poll(0):
                break
            self._take_answer(self._links.requests.recv_multipart())

    def _take_live(self, frames: list[bytes]) -> None:
        self._signs.at = time.monotonic()
        self._signs.live_since = self._signs.live_since or self._signs.at
        try:
            message = wire.decode(frames)
        except InputError as error:
            self._take_unreadable(frames, str(error))
            return
        if not self._of_relay(message, frames):
            self._take_published(self._intake.take(message))
            return
        self._ordering.skipping = self._signs.answered is False
        if isinstance(message.body, Heartbeat):
            if self._ordering.knows(message.session, message.body.last_seq):
                self._signs.heartbeat = message.body
        elif not self._ordering.take(message, fetched=False):
            self._signs.drop(f"A message of session {message.session}, which is over.")

    def _of_relay(self, message: Message, frames: list[bytes]) -> bool:
        """Whether a message has a journal behind it, which can be asked.

        A relay's clocks tell, in heartbeats too; what a publisher says of recordings
        of its own does not.
        """
        recorded = wire.is_recorded(frames)
        self._signs.recorded = self._signs.recorded or recorded
        known = self._signs.answered is True or self._signs.recorded
        return recorded or (known and message.session == self._ordering.session)

    def _take_published(self, messages: tuple[Message, ...]) -> None:
        """Take what a publisher without a journal sent, in the order of its runs."""
        order = self._ordering
        order.skipping = order.skipping or bool(messages)  # nobody has what is missing
        for message in messages:
            if isinstance(message.body, Heartbeat):
                self._signs.heartbeat = message.body
                order.knows(message.session, message.body.last_seq)
                continue
            if message.session != order.session:
                self._left += order.release_all()
            order.take(message, fetched=False)

    def _take_unreadable(self, frames: list[bytes], reason: str) -> None:
        """Say why a message is refused; take of a publisher's what can be."""
        if self._signs.answered is True:
            self._signs.drop(reason)  # it is fetched again
        else:
            self._take_published(self._intake.take_unreadable(frames, reason))

    def _take_answer(self, frames: list[bytes]) -> None:
        self._signs.at = self._asked = time.monotonic()
        self._signs.answered, self._ordering.skipping = True, False
        try:
            if frames[0] == b"message":
                self._ordering.take(wire.decode(frames[1:]), fetched=True)
                return
            reply = reply_from(frames)
        except InputError as error:
            self._signs.drop(str(error))
            return
        self._asked = None
        if isinstance(reply, Done):
            self._ordering.note_lost(reply.unreadable)
            if reply.session:
                self._ordering.knows(reply.session, reply.last_seq)
        elif isinstance(reply, Refused):
            self._signs.drop(reply.reason)

    def _ask(self) -> None:
        """Send a fetch, if something is missing and nothing is under way."""
        now = time.monotonic()
        self._give_up_asking(now)
        wanted = self._ordering.next_gap()
        if self._signs.answered is not True:
            wanted = wanted or (self._ordering.next_seq, MAX_FETCH)
        if wanted is None or self._asked is not None or now < self._ask_after:
            return
        first, count = wanted
        fetch = Fetch(self._ordering.session, first, min(count, MAX_FETCH))
        try:
            self._links.requests.send_multipart(to_frames(fetch), zmq.NOBLOCK)
            self._asked = now
        except zmq.Again:
            pass  # nobody is connected: it is asked again in the next turn

    def _give_up_asking(self, now: float) -> None:
        """Ask again; a publisher that is heard but never answered has no journal."""
        signs = self._signs
        if self._asked is not None and now - self._asked > ANSWER_S:
            self._asked = None
            if signs.answered is False:
                self._ask_after = now + PROBE_S
        heard_s = 0.0 if signs.live_since is None else now - signs.live_since
        patience_s = PATIENCE_S if signs.recorded else ANSWER_S
        if signs.answered is None and heard_s > patience_s:
            signs.answered, self._ordering.skipping = False, True

    def _notice(self, ready: list[Message]) -> None:
        for message in ready:
            if isinstance(message.body, End):
                self._signs.end = message.body
            elif message.seq == 0 or isinstance(message.body, Transient):
                self._signs.end = None

    def _renew_if_dead(self) -> None:
        now = time.monotonic()
        since = max(self._signs.at or 0.0, self._renewed)
        silent = self._signs.heartbeat is not None and now - since > SILENCE_S
        if self._links.broken and not self._links.key_refused:
            self._signs.drop(
                f"a frame of more than {frame_sizes.MAX_PAYLOAD_BYTES} bytes, or one "
                f"that is not ZeroMQ's, ended the connection, which was made again."
            )
        if silent or self._links.broken:
            self._links.renew()
            self._renewed, self._asked = now, None
