"""How long still: what can be detected at the planned end, and until the target."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.tracking.foreseen import Foreseen
from monitor.screen.number_words import plain

NOTHING = "the forecast waits for a first window"
LATER = "the forecast waits until the window has caught up"
STOPPED = "no forecast: the analysis has stopped"
ENOUGH = "Reference long enough"
REFERENCE = "Reference: {} more"
NO_REFERENCE = "Out of reach, however long"
REACHED = "Enough data to detect {}"
NEARLY = "Nearly enough to detect {}"
MORE = "{} more to detect {}"
NEVER = "{} stays out of reach"
SHORT = "{} needs {} more"  # than there is until the planned end
OVER = "Over: {} could be detected"
PAUSED = "Waits: nothing counts now"
LONGEST_S, LONG = 3600.0, "> 1 h"
SECONDS_BELOW_S = 90.0


@dataclass(frozen=True, slots=True)
class OutlookWords:
    """The line that is read from afar, and its figures."""

    verdict: str
    figures: str


def outlook_words(
    seen: Foreseen | None,
    detects_percent: float,
    infusing: bool,
    over: bool,
    ended: bool,
    counts: bool = True,
) -> OutlookWords:
    """The forecast in words; nothing once the session has ended.

    `detects_percent` is what the mean since the infusion began can detect by now, as
    the table says; `infusing`: it has begun; `over`: it has been stopped, too;
    `counts`: some of what comes now is not left out.
    """
    if ended:
        return OutlookWords("", "")
    if seen is None:
        return OutlookWords("", NOTHING)
    usable = _usable(seen, infusing)
    if over:
        known = math.isfinite(detects_percent)
        detects = OVER.format(_percent(detects_percent)) if known else ""
        return OutlookWords(detects, usable)
    figures = _target(seen, detects_percent, infusing), _at_end(seen), usable
    said = during(seen, detects_percent) if infusing else before(seen)
    said = said if counts else PAUSED
    return OutlookWords(said, " · ".join(figures))


def _usable(seen: Foreseen, infusing: bool) -> str:
    """Usable time of the reference period, and of what came since."""
    since = f" + {seen.infusion_s / 60:.0f}" if infusing else ""
    return f"usable {seen.reference_s / 60:.0f}{since} min"


def _target(seen: Foreseen, detects_percent: float, infusing: bool) -> str:
    """What the protocol wants to be able to detect, and what can be by now."""
    known = infusing and math.isfinite(detects_percent)
    now = f", now {_percent(detects_percent)}" if known else ""
    return f"target {_percent(seen.target_percent)}{now}"


def before(seen: Foreseen) -> str:
    """Whether the infusion may begin, by the length of the reference period."""
    missing_s = seen.longer_reference_s
    if missing_s <= 0:
        return ENOUGH
    if math.isinf(missing_s):
        return NO_REFERENCE
    return REFERENCE.format(_length(missing_s))


def during(seen: Foreseen, detects_percent: float) -> str:
    """How long until a change as small as the protocol's target can be detected."""
    missing_s, target = seen.to_target_s, _percent(seen.target_percent)
    if detects_percent <= seen.target_percent:
        return REACHED.format(target)
    if missing_s <= 0:
        return NEARLY.format(target)
    if math.isinf(missing_s):
        return NEVER.format(target)
    longer = _length(missing_s)
    if seen.whole_percent > seen.target_percent:
        return SHORT.format(target, longer)
    return MORE.format(longer, target)


def _length(missing_s: float) -> str:
    """In words: "01:32" could be an hour and a half."""
    if missing_s > LONGEST_S:
        return LONG
    if missing_s < SECONDS_BELOW_S:
        return f"{math.ceil(missing_s):d} s"
    return f"{math.ceil(missing_s / 60):d} min"


def _at_end(seen: Foreseen) -> str:
    """What the planned end will detect: in the whole mean, in that of its end."""
    last = f"last 10 min {_percent(seen.last_percent)}"
    if math.isnan(seen.whole_percent):
        return last
    return f"planned end {_percent(seen.whole_percent)}, {last}"


def _percent(value: float) -> str:
    return f"{plain(value, 2)} %"
