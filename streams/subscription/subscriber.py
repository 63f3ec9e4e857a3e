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

PATIENCE_S = 30.0
"""How long a relay that is heard may leave the first request without an answer."""
PROBE_S = 5.0
"""How often a publisher that does not answer is asked again."""
SILENCE_S = 5.0
"""A relay beats each second: after this long without, the sockets are made again."""
QUIET_S = 3.0
"""Three heartbeats missed are worth a word."""
BEAT_S = 1.0
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
        self._began = self._renewed = time.monotonic()
        self._heard: float | None = None
        self._live_since: float | None = None
        self._asked: float | None = None
        self._ask_after = 0.0
        self._answered: bool | None = None
        self._recorded = False
        self._heartbeat: Heartbeat | None = None
        self._end: End | None = None
        self._dropped = 0
        self._last_problem = ""

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages in order; waits up to `timeout_s` for the first of them.

        A message with number 0 begins a session: after the relay was started for a new
        one, that session follows from its beginning.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            remaining = max(deadline - time.monotonic(), 0.0)
            self._turn(min(remaining, TURN_S))
            ready = [*self._left, *self._ordering.ready()]
            self._left = []
            self._notice(ready)
            if ready or time.monotonic() >= deadline:
                return ready

    @property
    def health(self) -> StreamHealth:
        """State of the subscription now."""
        order, beat = self._ordering, self._heartbeat
        return StreamHealth(
            endpoint=str(self._endpoint),
            connected=self._links.connected,
            session=order.session,
            heard_s=_age(self._heard),
            last_seq=order.last_seq,
            received=order.received,
            lag=order.last_seq + 1 - order.next_seq,
            history=order.history,
            filled=order.filled,
            open_gaps=order.open_gaps,
            duplicates=order.duplicates + self._intake.repeated,
            dropped=self._dropped + self._intake.refused,
            refused=self._refused,
            refusal=self._refusal,
            refetch=self._answered,
            recording=beat.recording and self._recorded if beat else None,
            recorded_bytes=beat.recorded_bytes if beat else None,
            disk_free_bytes=beat.disk_free_bytes if beat else None,
            clock_offset_s=beat.clock_offset_s if beat else None,
            clock_drift_ppm=beat.clock_drift_ppm if beat else None,
            deaf=beat.deaf if beat else "",
            disk=beat.disk if beat else "",
            end=self._end,
            problem=self._problem(),
            away=self._away(),
        )

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
        self._heard = time.monotonic()
        self._live_since = self._live_since or self._heard
        try:
            message = wire.decode(frames)
        except InputError as error:
            self._take_unreadable(frames, str(error))
            return
        if not self._of_relay(message, frames):
            self._take_published(self._intake.take(message))
            return
        self._ordering.skipping = self._answered is False
        if isinstance(message.body, Heartbeat):
            if self._ordering.knows(message.session, message.body.last_seq):
                self._heartbeat = message.body
        elif not self._ordering.take(message, fetched=False):
            self._drop(f"A message of session {message.session}, which is over.")

    def _of_relay(self, message: Message, frames: list[bytes]) -> bool:
        """Whether a message has a journal behind it, which can be asked.

        A relay's clocks tell, in heartbeats too; what a publisher says of recordings
        of its own does not.
        """
        recorded = wire.is_recorded(frames)
        self._recorded = self._recorded or recorded
        known = self._answered is True or self._recorded
        return recorded or (known and message.session == self._ordering.session)

    def _take_published(self, messages: tuple[Message, ...]) -> None:
        """Take what a publisher without a journal sent, in the order of its runs."""
        order = self._ordering
        order.skipping = order.skipping or bool(messages)  # nobody has what is missing
        for message in messages:
            if isinstance(message.body, Heartbeat):
                self._heartbeat = message.body
                order.knows(message.session, message.body.last_seq)
                continue
            if message.session != order.session:
                self._left += order.release_all()
            order.take(message, fetched=False)
            if isinstance(message.body, Transient):
                self._transient_at = self._heard

    def _take_unreadable(self, frames: list[bytes], reason: str) -> None:
        """Say why a message is refused; take of a publisher's what can be."""
        if self._answered is True:
            self._drop(reason)  # it is fetched again
        else:
            self._take_published(self._intake.take_unreadable(frames, reason))

    def _take_answer(self, frames: list[bytes]) -> None:
        self._heard = self._asked = time.monotonic()
        self._answered, self._ordering.skipping = True, False
        try:
            if frames[0] == b"message":
                self._ordering.take(wire.decode(frames[1:]), fetched=True)
                return
            reply = reply_from(frames)
        except InputError as error:
            self._drop(str(error))
            return
        self._asked = None
        if isinstance(reply, Done):
            self._ordering.note_lost(reply.unreadable)
            if reply.session:
                self._ordering.knows(reply.session, reply.last_seq)
        elif isinstance(reply, Refused):
            self._drop(reply.reason)

    def _drop(self, reason: str) -> None:
        self._dropped += 1
        self._last_problem = f"{self._dropped} messages were dropped: {reason}"

    def _ask(self) -> None:
        """Send a fetch, if something is missing and nothing is under way."""
        now = time.monotonic()
        self._give_up_asking(now)
        wanted = self._ordering.next_gap()
        if self._answered is not True:
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
        if self._asked is not None and now - self._asked > ANSWER_S:
            self._asked = None
            if self._answered is False:
                self._ask_after = now + PROBE_S
        heard_s = 0.0 if self._live_since is None else now - self._live_since
        patience_s = PATIENCE_S if self._recorded else ANSWER_S
        if self._answered is None and heard_s > patience_s:
            self._answered, self._ordering.skipping = False, True

    def _notice(self, ready: list[Message]) -> None:
        for message in ready:
            if isinstance(message.body, End):
                self._end = message.body
            elif message.seq == 0 or isinstance(message.body, Transient):
                self._end = None

    def _renew_if_dead(self) -> None:
        now = time.monotonic()
        since = max(self._heard or 0.0, self._renewed)
        silent = self._heartbeat is not None and now - since > SILENCE_S
        if self._links.broken and not self._links.key_refused:
            self._drop(
                f"a frame of more than {frame_sizes.MAX_PAYLOAD_BYTES} bytes, or one "
                f"that is not ZeroMQ's, ended the connection, which was made again."
            )
        if silent or self._links.broken:
            self._links.renew()
            self._renewed, self._asked = now, None

    def _problem(self) -> str:
        """What is wrong now, the worst first."""
        if away := self._away():
            return away
        beat = self._heartbeat
        if self._recorded and beat is not None and not beat.recording:
            return "NOT RECORDING: the relay cannot write its recording."
        if beat is not None and beat.deaf:
            return beat.deaf
        if self._recorded and not self._answered:
            return self._no_answer_sentence()
        if self._answered is False:
            gaps = self._ordering.open_gaps
            return (
                f"NOT RECORDED by a relay: what is lost on the way ({gaps} so far) "
                f"cannot be fetched. {self._published}"
            ).rstrip()
        if self._ordering.open_gaps:
            return f"{self._ordering.open_gaps} messages are lost for good."
        if self._refused:
            return f"{self._refused} messages were refused: {self._refusal}"
        if beat is not None and beat.dropped:
            return f"The relay left out {beat.dropped} invalid messages."
        return self._published or self._last_problem

    def _away(self) -> str:
        """Why nothing is heard; empty while something is."""
        if self._links.key_refused:
            return (
                f"{self._endpoint} refuses our key, or has another key than ours says: "
                f"ask for a key that its relay knows."
            )
        age = _age(self._heard)
        if age is None and not self._links.connected:
            return (
                f"Nobody listens at {self._endpoint}: start the relay or check the "
                f"address; still trying."
            )
        if age is None:
            return f"Connected to {self._endpoint}, but nothing has come yet."
        overdue = self._heartbeat is not None and age > QUIET_S
        if overdue or (age > BEAT_S and not self._links.connected):
            if self._end is not None:
                return f"The session has ended ({self._end.reason}) and its relay left."
            return f"Nothing from {self._endpoint} for {age:.0f} s; still trying."
        return ""

    @property
    def _refused(self) -> int:
        """Messages that this subscriber or its relay refused, where it is known why."""
        beat = self._heartbeat
        by_relay = beat.dropped if beat is not None and beat.dropped_reason else 0
        return by_relay + self._intake.refused

    @property
    def _refusal(self) -> str:
        beat = self._heartbeat
        return self._intake.refusal or (beat.dropped_reason if beat else "")

    @property
    def _published(self) -> str:
        """What a publisher without a journal does not send right, in a sentence."""
        intake = self._intake
        refused = (
            f"{intake.refused} messages were refused: {intake.refusal}"
            if intake.refused
            else ""
        )
        return intake.waiting or refused or intake.remark

    def _no_answer_sentence(self) -> str:
        """A relay is heard, and does not answer."""
        since = self._live_since
        if since is None or time.monotonic() - since < ANSWER_S:
            return self._last_problem
        return (
            f"The relay does not answer on {self._endpoint.requests}: let that port "
            f"through; what was sent before and what is lost cannot be shown."
        )


def _age(at: float | None) -> float | None:
    return None if at is None else time.monotonic() - at
