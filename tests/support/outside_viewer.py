"""A viewer written from docs/wire.md alone; knows no `streams`.

It keeps a digest of every message that a relay published or gave again, and the number
of each event that was acknowledged, in a thread of its own.
"""

import hashlib
import json
import threading
import time
import uuid
from collections import deque

import zmq

ANSWER_S = 2.0


def digest(frames):
    """Of the frames as they are, and where each of them ends."""
    lengths = ",".join(str(len(frame)) for frame in frames)
    return hashlib.sha256(lengths.encode() + b"".join(frames)).digest()


def neighbour(endpoint):
    host, _, port = endpoint.rpartition(":")
    return f"{host}:{int(port) + 1}"


class OutsideViewer:
    """`seen`: digest by session and number; `changed`: those that came again otherwise.

    `acknowledged`: session, number and kind of each event that is said to be recorded;
    `refused`: reasons of those that are not; `beats`: the newest heartbeats;
    `transients`: how many of what was seen are transients.
    """

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.seen, self.changed = {}, []
        self.acknowledged, self.refused = [], []
        self.beats = deque(maxlen=5)
        self.session, self.last_seq, self.transients = "", -1, 0
        self._events, self._stop = {}, threading.Event()
        self._next, self._asked = 0, None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def beat(self):
        return self.beats[-1] if self.beats else {}

    @property
    def complete(self):
        """Whether it has all that the relay says there is."""
        self._advance()
        return self.last_seq >= 0 and self._next > self.last_seq

    def event(self, kind, text=""):
        """Ask for an event until it is recorded or refused; its identity."""
        asked = uuid.uuid4().hex
        self._events[asked] = [kind, text, 0.0]
        return asked

    def waits_for(self, asked):
        return asked in self._events

    def close(self):
        self._stop.set()
        self._thread.join(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        with zmq.Context() as context:
            listening, asking = context.socket(zmq.SUB), context.socket(zmq.DEALER)
            for socket, where in (
                (listening, self.endpoint),
                (asking, neighbour(self.endpoint)),
            ):
                socket.linger = 0
                socket.reconnect_ivl = 50
                socket.rcvhwm = 0
                socket.connect(where)
            listening.subscribe(b"")
            while not self._stop.is_set():
                ready, _, _ = zmq.select([listening, asking], [], [], 0.05)
                if listening in ready:
                    self._take(listening.recv_multipart())
                if asking in ready:
                    self._take_answer(asking.recv_multipart())
                self._ask(asking)
            listening.close()
            asking.close()

    def _take(self, frames):
        header = json.loads(frames[1])
        if header["session"] != self.session:
            self.session, self.last_seq, self._next = header["session"], -1, 0
            self._asked = None
        if header["type"] == "heartbeat":
            self.beats.append({**header, "at": time.monotonic()})
            self.last_seq = max(self.last_seq, header["last_seq"])
            return
        self.last_seq = max(self.last_seq, header["seq"])
        key, now = (header["session"], header["seq"]), digest(frames)
        if key not in self.seen:
            self.seen[key] = now
            self.transients += header["type"] == "transient"
        elif self.seen[key] != now:
            self.changed.append(key)

    def _take_answer(self, frames):
        name, answer = frames[0], json.loads(frames[1]) if len(frames) == 2 else {}
        if name == b"message":
            self._take(frames[1:])
        elif name == b"done":
            self._asked = None
        elif name == b"recorded":
            if asked := self._events.pop(answer["id"], None):
                self.acknowledged.append((self.session, answer["seq"], asked[0]))
        elif name == b"refused":
            self._asked = None
            if self._events.pop(answer.get("id", ""), None):
                self.refused.append(answer["reason"])

    def _advance(self):
        while (self.session, self._next) in self.seen:
            self._next += 1

    def _ask(self, asking):
        now = time.monotonic()
        for asked, entry in list(self._events.items()):
            if now - entry[2] > ANSWER_S:
                entry[2] = now
                self._send(asking, b"event", kind=entry[0], text=entry[1],
                           author="operator", time_s=None, id=asked)  # fmt: skip
        if self._asked is not None and now - self._asked < ANSWER_S:
            return
        if not self.complete and self.session:
            self._asked = now
            self._send(asking, b"fetch", session=self.session, first=self._next,
                       count=32)  # fmt: skip

    def _send(self, asking, name, **fields):
        try:
            asking.send_multipart(
                [name, json.dumps({"v": 1, **fields}).encode()], zmq.NOBLOCK
            )
        except zmq.Again:
            self._asked = None
