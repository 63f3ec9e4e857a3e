"""What a relay gives to its clients: bounded, whether they take it or not.

A fetch is kept as numbers, not as bytes: its messages are read from the journal only
when there is room for them.  What libzmq holds is known exactly, for it tells when it
lets go of a message.  Several clients are served in turn.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

import zmq

from streams.messages.requests import Done, EventRecorded, Fetch, Refused, to_frames
from streams.recording.journal import Journal
from streams.relay.sockets import Door

CLIENT_BYTES = 4 << 20  # on the way to one client; a larger message goes alone
TOTAL_BYTES = 64 << 20  # on the way to all of them
MOST_WAITING = 64  # requests of one client
TURN_MESSAGES = 8  # to one client before the next has its turn
STALL_S = 5.0  # with `TOTAL_BYTES` held and nothing taken, before all are dropped


@dataclass(slots=True)
class _Giving:
    """A fetch under way: the next number, the number behind its last, those lost."""

    seq: int
    end: int
    lost: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Client:
    """What one client waits for, and what is on the way to it."""

    waiting: deque[_Giving | list[bytes]] = field(default_factory=deque)
    held: list[tuple[zmq.MessageTracker, int]] = field(default_factory=list)

    @property
    def held_bytes(self) -> int:
        """Bytes that libzmq holds for it."""
        self.held = [(t, size) for t, size in self.held if not t.done]
        return sum(size for _, size in self.held)


class Giving:
    """Answers that go out through a ROUTER, in the order of the requests.

    Attributes
    ----------
    held_bytes : on the way to all clients at the last turn
    """

    def __init__(self, door: Door, journal: Journal, session: str) -> None:
        self.held_bytes = 0
        self._door, self._journal, self._session = door, journal, session
        self._clients: dict[bytes, _Client] = {}
        self._full_since: float | None = None

    def use(self, journal: Journal) -> None:
        """Read from another recording of the same session from now on."""
        self._journal = journal

    @property
    def waiting(self) -> bool:
        """Whether anybody waits for anything."""
        return any(client.waiting for client in self._clients.values())

    def fetch(self, identity: bytes, fetch: Fetch) -> bool:
        """Answer a fetch; False if the client has asked for too much already."""
        first, there = fetch.first, self._journal.next_seq
        if fetch.session not in ("", self._session):
            return self.reply(identity, Done(self._session, 0, there - 1))
        end = max(first, min(first + fetch.count, there))
        return self._add(identity, _Giving(first, end))

    def reply(self, identity: bytes, reply: Done | EventRecorded | Refused) -> bool:
        """Give a reply; False if the client has asked for too much already."""
        return self._add(identity, to_frames(reply))

    def turn(self) -> bool:
        """Give each client something; whether anything could be given."""
        self._forget()
        self.held_bytes = sum(c.held_bytes for c in self._clients.values())
        progress = [self._serve(identity) for identity in list(self._clients)]
        self._show_out_idlers(any(progress))
        return any(progress)

    def _add(self, identity: bytes, item: _Giving | list[bytes]) -> bool:
        client = self._clients.setdefault(identity, _Client())
        if len(client.waiting) >= MOST_WAITING:
            return False
        client.waiting.append(item)
        return True

    def _forget(self) -> None:
        """Keep nothing of a client that has everything."""
        self._clients = {
            identity: client
            for identity, client in self._clients.items()
            if client.waiting or client.held_bytes
        }

    def _serve(self, identity: bytes) -> int:
        """Give one client a few messages; how many."""
        client = self._clients[identity]
        for count in range(TURN_MESSAGES):
            try:
                if not client.waiting or not self._give(identity, client):
                    return count
            except zmq.ZMQError as error:  # it takes nothing now, or has left
                if error.errno == zmq.EHOSTUNREACH:
                    client.waiting.clear()
                return count
        return TURN_MESSAGES

    def _give(self, identity: bytes, client: _Client) -> bool:
        """Give the next message or reply, if there is room."""
        item = client.waiting[0]
        if isinstance(item, list):
            self._send(identity, client, item)
            client.waiting.popleft()
        elif item.seq >= item.end:
            last_seq = self._journal.next_seq - 1
            done = Done(self._session, item.seq, last_seq, tuple(item.lost))
            self._send(identity, client, to_frames(done))
            client.waiting.popleft()
        else:
            full = self.held_bytes > TOTAL_BYTES
            if full or client.held_bytes > CLIENT_BYTES:
                return False
            self._give_message(identity, client, item)
        return True

    def _give_message(self, identity: bytes, client: _Client, item: _Giving) -> None:
        frames = self._journal.frames(item.seq)
        if frames is None:
            item.lost.append(item.seq)
        else:
            self._send(identity, client, [b"message", *frames])
        item.seq += 1

    def _send(self, identity: bytes, client: _Client, frames: list[bytes]) -> None:
        tracker = self._door.socket.send_multipart(
            [identity, *frames], zmq.NOBLOCK, copy=False, track=True
        )
        if tracker is not None and not tracker.done:
            size = sum(map(len, frames))
            client.held.append((tracker, size))
            self.held_bytes += size

    def _show_out_idlers(self, progress: bool) -> None:
        """Drop all clients when those who take nothing leave no room for the others."""
        now = time.monotonic()
        if progress or self.held_bytes <= TOTAL_BYTES:
            self._full_since = None
            return
        self._full_since = self._full_since or now
        if now - self._full_since > STALL_S:
            self._full_since = None
            self._door.show_out()
