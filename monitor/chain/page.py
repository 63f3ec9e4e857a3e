"""The page as a viewer of images shows it: small, square, grey, and legible.

The window's page has 1920 x 1080 points; at 512 x 512, which is what a console's viewer
shows, its trend is a strip of a few points.  So the same `Screen` is drawn here in its
own arrangement, by matplotlib, which needs neither Qt nor libraries of the system; what
a blinded protocol hides is not in a `Screen`.  Nothing is told by colour.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from monitor.screen.graphs import SpectrumView, Strip, Trend
from monitor.screen.screen import Level, Screen

WHITE, GREY, DARK = 4095, "0.6", "0.3"
"""Greatest value of a pixel: 12 bits, which every viewer has."""
Pixels = NDArray[np.uint16]
LETTERS = 15.0
"""Height of letters in a page of 512 points; they shrink less than the page does."""


def draw_page(screen: Screen, size: int) -> Pixels:
    """Trend, spectrum and quality in a square of so many points."""
    figure, letters = _empty(size)
    small = size < 400
    line = 1.35 * letters / size
    top = 1.0 - 0.4 * line
    top = _headline(figure, screen, letters, top, line)
    bottom = 0.3 * line + _footer(figure, screen, letters, line)
    ticks = 1.1 * line
    middle = bottom if small else bottom + 0.45 * (top - bottom)
    edge = 4.2 * 0.62 * letters / size
    trend = figure.add_axes((edge, middle + ticks, 0.97 - edge, top - middle - ticks))
    _trend(trend, screen.trend, letters)
    if not small:
        box = (0.02, bottom + ticks, 0.95, middle - bottom - 1.6 * ticks)
        _spectrum(figure.add_axes(box), screen.spectrum, letters)
    return _pixels(figure)


def draw_words(lines: Sequence[str], size: int) -> Pixels:
    """A page of sentences, where there is nothing else to show."""
    figure, letters = _empty(size)
    wide = int(0.94 * size / (0.6 * letters))
    wrapped = [part for line in lines for part in [*textwrap.wrap(line, wide), ""]]
    figure.text(
        0.03,
        0.96,
        "\n".join(wrapped),
        fontsize=letters,
        va="top",
        color="1.0",
        linespacing=1.3,
        parse_math=False,
    )
    return _pixels(figure)


def with_banner(page: Pixels, lines: Sequence[str]) -> Pixels:
    """An earlier page, and over its foot why it is shown again."""
    size = page.shape[0]
    words = draw_words(lines, size)
    used = np.flatnonzero(words.any(axis=1))
    height = 1 if not len(used) else min(int(used[-1]) + size // 40, size)
    shown = page.copy()
    shown[size - height :] = words[:height]
    shown[size - height] = WHITE
    return shown


def _empty(size: int) -> tuple[Figure, float]:
    """A black figure of so many points, and the height of its letters in points."""
    figure = Figure(figsize=(size / 72, size / 72), dpi=72, facecolor="0.0")
    return figure, LETTERS * max(size / 512, 0.72)


def _pixels(figure: Figure) -> Pixels:
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    grey = np.asarray(canvas.buffer_rgba())[..., :3].mean(axis=-1) / 255
    pixels: Pixels = np.rint(WHITE * grey).astype(np.uint16)
    return pixels


def _headline(
    figure: Figure, screen: Screen, letters: float, top: float, line: float
) -> float:
    """State, then the one number; where it ends."""
    status, head = screen.status, screen.headline
    words = f"{status.stream} · {status.phase}"
    _words(
        figure, 0.02, top, words, letters, "1.0" if status.stream_attention else GREY
    )
    top -= line
    _words(figure, 0.02, top, head.title, letters, "1.0")
    top -= line
    _words(figure, 0.02, top, head.number, 2.1 * letters, "1.0", "bold")
    beside = 0.04 + 2.1 * 0.66 * letters * len(head.number) / figure.bbox.width
    _words(figure, beside, top - 0.75 * line, head.interval, letters, "1.0")
    top -= 2.1 * line
    for words, height, shade in (
        (head.verdict, letters, "1.0"),
        (" · ".join(head.lines), 0.85 * letters, GREY),
    ):
        said = textwrap.shorten(words, _letters(figure, height), placeholder="…")
        _words(figure, 0.02, top, said, height, shade)
        top -= line
    return top - 0.2 * line


def _letters(figure: Figure, letters: float) -> int:
    """How many letters are in a line."""
    return int(0.96 * figure.bbox.width / (0.52 * letters))


def _words(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    size: float,
    color: str,
    weight: str = "normal",
) -> None:
    figure.text(
        x,
        y,
        text,
        fontsize=size,
        color=color,
        weight=weight,
        va="top",
        parse_math=False,
    )


def _footer(figure: Figure, screen: Screen, letters: float, line: float) -> float:
    """Quality now, and what wants attention; how high it is."""
    lines = [" · ".join(_figure_of(strip) for strip in screen.strips[:3])]
    urgent = [m for m in screen.messages if m.level is Level.ATTENTION]
    if urgent:
        said = f"{urgent[0].condition}: {urgent[0].action}"
        lines.append(textwrap.shorten(said, _letters(figure, letters), placeholder="…"))
    for i, text in enumerate(reversed(lines)):
        _words(figure, 0.02, (i + 1) * line, text, 0.9 * letters, "1.0")
    return len(lines) * line


def _figure_of(strip: Strip) -> str:
    """A quality figure in words; what is past its limit is marked."""
    mark = "!" if strip.past_limit else ""
    return f"{strip.name} {strip.now} {strip.unit}{mark}".strip()


def _dress(axes: Axes, letters: float) -> None:
    axes.set_facecolor("0.0")
    axes.tick_params(colors="1.0", labelsize=0.85 * letters, length=3, pad=1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for spine in axes.spines.values():
        spine.set_color(GREY)


def _trend(axes: Axes, trend: Trend, letters: float) -> None:
    _dress(axes, letters)
    axis = trend.axis
    end = max(axis.end_min, axis.start_min + 1.0)
    axes.set_xlim(axis.start_min, end)
    axes.set_ylim(trend.low, trend.high)
    axes.set_yticks([trend.low / 2, 0, trend.high / 2])
    axes.axhline(0, color=DARK, lw=1)
    for span in (axis.reference, axis.infusion):
        if span is not None:
            axes.axvspan(*span, color="0.14")
    for mark in axis.marks:
        axes.axvline(mark.time_min, color=GREY, lw=1, ls="--")
    if trend.band is not None:
        band = trend.band
        axes.fill_between(band.time_min, band.low, band.high, color="0.32", lw=0)
        axes.plot(band.time_min, band.value, color="1.0", lw=2)
    axes.plot(trend.line_min, trend.line, color=GREY, lw=1)
    axes.errorbar(
        trend.points_min,
        trend.points,
        trend.half,
        color=GREY,
        fmt="o",
        ms=0.2 * letters,
        elinewidth=0.8,
    )
    if trend.note:
        axes.text(
            0.5,
            0.8,
            "\n".join(textwrap.wrap(trend.note, 38)),
            color="1.0",
            ha="center",
            va="top",
            fontsize=0.85 * letters,
            transform=axes.transAxes,
            parse_math=False,
        )
    axes.text(
        1.0,
        0.0,
        " min",
        color="1.0",
        fontsize=0.85 * letters,
        ha="right",
        va="bottom",
        transform=axes.transAxes,
    )
    axes.text(
        0.0,
        1.0,
        " %",
        color="1.0",
        fontsize=0.85 * letters,
        va="top",
        transform=axes.transAxes,
    )


def _spectrum(axes: Axes, view: SpectrumView | None, letters: float) -> None:
    _dress(axes, letters)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if view is None or not len(view.ppm):
        axes.set_xticks([])
        axes.text(
            0.5,
            0.5,
            "no spectrum yet",
            color=GREY,
            ha="center",
            fontsize=letters,
            transform=axes.transAxes,
        )
        return
    shown = np.append(view.connect[: len(view.ppm) - 1], True)
    measured = np.where(shown, view.measured, math.nan)
    axes.plot(view.ppm, measured, color=GREY, lw=1)
    axes.plot(view.ppm, np.where(shown, view.model, math.nan), color="1.0", lw=1)
    axes.plot(view.ppm, np.where(shown, view.residual, math.nan), color=GREY, lw=0.8)
    axes.set_xlim(float(view.ppm[-1]), float(view.ppm[0]))
    low = float(min(np.nanmin(view.baseline), np.nanmin(measured))) - 0.05
    axes.set_ylim(low, view.high)
    axes.text(
        1.0,
        0.98,
        "ppm",
        color="1.0",
        fontsize=0.85 * letters,
        ha="right",
        va="top",
        transform=axes.transAxes,
    )
