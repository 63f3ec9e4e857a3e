"""Ports of loopback that are free, and stay so until they are bound.

They lie below those that systems hand out by themselves (32768 on Linux, 49152
elsewhere), so that no connection of another test takes one in between, nor between a
relay and the one that is started in its place.
"""

import contextlib
import os
import random
import socket

LOWEST, HIGHEST = 10_000, 32_000
_random = random.Random(os.urandom(8))


def free_port(neighbours: int = 1) -> int:
    """A free port, the ones above it free as well, so many in all."""
    while True:
        port = _random.randrange(LOWEST, HIGHEST)
        with contextlib.suppress(OSError), contextlib.ExitStack() as bound:
            for number in range(port, port + neighbours):
                one = bound.enter_context(socket.socket())
                one.bind(("127.0.0.1", number))
            return port


def free_endpoint() -> str:
    """Address of two neighbouring ports that nobody uses."""
    return f"tcp://127.0.0.1:{free_port(2)}"
