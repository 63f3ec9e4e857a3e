"""What one message caused: all that a screen, a table or a report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.analysis.contamination.stretch import Stretch
from monitor.analysis.course.measured_block import MeasuredBlock, NulledProgress
from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curve, Curves
from monitor.analysis.glm.spectral_map import SpectralMap
from monitor.analysis.note import Note
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.water_course import WaterPoint
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.difference import Agreement
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.analysis.tracking.point import TrackerPoint
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition, Event


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
    joined : epochs that are another one gone on after a pause, and which, so far
    quality : of a metabolite transient
    qualities : of all of them so far, where those that came before were aligned anew or
        have another weight
    water : of a water reference
    nulled : how far a block that measures macromolecules is, with each transient of it
    measured_mm : such a block, once it has been judged
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
    spectral_maps : where on the ppm axis courses are followed, by course, whenever they
        are asked anew
    answers : after a metabolite transient since the infusion began, by outcome name
    agreement : of the ways to the change, with each independent window and `course`,
        and where the outcome may be another
    stretches : all that are unlike the rest of the session, whenever they changed
    foreseen : with each estimate, of the protocol's outcome
    notes : what was noticed
    settings : of the session, with its first start message
    again : what all messages so far cause now, where a mark was given late, moved or
        taken back; it replaces all that came before
    """

    seq: int
    epoch: int
    acquisition: Acquisition | None = None
    source: str = ""
    event: Event | None = None
    ended: str | None = None
    missing: int = 0
    counted: bool = True
    joined: Mapping[int, int] = field(default_factory=dict)
    quality: Quality | None = None
    qualities: tuple[Quality, ...] | None = None
    water: WaterPoint | None = None
    nulled: NulledProgress | None = None
    measured_mm: MeasuredBlock | None = None
    strip: Curve | None = None
    strip_raw: Curve | None = None
    estimate: Estimate | None = None
    curves: Curves | None = None
    reference_curves: Curves | None = None
    course: tuple[Estimate, ...] | None = None
    reference_s: tuple[float, float] | None = None
    tracker: TrackerPoint | None = None
    tracks: tuple[TrackerPoint, ...] | None = None
    spectral_maps: tuple[SpectralMap, ...] = ()
    answers: dict[str, Answer] = field(default_factory=dict)
    stretches: tuple[Stretch, ...] | None = None
    agreement: Agreement | None = None
    foreseen: Foreseen | None = None
    notes: tuple[Note, ...] = field(default_factory=tuple)
    settings: Settings | None = None
    again: tuple[Update, ...] = ()
