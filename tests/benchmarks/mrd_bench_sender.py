"""Send one series at a pace, print when each went out: PORT COUNT S POINTS.

Also `pub ENDPOINT COUNT S BYTES`: a bare publisher of the same payload.
"""

import json
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "streams" / "sources"))

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


if __name__ == "__main__":
    if sys.argv[1] == "pub":
        endpoint, numbers = sys.argv[2], [float(a) for a in sys.argv[3:]]
        times = publisher(endpoint, int(numbers[0]), numbers[1], int(numbers[2]))
    else:
        port, count, interval_s, received = (float(a) for a in sys.argv[1:])
        times = scanner(int(port), int(count), interval_s, int(received))
    print(json.dumps(times))
