"""A basis set drawn: one row an entry, real spectra as they look in vivo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.names import is_lipid, is_macromolecule
from monitor.analysis.signal.spectrum import ppm_axis, spectrum_of, time_axis_s
from monitor.report.drawing import families
from streams.errors import InputError
from streams.export.atomic import replacing

Real = NDArray[np.float64]

FWHM_HZ = 4.0
"""Line width that the undamped FIDs are drawn with, Hz."""
PPM_RANGE = (0.5, 4.4)
FINENESS_HZ = 0.5
SUFFIXES = (".png", ".svg", ".pdf")


def draw(basis: BasisSet, path: Path) -> None:
    """Draw the set into a PNG, SVG or PDF file, by the path's suffix.

    Raises
    ------
    InputError : another suffix, or the file cannot be written
    """
    save_figure(lambda: figure_of(basis), path)


def save_figure(make: Callable[[], Figure], path: Path) -> None:
    """Make a figure in the program's typeface and save it, by the path's suffix.

    Raises
    ------
    InputError : another suffix than PNG, SVG or PDF, or the file cannot be written
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: give a name that ends in {', '.join(SUFFIXES)}.")
    with replacing(path) as file, mpl.rc_context({"font.family": families()}):
        make().savefig(file, dpi=150, format=path.suffix[1:].lower())


def figure_of(basis: BasisSet) -> Figure:
    """Figure of all entries; macromolecules and lipids in another colour."""
    figure = Figure(figsize=(7.0, 1.2 + 0.42 * len(basis.names)), layout="constrained")
    axes = figure.subplots()
    ppm, heights = shown_spectra(basis)
    offsets = -np.arange(len(basis.names))
    for name, height, offset in zip(basis.names, heights, offsets, strict=True):
        broad = is_macromolecule(name) or is_lipid(name)
        scale = 0.8 / max(float(np.abs(height).max()), 1e-300)
        axes.plot(
            ppm,
            offset + scale * height,
            lw=0.8,
            color="#b35806" if broad else "#1f3b5c",
        )
    _label(axes, basis, offsets)
    return figure


def _label(axes: Axes, basis: BasisSet, offsets: NDArray[np.int_]) -> None:
    axes.set_xlim(*PPM_RANGE[::-1])
    axes.set_xlabel("chemical shift / ppm")
    axes.set_ylim(offsets[-1] - 0.9, 1.0)
    axes.set_yticks(list(offsets), basis.names)
    axes.set_title(_title(basis), fontsize=9)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)


def shown_spectra(basis: BasisSet) -> tuple[Real, Real]:
    """Chemical shift (K,) in ppm and real spectra (M, K), broadened by 4 Hz."""
    dt, f0 = basis.dwell_time_s, basis.spectrometer_frequency_mhz
    decay = np.exp(-np.pi * FWHM_HZ * time_axis_s(basis.points, dt))
    points = max(basis.points, int(1 / (FINENESS_HZ * dt)))
    filled = np.zeros((len(basis.names), points), complex)
    filled[:, : basis.points] = basis.fids * decay
    filled[:, 0] *= 0.5  # the first point counts half, else the spectrum is lifted
    ppm = ppm_axis(points, dt, f0)
    inside = (ppm >= PPM_RANGE[0]) & (ppm <= PPM_RANGE[1])
    return ppm[inside], spectrum_of(filled)[:, inside].real


def _title(basis: BasisSet) -> str:
    te = "" if basis.echo_time_s is None else f" TE {1e3 * basis.echo_time_s:g} ms,"
    return (
        f"{basis.source}: {basis.sequence}{te} "
        f"{basis.spectrometer_frequency_mhz:.2f} MHz, {len(basis.names)} entries\n"
        f"drawn with {FWHM_HZ:g} Hz lines, each to its own height"
    )
