"""Connections of an MRD server, and which of them goes first when there are too many.

A connection that has said nothing does not hold the place of one that speaks, and those
that are no scanner share one bound on the memory of their unfinished messages.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.sources.mrd.parser import Parser

QUIET_S = 5.0
MOST_CONNECTIONS = 64
MOST_UNFINISHED_BYTES = 32 << 20  # of all that are not the scanner; a header has 16 MB


@dataclass(slots=True, eq=False)
class Connection:
    """One TCP connection.

    Attributes
    ----------
    opened_s, heard_s : monotonic clock: when it came, and when it sent something last
    spoke : whether it ever sent anything
    active : whether it is the scanner
    idle_s, quiet_s : silence after which it is dead, and gives way to its successor
    leaving_s : when it was told to go; None before
    dropped : names of messages that are not recorded, with their numbers
    """

    socket: socket.socket
    address: str
    opened_s: float
    heard_s: float
    parser: Parser = field(default_factory=Parser)
    spoke: bool = False
    active: bool = False
    idle_s: float = 0.0
    quiet_s: float = QUIET_S
    leaving_s: float | None = None
    dropped: Counter[str] = field(default_factory=Counter)

    def gives_way_to(self, address: str) -> bool:
        """Whether this, the scanner's, looks dead to one from the same address."""
        silent_s = time.monotonic() - self.heard_s
        return address == self.address and silent_s > self.quiet_s


def new_connection(connected: socket.socket, address: str) -> Connection:
    """A connection that was accepted just now."""
    connected.setblocking(False)
    keep_alive(connected)
    now_s = time.monotonic()
    return Connection(connected, address, now_s, now_s)


def scanner_among(connections: Iterable[Connection]) -> Connection | None:
    """The connection that is the scanner; None while there is none."""
    return next((c for c in connections if c.active), None)


def least_heard(connections: Iterable[Connection]) -> Connection | None:
    """Who gives up a place: who leaves anyway, who never spoke, who spoke long ago."""
    others = [c for c in connections if not c.active]
    return min(
        others, key=lambda c: (c.leaving_s is None, c.spoke, c.heard_s), default=None
    )


def hungriest(connections: Iterable[Connection]) -> Connection | None:
    """Who holds most of an unfinished message; None while all together may hold it."""
    others = [c for c in connections if not c.active]
    if sum(c.parser.held_bytes for c in others) <= MOST_UNFINISHED_BYTES:
        return None
    return max(others, key=lambda c: c.parser.held_bytes)


def keep_alive(connected: socket.socket) -> None:
    """Ask TCP to notice a machine that died: after 10 s of silence, 3 times 5 s."""
    with contextlib.suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for name, value in (
            ("TCP_KEEPIDLE", 10),
            ("TCP_KEEPINTVL", 5),
            ("TCP_KEEPCNT", 3),
        ):
            if hasattr(socket, name):  # not on every system
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
