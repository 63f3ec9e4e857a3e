"""The strip at the top: what the stream and the recording do, and where the run is."""

from __future__ import annotations

import math

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


def status(
    stream: Stream,
    phase: str,
    clock_s: float,
    ended: bool,
    transients: int,
    low_weight: int,
    age_s: float | None,
    window: int,
    interval_s: float | None,
    starting: bool,
) -> Status:
    """The strip; `age_s` is None before the first transient."""
    words, attention = stream_words(stream, clock_s, ended, starting)
    last = "none yet" if age_s is None else f"last {ago(age_s)} ago"
    span = f" = {window * interval_s:.0f} s" if interval_s else ""
    if stream.playback is not None or ended:
        last = f"at {clock(clock_s)}"
    beside = f" · {stream.clock}".replace("-", MINUS)
    beside = beside if stream.clock and not ended else ""
    details = (
        f"transient {transients} ({last}) · low weight {low_weight}",
        f"window {window}{span} · lag {stream.lag}{beside}",
    )
    return Status(words, attention, phase, details)
