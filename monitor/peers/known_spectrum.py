"""A first fit of a known spectrum: wrong conventions are caught before any is shown.

The spectrum is made of the session's basis set at our mean levels, with a line of the
session's width and little noise.  A peer that takes it for its complex conjugate, the
wrong width of the spectrum or another field gives other ratios.  It is fitted in two
sizes, since a program that scales each FID by a number of its own would show no change.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from monitor.analysis.fit.lineshape import decay, gauss_rate
from monitor.analysis.signal.spectrum import Complex, time_axis_s
from monitor.peers.levels import Levels, level_of
from monitor.peers.peer import PeerError, Task
from monitor.peers.saved import SavedSession

SIZES = (1.0, 1.5)
RATIOS = ("tNAA/tCr", "Glx/tCr", "Glx/tNAA")
RATIO_TOLERANCE = 0.25
"""Programs differ by up to 10 % in these; a wrong convention by far more."""
SIZE_TOLERANCE = 0.1
LORENTZ_HZ = 2.0
"""Beside the width of the lines, which is taken as that of a Gaussian."""
NOISE = 0.003
"""SD of each part of a sample, as a part of the first sample's magnitude."""


def known_levels(saved: SavedSession) -> Levels:
    """Our mean levels, none of them negative."""
    every = [window.levels for window in saved.windows]
    return {
        name: max(0.0, float(np.mean([levels[name] for levels in every])))
        for name in saved.basis.names
    }


def known_task(saved: SavedSession, size: float) -> Task:
    """The known spectrum in one size."""
    acquisition, levels = saved.acquisition, known_levels(saved)
    t = time_axis_s(acquisition.points, acquisition.dwell_time_s)
    width_hz = float(np.median([window.fwhm_hz for window in saved.windows]))
    mixed: Complex = np.array(list(levels.values())) @ saved.basis.fids[:, : t.size]
    fid = mixed * decay(t, 0.0, LORENTZ_HZ, gauss_rate(width_hz))
    noise = np.random.default_rng(round(10 * size)).normal(size=(2, t.size))
    fid = fid + NOISE * abs(fid[0]) * (noise[0] + 1j * noise[1])
    return saved.task(size * fid)


def check_known(saved: SavedSession, fit: Callable[[Task], Levels]) -> None:
    """Have a peer fit the known spectra.

    Raises
    ------
    PeerError : it failed, or found something else
    """
    found = [fit(known_task(saved, size)) for size in SIZES]
    truth = known_levels(saved)
    for name in RATIOS:
        wanted, got = level_of(name, truth), level_of(name, found[0])
        if np.isfinite(wanted) and not _agree(got, wanted, RATIO_TOLERANCE):
            raise PeerError(
                f"found {name} {got:.2f} in a known spectrum that has {wanted:.2f}, so "
                "it does not read our files as they are meant"
            )
    small, large = (_sum_of(levels) for levels in found)
    wanted = SIZES[1] / SIZES[0]
    if not _agree(large / small if small > 0 else np.nan, wanted, SIZE_TOLERANCE):
        raise PeerError(
            f"does not find {wanted:g} times the levels in {wanted:g} times a known "
            "spectrum, so its levels cannot be compared over time"
        )


def _agree(got: float, wanted: float, tolerance: float) -> bool:
    return bool(abs(got - wanted) <= tolerance * wanted)


def _sum_of(levels: Levels) -> float:
    """tCr, or where there is none, all that was found."""
    creatine = level_of("tCr", levels)
    return creatine if np.isfinite(creatine) else sum(levels.values())
