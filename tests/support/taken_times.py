"""When a subscriber is given each transient, by this machine's clock."""

import time

from streams.messages.transient import Transient
from streams.subscription.subscriber import Subscriber


def connect(subscriber: Subscriber) -> None:
    """Wait until there is a stream."""
    while not subscriber.health.connected:
        subscriber.poll(0.1)


def times_taken(
    subscriber: Subscriber, count: int, interval_s: float
) -> dict[int, float]:
    """Monotonic times, s, by number of the transient; fewer after a minute's wait."""
    taken: dict[int, float] = {}
    deadline = time.monotonic() + 60 + 2 * count * interval_s
    while len(taken) < count and time.monotonic() < deadline:
        for message in subscriber.poll(0.5):
            if isinstance(message.body, Transient):
                taken[message.body.count] = time.monotonic()
    return taken
