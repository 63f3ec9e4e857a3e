"""A golden session: a recording of the site's best, laid under the one that runs.

Its strips and course are placed by the start of the infusion where both have one, else
by their beginnings; its spectrum is the reference period's, divided by its own tallest
line, as that of the running session is by its.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.screen.display import Display
from monitor.screen.graphs import Points, TimeAxis
from monitor.screen.parts.spectrum import height_of
from monitor.screen.session_spectra import spectrum_of


@dataclass(frozen=True, slots=True)
class Golden:
    """What is drawn of it, in minutes on its own axis.

    Attributes
    ----------
    name : its file's
    axis : of its own
    strips : by the key of a measure
    course : of the tracker, percent; None under a lock or without one
    spectrum : against ppm; None under a lock or without one
    """

    name: str
    axis: TimeAxis
    strips: dict[str, Points]
    course: Points | None
    spectrum: Points | None


def golden_of(display: Display, name: str, now_s: float) -> Golden:
    """A session that was worked through, as it is laid under another one."""
    screen = display.screen(now_s)
    band = screen.trend.band
    return Golden(
        name,
        screen.trend.axis,
        {s.key: Points(s.time_min, s.value) for s in screen.strips},
        None if band is None else Points(band.time_min, band.value),
        _spectrum(display),
    )


def _spectrum(display: Display) -> Points | None:
    state = display.state
    mean = state.mean_curves or state.curves
    if mean is None or state.hidden:
        return None
    view = spectrum_of(state, mean, None, None)
    if view is None:
        return None
    scale = (state.height or 1.0) / height_of(mean)
    return Points(view.ppm, view.model * scale)


def placed(points: Points, golden: Golden, axis: TimeAxis) -> Points:
    """Points on the axis of the running session."""
    both = golden.axis.infusion is not None and axis.infusion is not None
    shift = 0.0 if both else axis.start_min - golden.axis.start_min
    return Points(points.time_min + shift, points.value)
