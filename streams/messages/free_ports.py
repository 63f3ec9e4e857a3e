"""Ports of loopback for a relay that only this machine reaches."""

from __future__ import annotations

import socket

from streams.errors import InputError


def free_port_pair() -> int:
    """A port that is free on loopback together with the one above it.

    Raises
    ------
    InputError : none was found
    """
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    raise InputError("No two neighbouring free ports were found on this machine.")
