"""The second opinion without a fit, drawn: t against ppm and its threshold."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from monitor.analysis.glm.spectral_map import clearest, sentence
from monitor.judge.figure_data import Drawn
from monitor.report.drawing import ACCENT, GREY, INK, LIGHT, RANGE_PPM
from monitor.screen.parts.opinion import LINES_PPM
from monitor.screen.parts.opinion import drawn as drawn_map

LETTERS = 105
"""Of the figure's title in a line."""


def opinion(drawn: Drawn, axes: list[Axes]) -> None:
    """T of the course that stands out most."""
    chosen = clearest(drawn.spectral_maps)
    if chosen is None:
        return
    ax, view = axes[0], drawn_map(chosen)
    for low, high in LINES_PPM:
        ax.axvspan(low, high, color=LIGHT, alpha=0.5, lw=0)
    ax.axhline(0.0, color=GREY, lw=0.6)
    for at in (-view.threshold, view.threshold):
        ax.axhline(at, color=ACCENT, lw=1.0, ls="--")
    ax.plot(view.ppm, view.t, color=INK, lw=0.9)
    ax.set_ylim(-view.reach, view.reach)
    ax.set_xlim(*RANGE_PPM)
    said = "\n".join(textwrap.wrap(view.said, LETTERS))
    ax.set_title(f"{view.title}\n{said}", fontsize=9, loc="left")
    ax.set_xlabel("chemical shift / ppm")
    ax.set_ylabel("t")


def opinion_in_words(drawn: Drawn) -> str:
    """What each course's map says."""
    return " ".join(f"{m.course}: {sentence(m)}" for m in drawn.spectral_maps)
