"""The state of one epoch of the preparation, and what may enter it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from monitor.analysis.preparation import weights
from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.continuation import MEMORY, Seen
from monitor.analysis.preparation.cycle import Cycle
from monitor.analysis.preparation.glance import Glance, glance_of, glances
from monitor.analysis.preparation.measures import (
    Absolute,
    NaaLine,
    lipid_height,
    naa_line,
)
from monitor.analysis.preparation.navigator import Navigator
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.registration import Registration, Shape, register
from monitor.analysis.preparation.template import Model, Template
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.looked_ahead import LookedAhead
from monitor.analysis.signal.noise import Coils
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

NEAR = 5
TOWERING = 2.5
GAIN = 1.1
"""A transient that is larger by more has another gain than the template."""
"""Height of lipid, over tNAA's and over the template's own, that towers."""
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
    recent : the last transients, for whether a series after them goes on
    seen : transients of the epoch so far
    begun_at : number of the first that the template was made of
    taught : numbers in the session of those that the template was made of
    line, absolute, lipid : tNAA line, absolute phase and height of lipid of the
        template `measured`
    width_hz : its line width, but for what is the same throughout the epoch, by what
        its transients were broader than the templates before it: half heights of a
        young template scatter by half a Hz
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
    recent: deque[Seen] = field(default_factory=lambda: deque(maxlen=MEMORY))
    seen: int = 0
    begun_at: int = 0
    taught: list[int] = field(default_factory=list)
    line: NaaLine = NO_LINE
    absolute: Absolute = NO_ABSOLUTE
    lipid: float = NAN
    measured: Model | None = None
    width_hz: float = 0.0
    _widths: float = 0.0
    _ahead: LookedAhead[Glance] = field(default_factory=LookedAhead)

    @classmethod
    def begun(cls, acquisition: Acquisition, settings: Settings) -> Epoch:
        """Nothing is known yet but how it is acquired."""
        axis = Axis(
            acquisition.points,
            acquisition.dwell_time_s,
            acquisition.spectrometer_frequency_mhz,
        )
        steps = max(1, acquisition.phase_cycle_steps)
        combination = Combination(
            axis, acquisition.coils, settings.coil_combine, settings.eddy_current
        )
        return cls(
            axis,
            combination,
            Template.empty(axis),
            weights.Kind(steps),
            Navigator(steps),
            Cycle(axis, steps),
        )

    def foresee(self, fids: Sequence[Coils]) -> None:
        """Look at transients (coils, points) that are to come.

        Nothing, unless the coil weights are final.
        """
        known = fids if self.combination.settled else ()
        shape = self.combination.coil_count, self.axis.points
        self._ahead.look(known, shape, self._glances)

    def _glances(self, fids: Sequence[Coils]) -> list[Glance]:
        combined = np.stack([self.combination.apply(fid) for fid in fids])
        return glances(combined, self.axis, self.template.made)

    def look(self, fid: Coils) -> Glance:
        """What a transient (coils, points) shows."""
        return self._ahead.take(fid, lambda: self._glance(fid))

    def _glance(self, fid: Coils) -> Glance:
        return glance_of(np.asarray(self.combination.apply(fid), complex), self.axis)

    def register(self, seen: Glance) -> tuple[Registration, bool]:
        """Register against the template, or against itself where there is none.

        And whether lipid towers over it; see `is_towered`.
        """
        fid, sd = seen.fid, seen.noise_sd
        template = self.template
        if template.weight <= 0:
            template = Template.empty(self.axis)
            template.push(fid)
        model = template.model(sd)
        self._measure_line(model)
        towered = self.is_towered(seen)
        held = self._held() if towered else None
        found = register(
            fid, model, self.axis, sd, self._near_hz, self.shape, seen, held
        )
        return found, towered

    def _held(self) -> tuple[float, float] | None:
        """Shift, Hz, and phase, rad, of the last that counted; None: none did."""
        if not self.phases:
            return None
        turned = np.mean(np.exp(1j * np.array(self.phases)))
        return self._near_hz, float(np.angle(turned))

    @property
    def _near_hz(self) -> float:
        """Where the last transients that counted lay against the template."""
        return median(self.near) if self.near else 0.0

    def is_towered(self, seen: Glance) -> bool:
        """Whether lipid towers over metabolites and over what the template has of it.

        Its own lines would be taken for theirs: where a transient lies is then what it
        was before, and nothing is learned from it.
        """
        place_hz = self.absolute.shift_hz + self._near_hz
        lipid = lipid_height(seen.spectrum, self.axis, place_hz)
        return lipid > TOWERING * max(self.line.height, self.lipid)

    def moved_back(self, fid: Complex, found: Registration) -> Complex:
        """A FID (points,) in the template's frame."""
        return spectrum.moved(
            fid, self.axis.dwell_time_s, -found.shift_hz, -found.phase_rad
        )

    def moved_to(self, fid: Complex, found: Registration) -> Complex:
        """A FID (points,) of the template's frame where a transient lies."""
        dwell_s = self.axis.dwell_time_s
        return spectrum.moved(fid, dwell_s, found.shift_hz, found.phase_rad)

    def follow(self, found: Iterable[Registration]) -> None:
        """Look for what follows where these transients lay."""
        for one in found:
            self.near.append(one.shift_hz)
            self.phases.append(one.phase_rad)

    def remember(self, aligned: Complex, quality: Quality, found: Registration) -> None:
        """Keep a transient for whoever asks later whether anything has moved."""
        seen = Seen(
            aligned,
            found.shift_hz,
            found.broadening_hz,
            found.amplitude,
            found.noise_sd,
            quality.weight,
        )
        self.recent.append(seen)

    def teach(self, prepared: Prepared) -> None:
        """Add a transient to the template by its weight, at the template's gain."""
        weight, size = prepared.quality.weight, prepared.quality.amplitude
        settled = self.first is None and prepared.quality.counts and size > 0
        if weight > 0 and not self.template.frozen:
            other = settled and not 1 / GAIN < size < GAIN
            aligned = prepared.aligned / size if other else prepared.aligned
            self.template.push(aligned, weight)
            self.taught.append(prepared.index)
            self._widths += weight * prepared.width_hz

    def retemplate(self, prepared: Sequence[Prepared]) -> None:
        """Replace the template by the weighted mean of some, where any counts."""
        counting = [one for one in prepared if one.quality.weight > 0]
        if counting:
            self.template, self.taught = Template.empty(self.axis), []
            self._widths = 0.0
        for one in counting:
            self.teach(one)

    def _measure_line(self, model: Model) -> None:
        """Take phase and tNAA line of the template when it has been made anew."""
        if self.measured is not model:
            self.measured, self.absolute = model, model.absolute
            self.line = naa_line(model.metabolites, self.axis, model.absolute)
            lines = spectrum.spectrum_of(model.metabolites)
            self.lipid = lipid_height(lines, self.axis, model.absolute.shift_hz)
            self.width_hz = self._widths / (self.template.weight or 1.0)


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
