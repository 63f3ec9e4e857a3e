"""How a socket of a client of a relay is set before it connects."""

from __future__ import annotations

from typing import Any

import zmq

from streams.messages import frame_sizes
from streams.messages.keys import ClientKeys


def configure(socket: zmq.Socket[Any], keys: ClientKeys | None) -> zmq.Socket[Any]:
    """A socket that is going to connect: bounds, patience and keys."""
    socket.maxmsgsize = frame_sizes.MAX_PAYLOAD_BYTES
    socket.linger = 0
    socket.immediate = True  # nothing is queued for somebody who is not there
    socket.reconnect_ivl, socket.reconnect_ivl_max = 100, 300
    socket.heartbeat_ivl, socket.heartbeat_timeout = 1000, 5000
    if keys is not None:
        keys.apply(socket)
    return socket
