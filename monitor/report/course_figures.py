"""The course of the outcome drawn: windows, tracker, response models."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from monitor.analysis.course.response import Z95
from monitor.judge.figure_data import Drawn
from monitor.report.digits import percent
from monitor.report.drawing import ACCENT, GREY, INK, LIGHT

MOST_MODELS = 4
STROKES: tuple[dict[str, Any], ...] = (
    {"color": ACCENT, "ls": "-", "lw": 1.8},
    {"color": INK, "ls": "--", "lw": 1.3},
    {"color": INK, "ls": "-.", "lw": 1.1},
    {"color": GREY, "ls": ":", "lw": 1.6},
)


def trend(drawn: Drawn, axes: list[Axes]) -> None:
    """Independent windows with 95 % intervals, sliding line, smoothed tracker."""
    (ax,) = axes
    name = drawn.settings.outcome
    periods(drawn, ax)
    ax.axhline(0, color=GREY, lw=0.7)
    if drawn.course is None:
        raise ValueError("there is no course to draw")
    c, at = drawn.course, drawn.times.minutes(drawn.course.middle_s)
    if drawn.band is not None:
        t, value, sd = drawn.band.T
        ax.plot(t, value, color=ACCENT, lw=1.4, label="tracker, smoothed")
        ax.fill_between(
            t,
            value - Z95 * sd,
            value + Z95 * sd,
            color=LIGHT,
            lw=0,
            alpha=0.6,
            zorder=1,
            label="its 95 % band",
        )
    for epoch in np.unique(c.epoch):
        own = c.epoch == epoch
        label = "sliding window" if epoch == c.epoch[0] else None
        ax.plot(at[own], c.change[own], color=GREY, lw=0.9, ls="--", label=label)
    _windows(drawn, ax, "independent windows, 95 % intervals")
    ax.set_ylabel(f"{name}, change / %")
    ax.legend(loc="upper left", ncols=4, bbox_to_anchor=(0, 1.2))


def models(drawn: Drawn, axes: list[Axes]) -> None:
    """The likeliest response models over the independent windows."""
    (ax,) = axes
    name = drawn.settings.outcome
    periods(drawn, ax)
    ax.axhline(0, color=GREY, lw=0.7)
    _windows(drawn, ax, None)
    for one, stroke in zip(drawn.models[:MOST_MODELS], STROKES, strict=False):
        at = drawn.times.minutes(one.fit.time_s)
        label = f"{one.fit.model} ({percent(one.weight)})"
        ax.plot(at, one.fit.changes[name], label=label, **stroke)
    ax.set_ylabel(f"{name}, change / %")
    ax.legend(loc="upper left", ncols=MOST_MODELS, bbox_to_anchor=(0, 1.2))


def _windows(drawn: Drawn, ax: Axes, label: str | None) -> None:
    """Independent windows with their intervals."""
    if drawn.course is None:
        return
    c, at = drawn.course, drawn.times.minutes(drawn.course.middle_s)
    own = c.independent > 0
    ax.errorbar(
        at[own],
        c.change[own],
        Z95 * c.sd[own],
        fmt="o",
        ms=4.5,
        color=INK,
        elinewidth=1.0,
        capsize=2.5,
        mfc="white",
        label=label,
    )


def has_models(drawn: Drawn) -> bool:
    """Whether there is a model of the outcome to draw."""
    name = drawn.settings.outcome
    return any(name in m.fit.changes and m.fit.parameters for m in drawn.models)


def periods(drawn: Drawn, ax: Axes, words: bool = True) -> None:
    """Reference period and infusion, marked by hatching and words."""
    times = drawn.times
    ax.set_xlabel(minutes(drawn))
    for period, hatch, word in (
        (times.reference_s, "", "reference"),
        (times.infusion_s, "////", "infusion"),
    ):
        if period is None:
            continue
        low, high = ((s - times.zero_s) / 60 for s in period)
        ax.axvspan(
            low,
            high,
            fc="#f0f2f4" if not hatch else "none",
            ec="#e2e6ea",
            hatch=hatch,
            lw=0,
            zorder=0,
        )
        if words:
            ax.text(
                low,
                1.01,
                word,
                transform=ax.get_xaxis_transform(),
                va="bottom",
                fontsize=8,
                color=GREY,
            )
    for at_s, kind in times.marks:
        if kind in ("re-shim", "re-centre"):
            at = (at_s - times.zero_s) / 60
            ax.axvline(at, color=INK, lw=0.8, ls=":")
            if words:
                ax.text(
                    at, 0.02, f" {kind}", fontsize=8, transform=ax.get_xaxis_transform()
                )


def minutes(drawn: Drawn) -> str:
    """The label of the axis of time."""
    of = "infusion start" if drawn.times.infusion_s else "the first transient"
    return f"minutes from {of}"
