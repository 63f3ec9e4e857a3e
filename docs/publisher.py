"""A publisher of transients in 40 lines: put your scanner where `excitation` is.

python publisher.py [PORT] [TRANSIENTS] [TR_S]
mrs-monitor relay --source tcp://127.0.0.1:PORT      (records it and passes it on)
"""

import json
import sys
import time
import uuid
import zlib

import numpy as np
import zmq

PORT, TRANSIENTS, TR_S = sys.argv[1:] + ["5600", "1000", "2.0"][len(sys.argv) - 1 :]
COILS, POINTS, DWELL_S, MHZ = 4, 2048, 2.5e-4, 123.25
ACQUISITION = {
    "spectrometer_frequency_mhz": MHZ, "nucleus": "1H", "dwell_time_s": DWELL_S,
    "points": POINTS, "coils": COILS, "echo_time_s": 0.03,
}  # fmt: skip


def excitation(rng):
    """A singlet at 2.01 ppm and noise, (coils, points): an example, no spectrum."""
    t = np.arange(POINTS) * DWELL_S
    line = np.exp(-2j * np.pi * (2.01 - 4.65) * MHZ * t - 20 * t)
    noise = rng.normal(size=(2, COILS, POINTS))
    return (line + 0.1 * (noise[0] + 1j * noise[1])).astype("<c8")


def main():
    socket = zmq.Context.instance().socket(zmq.PUB)
    socket.bind(f"tcp://127.0.0.1:{PORT}")
    session, rng = uuid.uuid4().hex, np.random.default_rng()

    def publish(topic, seq, payload=b"", **fields):
        header = {"v": 1, "type": topic, "session": session, "seq": seq, "epoch": 0}
        text = json.dumps(header | fields, allow_nan=False).encode()
        socket.send_multipart([topic.encode(), text, payload])

    for count in range(int(TRANSIENTS)):
        time.sleep(float(TR_S))  # your scanner sets the pace
        publish("start", 0, acquisition=ACQUISITION, source="example publisher")
        fid = excitation(rng).tobytes()
        publish(
            "transient", count + 1, fid, kind="metabolite", count=count,
            time_s=count * float(TR_S), shape=[COILS, POINTS], dtype="<c8",
            nbytes=len(fid), crc32=zlib.crc32(fid),
        )  # fmt: skip
    publish("end", count + 2, transients=count + 1, reason="finished")
    time.sleep(0.5)  # let the last message leave


if __name__ == "__main__":
    main()
