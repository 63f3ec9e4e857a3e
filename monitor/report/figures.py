"""The figures of a session's report, drawn into axes that the page or the paper gives.

Nothing is told by colour alone: points against lines, full against dashed, words at
the curves.  Blue (data's model) and grey survive a copier.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from monitor.analysis.update import Curves
from monitor.qc.drawn import Drawn

INK, GREY, LIGHT, ACCENT = "#1d2126", "#7a828b", "#c9ced4", "#0b5fa5"
RANGE_PPM = (4.2, 0.5)
LEAST_MIN = 1 / 30
STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.7,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "none",
    "path.simplify": True,
    "path.simplify_threshold": 0.5,
}

Draw = Callable[[Drawn, list[Axes]], None]


def trend(drawn: Drawn, axes: list[Axes]) -> None:
    """Independent windows with 95 % intervals, sliding line, smoothed tracker."""
    (ax,) = axes
    name = drawn.settings.outcome
    _periods(drawn, ax)
    ax.axhline(0, color=GREY, lw=0.7)
    if drawn.course is None:
        _say(ax, "no reference period: no change can be given")
        return
    c, at = drawn.course, drawn.times.minutes(drawn.course.middle_s)
    if drawn.band is not None:
        t, value, sd = drawn.band.T
        ax.fill_between(t, value - 1.96 * sd, value + 1.96 * sd, color=LIGHT, lw=0,
                        alpha=0.6, label="tracker, smoothed, 95 % band")  # fmt: skip
        ax.plot(t, value, color=ACCENT, lw=1.4)
    for epoch in np.unique(c.epoch):
        own = c.epoch == epoch
        label = "sliding window" if epoch == c.epoch[0] else None
        ax.plot(at[own], c.change[own], color=GREY, lw=0.9, ls="--", label=label)
    own = c.independent > 0
    ax.errorbar(at[own], c.change[own], 1.96 * c.sd[own], fmt="o", ms=4.5, color=INK,
                elinewidth=1.0, capsize=2.5, mfc="white",
                label="independent windows, 95 % intervals")  # fmt: skip
    ax.set_ylabel(f"{name}, change / %")
    ax.legend(loc="upper left", ncols=3, bbox_to_anchor=(0, 1.17))


def spectra(drawn: Drawn, axes: list[Axes]) -> None:
    """Means before and during, each with fit, baseline and residual."""
    height = _height(drawn.before) if drawn.before else 1.0
    shown = [(drawn.before, "before the infusion"), (drawn.during, "during")]
    if drawn.during is None:
        shown = [(drawn.before, "mean"), (None, "")]
    for ax, (curves, title) in zip(axes, shown, strict=True):
        ax.set_visible(curves is not None)
        if curves is not None:
            _spectrum(ax, curves, height, title)


def _spectrum(ax: Axes, curves: Curves, height: float, title: str) -> None:
    keep = (curves.ppm <= RANGE_PPM[0]) & (curves.ppm >= RANGE_PPM[1])
    ppm = curves.ppm[keep]
    ax.plot(ppm, curves.data[keep] / height, color=INK, lw=0.8, label="data", zorder=4)
    ax.plot(ppm, curves.model[keep] / height, color="#7db4dd", lw=2.2, label="fit")
    ax.plot(ppm, curves.baseline[keep] / height, color=GREY, lw=1.0, ls="--",
            label="baseline")  # fmt: skip
    ax.plot(ppm, 1.35 + curves.residual[keep] / height, color=INK, lw=0.6)
    ax.axhline(1.35, color=GREY, lw=0.6, ls=":")
    ax.text(RANGE_PPM[1], 1.42, "residual", ha="right", fontsize=8)
    ax.set_xlim(*RANGE_PPM)
    ax.set_title(title, fontsize=9, loc="left")
    ax.set_xlabel("chemical shift / ppm")
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(0.0, 0.85))


def waterfalls(drawn: Drawn, axes: list[Axes]) -> None:
    """Transients against time before and after alignment."""
    images = [(drawn.raw, "as they came"), (drawn.aligned, "aligned")]
    if not drawn.aligned.size:
        return
    low, high = np.percentile(drawn.aligned, [30, 99.7])
    first, last = drawn.times.minutes(drawn.columns["time_s"][[0, -1]])
    last = max(last, first + LEAST_MIN)  # one transient has an extent, too
    extent = (float(drawn.ppm[0]), float(drawn.ppm[-1]), float(first), float(last))
    for ax, (image, title) in zip(axes, images, strict=True):
        ax.imshow(image, aspect="auto", origin="lower", cmap="gray_r", vmin=low,
                  vmax=max(high, low + 1e-6), extent=extent,
                  interpolation="nearest")  # fmt: skip
        ax.set_xlim(*RANGE_PPM)
        ax.set_title(title, fontsize=9, loc="left")
        ax.set_xlabel("chemical shift / ppm")
        for at_s, _ in drawn.times.marks:
            at = (at_s - drawn.times.zero_s) / 60
            ax.axhline(at, color=ACCENT, lw=0.9, ls="--")
    axes[0].set_ylabel(_minutes(drawn))


def traces(drawn: Drawn, axes: list[Axes]) -> None:
    """Shift, phase, width, SNR and weight of every transient, with the limits."""
    c, limits = drawn.columns, drawn.settings
    at = drawn.times.minutes(c["time_s"])
    rows = (
        ("shift_hz", "shift / Hz", None),
        ("phase_deg", "phase / deg", None),
        ("fwhm_hz", "FWHM / Hz", limits.fwhm_limit_hz),
        ("snr", "SNR", limits.snr_limit),
        ("weight", "weight", None),
    )
    for ax, (name, label, limit) in zip(axes, rows, strict=True):
        _periods(drawn, ax, words=ax is axes[0])
        ax.plot(at, c[name], ".", ms=2.2, color=INK, mew=0)
        ax.set_ylabel(label)
        if limit is not None and np.isfinite(limit):
            ax.axhline(limit, color=ACCENT, lw=1.0, ls="--")
            ax.annotate("limit", (1, limit), xycoords=("axes fraction", "data"),
                        ha="left", va="center", fontsize=8, color=ACCENT)  # fmt: skip
    axes[2].set_ylim(0, None)
    axes[3].set_ylim(0, None)
    axes[4].set_ylim(-0.05, 1.08)


def _periods(drawn: Drawn, ax: Axes, words: bool = True) -> None:
    """Reference period and infusion, told apart by hatching and words."""
    times = drawn.times
    ax.set_xlabel(_minutes(drawn))
    for period, hatch, word in (
        (times.reference_s, "", "reference"),
        (times.infusion_s, "////", "infusion"),
    ):
        if period is None:
            continue
        low, high = ((s - times.zero_s) / 60 for s in period)
        ax.axvspan(low, high, fc="#f0f2f4" if not hatch else "none", ec="#e2e6ea",
                   hatch=hatch, lw=0, zorder=0)  # fmt: skip
        if words:
            ax.text(low, 1.0, f" {word}", transform=ax.get_xaxis_transform(),
                    va="top", fontsize=8, color=GREY)  # fmt: skip
    for at_s, kind in times.marks:
        if kind in ("re-shim", "re-centre"):
            at = (at_s - times.zero_s) / 60
            ax.axvline(at, color=INK, lw=0.8, ls=":")
            if words:
                ax.text(at, 0.02, f" {kind}", fontsize=8,
                        transform=ax.get_xaxis_transform())  # fmt: skip


def _minutes(drawn: Drawn) -> str:
    of = "infusion start" if drawn.times.infusion_s else "the first transient"
    return f"minutes from {of}"


def _height(curves: Curves) -> float:
    """Height of the tallest line above the baseline."""
    keep = (curves.ppm >= 1.9) & (curves.ppm <= 3.4)
    above = (curves.model - curves.baseline)[keep]
    top = float(np.max(above[np.isfinite(above)], initial=0.0))
    return top if top > 0 else 1.0


def _say(ax: Axes, words: str) -> None:
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center")
    ax.set_yticks([])


SHAPES: dict[str, tuple[Draw, str, tuple[float, float], tuple[int, int]]] = {
    "trend": (trend, "Course of the outcome", (9.0, 3.3), (1, 1)),
    "spectra": (spectra, "Mean spectra and fit", (9.0, 3.6), (1, 2)),
    "waterfalls": (waterfalls, "Waterfall", (9.0, 3.2), (1, 2)),
    "traces": (traces, "Alignment and quality", (9.0, 5.6), (5, 1)),
}
"""By name: how it is drawn, its title, size in inches, rows and columns of axes."""


def names_for(drawn: Drawn, hidden: bool) -> tuple[str, ...]:
    """Figures of a report; the course is left out where the outcome is hidden."""
    return tuple(name for name in SHAPES if not (hidden and name == "trend"))


def figure_of(name: str, drawn: Drawn) -> Figure:
    """One figure of its own size."""
    draw, _, size, (rows, columns) = SHAPES[name]
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    into(figure, name, drawn, rows, columns, draw)
    return figure


def into(
    figure: Figure, name: str, drawn: Drawn, rows: int, columns: int, draw: Draw
) -> None:
    """Lay out axes and draw; margins are fixed, which is quicker than solving them."""
    width, height = figure.get_size_inches()
    margins = {
        "left": (0.75 if name != "spectra" else 0.15) / width,
        "right": 1 - (0.45 if name == "traces" else 0.15) / width,
        "bottom": 0.5 / height,
        "top": 1 - 0.35 / height,
    }
    grid = figure.subplots(
        rows, columns, squeeze=False, sharex=name == "traces",
        gridspec_kw={**margins, "wspace": 0.08, "hspace": 0.18},
    )  # fmt: skip
    axes = list(grid.ravel())
    draw(drawn, axes)
    for ax in axes[:-1] if name == "traces" else []:
        ax.set_xlabel("")


def svg_of(name: str, drawn: Drawn) -> str:
    """A figure as an inline SVG element."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = figure_of(name, drawn)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return inline(text.getvalue(), SHAPES[name][1])


def inline(svg: str, title: str) -> str:
    """An SVG document as an element that scales with the page and has a name."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.S)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
    return body.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
