"""The comparison as a picture: a ratio and the change of the outcome over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from monitor.analysis.signal.spectrum import Real
from monitor.peers.comparison import Course
from monitor.peers.levels import changes_percent
from monitor.peers.saved import SavedSession
from monitor.peers.sentences import RATIO
from monitor.peers.table import outcomes_of, values_of
from monitor.report.drawing import ACCENT, GREY, INK, STYLE
from streams.export.atomic import replacing

NAME = "comparison.png"
DPI = 150
MARKS = (("o", "-", ACCENT), ("s", "--", INK), ("^", ":", GREY))


def draw_comparison(saved: SavedSession, courses: Sequence[Course], out: Path) -> None:
    """Write `comparison.png` into a folder, without programs that found nothing."""
    shown = [course for course in courses if course.fitted]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 5.2), layout="constrained")
        FigureCanvasAgg(figure)
        above, below = figure.subplots(2, sharex=True)
        outcome, inside = outcomes_of(saved)[0], saved.in_reference
        _curves(above, saved, shown, [values_of(c, RATIO) for c in shown])
        above.set_ylabel(RATIO)
        above.legend(ncols=len(shown), loc="lower left", bbox_to_anchor=(0, 1.0))
        changes = [changes_percent(values_of(c, outcome), inside) for c in shown]
        _curves(below, saved, shown, changes)
        below.axhline(0, color=GREY, lw=0.7)
        below.set_ylabel(f"{outcome}, change / %")
        below.set_xlabel("minutes, scanner time")
        with replacing(out / NAME) as file:
            figure.savefig(file, format="png", dpi=DPI)


def _curves(
    axes: Axes,
    saved: SavedSession,
    shown: Sequence[Course],
    values: Sequence[Real],
) -> None:
    """Values of each program; infusion marks as lines."""
    minutes = np.array([window.middle_s for window in saved.windows]) / 60
    for course, (mark, line, colour), own in zip(shown, MARKS, values, strict=False):
        axes.plot(minutes, own, mark + line, color=colour, ms=4, label=course.name)
    for mark_s in saved.infusion_s:
        axes.axvline(mark_s / 60, color=INK, lw=0.8, ls=":")
    if saved.reference_s is not None:
        low, high = (s / 60 for s in saved.reference_s)
        axes.axvspan(low, high, fc="#f0f2f4", lw=0, zorder=0)
