"""What a session gave: all that a table, a report or a criterion is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitor.analysis.contamination.stretch import Stretch
from monitor.analysis.course.course import Course
from monitor.analysis.course.measured_block import MeasuredBlock
from monitor.analysis.course.plan import Plan
from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.first_order import FirstOrder, first_order
from monitor.analysis.fit.fitted_windows import mean_fid
from monitor.analysis.fit.mm_prior import NAME as MM_PRIOR
from monitor.analysis.glm.spectral_change import SpectralChange
from monitor.analysis.glm.spectral_map import SpectralMap
from monitor.analysis.note import Note
from monitor.analysis.pipeline import Pipeline
from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.water_course import WaterPoint
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.comparison import Comparison, compared
from monitor.analysis.tracking.difference import Agreement
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.tracking.tracking import Tracking
from monitor.protocol.settings import Settings
from monitor.run.identity import Identity
from streams.messages.marks import Marks
from streams.messages.transient import Acquisition
from streams.sources.joining.file_times import Piece

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of what; transients are those of metabolites unless said otherwise.

    Attributes
    ----------
    missing, doubled : by the scanner's counter; None where it was not kept
    unusable : those of the missing that came: not finite, damaged, or not as announced
    water_references_left_out : of those that came
    missing_messages : numbers of the session that no message came with
    refused_messages : transients and events that could not be used
    """

    transients: int
    excluded: int
    down_weighted: int
    flagged: int
    missing: int | None
    doubled: int | None
    water_references: int
    water_references_left_out: int
    epochs: int
    windows: int
    independent_windows: int
    not_converged: int
    missing_messages: int
    unusable: int
    refused_messages: int


@dataclass(frozen=True)
class Result:
    """A session that has ended, as values; what is costly is computed when first asked.

    Attributes
    ----------
    settings : as they stood at the end
    identity : who was measured, as the operator typed it
    acquisition : of the last series
    basis_source, basis_sha256 : which basis set
    plan : lengths of windows, and where they may not reach across
    reference_s : reference period, scanner time
    marks : of the infusion, those that hold
    infusion_s : both of them; as planned, or until the end, where no stop was marked
    course : transients, session models and fitted windows; nobody adds to it any more
    estimates : of all windows
    tracks : the tracker's points: what could be said at each, by what is left in
    answers : by outcome, whether it has changed since the infusion began
    spectral : the spectra themselves against each course
    eddy_corrected : whether a water reference gave the last epoch an eddy phase
    counts : how many of what
    came : transients of any kind that the scanner's counter saw
    false_waters : water references that were left out since they are none
    waters_found : transients that came as metabolites and hold unsuppressed water
    water_course : frequency, width and size of every water transient
    notes : everything that was noticed, once each
    durations_ms : time that each transient took, by whether the course was done again
    origin : what kind of file it came from, in words; empty for a stream
    stretches : of transients that are unlike the rest
    agreement : of the ways to the change at the end; None without a tracker
    measured_mm : the newest block of macromolecules that the session measured
    measured_mm_used : whether the fits have macromolecules of the session's own
    pieces : the files of a session that was joined of several
    combination : coil weights and eddy phase of the last epoch
    """

    settings: Settings
    identity: Identity
    acquisition: Acquisition | None
    basis_source: str
    basis_sha256: str
    plan: Plan
    reference_s: Span | None
    marks: Marks
    infusion_s: Span | None
    course: Course
    tracking: Tracking
    estimates: tuple[Estimate, ...]
    tracks: tuple[TrackerPoint, ...]
    answers: Mapping[str, Answer]
    spectral: SpectralChange
    eddy_corrected: bool
    counts: Counts
    came: int
    false_waters: int
    waters_found: int
    water_course: tuple[WaterPoint, ...]
    notes: tuple[Note, ...]
    durations_ms: Mapping[str, Sequence[float]]
    origin: str = ""
    pieces: tuple[Piece, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    agreement: Agreement | None = None
    measured_mm: MeasuredBlock | None = None
    measured_mm_used: bool = False
    combination: Combination | None = None

    @property
    def mm_source(self) -> str:
        """Where macromolecules come from that are known as far as a prior goes."""
        return "measured in this session" if self.measured_mm_used else MM_PRIOR

    @property
    def hidden(self) -> bool:
        """Whether the protocol hides the outcome."""
        return self.settings.outcome_hidden

    @property
    def qualities(self) -> Sequence[Quality]:
        """Of every metabolite transient."""
        return self.course.qualities

    @property
    def epoch_models(self) -> Mapping[int, SessionModel]:
        """What was chosen and found on the mean of each epoch."""
        return self.course.sessions

    @cached_property
    def first_order(self) -> FirstOrder | None:
        """Points before the top that the first epoch's mean shows; None: none told."""
        models = self.epoch_models
        epoch = min(models, default=None)
        if epoch is None or (session := models[epoch]).mean is None:
            return None
        fid = session.placed(mean_fid(self.course.fids, session.mean))
        model, noise_sd = self.course.grids[epoch], session.problem.noise_sd
        moved_ppm = session.offset_hz / model.frequency_mhz
        return first_order(model, fid, noise_sd, moved_ppm)

    @property
    def spectral_maps(self) -> tuple[SpectralMap, ...]:
        """What the spectra themselves say of each course."""
        return self.spectral.maps

    @cached_property
    def smoothed(self) -> tuple[TrackerPoint, ...]:
        """What the whole session says of each transient; empty without a tracker."""
        return self.tracking.smoothed()

    @cached_property
    def response_models(self) -> Comparison | None:
        """Response models fitted to the whole course; None where nothing is tracked."""
        stop_s = None if self.infusion_s is None else self.infusion_s[1]
        return compared(self.tracking.joint_fits(stop_s), stop_s)


def infusion_of(marks: Marks, pipeline: Pipeline) -> Span | None:
    """Start and stop of the infusion; as planned, or now, where it still runs."""
    start_s, stop_s = marks.start_s, marks.stop_s
    if start_s is None:
        return None
    if stop_s is None:
        length_s = pipeline.settings.infusion_length_s
        qualities = pipeline.course.qualities
        now_s = qualities[-1].time_s if qualities else start_s
        stop_s = start_s + length_s if length_s else now_s
    return (start_s, stop_s) if stop_s > start_s else None


def medians(qualities: Sequence[Quality]) -> dict[str, float]:
    """Medians over the transients that count, and the range of the shift."""
    good = [q for q in qualities if q.counts] or qualities
    shifts = np.array([q.shift_hz for q in good])
    return {
        "snr_median": float(np.median([q.snr for q in good])),
        "fwhm_hz_median": float(np.median([q.fwhm_hz for q in good])),
        "shift_hz_range": float(np.ptp(shifts)),
        "water_median": float(np.median([q.water for q in good])),
        "lipid_median": float(np.median([q.lipid for q in good])),
        "weight_mean": float(np.mean([q.weight for q in qualities])),
    }
