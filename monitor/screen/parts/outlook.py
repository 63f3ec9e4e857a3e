"""How long still: what can be detected at the planned end, and until the target."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.tracking.foreseen import Foreseen
from monitor.screen.number_words import clock, plain

NOTHING = "the forecast waits for a first window"
LATER = "the forecast waits until the window has caught up"
STOPPED = "no forecast: the analysis has stopped"
ENOUGH = "Reference long enough to detect the target, {}"
REFERENCE = "Reference: {} more to detect the target, {}"
REACHED = "Target reached: {} can be detected now, {} wanted"
NEARLY = "Nearly enough to detect the target, {}{}"
MORE = "{} more to detect the target, {}{}"
NEVER = "The target, {}, stays out of reach, however long {}"
SHORT = "Planned end detects {}; the target, {}, needs {}"  # which comes before it
OVER = "The infusion is over: {} could be detected"
LONGEST_S, LONG = 3600.0, "> 1 h"


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
) -> OutlookWords:
    """The forecast in words; nothing once the session has ended.

    `detects_percent` is what the mean since the infusion began can detect by now, as
    the table says; `infusing`: it has begun; `over`: it has been stopped, too.
    """
    if ended:
        return OutlookWords("", "")
    if seen is None:
        return OutlookWords("", NOTHING)
    if over:
        known = math.isfinite(detects_percent)
        detects = OVER.format(_percent(detects_percent)) if known else ""
        return OutlookWords(detects, _usable(seen, infusing))
    end = "" if math.isnan(seen.whole_percent) else _at_end(seen)
    last = f"last 10 min: {_percent(seen.last_percent)}"
    figures = f"{end}{last} · {_usable(seen, infusing)}"
    said = during(seen, detects_percent) if infusing else before(seen)
    return OutlookWords(said, figures)


def _usable(seen: Foreseen, infusing: bool) -> str:
    """Usable time of the reference period, and of what came since."""
    since = f" + {seen.infusion_s / 60:.0f}" if infusing else ""
    return f"usable {seen.reference_s / 60:.0f}{since} min"


def before(seen: Foreseen) -> str:
    """Whether the infusion may begin, by the length of the reference period."""
    missing_s, target = seen.longer_reference_s, _percent(seen.target_percent)
    if missing_s <= 0:
        return ENOUGH.format(target)
    if math.isinf(missing_s):
        return NEVER.format(target, "the reference")
    return REFERENCE.format(_length(missing_s), target)


def during(seen: Foreseen, detects_percent: float) -> str:
    """How long until a change as small as the protocol's target can be detected."""
    missing_s, target = seen.to_target_s, _percent(seen.target_percent)
    now = _percent(detects_percent)
    if detects_percent <= seen.target_percent:
        return REACHED.format(now, target)
    beside = f" (now {now})" if math.isfinite(detects_percent) else ""
    if missing_s <= 0:
        return NEARLY.format(target, beside)
    if seen.whole_percent > seen.target_percent:
        longer = f"{clock(missing_s)} more" if missing_s <= LONGEST_S else "longer"
        return SHORT.format(_percent(seen.whole_percent), target, longer)
    if math.isinf(missing_s):
        return NEVER.format(target, "it runs")
    return MORE.format(_length(missing_s), target, beside)


def _length(missing_s: float) -> str:
    return clock(missing_s) if missing_s <= LONGEST_S else LONG


def _at_end(seen: Foreseen) -> str:
    return f"planned end: {_percent(seen.whole_percent)}, "


def _percent(value: float) -> str:
    return f"{plain(value, 2)} %"
