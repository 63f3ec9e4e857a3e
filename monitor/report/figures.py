"""The figures of a session's report, drawn into axes that the page or the paper gives.

See `drawing` for what all of them keep to.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from monitor.analysis.fit.curves import Curves
from monitor.analysis.preparation.quality import COUNTING_WEIGHT
from monitor.analysis.signal.spectrum import Real
from monitor.judge.figure_data import Drawn
from monitor.report.alt_text import alternative
from monitor.report.course_figures import has_models, minutes, models, periods, trend
from monitor.report.drawing import ACCENT, GREY, INK, RANGE_PPM, STYLE, inline
from monitor.report.opinion_figure import opinion

WIDTH_INCHES = 9.0
LEAST_MIN = 1 / 30
LEAST_RANGE = {"shift_hz": 2.0, "phase_deg": 10.0}
NO_LENGTH = 1e-4
"""Of the axis: what has none at all is not drawn everywhere."""
LEGEND_ABOVE = ("trend", "models")
Draw = Callable[[Drawn, list[Axes]], None]


def spectra(drawn: Drawn, axes: list[Axes]) -> None:
    """Means before and during, each with fit, baseline and residual."""
    height = (drawn.before.tallest_line if drawn.before else 0.0) or 1.0
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
    ax.plot(ppm, curves.model[keep] / height, color="#4a90c4", lw=2.2, label="fit")
    ax.plot(
        ppm,
        curves.baseline[keep] / height,
        color=GREY,
        lw=1.0,
        ls="--",
        label="baseline",
    )
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
        ax.imshow(
            image,
            aspect="auto",
            origin="lower",
            cmap="gray_r",
            vmin=low,
            vmax=max(high, low + 1e-6),
            extent=extent,
            interpolation="nearest",
        )
        ax.set_xlim(*RANGE_PPM)
        ax.set_title(title, fontsize=9, loc="left")
        ax.set_xlabel("chemical shift / ppm")
        for at_s, _ in drawn.times.marks:
            at = (at_s - drawn.times.zero_s) / 60
            ax.axhline(at, color=ACCENT, lw=0.9, ls="--")
    axes[0].set_ylabel(minutes(drawn))
    axes[1].tick_params(labelleft=False)


def traces(drawn: Drawn, axes: list[Axes]) -> None:
    """Shift, phase, width, SNR and weight of every transient, with the limits."""
    limits = drawn.settings
    rows = (
        ("shift_hz", "shift / Hz", None),
        ("phase_deg", "phase / deg", None),
        ("fwhm_hz", "FWHM / Hz", limits.fwhm_limit_hz),
        ("snr", "SNR", limits.snr_limit),
        ("weight", "weight", None),
    )
    for ax, (name, label, limit) in zip(axes, rows, strict=True):
        periods(drawn, ax, words=ax is axes[0])
        ax.set_ylabel(label)
        ax.ticklabel_format(axis="y", useOffset=False)
        ax.set_ylim(*_axis_limits(drawn, name, limit))
        _trace(drawn, ax, name)
        if limit is not None and np.isfinite(limit):
            ax.axhline(limit, color=ACCENT, lw=1.0, ls="--")
            ax.annotate(
                "limit",
                (1, limit),
                xycoords=("axes fraction", "data"),
                ha="left",
                va="center",
                fontsize=8,
                color=ACCENT,
            )
    axes[2].plot(*drawn.widths.T, "o", ms=3.5, mfc="white", mec=INK, mew=0.8)


def _trace(drawn: Drawn, ax: Axes, name: str) -> None:
    """One measure of every transient; what is outside the axis stands at its edge."""
    c, (bottom, top) = drawn.columns, ax.get_ylim()
    at, y = drawn.times.minutes(c["time_s"]), c[name]
    low = c["weight"] < COUNTING_WEIGHT
    size = float(np.clip(90 / np.sqrt(len(at)), 2.5, 6.0))
    inside = (y >= bottom) & (y <= top)
    _dots(ax, at[~low & inside], y[~low & inside], 0.5 * size)
    ax.plot(at[low & inside], y[low & inside], "x", ms=4, color=INK, mew=0.8)
    for off, edge, marker in ((y < bottom, 0, "v"), (y > top, 1, "^")):
        ax.plot(
            at[off],
            np.full(off.sum(), edge),
            marker,
            ms=4,
            color=INK,
            mew=0,
            transform=ax.get_xaxis_transform(),
            clip_on=False,
        )


def _dots(ax: Axes, x: Real, y: Real, points: float) -> None:
    """Dots of a diameter in points, as one path: round ends of lines of no length.

    As markers each would be an element of the page, and take ten times as long.
    """
    places = np.column_stack([x, y])
    ends = np.repeat(places, 2, axis=0)
    ends[1::2, 0] += NO_LENGTH * max(np.ptp(x), LEAST_MIN) if x.size else 0.0
    codes = np.tile([Path.MOVETO, Path.LINETO], len(places)).astype(Path.code_type)
    path = Path(ends, codes)
    path.should_simplify = False
    look = {"ec": INK, "fill": False, "lw": points, "capstyle": "round", "snap": False}
    ax.add_artist(PathPatch(path, **look))
    ax.update_datalim(places)
    ax.autoscale_view()


def _axis_limits(drawn: Drawn, name: str, limit: float | None) -> tuple[float, float]:
    """Ends of an axis: the transients that count, the limit, and no blown-up nothing.

    Transients of low weight would hide what the others do.
    """
    if name == "weight":
        return -0.05, 1.08
    y, low = drawn.columns[name], drawn.columns["weight"] < COUNTING_WEIGHT
    counts = y[np.isfinite(y) & (low.all() | ~low)].tolist()
    counts += drawn.widths[:, 1].tolist() if name == "fwhm_hz" else []
    counts += [] if limit is None or not np.isfinite(limit) else [limit, 0.0]
    if not counts:
        return 0.0, 1.0
    bottom, top = min(counts), max(counts)
    more = max(0.06 * (top - bottom), 0.5 * (LEAST_RANGE.get(name, 0) - top + bottom))
    return bottom - (more if limit is None else 0.0), top + max(more, 1e-3)


@dataclass(frozen=True, slots=True)
class Shape:
    """What draws a figure into its axes, their rows and columns, title and height."""

    draw: Draw
    title: str
    height_inches: float
    rows: int = 1
    columns: int = 1


SHAPES = {
    "trend": Shape(trend, "Course of the outcome", 3.3),
    "models": Shape(models, "Response models", 3.3),
    "spectra": Shape(spectra, "Mean spectra and fit", 3.6, columns=2),
    "opinion": Shape(opinion, "A second opinion without a fit", 2.8),
    "waterfalls": Shape(waterfalls, "Waterfall", 3.2, columns=2),
    "traces": Shape(traces, "Alignment and quality", 5.6, rows=5),
}


def figure_names(drawn: Drawn, hidden: bool) -> tuple[str, ...]:
    """Figures of a report; none of the course where it is hidden or there is none."""
    absent = {"trend", "models"} if hidden or drawn.course is None else set()
    if not has_models(drawn):
        absent.add("models")
    if hidden or not drawn.spectral_maps:
        absent.add("opinion")
    return tuple(name for name in SHAPES if name not in absent)


def figure_of(name: str, drawn: Drawn) -> Figure:
    """One figure of its own size."""
    width, height = WIDTH_INCHES, SHAPES[name].height_inches
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    draw_into(
        figure,
        name,
        drawn,
        left=(0.75 if name != "spectra" else 0.15) / width,
        right=1 - (0.45 if name == "traces" else 0.15) / width,
        bottom=0.5 / height,
        top=1 - (0.52 if name in LEGEND_ABOVE else 0.35) / height,
        hspace=0.18,
    )
    return figure


def draw_into(figure: Figure, name: str, drawn: Drawn, **layout: float) -> None:
    """Lay out axes and draw; `layout` is fixed, which is quicker than solving it."""
    shape, one_axis = SHAPES[name], name == "traces"
    grid = figure.add_gridspec(shape.rows, shape.columns, wspace=0.08, **layout)
    axes = list(grid.subplots(squeeze=False, sharex=one_axis).ravel())
    shape.draw(drawn, axes)
    for ax in axes[:-1] if one_axis else []:
        ax.set_xlabel("")


def svg_of(name: str, drawn: Drawn) -> str:
    """A figure as an inline SVG element."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = figure_of(name, drawn)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    title = f"{SHAPES[name].title}. {alternative(name, drawn)}"
    return inline(text.getvalue(), title)
