"""How long still: what can be detected at the planned end, and until the target."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.tracking.foreseen import Foreseen
from monitor.screen.words import clock, plain

NOTHING = "the forecast waits for a first window"


@dataclass(frozen=True, slots=True)
class OutlookWords:
    """The line that is read from afar, and its figures."""

    verdict: str
    figures: str


def outlook_words(seen: Foreseen | None, infusing: bool, ended: bool) -> OutlookWords:
    """The forecast in words; nothing once the session has ended."""
    if ended:
        return OutlookWords("", "")
    if seen is None:
        return OutlookWords("", NOTHING)
    usable = f"usable {clock(seen.reference_s)}"
    usable += f" + {clock(seen.infusion_s)}" if infusing else ""
    end = "" if math.isnan(seen.whole_percent) else _at_end(seen)
    last = f"last 10 min {_percent(seen.last_percent)}"
    verdict = during(seen) if infusing else before(seen)
    return OutlookWords(verdict, " · ".join(p for p in (end + last, usable) if p))


def before(seen: Foreseen) -> str:
    """Whether the infusion may begin, by the length of the reference period."""
    target = _percent(seen.target_percent)
    if seen.longer_reference_s <= 0:
        return f"Reference long enough to detect {target}"
    if math.isfinite(seen.longer_reference_s):
        return f"Reference: {clock(seen.longer_reference_s)} more to detect {target}"
    return f"{target} stays out of reach, however long the reference"


def during(seen: Foreseen) -> str:
    """How long until a change as small as the target can be detected."""
    target = _percent(seen.target_percent)
    if seen.to_target_s <= 0:
        return f"A change of {target} can be detected now"
    if math.isfinite(seen.to_target_s):
        return f"{clock(seen.to_target_s)} more to detect {target}"
    return f"{target} stays out of reach, however long it runs"


def _at_end(seen: Foreseen) -> str:
    return f"planned end: whole {_percent(seen.whole_percent)}, "


def _percent(value: float) -> str:
    return f"{plain(value, 2)} %"
