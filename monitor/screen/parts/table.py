"""The table of metabolites: before, now, change with its 95 % interval, detectable.

The change of what is tracked is the tracker's, the number of the headline, and "now" is
"before" so much changed; what is not tracked has that of the newest window, and a dot
says so.  "Before" is what changes are counted from: the reference period's mean.  Where
all of the newest window is left out there is no "now" but that of what is tracked.
Detectable is the smallest change that would be seen in 80 % of sessions: of the mean
since the infusion began, of a window where there is a dot.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.analysis.basis.names import find
from monitor.analysis.course.detectable import FACTOR
from monitor.analysis.course.outcomes import needs_gain
from monitor.analysis.course.response import Z95, Estimate
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.current_change import CurrentChange
from monitor.analysis.tracking.finding import is_no_number, least_seen_percent
from monitor.screen.number_words import DASH, MINUS, measured, plain, signed
from monitor.screen.parts.axis import Span
from monitor.screen.parts.windows import Windows
from monitor.screen.screen import Row, Table
from streams.export.cells import name_cell

ROWS = ("Glu", "Gln", "tNAA", "tCr", "tCho", "mI")
HEADINGS = ("", "before", "now", "change %", "± 95 %", "detects %")
SHORT = ("%", "before", "now", "change", "± 95", "detects")
"""Headings on a small page."""
COLUMNS = (
    "metabolite",
    "unit",
    "before",
    "now",
    "change_percent",
    "change_half_95_percent",
    "detectable_percent",
    "change_of",
)
OF_WINDOW = "\N{MIDDLE DOT}"
UNIT = "i.u."
OVERLAP = "no window since the reference yet"
OTHER_GAIN = "other gain than before: no change"
NOTHING_NOW = "left out: no levels now"


@dataclass(frozen=True, slots=True)
class Known:
    """What the windows' part of the table is made from.

    Attributes
    ----------
    outcome : the headline's
    estimate : the newest whole window
    windows : all of them
    reference_s : start and end of the reference period, s
    window_s : length of a window, s
    hidden : blinded protocol
    """

    outcome: str
    estimate: Estimate | None
    windows: Windows
    reference_s: Span | None
    window_s: float
    hidden: bool

    @property
    def before_s(self) -> Span | None:
        """The reference period, where something is compared with it."""
        return None if self.hidden else self.reference_s


@dataclass(frozen=True, slots=True)
class Numbers:
    """A row in numbers, nan where nothing is known; changes in percent."""

    name: str
    of_window: bool
    before: float = math.nan
    now: float = math.nan
    change: float = math.nan
    sd: float = math.nan
    detectable: float = math.nan


def tells_outcome(name: str, outcome: str) -> bool:
    """Whether showing this name would tell a blinded outcome or a part of it."""
    parts = {part.lower() for part in (*outcome.split("/"), "Glu", "Gln", "Glx")}
    return any(part.lower() in parts for part in name.split("/"))


def by_windows(known: Known) -> tuple[Numbers, ...]:
    """Rows as the newest window has them: the outcome first, then what is drawn."""
    outcome = known.outcome
    wanted = (outcome, *(name for name in ROWS if name != outcome))
    if known.hidden:
        wanted = tuple(n for n in wanted if not tells_outcome(n, outcome))
    return tuple(_by_window(known, name) for name in wanted)


def table(
    known: Known,
    windowed: Sequence[Numbers],
    tracked: Mapping[str, CurrentChange | None],
    answers: Mapping[str, Answer],
) -> Table:
    """The rows in words.

    Parameters
    ----------
    windowed : as the newest window has them
    tracked : changes now, by name, of what is tracked
    answers : by name, since the infusion began
    """
    e, before_s = known.estimate, known.before_s
    rows = [
        _tracked_row(e, row, tracked[row.name], answers.get(row.name))
        if before_s is not None and row.name in tracked
        else row
        for row in windowed
    ]
    power = _power([r.now for r in rows if "/" not in r.name])
    unit = UNIT if not power else f"1e{power} {UNIT}".replace("-", MINUS)
    shown = tuple(_row(r, power, r.name == known.outcome) for r in rows)
    return Table(shown, unit, _note(known, unit, before_s))


def as_csv(held: Table) -> str:
    """The rows as text that other programs read: plain minus, empty for a dash."""
    said = io.StringIO()
    writer = csv.writer(said, lineterminator="\n")
    writer.writerow(COLUMNS)
    for r in held.rows:
        words = (r.before, r.now, r.change, r.half, r.detectable)
        plainly = ("" if w == DASH else w.replace(MINUS, "-") for w in words)
        unit = "ratio" if "/" in r.name else held.unit.replace(MINUS, "-")
        of = "window" if r.of_window else "tracker"
        writer.writerow((name_cell(r.name), unit, *plainly, of))
    return said.getvalue()


def _by_window(known: Known, name: str) -> Numbers:
    """A row as the newest whole window has it."""
    e, before_s = known.estimate, known.before_s
    key = find(name, e.values) if e is not None else None
    if e is None or key is None:
        return Numbers(name, before_s is not None)
    now = math.nan if e.left_out else e.values[key]
    if before_s is None:
        return Numbers(name, False, now=now)
    before, before_sd = _before(known, e, key)
    if e.time_start_s < before_s[1]:
        return Numbers(name, True, before, now)
    change, sd = _of_window(e, key, before, before_sd)
    if is_no_number((change, sd)):
        return Numbers(name, True, before, now, detectable=FACTOR * sd)
    return Numbers(name, True, before, now, change, sd, FACTOR * sd)


def _tracked_row(
    e: Estimate | None,
    windowed: Numbers,
    change: CurrentChange | None,
    answer: Answer | None,
) -> Numbers:
    """A row with the tracker's change in the place of the window's."""
    name, before, now = windowed.name, windowed.before, windowed.now
    if e is None or (math.isnan(now) and math.isnan(before)):
        return Numbers(name, False)
    if e.other_gain and needs_gain(name):  # another gain, as for the others
        return Numbers(name, False, before, now)
    least = math.nan if answer is None else least_seen_percent(answer)
    if change is None:
        return Numbers(name, False, before, now, detectable=least)
    moved = before * (1 + change.percent / 100)
    return Numbers(name, False, before, moved, change.percent, change.sd_percent, least)


def _before(known: Known, e: Estimate, key: str) -> tuple[float, float]:
    """What changes are counted from, and its SD where it is not in theirs already."""
    change = e.changes_percent.get(key, math.nan)
    if math.isfinite(change):
        return e.values[key] / (1 + change / 100), 0.0
    return known.windows.mean_of(key, known.reference_s or (0.0, 0.0))


def _of_window(
    e: Estimate, key: str, before: float, before_sd: float
) -> tuple[float, float]:
    """Change of a window and its SD; nan for amplitudes of another epoch."""
    if key in e.changes_percent:
        return e.changes_percent[key], e.change_sds_percent.get(key, math.nan)
    if e.other_gain or e.left_out or not before > 0:
        return math.nan, math.nan
    q = e.values[key] / before
    parts = e.sds.get(key, math.nan) / e.values[key], before_sd / before
    return 100 * (q - 1), 100 * abs(q) * math.hypot(*parts)


def is_unseen(e: Estimate, outcome: str) -> bool:
    """Whether there are no percents of an outcome alone, of others there are."""
    changes = e.changes_percent
    others = any(map(math.isfinite, changes.values()))
    return math.isnan(changes.get(outcome, 0.0)) and others


def _power(values: list[float]) -> int:
    """Power of ten that amplitudes are given in, where they are small or large."""
    most = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if not most or 0.1 <= most < 1e4:
        return 0
    return math.floor(math.log10(most))


@lru_cache(maxsize=64)
def _row(r: Numbers, power: int, accent: bool) -> Row:
    """A row in words; those of windows are the same for some screens."""
    scale = 1.0 if "/" in r.name else 10.0**-power
    half = Z95 * r.sd
    return Row(
        name=r.name,
        before=measured(scale * r.before),
        now=measured(scale * r.now),
        change=signed(r.change),
        half=f"{half:.1f}" if math.isfinite(half) else DASH,
        detectable=plain(r.detectable, 2) if math.isfinite(r.detectable) else DASH,
        accent=accent,
        of_window=r.of_window,
    )


def _note(known: Known, unit: str, before_s: Span | None) -> str:
    """Unit, what the dot means, and why there is no change."""
    units = f"amplitudes in {unit}"
    e = known.estimate
    if e is not None and e.left_out:
        return f"{units}; last {known.window_s:.0f} s {NOTHING_NOW}"
    if before_s is None or e is None:
        return units
    if e.time_start_s < before_s[1]:
        return f"{units}; {OVERLAP}"
    if e.other_gain:
        return f"{units}; {OTHER_GAIN}"
    alone = f"last {known.window_s:.0f} s alone, else as above"
    return f"{units}; with {OF_WINDOW}: {alone}"
