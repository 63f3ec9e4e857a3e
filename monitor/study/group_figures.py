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

from monitor.report.digits import plain, with_sign
from monitor.report.drawing import ACCENT, GREY, INK, STYLE, inline
from monitor.study.group import part_of

Row = Mapping[str, Any]
MARKERS = "os^Dv<>ph*X"
LEAST_HEIGHT = 1.0
ROWS = 5  # of figures, two in a row, of a session's criteria
STYLES = (("o", "-", INK), ("s", "--", ACCENT), ("^", ":", GREY))


def criteria_svg(
    ordered: Sequence[Row], group: Mapping[str, Any], height: float = 10.9
) -> str:
    """Every criterion over the sessions, which are numbered in their order."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": "criteria"}):
        places = (len(group["criteria"]) + 1) // 2
        whole = places / ROWS  # of the height
        figure = Figure(figsize=(9.0, height * whole))
        FigureCanvasAgg(figure)
        grid = figure.subplots(places, 2, squeeze=False)
        figure.subplots_adjust(0.07, 0.04 / whole, 0.95, 1 - 0.065 / whole, 0.2, 0.42)
        for ax, criterion in zip(grid.ravel(), group["criteria"], strict=False):
            _criterion(ax, ordered, criterion, group["outliers"])
        for ax in grid.ravel()[len(group["criteria"]) :]:
            ax.set_visible(False)
        for ax in grid[-1]:
            ax.set_xlabel("number of the session")
        parts, labels = grid[0, 0].get_legend_handles_labels()
        if any(labels):
            figure.legend(parts, labels, loc="upper left", ncols=4)
        words = "; ".join(_words(criterion) for criterion in group["criteria"])
        return _svg(figure, f"Criteria over the sessions. {words}")


def _words(criterion: Row) -> str:
    if criterion["median"] is None:
        return f"{criterion['title']} not measured"
    return (
        f"{criterion['title']} median {plain(criterion['median'])}, "
        f"{plain(criterion['low'])} to {plain(criterion['high'])}"
    )


def _criterion(
    ax: Axes, ordered: Sequence[Row], criterion: Row, outliers: Sequence[Row]
) -> None:
    key = criterion["key"]
    for number, part in enumerate(criterion["medians"]):
        own = [
            (i, r[key])
            for i, r in enumerate(ordered, 1)
            if part_of(r) == part and r.get(key) is not None
        ]
        x, y = np.array(own, float).reshape(-1, 2).T
        ax.plot(
            x,
            y,
            MARKERS[number % len(MARKERS)],
            ms=3.6,
            mfc="white",
            mec=INK,
            mew=0.8,
            label=part or "no site or visit named",
        )
    places = {r["session"]: i for i, r in enumerate(ordered, 1)}
    for one in outliers:
        if one["criterion"] == key:
            at = places[one["session"]]
            ax.annotate(
                str(at),
                (at, one["value"]),
                fontsize=7.5,
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
            )
    _limit(ax, criterion)
    unit = f" / {criterion['unit']}" if criterion["unit"] else ""
    ax.set_title(f"{criterion['title']}{unit}", fontsize=9, loc="left")
    ax.set_xlim(0.3, len(ordered) + 0.7)
    ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True, min_n_ticks=1))


def _limit(ax: Axes, criterion: Row) -> None:
    """The limit, where it leaves the points something of the axis; ends of the axis."""
    limit, high = criterion["limit"], criterion["high"]
    if high is None:
        ax.text(
            0.5, 0.5, "not measured", transform=ax.transAxes, ha="center", color=GREY
        )
        ax.set_yticks([])
        return
    if limit is not None and limit < 12 * max(high, 1e-9):
        ax.axhline(limit, color=ACCENT, lw=1.0, ls="--")
        ax.annotate(
            "limit",
            (1, limit),
            xycoords=("axes fraction", "data"),
            fontsize=7.5,
            color=ACCENT,
            ha="left",
            va="center",
        )
    # none is negative
    if criterion["low"] >= 0 and (ax.get_ylim()[0] < 0 or high == 0):
        top = ax.get_ylim()[1] if high > 0 else LEAST_HEIGHT
        ax.set_ylim(-0.04 * top, top)


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
        words = "; ".join(_course_words(courses[name], name) for name in names)
        return _svg(figure, f"Condition by time. {words}")


def _course_words(course: Sequence[Row], name: str) -> str:
    means = ", ".join(
        f"{condition} "
        + " ".join(
            with_sign(row["mean"]) for row in course if row["condition"] == condition
        )
        for condition in sorted({row["condition"] for row in course})
    )
    return f"mean change of {name} in % over the infusion: {means}"


def _course(ax: Axes, course: Sequence[Row], name: str) -> None:
    conditions = sorted({row["condition"] for row in course})
    for number, condition in enumerate(conditions):
        marker, line, color = STYLES[number % len(STYLES)]
        own = [row for row in course if row["condition"] == condition]
        x = np.array([row["place"] for row in own]) + 0.5 + 0.012 * (number - 0.5)
        ax.errorbar(
            100 * x,
            [r["mean"] for r in own],
            [r["half"] for r in own],
            fmt=marker + line,
            color=color,
            ms=4.5,
            lw=1.1,
            capsize=2.5,
            label=condition,
        )
    ax.axhline(0, color=GREY, lw=0.7)
    ax.set_title(f"{name}, change / %", fontsize=9, loc="left")
    ax.set_xlabel("share of the infusion / %")
    ax.legend()


def clinical_svg(slopes: Sequence[Row]) -> str:
    """Clinical change against response, conditions by marker."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": "clinical"}):
        figure = Figure(figsize=(9.0, 2.7))
        FigureCanvasAgg(figure)
        grid = figure.subplots(1, max(1, len(slopes)), squeeze=False, sharey=True)
        figure.subplots_adjust(0.07, 0.19, 0.98, 0.88, 0.1)
        for ax, one in zip(grid.ravel(), slopes, strict=False):
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
        words = "slopes and intervals stand in the table that follows"
        return _svg(figure, f"Clinical change against mean response; {words}")


def _svg(figure: Figure, title: str) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return inline(text.getvalue(), title)
