"""What a subscription has heard of its publisher, and what that says is wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass

from streams.messages.endpoint import Endpoint
from streams.messages.transient import End, Heartbeat
from streams.subscription.health import StreamHealth
from streams.subscription.intake import MessageIntake
from streams.subscription.links import Links
from streams.subscription.ordering import Ordering
from streams.subscription.recorded_event import ANSWER_S

QUIET_S = 3.0
"""Three heartbeats missed are worth a word."""
BEAT_S = 1.0


@dataclass(slots=True)
class SignsOfLife:
    """Of a relay or publisher; its owner is the subscriber, whose parts it looks at.

    Attributes
    ----------
    at : reading of the clock at the last sign of life, s; None before the first
    live_since : at the first live message
    answered : whether a request was answered; False: there is no journal to ask
    recorded : messages have been through a relay's journal
    heartbeat : the newest
    end : the end of the session, once it came
    dropped : messages that were left out
    last_problem : why the newest of them was
    """

    _endpoint: Endpoint
    _links: Links
    _ordering: Ordering
    _intake: MessageIntake
    at: float | None = None
    live_since: float | None = None
    answered: bool | None = None
    recorded: bool = False
    heartbeat: Heartbeat | None = None
    end: End | None = None
    dropped: int = 0
    last_problem: str = ""

    def drop(self, reason: str) -> None:
        """Count a message that is left out."""
        self.dropped += 1
        self.last_problem = f"{self.dropped} messages were dropped: {reason}"

    def health(self) -> StreamHealth:
        """State of the subscription now."""
        order, beat = self._ordering, self.heartbeat
        return StreamHealth(
            endpoint=str(self._endpoint),
            connected=self._links.connected,
            session=order.session,
            heard_s=_age(self.at),
            last_seq=order.last_seq,
            received=order.received,
            lag=order.last_seq + 1 - order.next_seq,
            history=order.history,
            filled=order.filled,
            open_gaps=order.open_gaps,
            duplicates=order.duplicates + self._intake.repeated,
            dropped=self.dropped + self._intake.refused,
            refused=self._refused,
            refusal=self._refusal,
            refetch=self.answered,
            recording=beat.recording and self.recorded if beat else None,
            recorded_bytes=beat.recorded_bytes if beat else None,
            disk_free_bytes=beat.disk_free_bytes if beat else None,
            clock_offset_s=beat.clock_offset_s if beat else None,
            clock_drift_ppm=beat.clock_drift_ppm if beat else None,
            deaf=beat.deaf if beat else "",
            disk=beat.disk if beat else "",
            end=self.end,
            problem=self._problem(),
            away=self._away(),
        )

    def _problem(self) -> str:
        """What is wrong now, the worst first."""
        if away := self._away():
            return away
        beat = self.heartbeat
        if self.recorded and beat is not None and not beat.recording:
            return "NOT RECORDING: the relay cannot write its recording."
        if beat is not None and beat.deaf:
            return beat.deaf
        if self.recorded and not self.answered:
            return self._no_answer_sentence()
        if self.answered is False:
            gaps = self._ordering.open_gaps
            return (
                f"NOT RECORDED by a relay: what is lost on the way ({gaps} so far) "
                f"cannot be fetched. {self._published}"
            ).rstrip()
        if self._ordering.open_gaps:
            return f"{self._ordering.open_gaps} messages are lost for good."
        if self._refused:
            return f"{self._refused} messages were refused: {self._refusal}"
        if beat is not None and beat.dropped:
            return f"The relay left out {beat.dropped} invalid messages."
        return self._published or self.last_problem

    def _away(self) -> str:
        """Why nothing is heard; empty while something is."""
        if self._links.key_refused:
            return (
                f"{self._endpoint} refuses our key, or has another key than ours says: "
                f"ask for a key that its relay knows."
            )
        age = _age(self.at)
        if age is None and not self._links.connected:
            return (
                f"Nobody listens at {self._endpoint}: start the relay or check the "
                f"address; still trying."
            )
        if age is None:
            return f"Connected to {self._endpoint}, but nothing has come yet."
        overdue = self.heartbeat is not None and age > QUIET_S
        if overdue or (age > BEAT_S and not self._links.connected):
            if self.end is not None:
                return f"The session has ended ({self.end.reason}) and its relay left."
            return f"Nothing from {self._endpoint} for {age:.0f} s; still trying."
        return ""

    @property
    def _refused(self) -> int:
        """Messages that this subscriber or its relay refused, where it is known why."""
        beat = self.heartbeat
        by_relay = beat.dropped if beat is not None and beat.dropped_reason else 0
        return by_relay + self._intake.refused

    @property
    def _refusal(self) -> str:
        beat = self.heartbeat
        return self._intake.refusal or (beat.dropped_reason if beat else "")

    @property
    def _published(self) -> str:
        """What a publisher without a journal does not send right, in a sentence."""
        intake = self._intake
        refused = (
            f"{intake.refused} messages were refused: {intake.refusal}"
            if intake.refused
            else ""
        )
        return intake.waiting or refused or intake.remark

    def _no_answer_sentence(self) -> str:
        """A relay is heard, and does not answer."""
        since = self.live_since
        if since is None or time.monotonic() - since < ANSWER_S:
            return self.last_problem
        return (
            f"The relay does not answer on {self._endpoint.requests}: let that port "
            f"through; what was sent before and what is lost cannot be shown."
        )


def _age(at: float | None) -> float | None:
    return None if at is None else time.monotonic() - at
