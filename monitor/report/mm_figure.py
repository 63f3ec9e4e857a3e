"""Measured macromolecules drawn: what was kept, what was taken, and a usual brain's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from monitor.analysis.fit.mm_measured import MeasuredMM
from monitor.report.basis_figure import save_figure


def draw(found: MeasuredMM, title: str, path: Path) -> None:
    """Draw into a PNG, SVG or PDF file, by the path's suffix.

    Raises
    ------
    InputError : another suffix, or the file cannot be written
    """
    save_figure(lambda: figure_of(found, title), path)


def figure_of(found: MeasuredMM, title: str) -> Figure:
    """Data, entry, residues and the mean of human brains, the highest kept point 1."""
    figure = Figure(figsize=(7.0, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(found.axis_ppm, found.data, lw=0.6, color="#999999", label="measured")
    axes.plot(found.axis_ppm, found.kept, lw=1.2, color="#b35806", label="kept")
    axes.plot(
        found.axis_ppm,
        found.usual,
        lw=0.9,
        ls="--",
        color="#1f3b5c",
        label="mean of human brains",
    )
    axes.plot(
        found.axis_ppm,
        found.taken - 0.3,
        lw=0.9,
        color="#5e3c99",
        label="left of metabolites",
    )
    axes.set_xlim(float(np.max(found.axis_ppm)), float(np.min(found.axis_ppm)))
    axes.set_xlabel("chemical shift / ppm")
    axes.set_yticks([])
    axes.set_title(title, fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    return figure
