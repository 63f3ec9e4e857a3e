"""What one message caused: all that a screen, a table or a report is made from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.quality import Quality
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition, Event

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

    Attributes
    ----------
    index, time_s : which transient
    filtered, filtered_sd : by outcome name: what could be said then, never rewritten
    free, free_sd : the same with no amplitude tied; where it departs from `filtered` by
        more than its SD, an assumption of the tracker is wrong
    width_hz, width_sd_hz : Lorentzian width of all lines against the reference period
    width_effect_percent : by outcome name, what that width would have added to the
        change if the line shape were held; it is not in `filtered`
    """

    index: int
    time_s: float
    filtered: dict[str, float]
    filtered_sd: dict[str, float]
    free: dict[str, float] = field(default_factory=dict)
    free_sd: dict[str, float] = field(default_factory=dict)
    width_hz: float = 0.0
    width_sd_hz: float = 0.0
    width_effect_percent: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Has the outcome changed since the infusion began?  Valid at every look.

    Attributes
    ----------
    mean_percent, sd_percent : mean change since the infusion began and its plain 1 SD
    low_percent, high_percent : 95 % confidence sequence, right at all times at once
    log_evidence : log likelihood of a change over that of none
    since_s : scanner time at which "changed" was first answered, None while it is not
    """

    mean_percent: float
    sd_percent: float
    low_percent: float
    high_percent: float
    log_evidence: float
    since_s: float | None = None

    @property
    def changed(self) -> bool:
        """The answer; once given it stays."""
        return self.since_s is not None


@dataclass(frozen=True, slots=True)
class Detectable:
    """Smallest change seen in 80 % of sessions by a two-sided test at 5 %, in percent.

    Attributes
    ----------
    outcome : what it is about
    sigma_percent : SD of the outcome for one transient, the scatter beyond the bound
        included
    window_now, window_planned : by transients in a window, against the reference period
        so far and as planned
    mean_now, mean_planned : of everything since the infusion began, now and at its
        planned end; inf where there is nothing yet or no plan
    reference_longer_s : by how much the reference period must be longer for the
        protocol's window to see its target; inf where none is long enough
    """

    outcome: str
    sigma_percent: float
    window_now: dict[int, float]
    window_planned: dict[int, float]
    mean_now: float
    mean_planned: float
    reference_longer_s: float


@dataclass(frozen=True, slots=True)
class Update:
    """What one message caused.

    Attributes
    ----------
    seq, epoch : of the message
    acquisition, source : of a start message
    event : of an event message
    ended : reason, of an end message
    missing : transients that never came, by the scanner's counter, found missing with
        this message; below zero where some came after all
    counted : whether that counter is kept, so that gaps can be seen
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
    answers : after a metabolite transient since the infusion began, by outcome name
    detectable : with each estimate, of the protocol's outcome
    notes : sentences for the message log
    settings : of the session, with its first start message
    """

    seq: int
    epoch: int
    acquisition: Acquisition | None = None
    source: str = ""
    event: Event | None = None
    ended: str | None = None
    missing: int = 0
    counted: bool = True
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
    answers: dict[str, Answer] = field(default_factory=dict)
    detectable: Detectable | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)
    settings: Settings | None = None
