"""How long still: what can be detected at the planned end, and until the target."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.tracking.foreseen import Foreseen
from monitor.screen.number_words import clock, plain

NOTHING = "the forecast waits for a first window"
LATER = "the forecast waits until the window has caught up"
STOPPED = "no forecast: the analysis has stopped"
BEFORE = (
    "Reference long enough to detect {}",
    "Reference: {} more to detect {}",
    "{} stays out of reach, however long the reference",
)
DURING = (
    "A change of {} can be detected now",
    "{} more to detect {}",
    "{} stays out of reach, however long it runs",
)
"""What is said where the target can be detected now, later, and never."""
SHORT = "Planned end detects {}; {} needs {}"  # the planned end comes before the target
OVER = "The infusion is over: {} could be detected"
LONGEST_S, LONG = 3600.0, "> 1 h"


@dataclass(frozen=True, slots=True)
class OutlookWords:
    """The line that is read from afar, and its figures."""

    verdict: str
    figures: str


def outlook_words(
    seen: Foreseen | None, infusing: bool, over: bool, ended: bool
) -> OutlookWords:
    """The forecast in words; nothing once the session has ended.

    `infusing`: the infusion has begun; `over`: it has been stopped, too.
    """
    if ended:
        return OutlookWords("", "")
    if seen is None:
        return OutlookWords("", NOTHING)
    if over:
        detects = OVER.format(_percent(seen.now_percent))
        return OutlookWords(detects, _usable(seen, infusing))
    end = "" if math.isnan(seen.whole_percent) else _at_end(seen)
    last = f"last 10 min: {_percent(seen.last_percent)}"
    figures = f"{end}{last} · {_usable(seen, infusing)}"
    return OutlookWords(in_words(seen, infusing), figures)


def _usable(seen: Foreseen, infusing: bool) -> str:
    """Usable time of the reference period, and of what came since."""
    since = f" + {seen.infusion_s / 60:.0f}" if infusing else ""
    return f"usable {seen.reference_s / 60:.0f}{since} min"


def in_words(seen: Foreseen, infusing: bool) -> str:
    """How long until a change as small as the target can be detected.

    Before the infusion: whether it may begin, by the length of the reference period.
    """
    missing_s = seen.to_target_s if infusing else seen.longer_reference_s
    now, later, never = DURING if infusing else BEFORE
    target = _percent(seen.target_percent)
    if missing_s <= 0:
        return now.format(target)
    if infusing and seen.whole_percent > seen.target_percent:
        longer = f"{clock(missing_s)} more" if missing_s <= LONGEST_S else "longer"
        return SHORT.format(_percent(seen.whole_percent), target, longer)
    if math.isfinite(missing_s):
        longer = clock(missing_s) if missing_s <= LONGEST_S else LONG
        return later.format(longer, target)
    return never.format(target)


def _at_end(seen: Foreseen) -> str:
    return f"planned end: {_percent(seen.whole_percent)}, "


def _percent(value: float) -> str:
    return f"{plain(value, 2)} %"
