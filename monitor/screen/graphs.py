"""What is plotted, as frozen values: the axis of time, curves, strips, spectra.

Times on axes are minutes; `half` is half of a 95 % interval (`Z95` SD).  Every array is
float64 and (n,) unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled vertical on the time axis."""

    time_min: float
    text: str


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The axis that trend, strips and waterfall share, with what happened on it.

    `zero_s` is the scanner time of minute 0; `left_out` are the spans of epochs that
    the operator leaves out, `breaks` the first transients of all epochs but the first.
    """

    zero_s: float
    start_min: float
    end_min: float
    label: str
    reference: tuple[float, float] | None
    infusion: tuple[float, float] | None
    marks: tuple[Mark, ...]
    breaks: tuple[float, ...]
    left_out: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """The tracker: estimate and 95 % band, (n,) each; `connect` as in `Trend`."""

    time_min: Line
    value: Line
    low: Line
    high: Line
    connect: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A published plasma curve, (n,) each, 1 at the end of the infusion."""

    time_min: Line
    relative: Line
    name: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Change of the outcome against time.

    Attributes
    ----------
    axis : the time axis
    title : what is plotted, with its unit
    low, high : ends of the axis, percent
    points_min, points, half : independent windows with half their 95 % interval
    pooled : independent windows in a point, where there are many
    line_min, line : the sliding estimate, of an outcome that is not tracked
    line_connect : (n,) bool, whether a point is joined to the next (not over an epoch
        or a time in which nothing was measured)
    above_min, below_min : where a point lies off the scale
    reference_half : 95 % half width of the reference mean; nan without a reference
    now : start and end of the newest window; None before the first
    band : the tracker; None where there is none
    provisional : what is drawn is against its own mean so far
    note : what is said in the plot's middle when there is nothing to draw
    plasma : level of the drug as published, where it is asked for
    """

    axis: TimeAxis
    title: str
    low: float
    high: float
    points_min: Line
    points: Line
    half: Line
    pooled: int
    line_min: Line
    line: Line
    line_connect: NDArray[np.bool_]
    above_min: Line
    below_min: Line
    reference_half: float
    now: tuple[float, float] | None
    band: Band | None
    note: str
    provisional: bool = False
    plasma: Overlay | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """Points on the time axis, (n,) each."""

    time_min: Line
    value: Line


NO_POINTS = Points(np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True)
class Strip:
    """One quality figure on the time axis; `limits` are drawn as lines.

    `key` is that of its `Measure`; `water` is the same of the water references, drawn
    as points of their own.
    """

    key: str
    name: str
    unit: str
    time_min: Line
    value: Line
    connect: NDArray[np.bool_]
    low: float
    high: float
    limits: tuple[float, ...]
    now: str
    past_limit: bool
    water: Points = NO_POINTS


@dataclass(frozen=True, slots=True)
class Component:
    """A metabolite (or sum) below the spectrum: `curve` drawn from `offset` upwards."""

    name: str
    offset: float
    curve: Line
    accent: bool


@dataclass(frozen=True, slots=True)
class Peak:
    """The name of a line and where it stands."""

    ppm: float
    height: float
    name: str


@dataclass(frozen=True, slots=True)
class SpectrumView:
    """Spectrum, fit and parts, in units of the reference spectrum's tallest line.

    `residual` is already lifted to its zero line at `residual_zero`, and so are
    `difference` and `difference_fit` (data and fit less those of the reference period,
    enlarged; empty where there is none) to `difference_zero`.  `labels` are names and
    the heights at which they stand at the right edge, `peaks` those above lines.
    `caption` says of what it is and how wide its lines are.  `connect`: whether a point
    is joined to the next (not over ranges that a blinded protocol hides).
    """

    ppm: Line
    measured: Line
    model: Line
    baseline: Line
    residual: Line
    residual_zero: float
    components: tuple[Component, ...]
    labels: tuple[tuple[float, str], ...]
    peaks: tuple[Peak, ...]
    difference: Line
    difference_fit: Line
    difference_zero: float
    low: float
    high: float
    caption: str
    connect: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Transients as an image: (times, ppm) float32, ppm ascending, nan where none."""

    image: Image
    start_min: float
    end_min: float
    ppm_low: float
    ppm_high: float
    level_low: float
    level_high: float
