"""Conditions of windows, with delay and deadband.

A condition comes on after `DELAY` consecutive windows past its limit and goes after
`DELAY` consecutive ones back inside `DEADBAND` of it, so that a value at its limit does
not chatter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from monitor.screen.screen import Level, Message

DELAY = 3
DEADBAND = 0.9
LOW_WEIGHT_SHARE = 0.25  # of transients, from which it is told


@dataclass(frozen=True, slots=True)
class Watch:
    """One condition on its way on or off; `since_s` is set while it is on.

    `severity` is its figure over the limit, or the limit over it: 1 at the limit.
    """

    count: int = 0
    since_s: float | None = None
    text: str = ""
    severity: float = 1.0


def watched(
    watch: Watch,
    past: bool,
    back: bool,
    now_s: float,
    text: str,
    severity: float = 1.0,
) -> Watch:
    """Watch after one more window: `past` its limit, or `back` well inside it."""
    on = watch.since_s is not None
    if not (back if on else past):
        said, worse = (text, severity) if on else ("", 1.0)
        return replace(watch, count=0, text=said, severity=worse)
    if watch.count + 1 < DELAY:
        return replace(watch, count=watch.count + 1)
    return Watch() if on else Watch(0, now_s, text, severity)


def above(watch: Watch, value: float, limit: float, now_s: float, text: str) -> Watch:
    """Watch a value that should stay below its limit; nan in either changes nothing."""
    if not (math.isfinite(value) and math.isfinite(limit)):
        return watch
    severity = value / limit if limit > 0 else 1.0
    past, back = value > limit, value < DEADBAND * limit
    return watched(watch, past, back, now_s, text, severity)


def below(watch: Watch, value: float, limit: float, now_s: float, text: str) -> Watch:
    """Watch a value that should stay above its limit."""
    if not (math.isfinite(value) and math.isfinite(limit)):
        return watch
    severity = limit / value if value > 0 else math.inf
    past, back = value < limit, value * DEADBAND > limit
    return watched(watch, past, back, now_s, text, severity)


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


DURING = {
    "drift": "the alignment follows it; re-centring now begins a new epoch",
    "fwhm": "ask to lie still; no new shim now",
}
"""What to do instead once the infusion runs."""
LOSS_TOLD = 0.01


def action_of(key: str, infusing: bool) -> str:
    """What to do about a condition, before or while the infusion runs."""
    before = ACTIONS[key][1]
    return DURING.get(key, before) if infusing else before


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
            w["drift"],
            drift,
            lim.drift_hz_per_min,
            now_s,
            f"Field drifts {drift:.1f} Hz/min{_loss(f.snr_loss)}",
        ),
        "fwhm": above(
            w["fwhm"],
            f.fwhm_hz,
            lim.fwhm_hz,
            now_s,
            f"Line width {f.fwhm_hz:.1f} Hz, limit {lim.fwhm_hz:.1f}",
        ),
        "snr": below(
            w["snr"], f.snr, lim.snr, now_s, f"SNR {f.snr:.1f}, limit {lim.snr:.1f}"
        ),
        "water": above(
            w["water"],
            f.water,
            lim.water,
            now_s,
            f"Residual water {f.water:.1f} x NAA",
        ),
        "lipid": above(
            w["lipid"], f.lipid, lim.lipid, now_s, f"Lipid {f.lipid:.1f} x NAA"
        ),
        "rejected": above(
            w["rejected"],
            share,
            LOW_WEIGHT_SHARE,
            now_s,
            f"{f.rejected} of {f.of} transients of low weight",
        ),
    }


def _loss(share: float) -> str:
    return f", SNR loss {100 * share:.0f} %" if share >= LOSS_TOLD else ""


def turned(
    before: dict[str, Watch], after: dict[str, Watch], infusing: bool
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
    watches: dict[str, Watch], now_s: float, infusing: bool
) -> list[Message]:
    """Messages of the watches that are on."""
    shown = []
    for key, watch in watches.items():
        if watch.since_s is not None:
            level, action = ACTIONS[key][0], action_of(key, infusing)
            age = now_s - watch.since_s
            worse = watch.severity
            shown.append(Message(key, level, watch.text, action, age, severity=worse))
    return shown
