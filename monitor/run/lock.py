"""Hides the outcome from the message on that says that the protocol is blinded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.protocol.blinding import is_lock
from monitor.run.message_filter import Filtered
from streams.messages.transient import Message


class Lock:
    """A filter of messages: a lock in the recording closes the outcome.

    It stays open where the operator has lifted it, which is on record.
    """

    def __init__(self, changes: Mapping[str, Any], close: Callable[[], bool]) -> None:
        self._lifted = changes.get("outcome_hidden") is False
        self._close = close

    def filter(self, message: Message) -> Filtered:
        """Close the outcome; a lock before the start of a session ends here."""
        if self._lifted or not is_lock(message.body) or self._close():
            return Filtered((message,))
        return Filtered(())
