"""A known change put into copies of the session's transients, in words."""

from __future__ import annotations

import math

from monitor.analysis.course.response import Z95
from monitor.run.known_change import (
    GLUTAMATE,
    NOTHING,
    PERCENT,
    RISE,
    STEP,
    Injection,
    Recovery,
)
from monitor.screen.number_words import DASH, brief, plain, signed

LAG = {RISE: ", behind which it lags by minutes"}
NAMES = {
    STEP: "as a step",
    RISE: "rising to the end",
    NOTHING: "0 where nothing was put in",
}


def sentences(found: Injection) -> tuple[str, ...]:
    """What was put in, what was read, whether intervals hold it, what is not seen."""
    halves, whole = found.halves, found.recoveries[0].put
    minutes = plain((halves.end_s - halves.start_s) / 60, 2)
    return (
        f"{GLUTAMATE} {signed(PERCENT, 0)} % of what is fitted, put into copies of the "
        f"{halves.transients} transients ({minutes} min) before the infusion, from "
        f"their middle on: {found.outcome} {_percent(whole)}.",
        *(_read(one) for one in found.recoveries),
        verdict(found),
        f"It cannot see a wrong level: that of {found.outcome} itself is known to "
        f"{level(found)}, so that a true {_percent(whole)} may read "
        f"{_span(whole, found.level_sd)}. Nor can it see pulses, macromolecules or a "
        "line shape that are not the fit's: with other pulses than the basis set's a "
        "true change reads within some 2 % of itself as much in the windows, 7 % of "
        "itself less in the tracker.",
    )


def verdict(found: Injection) -> str:
    """Whether the intervals hold what was put in: of the windows, and the tracker's."""
    half = f"The 95 % interval of the mean of the windows ({_half(found.windows.sd)})"
    tracker = f"the tracker's at the end ({_half(found.tracker.sd)})"
    too = f"so does {tracker}" if found.tracker.hold else f"{tracker} does not"
    if found.windows.hold:
        return f"{half} holds what was put in, and 0 where nothing was; {too}."
    too = f"{tracker} does" if found.tracker.hold else f"nor does {tracker}"
    missed = " and ".join(NAMES[name] for name in found.windows.missed)
    return (
        f"{half} does not hold it {missed}: chance in one session of twenty, else "
        f"drift, motion or lipid before the infusion; {too}."
    )


def short(found: Injection) -> str:
    """What was put in as a step, and what the windows read of it."""
    step = found.recoveries[0]
    put, read = _percent(step.windows_put), _percent(step.windows_read)
    return f"{put}: {read} read"


def held(found: Injection) -> str:
    """Whether the interval of what the windows read holds it, shortly.

    What is read more than without has no noise; the interval does, so that it may miss
    what came back whole.
    """
    interval = f"95 % interval ({_half(found.windows.sd)})"
    if found.windows.hold:
        return f"{interval} holds it"
    return f"{interval} misses it: noise (1 of 20) or drift"


def level(found: Injection) -> str:
    """How well the level is known."""
    return _half(found.level_sd)


def _half(sd: float) -> str:
    return f"± {brief(Z95 * sd)} %"


def _read(one: Recovery) -> str:
    return (
        f"{NAMES[one.course].capitalize()}: the mean of the windows reads "
        f"{_percent(one.windows_read)} of {_percent(one.windows_put)}, the tracker at "
        f"the end {_percent(one.read)} of {_percent(one.put)}{LAG.get(one.course, '')}."
    )


def _span(percent: float, level_sd: float) -> str:
    """What a true change may read where its level is so uncertain."""
    off = 0.01 * Z95 * level_sd * percent
    return f"{signed(percent - off)} to {_percent(percent + off)}"


def _percent(value: float) -> str:
    return f"{signed(value)} %" if math.isfinite(value) else DASH
