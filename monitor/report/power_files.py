"""What a protocol would detect, written: page and table."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

from monitor.judge.power import REFERENCES, WINDOWS, Foreseen
from monitor.report.drawing import ACCENT, GREY, INK, STYLE, inline
from monitor.report.folder import make_folder
from monitor.report.page import environment, style
from monitor.report.session_files import write_text
from monitor.report.tables import Row, write_csv
from streams.messages.version import program_version

COLUMNS = (
    "snr",
    "drift_hz_per_min",
    "window",
    "reference",
    "sigma_percent",
    "sigma_low",
    "sigma_high",
    "stated_percent",
    "detectable_percent",
)
TICKS_PERCENT = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50)
LINES = (("o", ":", GREY), ("s", "--", GREY), ("^", "-", INK), ("D", "-.", ACCENT))


def write_foreseen(foreseen: Foreseen, out: Path) -> None:
    """Write detectable.html and detectable.csv.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    make_folder(out)
    rows: list[Row] = [
        {
            "snr": p.snr,
            "drift_hz_per_min": p.drift_hz_per_min,
            "window": window,
            "reference": reference,
            "sigma_percent": p.sigma_percent,
            "sigma_low": p.low,
            "sigma_high": p.high,
            "stated_percent": p.stated_percent,
            "detectable_percent": foreseen.detectable(p, window, reference),
        }
        for p in foreseen.precisions
        for window in WINDOWS
        for reference in REFERENCES
    ]
    write_csv(out / "detectable.csv", COLUMNS, rows)
    page = (
        environment()
        .get_template("before.html.j2")
        .render(
            f=foreseen,
            css=style(),
            svg=_svg(foreseen),
            version=program_version(),
            windows=WINDOWS,
            references=REFERENCES,
            usual=foreseen.usual,
        )
    )
    write_text(out / "detectable.html", page)


def _svg(foreseen: Foreseen) -> str:
    with mpl.rc_context({**STYLE, "svg.hashsalt": "before"}):
        figure = Figure(figsize=(9.0, 3.4))
        FigureCanvasAgg(figure)
        ax = figure.subplots()
        figure.subplots_adjust(0.08, 0.15, 0.97, 0.95)
        for reference, (marker, line, color) in zip(REFERENCES, LINES, strict=True):
            y = [foreseen.detectable(foreseen.usual, w, reference) for w in WINDOWS]
            ax.plot(
                WINDOWS,
                y,
                marker + line,
                color=color,
                ms=4.5,
                lw=1.2,
                label=f"reference period of {reference} transients",
            )
        target = foreseen.settings.reference_target_percent
        ax.axhline(target, color=INK, lw=1.0, ls=(0, (1, 3)))
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xticks(WINDOWS, [str(w) for w in WINDOWS])
        ax.set_yticks([t for t in TICKS_PERCENT if _within_axis(ax, t)])
        ax.yaxis.set_major_formatter(ScalarFormatter())
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_minor_formatter(NullFormatter())
        ax.set_xlabel("transients in a window")
        ax.set_ylabel(f"detectable change of {foreseen.settings.outcome} / %")
        ax.legend()
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    words = "the table that follows holds every point"
    return inline(text.getvalue(), f"Detectable change against window length; {words}")


def _within_axis(ax: mpl.axes.Axes, tick: float) -> bool:
    low, high = ax.get_ylim()
    return bool(np.log(low) <= np.log(tick) <= np.log(high))
