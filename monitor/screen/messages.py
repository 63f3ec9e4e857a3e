"""Messages: what is the case, since when, and one thing to do; in order of consequence.

Conditions of windows are in `window_conditions`, those of the stream in
`stream_messages`.
Nothing here is an alarm of a medical device.
"""

from __future__ import annotations

import math
from dataclasses import replace

from monitor.run.stream_state import Stream
from monitor.screen.number_words import clock
from monitor.screen.screen import Level, Message

KEPT_S = 30.0  # how long what is told once stays
JUST_S = 6.0
FITTING_S = 60.0  # a course that is done again for longer has got stuck
PASSING = frozenset(  # told once, not conditions that last
    {
        "event",
        "note",
        "unmeasured",
        "gap",
        "series_refused",
        "protocol_error",
        "dropped",
    }
)
LINES = 3  # that are on the page at once
CONSEQUENCE = {
    key: place
    for place, key in enumerate(
        ("recording", "stream", "unsent", "disk", "failed", "deaf", "silent",
         "expected", "conjugation", "fitting", "lost", "refused", "fit", "rejected",
         "most", "unlike", "fwhm", "lipid", "snr", "water", "drift", "lag", "clock",
         "unlocked", "ended")
    )
}  # fmt: skip
"""Which of two conditions of a level matters more: what is lost for ever is first."""
WORSE = 1.25  # times the severity it was acknowledged with, and it is back


def acknowledged(message: Message, known: dict[str, Message]) -> bool:
    """Whether the operator knows of a condition, and it has not become worse."""
    before = known.get(message.key)
    if before is None:
        return False
    risen = before.level is Level.NOTE and message.level is Level.ATTENTION
    return not risen and message.severity <= WORSE * before.severity


def ordered(messages: list[Message]) -> tuple[Message, ...]:
    """By consequence: what loses the session first; ages in whole seconds.

    What has been acknowledged stands behind all that has not.  What the operator has
    just done is confirmed within the first `LINES`.
    """
    ranked = sorted(messages, key=_place)
    told = [m for m in ranked[LINES:] if m.key == "event" and m.age_s < JUST_S]
    for message in told[:1]:
        ranked.remove(message)
        ranked.insert(LINES - 1, message)
    return tuple(replace(m, age_s=float(math.floor(m.age_s))) for m in ranked)


def _place(message: Message) -> tuple[bool, bool, int, float]:
    """Order of a message among others; of its kind the oldest that lasts, else newest.

    Of what is only told, the newest stands behind what wants attention while it is
    fresh, and behind all that lasts afterwards.
    """
    passing = message.key in PASSING
    mild = message.level is not Level.ATTENTION
    rank = CONSEQUENCE.get(message.key, len(CONSEQUENCE))
    if passing:
        rank = -1 if mild and message.age_s < JUST_S else len(CONSEQUENCE) + 1
    age = message.age_s if passing else -message.age_s
    return message.acknowledged, mild, rank, age


def fitting(for_s: float) -> Message:
    """A change was asked for, and the course is being done again."""
    said = "Fitting the whole course again"
    return Message("fitting", Level.NOTE, said, "the window goes on meanwhile", for_s)


def stopped(why: str, stream: Stream, for_s: float = 0.0) -> Message:
    """The analysis itself has stopped: what is recorded, what to do, and why."""
    said = "The analysis has stopped"
    action = f"{still_recorded(stream)}; Ctrl+N begins again · {why}"
    return Message("failed", Level.ATTENTION, said, action, for_s)


def still_recorded(stream: Stream) -> str:
    """What goes on without the analysis, by what was heard of the stream last."""
    if stream.playback is not None:
        return "the recording is untouched"
    if not stream.connected:
        return "whether anybody records is not known here"
    if not stream.recording:
        return "nothing was being recorded"
    return "the relay goes on recording"


def recent(timed: list[tuple[float, Message]], now_s: float) -> list[Message]:
    """Sentences of the last while, the newest of each condition, with their age."""
    newest = {m.condition if m.key == "note" else m.key: (at, m) for at, m in timed}
    return [
        replace(m, age_s=now_s - at) for at, m in newest.values() if now_s - at < KEPT_S
    ]


def said_at(time_s: float, message: Message) -> tuple[str, str]:
    """A message of the log: its scanner time and its words."""
    words = f"{message.condition} · {message.action}"
    return clock(time_s), words if message.action else message.condition
