"""Where an MRD server listens and who may connect: loopback, or what was named."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from dataclasses import dataclass

from streams.errors import InputError
from streams.sources.mrd.parser import DEFAULT_PORT

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
DEFAULT_LISTEN = f"127.0.0.1:{DEFAULT_PORT}"
BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Listening:
    """An address of this machine, and the networks that may connect to it."""

    host: str
    port: int
    allowed: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, listen: str = DEFAULT_LISTEN, allow: str = "") -> Listening:
        """From `HOST:PORT` and `IP,IP/BITS,...`.

        Raises
        ------
        InputError : no address, all interfaces at once, another interface than loopback
            without allowed addresses
        """
        host, colon, port = listen.strip().rpartition(":")
        host = host.strip("[]") if colon else listen.strip()
        number = int(port) if colon and port.isdecimal() else DEFAULT_PORT
        if not host or (colon and not port.isdecimal()) or number > 65535:
            raise InputError(
                f"--listen {listen} is no address: write HOST:PORT, such as "
                f"{DEFAULT_LISTEN}."
            )
        allowed = tuple(_network(part) for part in allow.split(",") if part.strip())
        _check_host(host, allowed)
        return cls(host, number, allowed)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return _is_loopback(self.host)

    def allows(self, address: str) -> bool:
        """Whether an address may connect."""
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if not self.allowed:
            return ip.is_loopback
        return any(ip in network for network in self.allowed)

    def bound(self) -> socket.socket:
        """A socket that listens there.

        Raises
        ------
        InputError : the port is in use, or it is no address of this machine
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        server = socket.socket(family, socket.SOCK_STREAM)
        try:
            if sys.platform == "win32":  # there SO_REUSEADDR would share the port
                server.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((self.host, self.port))
            server.listen(BACKLOG)
            server.setblocking(False)
        except OSError as error:
            server.close()
            raise InputError(self._why(error)) from None
        return server

    def _why(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {self.port} for the scanner is in use: stop the other program, "
                "or choose another with --listen (and at the scanner)."
            )
        if error.errno == errno.EACCES:
            return (
                f"No permission to listen on port {self.port}: choose one above 1024 "
                "with --listen."
            )
        reason = error.strerror or str(error)
        return (
            f"Cannot listen on {self.host}:{self.port} ({reason}): give an address of "
            "this machine with --listen."
        )


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise InputError(
            f"--allow {text.strip()} is no address: write IP or IP/BITS, such as "
            "192.168.2.1."
        ) from None


def _check_host(host: str, allowed: tuple[Network, ...]) -> None:
    try:
        everywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    if everywhere:
        raise InputError(
            f"--listen {host} would listen on every interface: give the address of the "
            "one that the scanner is connected to."
        )
    if not _is_loopback(host) and not allowed:
        raise InputError(
            f"{host} can be reached from other machines and MRD has no encryption: "
            "name the scanner's address with --allow IP."
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
