"""Conditions of stream and recording, judged by the clock."""

from __future__ import annotations

from monitor.run.stream_state import Stream
from monitor.screen.number_words import ago, minutes_of
from monitor.screen.screen import Level, Message

SILENT_INTERVALS = 3.0
DISK_LOW_BYTES = 1_000_000_000  # where it is not known how fast it fills
DISK_LOW_S = 3600.0
DISK_FULL_BYTES = 2_000_000  # some transients: what is left of a disk is never zero
LAG_DELAY_S = 5.0
CLOCK_OFF_S = 120.0


def of_stream(
    stream: Stream,
    age_s: float,
    interval_s: float,
    ended: str | None,
    room_s: float | None = None,
) -> list[Message]:
    """Messages about stream and recording.

    `age_s` since the last transient; `room_s` is how long the disk holds what comes,
    None where that is not known.
    """
    if ended is not None:
        action = "F10: summary with your notes"
        return [Message("ended", Level.NOTE, f"Session ended: {ended}", action, 0.0)]
    if stream.playback is not None:
        return []
    shown = []
    if not stream.connected:
        shown.append(no_stream(stream))
    elif not stream.recording:
        shown.append(not_recording(stream))
    waits = age_s > SILENT_INTERVALS * interval_s
    if stream.connected and stream.recording and waits:  # what is not recorded waits
        said = f"No transient for {ago(age_s)}"
        action = "look at the scanner, then at the export on its console"
        shown.append(Message("silent", Level.ATTENTION, said, action, age_s))
    return [*shown, *_troubles(stream, room_s)]


def no_stream(stream: Stream) -> Message:
    """That nothing comes; whether anybody records, and how to start that."""
    if stream.gone:
        said = "No relay here: perhaps no recording"
        action = (
            "see the relay's terminal; if it has ended, mrs-monitor relay --record "
            "FILE goes on with the recording FILE, and nothing of it is lost"
        )
    else:
        said = "No stream, perhaps no recording"
        action = stream.said or "start the relay; this window keeps trying"
    return Message("stream", Level.ATTENTION, said, action, 0.0)


def not_recording(stream: Stream) -> Message:
    """That transients come and nobody writes them down, and what is to be done."""
    free = stream.disk_free_bytes
    if free is not None and free < DISK_FULL_BYTES:
        said = f"Not recording: disk {stream.disk}".rstrip() + " is full"
        action = "delete or move files there; it goes on by itself"
    else:
        said = "Not recording"
        action = "mrs-monitor relay records; see what it says in its terminal"
    return Message("recording", Level.ATTENTION, said, action, 0.0)


def _troubles(stream: Stream, room_s: float | None) -> list[Message]:
    """What is wrong beside that, each as a message."""
    found = [disk_low(stream, room_s), clock_off(stream)]
    if stream.deaf:
        found.append(_attention("deaf", "The relay is deaf", stream.deaf))
    if stream.lost:
        said, action = f"{stream.lost} messages lost", "see the relay's terminal"
        found.append(_attention("lost", said, action, stream.lost))
    if stream.refused:
        said = f"{stream.refused} messages refused"
        found.append(_attention("refused", said, stream.refusal, stream.refused))
    return [message for message in found if message is not None]


def disk_low(stream: Stream, room_s: float | None) -> Message | None:
    """That the disk will be full before long; None while it will not."""
    free = stream.disk_free_bytes
    if free is None or (not stream.recording and free < DISK_FULL_BYTES):
        return None
    low = free < DISK_LOW_BYTES if room_s is None else room_s < DISK_LOW_S
    if not low:
        return None
    left = f"{free / 1e6:.0f} MB" if room_s is None else minutes_of(room_s)
    said = f"Disk {stream.disk}".rstrip() + f" full in {left}"
    if room_s is None:
        said = f"Disk {stream.disk}".rstrip() + f": {left} left"
    shortness = 1.0 if room_s is None else DISK_LOW_S / max(room_s, 1.0)
    action = "delete or move files there; recording goes on without a restart"
    # With the third root it is told again (`WORSE`) where half of the room is left.
    return _attention("disk", said, action, shortness ** (1 / 3))


def clock_off(stream: Stream) -> Message | None:
    """That the relay's clock and the scanner's are minutes apart."""
    off_s = stream.clock_offset_s
    if off_s is None or abs(off_s) < CLOCK_OFF_S:
        return None
    way = "ahead of" if off_s > 0 else "behind"
    said = f"The relay's clock is {ago(abs(off_s))} {way} the scanner's"
    action = "marks follow the scanner's; compare both with the pump's clock"
    return Message("clock", Level.NOTE, said, action, 0.0, severity=abs(off_s))


def _attention(key: str, said: str, action: str, severity: float = 1.0) -> Message:
    return Message(key, Level.ATTENTION, said, action, 0.0, severity=severity)


def begun(stream: Stream) -> Message:
    """That the stream is being looked for, which is no trouble yet."""
    if stream.idle:
        action = "Ctrl+N: protocol, and stream or recording"
        return Message("stream", Level.NOTE, "Nothing is open", action, 0.0)
    return Message("stream", Level.NOTE, "Starting", stream.said, 0.0)


def unanswered(for_s: float) -> Message:
    """That the analysis says nothing: what is on the page is of before."""
    said = f"The analysis has not answered for {ago(for_s)}"
    action = "the relay goes on recording; if this stays, open the window again"
    return Message("silent", Level.ATTENTION, said, action, 0.0)


def catching_up(done: int, known: int) -> Message:
    """That a window which was opened late works through what is recorded."""
    said = f"Catching up: {done} of {known} messages"
    action = "times come once it has; marks and notes get theirs from the relay"
    return Message("lag", Level.NOTE, said, action, 0.0)


def behind(lag: int, for_s: float) -> list[Message]:
    """Of a window that has been behind the stream for so long, past a delay."""
    if for_s < LAG_DELAY_S:
        return []
    said = f"{lag} messages behind"
    action = "catching up; if it stays, close other programs"
    return [Message("lag", Level.ATTENTION, said, action, for_s)]
