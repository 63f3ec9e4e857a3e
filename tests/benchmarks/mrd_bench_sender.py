"""Send one series at a pace, print when each went out: PORT COUNT S POINTS.

Also `pub ENDPOINT COUNT S BYTES`: a bare publisher of the same payload; and
`wire ENDPOINT COUNT S POINTS`: a publisher that speaks docs/wire.md.
"""

import json
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

COILS = 32


def pace(count, interval_s, send):
    """Send on time; the times of this machine's monotonic clock, before sending."""
    sent, began = [], time.monotonic()
    for n in range(count):
        wait_s = began + n * interval_s - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        sent.append(time.monotonic())
        send(n)
    return sent


def scanner(port, count, interval_s, received):
    import mrd_sender as mrd

    samples = mrd.received(0, COILS, received)
    ticks = max(round(interval_s / 2.5e-3), 1)
    head = 2 + 340
    messages = [
        mrd.acquisition_bytes(n, samples, ticks_per_tr=ticks)[:head]
        for n in range(count)
    ]
    body = samples.tobytes()
    opening = mrd.opening(
        points=2048, received=received, last=count - 1, tr=f"<TR>{2.5 * ticks}</TR>"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(opening)
        sent = pace(count, interval_s, lambda n: connection.sendall(messages[n] + body))
        connection.sendall(mrd.CLOSE)
        mrd.answer(connection)
    return sent


def publisher(endpoint, count, interval_s, length):
    import zmq

    payload = bytes(length)
    with zmq.Context() as context, context.socket(zmq.PUB) as socket_:
        socket_.linger = 5000
        socket_.bind(endpoint)
        time.sleep(1.0)  # subscribers join; PUB has no way to know
        return pace(
            count, interval_s, lambda n: socket_.send_multipart([b"%d" % n, payload])
        )


def speaker(endpoint, count, interval_s, points):
    """Messages of docs/wire.md, made before the clock is read."""
    import numpy as np
    import zmq

    from streams.messages import wire
    from streams.messages.transient import Acquisition, Kind, Message, Start, Transient

    acquisition = Acquisition(123.25, "1H", 2.5e-4, points, COILS, 0.03, interval_s)
    fid = np.full((COILS, points), 1 + 1j, np.complex64)

    def frames(n):
        body = Transient(n, n * interval_s, Kind.METABOLITE, fid)
        return wire.encode(Message("bench", n + 1, 0, body))

    with zmq.Context() as context, context.socket(zmq.PUB) as socket_:
        socket_.linger = 5000
        socket_.bind(endpoint)
        time.sleep(2.0)  # the relay joins; PUB has no way to know
        start = Message("bench", 0, 0, Start(acquisition, "benchmark"))
        socket_.send_multipart(wire.encode(start))
        sent, began = [], time.monotonic()
        for n in range(count):
            ready = frames(n)
            time.sleep(max(0.0, began + n * interval_s - time.monotonic()))
            sent.append(time.monotonic())
            socket_.send_multipart(ready)
        return sent


if __name__ == "__main__":
    if sys.argv[1] == "wire":
        endpoint, numbers = sys.argv[2], [float(a) for a in sys.argv[3:]]
        times = speaker(endpoint, int(numbers[0]), numbers[1], int(numbers[2]))
    elif sys.argv[1] == "pub":
        endpoint, numbers = sys.argv[2], [float(a) for a in sys.argv[3:]]
        times = publisher(endpoint, int(numbers[0]), numbers[1], int(numbers[2]))
    else:
        port, count, interval_s, received = (float(a) for a in sys.argv[1:])
        times = scanner(int(port), int(count), interval_s, int(received))
    print(json.dumps(times))
