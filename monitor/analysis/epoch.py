"""The state of one epoch of the preparation, and what may enter it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis import weights
from monitor.analysis.axis import Axis
from monitor.analysis.coils import Coils
from monitor.analysis.combination import Combination
from monitor.analysis.cycle import Cycle
from monitor.analysis.navigator import Navigator
from monitor.analysis.quality import Quality
from monitor.analysis.quality_measures import Absolute, NaaLine
from monitor.analysis.registration import Shape
from monitor.analysis.template import Model, Template
from streams.errors import InputError
from streams.transient import Acquisition

NEAR = 5
NAN = math.nan
NO_LINE = NaaLine(NAN, NAN)
NO_ABSOLUTE = Absolute(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a transient stands in the session; `step` is that of the phase cycle."""

    index: int
    seq: int
    epoch: int
    time_s: float
    settling: bool
    saturated: bool
    step: int


@dataclass(slots=True)
class Epoch:
    """Everything that is made anew with an epoch; its owner is the `Preparation`.

    Attributes
    ----------
    axis, combination, template, kind, navigator, cycle, shape : the state of each step
    first : the first transients as they came, until they are done again; then None
    near, phases : shifts, Hz, and phases, rad, of the last transients that counted
    seen : transients of the epoch so far
    line, absolute : tNAA line and absolute phase of the template `measured`
    """

    axis: Axis
    combination: Combination
    template: Template
    kind: weights.Kind
    navigator: Navigator
    cycle: Cycle
    shape: Shape = field(default_factory=Shape.fixed)
    first: list[tuple[Place, Coils]] | None = field(default_factory=list)
    near: deque[float] = field(default_factory=lambda: deque(maxlen=NEAR))
    phases: deque[float] = field(default_factory=lambda: deque(maxlen=NEAR))
    seen: int = 0
    line: NaaLine = NO_LINE
    absolute: Absolute = NO_ABSOLUTE
    measured: Model | None = None


def check_finite(fid: Coils, what: str) -> None:
    """Refuse NaN and infinite values; `what` begins the sentence of the error."""
    if not np.isfinite(fid).all():
        raise InputError(
            f"{what} holds NaN or infinite values: export it again, or leave it out."
        )


def check_acquisition(acquisition: Acquisition) -> None:
    """Refuse an acquisition that cannot be prepared."""
    for value, name in (
        (acquisition.dwell_time_s, "dwell time"),
        (acquisition.spectrometer_frequency_mhz, "spectrometer frequency"),
    ):
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"The {name} must be above zero: correct the source.")
    if acquisition.points < 64 or acquisition.coils < 1:
        raise InputError(
            f"A FID of {acquisition.points} points and {acquisition.coils} coils is "
            "too small to be registered: check the source."
        )


def quality_of_zeros(place: Place) -> Quality:
    """A transient of zeros: weight zero, nothing measured."""
    return Quality(
        index=place.index,
        seq=place.seq,
        epoch=place.epoch,
        time_s=place.time_s,
        shift_hz=0.0,
        shift_sd_hz=NAN,
        phase_rad=0.0,
        phase_sd_rad=NAN,
        fwhm_hz=NAN,
        snr=0.0,
        water=NAN,
        lipid=NAN,
        amplitude=0.0,
        weight=0.0,
        flags=("empty",),
    )
