"""How far the outcomes have changed now: read once for headline and table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.analysis.tracking.current_change import CurrentChange, current_change
from monitor.analysis.tracking.finding import is_no_number
from monitor.screen.held import Held
from monitor.screen.left_out import left_out_now
from monitor.screen.parts import headline
from monitor.screen.parts.table import ROWS
from monitor.screen.state import SessionState


@dataclass(frozen=True, slots=True)
class ChangesNow:
    """What the screen says of the changes from the reference period.

    Attributes
    ----------
    outcome : that of the headline, as it is read; None before it means something
    lost : why what is read is of no fit, or of no measurement; empty: it is
    numbers : changes of which a number is given and which are shown, by outcome
    nothing_counts_s : for how long every transient has been left out by now, s
    """

    outcome: CurrentChange | None
    lost: str
    numbers: Mapping[str, CurrentChange]
    nothing_counts_s: float


def changes_now(state: SessionState, held: Held) -> ChangesNow:
    """Changes of the headline's outcome and of what the table has that is tracked."""
    outcome, left_out = state.settings.outcome, left_out_now(state)
    lost = _why_lost(state, left_out.infusion)
    full = min(state.settings.window, state.estimates.most_transients or 1)
    tracked = () if held.point is None else held.point.filtered
    read = {
        name: current_change(
            name, held.point, held.estimate, full, state.reference_s, state.window_s
        )
        for name in (outcome, *(name for name in ROWS if name in tracked))
    }
    numbers = {
        name: one
        for name, one in read.items()
        if one and not lost and not is_no_number((one.percent, one.sd_percent))
    }
    return ChangesNow(read[outcome], lost, numbers, left_out.newest_s)


def _why_lost(state: SessionState, infusion_left_out: bool) -> str:
    """Why what the tracker reads is of no fit, or of no measurement; empty: it is.

    As the terminal and the report have it (`monitor.run.period_remarks`).
    """
    if state.estimates.none_converged:
        return headline.UNCONVERGED
    return headline.NOTHING_SINCE if infusion_left_out else ""
