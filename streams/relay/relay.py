"""The relay: source -> journal -> PUB, refetch from the journal, events to the journal.

Three threads, one queue:

    source thread     source -> queue; waits while too many are not yet on disk
    answering thread  ROUTER on PORT + 1: fetches from the journal; events -> queue
    calling thread    queue -> number -> journal (fsync) -> PUB on PORT; heartbeats

so that neither a slow disk nor a late joiner who fetches an hour holds up the other.
Journal first: `relay_loop`, which is what the calling thread does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import zmq

from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.keys import ServerKeys
from streams.messages.transient import Body
from streams.recording.files import check_space
from streams.relay.gate import Gate
from streams.relay.recorder import begin_recording
from streams.relay.relay_loop import RelayLoop
from streams.relay.sockets import LINGER_MS, bind_sockets
from streams.relay.status import RelayStatus
from streams.relay.stopping import stop_on_signals


def run_relay(
    source: Iterable[Body],
    journal_path: str | Path,
    bind: str = "tcp://127.0.0.1:5555",
    *,
    stop: threading.Event | None = None,
    on_status: Callable[[RelayStatus], None] | None = None,
    linger_s: float | None = None,
    speed: float = 1.0,
    keys: ServerKeys | None = None,
    copy_path: str | Path | None = None,
    least_free_mb: float = 0.0,
) -> RelayStatus:
    """Record and publish a source until it ends or `stop` is set.

    Parameters
    ----------
    source : gives the bodies; runs in a thread of its own
    journal_path : recording to begin, or an unfinished one to go on with
    bind : address that publishes; the port above it answers requests
    stop : set by anybody to end the session; called by the main thread, a signal that
        ends programs (Ctrl-C, SIGTERM, a closed terminal) sets it, too
    on_status : called each second, and when something changes, from this thread
    linger_s : how long to go on serving after the end of the source; None: until `stop`
    speed : scanner seconds per second of the source, to place events between transients
    keys : CURVE; needed on any address but loopback
    copy_path : second recording, on another disk; compared with the first at the end,
        and the only one as soon as the first cannot be written
    least_free_mb : space that a new recording needs to begin, MB; one that was cut off
        goes on whatever is left

    Raises
    ------
    InputError : port in use, no keys, too little space, recording in use, finished or
        not writable, or what the source raised
    IncompleteError : recorded, but not all of it, or not in both places
    """
    endpoint = Endpoint.parse(bind)
    if not endpoint.loopback and keys is None:
        raise InputError(
            f"{endpoint} can be reached from other machines, which needs keys: give "
            f"--server-key and --clients (see `mrs-monitor keys`), or bind to "
            f"tcp://127.0.0.1:{endpoint.port}."
        )
    check_space(journal_path, least_free_mb)
    if copy_path:
        check_space(copy_path, least_free_mb)
    stop = stop or threading.Event()
    context: zmq.Context[Any] = zmq.Context()
    gate = Gate(context, keys)
    try:
        with stop_on_signals(stop):
            publisher, router = bind_sockets(context, endpoint, gate)
            session, copying = begin_recording(journal_path, copy_path, speed)
            relay = RelayLoop(
                session, publisher, router, gate, on_status, str(endpoint), copying
            )
            return relay.run(source, stop, linger_s)
    finally:
        gate.close()
        context.destroy(linger=LINGER_MS)
