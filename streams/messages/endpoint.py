"""Where a relay is reached: PORT publishes, PORT + 1 answers requests."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from streams.errors import InputError

_ADDRESS = re.compile(r"tcp://(\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]+):(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and the first of its two ports."""

    host: str
    port: int

    @classmethod
    def parse(cls, address: str) -> Endpoint:
        """Endpoint from `tcp://HOST:PORT`.

        Raises
        ------
        InputError : anything else
        """
        match = _ADDRESS.fullmatch(address.strip())
        if match is None or not 1 <= int(match[2]) <= 65534:
            raise InputError(
                f"{address!r} is no address: write tcp://HOST:PORT with a port from 1 "
                f"to 65534, such as tcp://127.0.0.1:5555."
            )
        return cls(match[1], int(match[2]))

    @property
    def published(self) -> str:
        """Address of the stream itself."""
        return f"tcp://{self.host}:{self.port}"

    @property
    def requests(self) -> str:
        """Address that answers requests and takes events."""
        return f"tcp://{self.host}:{self.port + 1}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return self.published
