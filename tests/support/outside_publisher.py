"""A publisher as a site would write it from docs/wire.md alone; knows no `streams`.

Each message may be sent wrongly on purpose: a field taken away or replaced.
"""

import json
import time
import uuid
import zlib

import numpy as np
import zmq

GONE = object()
COILS, POINTS, TR_S = 2, 64, 2.0
ACQUISITION = {
    "spectrometer_frequency_mhz": 123.25, "nucleus": "1H", "dwell_time_s": 2.5e-4,
    "points": POINTS, "coils": COILS, "echo_time_s": 0.03, "repetition_time_s": TR_S,
}  # fmt: skip


def fid(count):
    rng = np.random.default_rng(count)
    values = rng.normal(size=(2, COILS, POINTS))
    return (values[0] + 1j * values[1]).astype("<c8").tobytes()


def changed(table, changes):
    return {k: v for k, v in {**table, **changes}.items() if v is not GONE}


class OutsidePublisher:
    def __init__(self, endpoint, session=None):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.XPUB)  # PUB, and tells of a subscriber
        self.socket.linger = 5000
        self.socket.bind(endpoint)
        self.session = session or uuid.uuid4().hex
        self.seq = self.first_fid = 0

    def __enter__(self):
        assert self.socket.poll(20_000), "nobody subscribed"
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.context.term()

    def send(self, topic, payload=b"", topic_frame=None, **fields):
        header = {"v": 1, "type": topic, "session": self.session, "epoch": 0}
        text = json.dumps(changed(header, fields)).encode()
        self.socket.send_multipart([topic_frame or topic.encode(), text, payload])

    def start(self, acquisition=(), **fields):
        table = changed(ACQUISITION, dict(acquisition))
        self.send("start", acquisition=table, source="outside", **{"seq": 0, **fields})
        self.seq = max(self.seq, 1)

    def transient(self, count, **fields):
        payload = fid(self.first_fid + count)
        own = {
            "seq": self.seq, "count": count, "time_s": count * TR_S,
            "kind": "metabolite", "shape": [COILS, POINTS], "dtype": "<c8",
            "nbytes": len(payload), "crc32": zlib.crc32(payload),
        }  # fmt: skip
        self.send("transient", payload, **{**own, **fields})
        self.seq += 1

    def transients(self, counts, **fields):
        for count in counts:
            self.transient(count, **fields)

    def heartbeat(self, **fields):
        self.send("heartbeat", **{
            "seq": self.seq - 1, "last_seq": self.seq - 1, "recorded_bytes": 0,
            "disk_free_bytes": 0, "recording": False, **fields})  # fmt: skip

    def end(self, transients, **fields):
        self.send("end", seq=self.seq, transients=transients, reason="finished",
                  **fields)  # fmt: skip
        self.seq += 1

    def beat_until(self, condition, timeout_s=30):
        """Beat as a publisher does once a second, quicker, until a condition holds."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, "waited in vain"
            self.heartbeat()
            time.sleep(0.05)
