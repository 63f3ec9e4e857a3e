"""A clock and a socket in the hand of a test."""

from types import SimpleNamespace

import zmq


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Tracker:
    """Of a message that libzmq has until it is done."""

    def __init__(self) -> None:
        self.done = False


class Socket:
    """Keeps what it is sent, and whether it is bound."""

    def __init__(self) -> None:
        self.sent: list[list[bytes]] = []
        self.trackers: list[Tracker] = []
        self.bound: list[str] = []
        self.last_endpoint = b"tcp://127.0.0.1:5555"  # with its port
        self.error: int | None = None
        self.takes_at_once = False

    def get_monitor_socket(self, events: int) -> SimpleNamespace:
        return SimpleNamespace(recv_multipart=self._nothing)

    def _nothing(self, flags: int) -> list[bytes]:
        raise zmq.Again

    def send_multipart(self, frames, *_: object, **__: object) -> Tracker:
        if self.error is not None:
            raise zmq.ZMQError(self.error)
        self.sent.append(list(frames))
        self.trackers.append(Tracker())
        self.trackers[-1].done = self.takes_at_once
        return self.trackers[-1]

    def bind(self, address: str) -> None:
        self.bound.append(address)

    def unbind(self, address: bytes) -> None:
        self.bound.append(f"not {address.decode()}")
