"""Messages: a condition, since when, and one thing to do; with delay and deadband.

A condition that is judged per window comes on after `DELAY` consecutive windows past
its limit and goes after `DELAY` consecutive ones back inside `DEADBAND` of it, so that
a value at its limit does not chatter.  Conditions of the stream are judged by the
clock.  Nothing here is an alarm of a medical device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from monitor.analysis.course.detectable import Detectable
from monitor.run.stream_state import Stream
from monitor.screen.screen import Level, Message
from monitor.screen.words import ago, clock, plain

DELAY = 3
DEADBAND = 0.9
SILENT_INTERVALS = 3.0
DISK_LOW_BYTES = 1_000_000_000
LAG_ALLOWED = 2  # messages under way in ordinary times
LAG_DELAY_S = 5.0
KEPT_S = 30.0  # how long what is told once stays
JUST_S = 6.0
PASSING = frozenset(  # told once, not conditions that last
    {"event", "note", "gap", "series_refused", "protocol_error", "dropped"}
)


@dataclass(frozen=True, slots=True)
class Watch:
    """One condition on its way on or off; `since_s` is set while it is on."""

    count: int = 0
    since_s: float | None = None
    text: str = ""


def watched(watch: Watch, past: bool, back: bool, now_s: float, text: str) -> Watch:
    """Watch after one more window: `past` its limit, or `back` well inside it."""
    on = watch.since_s is not None
    if not (back if on else past):
        return replace(watch, count=0, text=text if on else "")
    if watch.count + 1 < DELAY:
        return replace(watch, count=watch.count + 1)
    return Watch(0, None, "") if on else Watch(0, now_s, text)


def above(watch: Watch, value: float, limit: float, now_s: float, text: str) -> Watch:
    """Watch a value that should stay below its limit; nan in either changes nothing."""
    if not (math.isfinite(value) and math.isfinite(limit)):
        return watch
    return watched(watch, value > limit, value < DEADBAND * limit, now_s, text)


def below(watch: Watch, value: float, limit: float, now_s: float, text: str) -> Watch:
    """Watch a value that should stay above its limit."""
    if not (math.isfinite(value) and math.isfinite(limit)):
        return watch
    return watched(watch, value < limit, value * DEADBAND > limit, now_s, text)


@dataclass(frozen=True, slots=True)
class Judged:
    """Figures of the newest windows that are held against limits."""

    fwhm_hz: float
    snr: float
    drift_hz_per_min: float
    water: float
    lipid: float
    rejected: int
    of: int
    converged: bool
    snr_loss: float = 0.0  # share lost since the beginning of the epoch


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the protocol; nan: none."""

    fwhm_hz: float
    snr: float
    drift_hz_per_min: float
    water: float
    lipid: float


ACTIONS: dict[str, tuple[Level, str]] = {
    "fit": (Level.ATTENTION, "look at the residual; check water suppression"),
    "drift": (Level.NOTE, "re-centre before the infusion, or let it settle"),
    "fwhm": (Level.NOTE, "ask to lie still; re-shim if it stays"),
    "snr": (Level.NOTE, "check coil and voxel"),
    "water": (Level.NOTE, "check water suppression"),
    "lipid": (Level.NOTE, "ask to lie still; check the voxel"),
    "rejected": (Level.NOTE, "ask to lie still"),
}


DURING = {"drift": "the alignment follows it; re-centring now begins a new epoch"}
"""What to do instead once the infusion runs."""
LOSS_TOLD = 0.01


def judged(
    watches: dict[str, Watch], figures: Judged, limits: Limits, now_s: float
) -> dict[str, Watch]:
    """All watches after one more window."""
    f, lim, w = figures, limits, {key: watches.get(key, Watch()) for key in ACTIONS}
    share = f.rejected / f.of if f.of else 0.0
    drift = abs(f.drift_hz_per_min)
    return {
        "fit": watched(
            w["fit"], not f.converged, f.converged, now_s, "Fit does not converge"
        ),
        "drift": above(
            w["drift"], drift, lim.drift_hz_per_min, now_s,
            f"Field drifts {drift:.1f} Hz/min{_loss(f.snr_loss)}",
        ),
        "fwhm": above(
            w["fwhm"], f.fwhm_hz, lim.fwhm_hz, now_s,
            f"Line width {f.fwhm_hz:.1f} Hz, limit {lim.fwhm_hz:.1f}",
        ),
        "snr": below(
            w["snr"], f.snr, lim.snr, now_s, f"SNR {f.snr:.1f}, limit {lim.snr:.1f}"
        ),
        "water": above(
            w["water"], f.water, lim.water, now_s,
            f"Residual water {f.water:.1f} x NAA",
        ),
        "lipid": above(
            w["lipid"], f.lipid, lim.lipid, now_s, f"Lipid {f.lipid:.1f} x NAA"
        ),
        "rejected": above(
            w["rejected"], share, 0.25, now_s,
            f"{f.rejected} of {f.of} transients of low weight",
        ),
    }  # fmt: skip


def _loss(share: float) -> str:
    return f", SNR loss {100 * share:.0f} %" if share >= LOSS_TOLD else ""


def turned(
    before: dict[str, Watch], after: dict[str, Watch], infusing: bool = False
) -> list[Message]:
    """For the log: conditions that came on or went with the newest window."""
    on = {key for key, watch in after.items() if watch.since_s is not None}
    was_on = {key for key, watch in before.items() if watch.since_s is not None}
    came = {key: watch for key, watch in after.items() if key in on - was_on}
    went = [
        Message(key, Level.NOTE, f"{before[key].text}: over", "", 0.0)
        for key in sorted(was_on - on)
    ]
    return [*of_windows(came, 0.0, infusing), *went]


def of_windows(
    watches: dict[str, Watch], now_s: float, infusing: bool = False
) -> list[Message]:
    """Messages of the watches that are on."""
    shown = []
    for key, watch in watches.items():
        if watch.since_s is not None:
            level, action = ACTIONS[key]
            action = DURING.get(key, action) if infusing else action
            age = now_s - watch.since_s
            shown.append(Message(key, level, watch.text, action, age))
    return shown


def of_stream(
    stream: Stream, age_s: float, interval_s: float, ended: str | None
) -> list[Message]:
    """Messages about stream and recording; `age_s` since the last transient."""
    if ended is not None:
        action = "F10: summary with your notes"
        return [Message("ended", Level.NOTE, f"Session ended: {ended}", action, 0.0)]
    shown = []

    def attention(key: str, condition: str, action: str, age: float = 0.0) -> None:
        shown.append(Message(key, Level.ATTENTION, condition, action, age))

    silent = age_s > SILENT_INTERVALS * interval_s and stream.playback is None
    if not stream.connected:
        attention("stream", "No stream", stream.said or "start the relay; keeps trying")
    elif silent:
        attention(
            "silent", f"No transient for {ago(age_s)}", "check export on console", age_s
        )
    if stream.connected and stream.playback is None and not stream.recording:
        attention("recording", "Not recording", "restart the relay with a recording")
    if stream.deaf:
        attention("deaf", "The relay is deaf", stream.deaf)
    disk = stream.disk_free_bytes
    if disk is not None and disk < DISK_LOW_BYTES:
        attention("disk", f"Disk low: {disk / 1e6:.0f} MB left", "make room now")
    if stream.lost:
        attention("lost", f"{stream.lost} messages lost", "see the relay's log")
    if stream.refused:
        attention("refused", f"{stream.refused} messages refused", stream.refusal)
    return shown


def begun(stream: Stream) -> Message:
    """That the stream is being looked for, which is no trouble yet."""
    if stream.idle:
        action = "Ctrl+N: protocol, and stream or recording"
        return Message("stream", Level.NOTE, "Nothing is open", action, 0.0)
    return Message("stream", Level.NOTE, "Starting", stream.said, 0.0)


def of_reference(
    detectable: Detectable, window: int, target_percent: float, hidden: bool
) -> Message:
    """Whether the reference period is long enough to see what the protocol wants."""
    d, key, note = detectable, "reference", Level.NOTE
    if d.reference_longer_s <= 0:
        seen = d.window_now.get(window, math.nan)
        figure = f": a change of {plain(seen, 2)} % would now be seen"
        said = "Reference period long enough" + ("" if hidden else figure)
        return Message(key, note, said, "F2: go or no-go, then F5", 0.0)
    target = "" if hidden else f" to see {plain(target_percent, 2)} %"
    if not math.isfinite(d.reference_longer_s):
        said = f"No reference period is long enough{target}"
        action = "a longer window (F4) sees smaller changes"
        if not hidden and math.isfinite(d.mean_planned):
            action += f"; the whole infusion: {plain(d.mean_planned, 2)} %"
        return Message(key, note, said, action, 0.0)
    said = f"Reference period: {clock(d.reference_longer_s)} more{target}"
    return Message(key, note, said, "wait with the infusion", 0.0)


def ordered(messages: list[Message]) -> tuple[Message, ...]:
    """The most urgent first; ages in whole seconds.

    Attention, then what has just been told, then conditions that last (the oldest
    first), then what was told before (the newest first).  What the operator waits for
    is told before all others of its level.
    """

    def place(message: Message) -> tuple[bool, int, float]:
        passing = message.key in PASSING
        fresh = passing and message.age_s < JUST_S
        turn = 0 if fresh else 2 if passing else 1
        age = message.age_s if passing else -message.age_s
        mild = message.level is not Level.ATTENTION
        return mild, -1 if message.key in ("failed", "fitting") else turn, age

    ranked = sorted(messages, key=place)
    return tuple(replace(m, age_s=float(math.floor(m.age_s))) for m in ranked)


def behind(lag: int, for_s: float) -> list[Message]:
    """Of a window that has been behind the stream for so long, past a delay."""
    if for_s < LAG_DELAY_S:
        return []
    said = f"{lag} messages behind"
    action = "catching up; if it stays, close other programs"
    return [Message("lag", Level.ATTENTION, said, action, for_s)]


def fitting(for_s: float) -> Message:
    """A change was asked for, and the course is being done again."""
    said = "Fitting the whole course again"
    return Message("fitting", Level.NOTE, said, "the window goes on meanwhile", for_s)


def stopped(sentence: str) -> Message:
    """The analysis itself has stopped; the recording goes on elsewhere."""
    said = "The analysis has stopped"
    return Message("failed", Level.ATTENTION, said, sentence, 0.0)


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
