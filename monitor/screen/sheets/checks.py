"""Go or no-go before the infusion: each condition with its figure and its limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.analysis.fit.mm_limits import NOISY_PERCENT
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.run.stream_state import Stream
from monitor.screen.disk import room_s
from monitor.screen.number_words import DASH, clock, minutes_of, plain
from monitor.screen.parts.known_change import short
from monitor.screen.recent_quality import figures_of
from monitor.screen.state import SessionState
from monitor.screen.stream_messages import DISK_LOW_BYTES, DISK_LOW_S
from monitor.screen.window_conditions import LOW_WEIGHT_SHARE
from streams.messages.marks import marks_that_hold
from streams.messages.transient import Event

PASSED_ON = (0.8, 1.25)
"""Share of a change that was put in, between which the analysis passes it on."""
MARKERS = "markers"
NEVER = "run longer"  # where no reference period would be long enough


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: `good` is None where nothing can be said."""

    name: str
    figure: str
    wanted: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Card:
    """All of them with the verdict in words."""

    verdict: str
    checks: tuple[Check, ...]


def card_of(state: SessionState) -> Card:
    """The card as things stand; nothing of it depends on the outcome."""
    s, stream = state.settings, state.stream
    f = figures_of(state, s.window)
    start, end = state.reference_s or (state.first_s, state.time_s)
    checks = (
        *analysis(state),
        reference(end - start, state.foreseen),
        below(
            "field drift", abs(f.drift_hz_per_min), s.drift_limit_hz_per_min, "Hz/min"
        ),
        below("line width", f.fwhm_hz, s.fwhm_limit_hz, "Hz"),
        above("SNR of one transient", f.snr, s.snr_limit),
        below("residual water / NAA", f.water, s.water_limit, ""),
        below("lipid / NAA", f.lipid, s.lipid_limit, ""),
        below(
            "transients of low weight", 100 * f.low_weight, 100 * LOW_WEIGHT_SHARE, "%"
        ),
        *macromolecules(state),
        *known_change(state),
        *(
            (recording(stream), disk(stream, room_s(state)))
            if not state.stopped
            else ()
        ),
        markers(stream, state.events, state.stopped),
    )
    against = [check.name for check in checks if not check.good]
    return Card(verdict_of(against, marks_that_hold(state.events).start_s), checks)


def verdict_of(against: Sequence[str], start_s: float | None) -> str:
    """Go, not yet, or that it is too late to ask; `start_s` where the start is marked.

    Names in `against` are of the conditions that do not hold.
    """
    if start_s is None:
        return "GO" if not against else "NOT YET: " + ", ".join(against)
    others = [name for name in against if name != MARKERS]
    begun = f"BEGUN at {clock(start_s)}"
    return begun + (f"; not as wanted: {', '.join(others)}" if others else "")


def analysis(state: SessionState) -> tuple[Check, ...]:
    """That it has stopped, where it has: what it knew of the recording is of before."""
    if not state.stopped:
        return ()
    return (Check("analysis", "has stopped: Ctrl+N", "runs", False),)


def reference(length_s: float, seen: Foreseen | None) -> Check:
    """Whether the planned end will be able to see the protocol's target."""
    name, so_far = "reference period", clock(length_s)
    if seen is None:
        return Check(name, so_far, "long enough", None)
    percent, longer_s = seen.deciding_percent, seen.longer_reference_s
    good = percent <= seen.target_percent
    waits = not good and math.isfinite(longer_s)
    missing = f", {clock(longer_s)} more" if waits else ""
    figure = f"{so_far}: {plain(percent, 2)} %{missing}"
    wanted = f"detects {plain(seen.target_percent, 2)} %"
    return Check(name, figure, wanted if good or waits else f"{wanted}: {NEVER}", good)


def macromolecules(state: SessionState) -> tuple[Check, ...]:
    """How good those are that the session measures; none where it does not."""
    name, wanted = "macromolecules", f"noise ≤ {plain(NOISY_PERCENT)} %"
    measured = state.measured_mm
    if state.nulled is not None:
        figure = f"being measured: {state.nulled.transients}"
        return (Check(name, figure, wanted, None),)
    if measured is None:
        return ()
    figure = f"{plain(measured.noise_percent)} % in {measured.used}"
    if measured.beyond_usual:
        figure += ", unlike a brain's"
    return (Check(name, figure, wanted, measured.good),)


def known_change(state: SessionState) -> tuple[Check, ...]:
    """Whether the analysis passes on a change; none where none was put in yet."""
    found = state.known_change
    if found is None:
        return ()
    low, high = PASSED_ON
    wanted = f"{100 * low:.0f} to {100 * high:.0f} % of it"
    share = found.recoveries[0].windows_share
    good = low <= share <= high
    return (Check("a known change put in", short(found), wanted, good),)


def below(name: str, value: float, limit: float, unit: str) -> Check:
    """A figure that should stay below its limit."""
    return _against(name, value, limit, unit, "≤", value <= limit)


def above(name: str, value: float, limit: float) -> Check:
    """A figure that should stay above its limit."""
    return _against(name, value, limit, "", "≥", value >= limit)


def _against(
    name: str, value: float, limit: float, unit: str, sign: str, good: bool
) -> Check:
    if not math.isfinite(limit):
        return Check(name, f"{plain(value)} {unit}".strip(), "no limit", True)
    wanted = f"{sign} {plain(limit)} {unit}".strip()
    if not math.isfinite(value):
        return Check(name, DASH, wanted, None)
    return Check(name, f"{plain(value)} {unit}".strip(), wanted, good)


def recording(stream: Stream) -> Check:
    """Whether somebody writes the transients to disk."""
    if stream.playback is not None:
        return Check("recording", "replay", "on", None)
    return Check(
        "recording", "on" if stream.recording else "OFF", "on", stream.recording
    )


def disk(stream: Stream, room: float | None) -> Check:
    """Whether there is room for it; `room` is how long it lasts, s, where known."""
    free = stream.disk_free_bytes
    if free is not None and room is not None:
        wanted = f"≥ {minutes_of(DISK_LOW_S)}"
        return Check("disk", f"lasts {minutes_of(room)}", wanted, room >= DISK_LOW_S)
    wanted = f"≥ {DISK_LOW_BYTES / 1e9:g} GB"
    if free is None:
        return Check("disk", DASH, wanted, None)
    return Check("disk", f"{free / 1e9:.0f} GB free", wanted, free >= DISK_LOW_BYTES)


def markers(stream: Stream, events: Sequence[Event], stopped: bool = False) -> Check:
    """Whether the start of the infusion is still to be marked, and can be."""
    start_s = marks_that_hold(events).start_s
    if start_s is not None:
        said = f"infusion on at {clock(start_s)}"
        return Check(MARKERS, said, "none yet", False)
    if stopped:
        return Check(MARKERS, "F5 reaches nobody", "F5 ready", False)
    if stream.playback is not None:
        return Check(MARKERS, "F5, in this window alone", "F5 ready", None)
    if not stream.connected:
        return Check(MARKERS, "F5 is kept until the relay is back", "F5 ready", None)
    return Check(MARKERS, "F5 ready", "F5 ready", True)
