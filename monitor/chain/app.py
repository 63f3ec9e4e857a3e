"""The program inside the scanner's chain: a server, and processes that draw pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from monitor.chain.follower_process import Follower
from monitor.chain.session import AppSession
from streams.chain.server import ChainServer, ChainSession, Send
from streams.sources.mrd.address import Listening

MOST_ORDERS = 20
"""Series that one process follows before another takes its place."""


class App:
    """Serves scanners until stopped.

    Parameters
    ----------
    listening : where, and who may connect; bound when this returns
    folder : of the recordings
    say : is told what happens, in sentences
    feedback : whether scanners are asked to change their frequency, by message 1028

    Raises
    ------
    InputError : the port is in use, or it is no address of this machine
    """

    def __init__(
        self,
        listening: Listening,
        folder: Path,
        say: Callable[[str], None],
        feedback: bool = False,
    ) -> None:
        self._feedback = feedback
        self._folder, self._say = folder, say
        self._server = ChainServer(listening, self._open, say)
        self._idle: list[Follower] = [Follower()]
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """Port that is listened on."""
        return self._server.port

    def start(self) -> None:
        """Begin to accept."""
        self._server.start()

    def stop(self) -> None:
        """End all sessions and processes."""
        self._server.stop()
        with self._lock:
            for follower in self._idle:
                follower.stop()
            self._idle.clear()

    def _open(self, address: str, send: Send) -> ChainSession:
        self._say(f"{address} is connected.")
        with self._lock:
            follower = self._idle.pop() if self._idle else Follower()
        session = AppSession(send, self._folder, follower, self._say, self._feedback)
        return _Pooled(session, self, follower)

    def give_back(self, follower: Follower, well: bool) -> None:
        """A session has ended; its process serves the next one, or another does."""
        fresh = follower
        if not well or follower.orders >= MOST_ORDERS:
            follower.stop()
            fresh = Follower()
        with self._lock:
            if self._idle:
                fresh.stop()
            else:
                self._idle.append(fresh)


class _Pooled:
    """A session that gives its process back."""

    def __init__(self, session: AppSession, app: App, follower: Follower) -> None:
        self._session, self._app, self._follower = session, app, follower
        self.take = session.take

    def finish(self, reason: str) -> None:
        """End the session, then let its process go."""
        self._session.finish(reason)
        self._app.give_back(self._follower, self._session.well)
