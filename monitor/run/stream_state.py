"""State of the stream and of a replay, as the window shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Playback:
    """Where a replay is: speed relative to the scanner (inf: at once), times in s."""

    playing: bool
    speed: float
    position_s: float
    length_s: float


@dataclass(frozen=True, slots=True)
class Stream:
    """State of the stream as its feed tells it.

    Attributes
    ----------
    connected : messages or heartbeats arrive
    recording : somebody upstream writes them to disk
    lag : messages that are recorded but not yet shown
    lost : messages that could not be fetched again
    disk, disk_free_bytes : name and space of the disk that the recording is written
        to; empty and None where unknown
    playback : of a replay; None for a live stream
    said : a sentence of the feed, e.g. that nobody listens on the address
    idle : nothing has been chosen yet
    gone : nobody listens on this computer where the relay was, or was thought to be;
        another may record at another address
    clock : the relay's clock beside the scanner's, in words; empty where unknown
    clock_offset_s : how far it has got ahead of it, s; None where unknown
    refused : messages of the scanner or publisher that could not be used
    refusal : why the latest of them was, its field named
    deaf : whom the relay does not hear any more, and what helps; empty: nobody
    """

    connected: bool = False
    recording: bool = False
    lag: int = 0
    lost: int = 0
    disk_free_bytes: int | None = None
    playback: Playback | None = None
    said: str = ""
    clock: str = ""
    idle: bool = False
    refused: int = 0
    refusal: str = ""
    deaf: str = ""
    disk: str = ""
    gone: bool = False
    clock_offset_s: float | None = None
