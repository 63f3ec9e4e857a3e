"""The state of a relay, as it reports it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RelayStatus:
    """The state of a relay.

    Attributes
    ----------
    session : identity of the session
    path : of the recording; `.part` until it is finished
    endpoint : address that publishes
    last_seq : number of the last recorded message, -1 before the first
    transients, events : recorded in this session
    recorded_bytes, disk_free_bytes : of the recording and its disk
    dropped : bodies of the source that were no valid messages, and foreign requests
    refused : those of them that the source sent
    refusal : why the latest of these was refused, its field named
    unrecorded : messages of the source that came and could not be recorded any more
    recording : whether messages are being recorded
    ended : whether the source has ended
    clock_offset_s : how far this machine's clock got ahead of the scanner's since the
        first transient; None before it
    drift_ppm : how much faster this machine's clock runs than the scanner's; None as
        long as that cannot be told
    deaf : whom the relay does not hear any more, and what helps; empty: nobody
    problem : what is wrong, in one sentence; empty if nothing is
    """

    session: str
    path: Path
    endpoint: str
    last_seq: int = -1
    transients: int = 0
    events: int = 0
    recorded_bytes: int = 0
    disk_free_bytes: int = 0
    dropped: int = 0
    refused: int = 0
    refusal: str = ""
    unrecorded: int = 0
    recording: bool = True
    ended: bool = False
    clock_offset_s: float | None = None
    drift_ppm: float | None = None
    deaf: str = ""
    problem: str = ""

    @property
    def nothing_recorded(self) -> str:
        """Why a source that was heard gave no transient; empty where it gave some."""
        if self.transients or not self.refused:
            return ""
        return (
            f"NOTHING WAS RECORDED of what the source sent: {self.refused} messages "
            f"were refused. The last: {self.refusal}"
        )
