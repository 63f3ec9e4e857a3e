"""Lets clients in by their keys, and notices when a key is withdrawn.

The folder of the clients is read again every half second.  Where it cannot be read for
another reason than its absence (no file left to open, a share that hangs) those who
were known stay known, and the status reports it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zmq
from zmq.auth.thread import ThreadAuthenticator

from streams.messages.keys import DOMAIN, Role, ServerKeys, key_file_content

READ_AGAIN_S = 0.5
_WITHDRAWN = (FileNotFoundError, NotADirectoryError)
_NO_KEY = (*_WITHDRAWN, PermissionError, IsADirectoryError, UnicodeDecodeError)


class Gate:
    """Lets clients in by their keys and tells their role.

    Without keys everybody is let in as an operator (loopback only, see the relay).

    Attributes
    ----------
    refused : connections refused so far
    withdrawals : how often a key was withdrawn whose holder had been let in; with each,
        all connections must be made again (see `sockets`)
    crowds : how often more connections came than there are places
    """

    def __init__(self, context: zmq.Context[Any], keys: ServerKeys | None) -> None:
        self.refused, self.withdrawals, self.crowds = 0, 0, 0
        self._keys, self._problem = keys, ""
        self._roles: dict[str, Role] = {}
        self._let_in: set[str] = set()
        self._read_at = float("-inf")
        self._lock = threading.Lock()
        self._authenticator: ThreadAuthenticator | None = None
        if keys is not None:
            self._authenticator = ThreadAuthenticator(context)
            self._authenticator.start()
            self._authenticator.configure_curve_callback(DOMAIN, self)

    def protect(self, socket: zmq.Socket[Any]) -> None:
        """Set the keys on a socket that is going to be bound."""
        if self._keys is not None:
            socket.curve_server = True
            socket.curve_publickey = self._keys.public
            socket.curve_secretkey = self._keys.secret
            socket.zap_domain = DOMAIN.encode()

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a client with this public key is let in; asked by ZeroMQ."""
        name = key.decode("ascii", "replace")
        with self._lock:
            self._read()
            allowed = name in self._roles
            if allowed:
                self._let_in.add(name)
        self.refused += not allowed
        return allowed

    def role(self, key: str) -> Role | None:
        """Role of the holder of a public key; None: unknown, or withdrawn."""
        if self._keys is None:
            return Role.OPERATOR
        with self._lock:
            self._read()
            return self._roles.get(key)

    def look(self) -> None:
        """Notice withdrawn keys; to be called at least each second."""
        if self._keys is not None:
            with self._lock:
                self._read()

    @property
    def deaf(self) -> str:
        """That nobody is let in any more, in one sentence; empty if it is not so."""
        if self._authenticator is None or self._authenticator.is_alive():
            return ""
        return "Nobody can be let in any more: start the relay again."

    @property
    def notice(self) -> str:
        """What was refused, or is wrong, in one sentence."""
        if self._problem or not self.refused:
            return self._problem or self._crowded
        return self._crowded or (
            f"A client with an unknown key was refused ({self.refused} connections so "
            f"far): put its public key into {self._keys and self._keys.clients}."
        )

    @property
    def _crowded(self) -> str:
        if not self.crowds:
            return ""
        return (
            f"Too many connections came at once ({self.crowds} times so far): all were "
            f"ended, and who belongs here comes back by itself."
        )

    def close(self) -> None:
        """Let nobody in any more."""
        authenticator = self._authenticator
        if authenticator is None:
            return
        if not authenticator.is_alive():  # it would wait for ever for its thread
            authenticator.pipe.close(linger=0)
            authenticator.pipe = None  # type: ignore[assignment]  # as pyzmq does
        authenticator.stop()

    def _read(self) -> None:
        """Read the folder, if the last time is long enough ago."""
        now = time.monotonic()
        if self._keys is None or now - self._read_at < READ_AGAIN_S:
            return
        self._read_at = now
        try:
            self._roles, self._problem = dict(_roles(self._keys.clients)), ""
        except OSError as error:
            self._problem = (
                f"Keys in {self._keys.clients} cannot be read "
                f"({error.strerror or error}): those known before stay known."
            )
            return
        withdrawn = self._let_in - self._roles.keys()
        self._let_in -= withdrawn
        self.withdrawals += bool(withdrawn)


def _roles(folder: Path) -> Iterator[tuple[str, Role]]:
    """Public key and role of every client that has a file in the folder.

    Raises
    ------
    OSError : they cannot be read, which does not mean that there are none
    """
    try:
        names = sorted(os.listdir(folder))
    except _WITHDRAWN:
        return
    for role in Role:
        for name in names:
            if not name.endswith(f".{role}.key"):
                continue
            try:
                content = key_file_content(folder / name)
            except _NO_KEY:
                continue
            if key := content.get("public-key", ""):
                yield key, role
