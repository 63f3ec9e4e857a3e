"""An event that a relay records: asked for until it is on disk.

Nothing here knows of transients: a script that sends an event waits for no numpy.
"""

from __future__ import annotations

import time

import zmq

from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.keys import ClientKeys
from streams.messages.requests import (
    EventRecorded,
    EventRequest,
    Refused,
    reply_from,
    to_frames,
)
from streams.messages.transient import Event
from streams.subscription.client_socket import configure

ANSWER_S = 2.0
"""A request without an answer for this long is sent again."""


class NotRecordedYetError(InputError):
    """No relay acknowledged an event, or it cannot take it now: it may later."""


def send_event(
    endpoint: str,
    kind: str,
    text: str = "",
    author: str = "operator",
    *,
    timeout_s: float = 5.0,
    keys: ClientKeys | None = None,
) -> Event:
    """Have a relay record an event of this moment; see `record_event`."""
    request = EventRequest(kind, text, author)
    return record_event(Endpoint.parse(endpoint), request, timeout_s, keys)


def record_event(
    place: Endpoint,
    request: EventRequest,
    timeout_s: float,
    keys: ClientKeys | None = None,
) -> Event:
    """Have a relay record an event; returns it once it is on disk.

    May be called from any thread.  It is asked for again until it is acknowledged, and
    recorded once, however often it was asked for.

    Raises
    ------
    NotRecordedYetError : not acknowledged within `timeout_s`
    InputError : refused
    """
    deadline = time.monotonic() + timeout_s
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        configure(socket, keys).connect(place.requests)
        while (remaining := deadline - time.monotonic()) > 0:
            wait_ms = int(1000 * min(remaining, ANSWER_S / 2))
            if not socket.poll(wait_ms, zmq.POLLOUT):
                continue
            socket.send_multipart(to_frames(request))
            if not socket.poll(wait_ms):
                continue
            reply = reply_from(socket.recv_multipart())
            if isinstance(reply, Refused):
                error = NotRecordedYetError if reply.again else InputError
                raise error(reply.reason)
            if isinstance(reply, EventRecorded) and reply.id == request.id:
                return Event(
                    reply.time_s,
                    request.kind,
                    request.text,
                    request.author,
                    request.replaces,
                )
    raise NotRecordedYetError(
        f"NOT RECORDED: no relay at {place} acknowledged {request.kind} within "
        f"{timeout_s:g} s; check that it runs, then try again."
    )
