"""A relay's sockets: PUB on its port, ROUTER on the one above."""

from __future__ import annotations

import errno
from typing import Any

import zmq

from streams.errors import InputError
from streams.messages import wire
from streams.messages.endpoint import Endpoint
from streams.messages.keys import Gate

REQUEST_BYTES = 16 * wire.MAX_HEADER_BYTES  # beyond it libzmq hangs up, uncounted
PUBLISH_HWM = 64  # a stalled subscriber loses the rest and fetches it later
LINGER_MS = 1000


def bound(
    context: zmq.Context[Any], endpoint: Endpoint, gate: Gate
) -> tuple[zmq.Socket[Any], zmq.Socket[Any]]:
    """Publishing and answering socket, both bound.

    Raises
    ------
    InputError : a port is in use or not ours, or it is no address of this machine
    """
    publisher, router = context.socket(zmq.PUB), context.socket(zmq.ROUTER)
    publisher.sndhwm = PUBLISH_HWM
    router.maxmsgsize = REQUEST_BYTES
    addresses = (endpoint.published, endpoint.requests)
    for socket, address in zip((publisher, router), addresses, strict=True):
        socket.linger = LINGER_MS
        socket.heartbeat_ivl, socket.heartbeat_timeout = 1000, 5000
        gate.protect(socket)
        _bind(socket, address)
    return publisher, router


def _bind(socket: zmq.Socket[Any], address: str) -> None:
    port = address.rpartition(":")[2]
    try:
        socket.bind(address)
    except zmq.ZMQError as error:
        if error.errno == zmq.EADDRINUSE:
            raise InputError(
                f"Port {port} is in use: stop the other program, or choose another "
                f"port with --bind (the one above it is needed, too)."
            ) from None
        if error.errno == errno.EACCES:
            raise InputError(
                f"No permission to use port {port}: choose one above 1024 with --bind."
            ) from None
        raise InputError(
            f"Cannot publish at {address}: {error}; give an address of this machine."
        ) from None
