"""The table of metabolites: value, SD, CRLB %, change with its 95 % interval.

CRLB % stands here only and hides nothing: it rises when the value falls.
"""

from __future__ import annotations

import csv
import io
import math

from monitor.analysis.basis.names import find
from monitor.analysis.course.response import Z95, Estimate
from monitor.screen.screen import Row
from monitor.screen.words import DASH, MINUS, measured, signed
from streams.export.cells import name_cell

ROWS = ("Glu", "Gln", "Glx", "tNAA", "tCr")
HEADINGS = ("", "value", "SD", "CRLB %", "change %", "± 95 %")


def tells_outcome(name: str, outcome: str) -> bool:
    """Whether showing this name would tell a blinded outcome or a part of it."""
    parts = {part.lower() for part in (*outcome.split("/"), "Glu", "Gln", "Glx")}
    return any(part.lower() in parts for part in name.split("/"))


def table(estimate: Estimate | None, outcome: str, hidden: bool) -> tuple[Row, ...]:
    """Rows of the newest window: the outcome first, then metabolites and sums."""
    wanted = (outcome, *(name for name in ROWS if name != outcome))
    if hidden:
        wanted = tuple(n for n in wanted if not tells_outcome(n, outcome))
    return tuple(_row(estimate, name, name == outcome, hidden) for name in wanted)


def as_csv(rows: tuple[Row, ...]) -> str:
    """The rows as text that other programs read: plain minus, empty for a dash."""
    said = io.StringIO()
    writer = csv.writer(said, lineterminator="\n")
    writer.writerow(("metabolite", "value", "sd", "crlb_percent", "change_percent",
                     "change_half_95_percent"))  # fmt: skip
    for r in rows:
        words = (name_cell(r.name), r.value, r.sd, r.crlb, r.change, r.half)
        writer.writerow("" if w == DASH else w.replace(MINUS, "-") for w in words)
    return said.getvalue()


def _row(estimate: Estimate | None, name: str, accent: bool, hidden: bool) -> Row:
    key = _key(estimate, name)
    if estimate is None or key is None:
        return Row(name, DASH, DASH, DASH, DASH, DASH, accent)
    value, sd = estimate.values[key], estimate.sds.get(key, math.nan)
    crlb = 100 * sd / abs(value) if value else math.nan
    change = estimate.changes_percent.get(key, math.nan)
    half = Z95 * estimate.change_sds_percent.get(key, math.nan)
    if hidden:
        change = half = math.nan
    return Row(
        name=name,
        value=measured(value),
        sd=measured(sd, 2),
        crlb=f"{crlb:.1f}" if math.isfinite(crlb) and crlb < 999 else DASH,
        change=signed(change),
        half=f"{half:.1f}" if math.isfinite(half) else DASH,
        accent=accent,
    )


def _key(estimate: Estimate | None, name: str) -> str | None:
    """Name under which the estimate carries a row, however it is spelt."""
    if estimate is None:
        return None
    return find(name, estimate.values)
