"""A relay as a program of its own, to be killed: PATH ENDPOINT TRANSIENTS INTERVAL_S.

Prints "ready" once it listens; goes on with an unfinished recording.
"""

import sys
import time

from stream_cases import ACQUISITION, fid

from streams.messages.transient import Kind, Start, Transient
from streams.relay.relay import run_relay


def source(transients, interval_s):
    yield Start(ACQUISITION, "to be killed")
    for count in range(transients):
        time.sleep(interval_s)
        yield Transient(count, 2.0 * count, Kind.METABOLITE, fid(count))


def main():
    path, endpoint, transients, interval_s = sys.argv[1:]
    told = []

    def on_status(status):
        if not told:
            told.append(status)
            print("ready", flush=True)

    bodies = source(int(transients), float(interval_s))
    run_relay(bodies, path, endpoint, on_status=on_status)


if __name__ == "__main__":
    main()
