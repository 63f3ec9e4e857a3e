"""A lock in the recording closes the outcome, unless the operator has lifted it."""

import pytest

from monitor.protocol.blinding import KIND
from monitor.run.lock import Lock
from streams.messages.transient import Event, Message

LOCKED = Message("s", 3, 0, Event(5.0, KIND, "trial"))
NOTE = Message("s", 4, 0, Event(5.0, "note", "trial"))


def passed(changes, begun, message=LOCKED):
    """What goes on, and how often the outcome was closed."""
    closed: list[bool] = []
    lock = Lock(changes, lambda: closed.append(True) or begun)
    return lock.filter(message).messages, len(closed)


@pytest.mark.parametrize("changes", [{}, {"outcome_hidden": True}, {"window": 8}])
def test_a_lock_closes_and_goes_on_into_a_session_that_has_begun(changes):
    assert passed(changes, begun=True) == ((LOCKED,), 1)
    assert passed(changes, begun=False) == ((), 1)


def test_one_that_was_lifted_stays_open():
    assert passed({"outcome_hidden": False}, begun=True) == ((LOCKED,), 0)


def test_other_events_close_nothing():
    assert passed({}, begun=True, message=NOTE) == ((NOTE,), 0)
