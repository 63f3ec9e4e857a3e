"""The strip at the top: what the stream and the recording do, and where the run is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.run.stream_state import Stream
from monitor.screen.screen import Status
from monitor.screen.words import MINUS, ago, clock


def stream_words(
    stream: Stream, clock_s: float, ended: bool, starting: bool = False
) -> tuple[str, bool]:
    """State of stream and recording in words, and whether it wants attention."""
    playback = stream.playback
    if playback is not None:
        over = not playback.playing and playback.position_s >= playback.length_s > 0
        said = "ended" if over else speed_words(playback.speed, playback.playing)
        return f"REPLAY {said}", False
    if ended:
        return f"ENDED {clock(clock_s, hours=True)}", False
    if stream.idle:
        return "NO SESSION", False
    if not stream.connected:
        return ("STARTING", False) if starting else ("NO STREAM", True)
    if not stream.recording:
        return "NOT RECORDING", True
    return f"\N{BLACK CIRCLE} REC {clock(clock_s, hours=True)}", False


def speed_words(speed: float, playing: bool) -> str:
    """Speed of a replay: "1x", "at once", "paused"."""
    if not playing:
        return "paused"
    return f"{speed:g}×" if math.isfinite(speed) else "at once"


def phase_words(infusion_s: tuple[float | None, float | None], clock_s: float) -> str:
    """Phase of the run with its clock: "INFUSION +06:20"."""
    start, stop = infusion_s
    if start is None or clock_s < start:
        return f"BEFORE {clock(clock_s)}"
    if stop is not None and clock_s >= stop:
        return f"AFTER +{clock(clock_s - stop)}"
    return f"INFUSION +{clock(clock_s - start)}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session has come.

    Attributes
    ----------
    phase : of the run, in words
    clock_s : scanner time now, s
    ended, starting : whether it is over; whether its stream may still be on its way
    transients, low_weight : how many there are, and those of low weight
    age_s : of the newest transient, s; None before the first
    window : transients in a window
    interval_s : between transients, s; None before the first
    """

    phase: str
    clock_s: float
    ended: bool
    starting: bool
    transients: int
    low_weight: int
    age_s: float | None
    window: int
    interval_s: float | None


def status(stream: Stream, at: Progress) -> Status:
    """The strip."""
    words, attention = stream_words(stream, at.clock_s, at.ended, at.starting)
    last = "none yet" if at.age_s is None else f"last {ago(at.age_s)} ago"
    span = f" = {at.window * at.interval_s:.0f} s" if at.interval_s else ""
    if stream.playback is not None or at.ended:
        last = f"at {clock(at.clock_s)}"
    beside = f" · {stream.clock}".replace("-", MINUS)
    beside = beside if stream.clock and not at.ended else ""
    details = (
        f"transient {at.transients} ({last}) · low weight {at.low_weight}",
        f"window {at.window}{span} · lag {stream.lag}{beside}",
    )
    return Status(words, attention, at.phase, details)
