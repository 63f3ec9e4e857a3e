"""What one message caused: all that a screen, a table or a report is made from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.quality import Quality
from monitor.analysis.response import Estimate
from monitor.settings import Settings
from streams.transient import Acquisition, Event

Curve = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Curves:
    """Phased real spectra of one window and its fit, over the fitted ppm range.

    All are (points,) float32 in the units of the spectrum, `components` holds one
    curve for each basis name; `ppm` ascends.  `data - baseline - sum(components)` is
    `residual`; `model` is `baseline + sum(components)`.
    """

    ppm: Curve
    data: Curve
    model: Curve
    baseline: Curve
    residual: Curve
    components: dict[str, Curve]


@dataclass(frozen=True, slots=True)
class TrackerPoint:
    """State-space estimate of the changes after one transient, in percent.

    `filtered` and `filtered_sd` by outcome name: what could be said then, never
    rewritten.
    """

    index: int
    time_s: float
    filtered: dict[str, float]
    filtered_sd: dict[str, float]


@dataclass(frozen=True, slots=True)
class Update:
    """What one message caused.

    Attributes
    ----------
    seq, epoch : of the message
    acquisition, source : of a start message
    event : of an event message
    ended : reason, of an end message
    quality : of a metabolite transient
    strip : (points,) float32 phased, aligned real spectrum of the transient between 4.2
        and 0.2 ppm for the waterfall, ppm ascending, scaled so that the template's NAA
        is 1; `strip_raw` the same before alignment
    estimate : the newest sliding window
    curves : its spectra
    reference_curves : spectra of the reference period's mean, when it was (re)defined
    course : the whole course of windows done again (it replaces all estimates so far):
        sent when the reference period is defined, corrected, or a setting changed
    reference_s : (start, end) of the reference period in s, whenever `course` is sent
    tracker : after a metabolite transient, once there is a reference period
    tracks : with `course`, the tracker's points done again for the transients so far
    notes : sentences for the message log
    settings : of the session, with its first start message
    """

    seq: int
    epoch: int
    acquisition: Acquisition | None = None
    source: str = ""
    event: Event | None = None
    ended: str | None = None
    quality: Quality | None = None
    strip: Curve | None = None
    strip_raw: Curve | None = None
    estimate: Estimate | None = None
    curves: Curves | None = None
    reference_curves: Curves | None = None
    course: tuple[Estimate, ...] | None = None
    reference_s: tuple[float, float] | None = None
    tracker: TrackerPoint | None = None
    tracks: tuple[TrackerPoint, ...] | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)
    settings: Settings | None = None
