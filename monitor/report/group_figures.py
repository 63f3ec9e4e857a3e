"""Figures of many sessions: criteria over sites and visits, a trial's courses."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from monitor.report.drawing import ACCENT, GREY, INK, STYLE, inline

Row = Mapping[str, Any]
MARKERS = "os^Dv<>ph*X"
TITLES = {
    "snr": "SNR of one transient",
    "fwhm_hz": "line width / Hz",
    "drift_hz_per_min": "drift / Hz/min",
    "water": "residual water / NAA",
    "lipid": "lipid / NAA",
    "effective_percent": "effective transients / %",
    "missing_percent": "missing transients / %",
    "marker_s": "timing of markers / s",
    "detectable_percent": "detectable change / %",
    "line_width_bias_percent": "line-width bias / %",
}
LEAST_HEIGHT = 1.0
STYLES = (("o", "-", INK), ("s", "--", ACCENT), ("^", ":", GREY))


def criteria_svg(
    judged: Sequence[Row], outliers: Sequence[Row], limits: Mapping[str, float]
) -> str:
    """Every criterion over the sessions, in the order of site, visit, subject."""
    rows = sorted(judged, key=lambda r: (r["site"], r["visit"], r["subject"]))
    with mpl.rc_context({**STYLE, "svg.hashsalt": "criteria"}):
        figure = Figure(figsize=(9.0, 10.5))
        FigureCanvasAgg(figure)
        grid = figure.subplots(5, 2, squeeze=False)
        figure.subplots_adjust(0.07, 0.04, 0.97, 0.97, 0.16, 0.42)
        for ax, key in zip(grid.ravel(), TITLES, strict=True):
            _criterion(ax, rows, key, outliers, limits.get(key))
        return _svg(figure, "Criteria over the sessions")


def _criterion(
    ax: Axes,
    rows: Sequence[Row],
    key: str,
    outliers: Sequence[Row],
    limit: float | None,
) -> None:
    groups = sorted({(r["site"], r["visit"]) for r in rows})
    for number, group in enumerate(groups):
        own = [
            (i, r[key])
            for i, r in enumerate(rows)
            if (r["site"], r["visit"]) == group and r.get(key) is not None
        ]
        if own:
            x, y = np.array(own, float).T
            ax.plot(x, y, MARKERS[number % len(MARKERS)], ms=3.4, mfc="white",
                    mec=INK, mew=0.8, label=_group_name(group))  # fmt: skip
    places = {r["session"]: i for i, r in enumerate(rows)}
    for outlier in outliers:
        if outlier["criterion"] == key:
            ax.annotate(outlier["session"], (places[outlier["session"]],
                        outlier["value"]), fontsize=7, xytext=(3, 3),
                        textcoords="offset points")  # fmt: skip
    if limit is not None and np.isfinite(limit) and _near(rows, key, limit):
        ax.axhline(limit, color=ACCENT, lw=1.0, ls="--")
        ax.annotate("limit", (1, limit), xycoords=("axes fraction", "data"),
                    fontsize=7.5, color=ACCENT, ha="right", va="bottom")  # fmt: skip
    values = [r[key] for r in rows if r.get(key) is not None]
    if min(values, default=-1.0) >= 0 and ax.get_ylim()[0] < 0:  # none can be negative
        top = ax.get_ylim()[1] if max(values) > 0 else LEAST_HEIGHT
        ax.set_ylim(-0.04 * top, top)
    ax.set_title(TITLES[key], fontsize=9, loc="left")
    ax.set_xlim(-0.6, len(rows) - 0.4)
    ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    if len(groups) > 1 and key == "snr":
        ax.legend(ncols=4, fontsize=7.5, loc="best")


def _near(rows: Sequence[Row], key: str, limit: float) -> bool:
    """Whether drawing the limit leaves the points something of the axis."""
    values = [r[key] for r in rows if r.get(key) is not None]
    return bool(values) and limit < 12 * max(max(values), 1e-9)


def _group_name(group: tuple[str, str]) -> str:
    site, visit = group
    words = [f"site {site}" if site else "", f"visit {visit}" if visit else ""]
    return ", ".join(filter(None, words)) or "sessions"


def trial_svg(courses: Mapping[str, Sequence[Row]]) -> str:
    """Mean course of each outcome by condition with 95 % intervals."""
    names = [name for name, course in courses.items() if course]
    with mpl.rc_context({**STYLE, "svg.hashsalt": "trial"}):
        rows = max(1, (len(names) + 1) // 2)
        figure = Figure(figsize=(9.0, 2.9 * rows))
        FigureCanvasAgg(figure)
        grid = figure.subplots(rows, 2, squeeze=False)
        figure.subplots_adjust(0.07, 0.16 / rows, 0.98, 1 - 0.1 / rows, 0.18, 0.4)
        for ax in grid.ravel()[len(names) :]:
            ax.set_visible(False)
        for ax, name in zip(grid.ravel(), names, strict=False):
            _course(ax, courses[name], name)
        return _svg(figure, "Condition by time")


def _course(ax: Axes, course: Sequence[Row], name: str) -> None:
    conditions = sorted({row["condition"] for row in course})
    for number, condition in enumerate(conditions):
        marker, line, color = STYLES[number % len(STYLES)]
        own = [row for row in course if row["condition"] == condition]
        x = np.array([row["place"] for row in own]) + 0.5 + 0.012 * (number - 0.5)
        ax.errorbar(100 * x, [r["mean"] for r in own], [r["half"] for r in own],
                    fmt=marker + line, color=color, ms=4.5, lw=1.1, capsize=2.5,
                    label=condition)  # fmt: skip
    ax.axhline(0, color=GREY, lw=0.7)
    ax.set_title(f"{name}, change / %", fontsize=9, loc="left")
    ax.set_xlabel("share of the infusion / %")
    ax.legend()


def clinical_svg(found: Sequence[Row]) -> str:
    """Clinical change against response, conditions by marker."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": "clinical"}):
        figure = Figure(figsize=(9.0, 2.7))
        FigureCanvasAgg(figure)
        grid = figure.subplots(1, max(1, len(found)), squeeze=False, sharey=True)
        figure.subplots_adjust(0.07, 0.19, 0.98, 0.88, 0.1)
        for ax, one in zip(grid.ravel(), found, strict=False):
            conditions = sorted({p["condition"] for p in one["points"]})
            for number, condition in enumerate(conditions):
                marker, _, color = STYLES[number % len(STYLES)]
                own = [p for p in one["points"] if p["condition"] == condition]
                x, y = [p["response"] for p in own], [p["change"] for p in own]
                ax.plot(x, y, marker, ms=4, mfc="white", mec=color, label=condition)
            ax.set_title(one["outcome"], fontsize=9, loc="left")
            ax.set_xlabel("mean change / %")
        grid[0, 0].set_ylabel("clinical change / points")
        grid[0, 0].legend(fontsize=7.5)
        return _svg(figure, "Response against clinical change")


def _svg(figure: Figure, title: str) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return inline(text.getvalue(), title)
