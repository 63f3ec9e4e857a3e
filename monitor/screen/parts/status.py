"""The strip at the top: what the stream and the recording do, and where the run is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.run.stream_state import Stream
from monitor.screen.number_words import MINUS, ago, catching_up_words, clock, minutes_of
from monitor.screen.screen import Status


def stream_words(
    stream: Stream, clock_s: float | None, ended: bool, starting: bool = False
) -> tuple[str, bool]:
    """State of stream and recording in words, and whether it wants attention.

    `clock_s` is None where no time can be told.
    """
    time = "" if clock_s is None else f" {clock(clock_s, hours=True)}"
    playback = stream.playback
    if playback is not None:
        over = not playback.playing and playback.position_s >= playback.length_s > 0
        said = "ended" if over else speed_words(playback.speed, playback.playing)
        return f"REPLAY {said}", False
    if ended:
        return f"ENDED{time}", False
    if stream.idle:
        return "NO SESSION", False
    if not stream.connected:
        return ("STARTING", False) if starting else ("NO STREAM", True)
    if not stream.recording:
        return "NOT RECORDING", True
    return f"\N{BLACK CIRCLE} REC{time}", False


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


def plan_words(
    infusion_s: tuple[float | None, float | None],
    length_s: float | None,
    clock_s: float,
) -> str:
    """How long the infusion is planned to last still; that it has stopped."""
    start, stop = infusion_s
    if stop is not None and clock_s >= stop:
        return "since infusion off"
    running = start is not None and stop is None
    if not running or not length_s or start is None:
        return ""
    left_s = start + length_s - clock_s
    return f"{clock(left_s)} left" if left_s >= 0 else f"{clock(-left_s)} over plan"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session has come.

    Attributes
    ----------
    phase, plan : of the run, in words
    clock_s : scanner time now, s
    ended, starting : whether it is over; whether its stream may still be on its way
    unanswered : whether the analysis, which tells of the stream, says nothing
    stopped : whether it has stopped: what is known of the stream is of before
    transients, low_weight : how many there are, and those of low weight
    age_s : of the newest transient, s; None before the first
    window : transients in a window
    interval_s : between transients, s; None before the first
    room_s : how long the disk holds what comes, s; None where unknown
    catching_up : messages worked through, of how many, in a window opened late; None:
        it is up to date
    who : subject, visit, protocol
    """

    phase: str
    plan: str
    clock_s: float
    ended: bool
    starting: bool
    unanswered: bool
    stopped: bool
    transients: int
    low_weight: int
    age_s: float | None
    window: int
    interval_s: float | None
    room_s: float | None
    catching_up: tuple[int, int] | None
    who: str


def status(stream: Stream, at: Progress) -> Status:
    """The strip."""
    phase, plan, late = at.phase, at.plan, at.catching_up is not None
    age = "no data yet" if at.age_s is None else f"data {ago(at.age_s)} old"
    if stream.playback is not None or at.ended:
        age = f"at {clock(at.clock_s)}"
    disk = "" if at.room_s is None else f"disk {minutes_of(at.room_s)}"
    if at.ended or at.stopped or stream.playback is not None or not stream.connected:
        disk = ""
    if at.catching_up is not None:
        done, known = at.catching_up
        age = "" if at.stopped else catching_up_words(done, known)
        phase = "STOPPED" if at.stopped else "CATCHING UP"
        plan = f"{'at ' if at.stopped else ''}{done} of {known}"
    clock_s = None if late else at.clock_s
    words, attention = stream_words(stream, clock_s, at.ended, at.starting)
    if at.stopped or at.unanswered:
        words, attention = "NO ANALYSIS" if at.stopped else "NO ANSWER", True
    details = at.who, " · ".join(part for part in (age, disk) if part)
    return Status(words, attention, phase, plan, details, more_words(stream, at))


def more_words(stream: Stream, at: Progress) -> str:
    """Counts and clocks, for who asks: a line each."""
    span = f" = {at.window * at.interval_s:.0f} s" if at.interval_s else ""
    lines = [
        f"{at.transients} transients, {at.low_weight} of low weight (hardly used: "
        "motion, lipid, water)",
        f"window of {at.window} transients{span}",
        f"{stream.lag} messages recorded and not shown yet",
    ]
    if stream.clock and not at.ended:
        beside = stream.clock.replace("-", MINUS)
        lines.append(f"the relay's {beside} against the scanner's")
    return "\n".join(lines)
