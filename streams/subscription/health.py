"""The state of a stream, in numbers and in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from streams.messages.transient import End


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """State of a subscription.

    Attributes
    ----------
    endpoint : address
    connected : whether the publisher is there
    session : its session; empty before the first message
    heard_s : age of the last sign of life, s; None before the first
    last_seq : number of the last message known to exist, -1 before the first
    received : messages given to the caller in this session
    lag : messages that exist and were not given to the caller yet
    history : messages fetched that were published before this subscriber came
    filled : messages lost on the way and fetched again
    open_gaps : messages lost and not to be had again
    duplicates : messages that came twice, dropped
    dropped : foreign, malformed or outdated messages, dropped
    refused : messages refused by this subscriber or by the relay from its source
    refusal : why the latest was, its field named
    refetch : whether lost messages can be fetched; None while it is not known
    recording : whether the relay records; None where it does not say
    recorded_bytes, disk_free_bytes : of the relay's recording; None likewise
    disk : which one that is; empty where the relay does not say
    clock_offset_s : how far the relay's clock got ahead of the scanner's since the
        first transient, s; None where the relay does not say
    clock_drift_ppm : how much faster it runs than the scanner's; None likewise
    deaf : whom the relay does not hear any more, and what helps; empty: nobody
    end : the end of the session, once it came
    problem : what is wrong, in one sentence with its remedy; empty if nothing is
    away : why nothing is heard, likewise; empty while something is
    """

    endpoint: str
    connected: bool = False
    session: str = ""
    heard_s: float | None = None
    last_seq: int = -1
    received: int = 0
    lag: int = 0
    history: int = 0
    filled: int = 0
    open_gaps: int = 0
    duplicates: int = 0
    dropped: int = 0
    refused: int = 0
    refusal: str = ""
    refetch: bool | None = None
    recording: bool | None = None
    recorded_bytes: int | None = None
    disk_free_bytes: int | None = None
    clock_offset_s: float | None = None
    clock_drift_ppm: float | None = None
    disk: str = ""
    deaf: str = ""
    end: End | None = None
    problem: str = ""
    away: str = ""

    @property
    def clock(self) -> str:
        """Both clocks beside each other in words; empty while nothing is known."""
        return clock_words(self.clock_offset_s, self.clock_drift_ppm)


def clock_words(offset_s: float | None, drift_ppm: float | None) -> str:
    """How the relay's clock is beside the scanner's: "clock +0.012 s, +3.1 ppm"."""
    if offset_s is None:
        return ""
    drift = "" if drift_ppm is None else f", {drift_ppm:+.1f} ppm"
    return f"clock {offset_s:+.3f} s{drift}"
