"""Hides the outcome from the message on that says that the protocol is blinded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.analysis.update import Update
from monitor.protocol.blinding import is_lock
from streams.messages.transient import Message


class Lock:
    """A filter of messages: a lock in the recording closes the outcome.

    It stays open where the operator has lifted it, which is on record.
    """

    def __init__(self, changes: Mapping[str, Any], close: Callable[[], bool]) -> None:
        self._lifted = changes.get("outcome_hidden") is False
        self._close = close

    def hold(self, message: Message) -> Update | None:
        """Close the outcome; a lock before the start of a session ends here."""
        if self._lifted or not is_lock(message.body) or self._close():
            return None
        return Update(message.seq, message.epoch)
