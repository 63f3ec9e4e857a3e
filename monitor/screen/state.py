"""All that is known of a session so far, and the figures that follow from it.

Every reading of a clock is the caller's (`now_s`); scanner times are `time_s`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.course.measured_block import MeasuredBlock, NulledProgress
from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.analysis.glm.spectral_map import SpectralMap
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.difference import Agreement
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.analysis.tracking.point import TrackerPoint
from monitor.protocol.settings import Settings
from monitor.run.identity import Identity
from monitor.run.known_change import Injection
from monitor.run.outbox import Unsent
from monitor.run.stream_state import Stream
from monitor.screen.notices import Notices
from monitor.screen.parts.axis import Span
from monitor.screen.parts.columns import Columns
from monitor.screen.parts.tracks import Tracks
from monitor.screen.parts.waterfall import Stack
from monitor.screen.parts.windows import Windows
from monitor.screen.scanner_time import ScannerTime
from monitor.screen.screen import Message
from monitor.screen.stretch_watch import StretchWatch
from streams.messages.marks import GIVEN, Marks, marks_that_hold, standing
from streams.messages.transient import Acquisition, Event

HEADLINE_S = 2.0  # the number changes at most this often
WATER = ("time_s", "shift_hz", "fwhm_hz", "amplitude", "interleaved")
QUALITY = ("time_s", "shift_hz", "fwhm_hz", "snr", "weight", "water", "lipid")


@dataclass(eq=False, slots=True)
class SessionState:
    """What is known; only the functions of `monitor.screen.fold` change it.

    Attributes
    ----------
    ended : why the session is over; None while it goes on
    identity : who is measured, as the operator typed it
    epochs : numbers of those with transients, in order
    epoch_starts_s : scanner time of the first transient of each, s
    gaps_s : between neighbouring transients, where nothing was measured, s
    curves, fitted : of the newest window that is more than a rest, and its estimate
    mean_curves : of the reference period
    height : of the tallest line, which the spectra are divided by
    spectral_maps : what the spectra themselves say of each course
    looked_at : curves of windows that were asked for, by start and end, s
    stretches, agreement : what is unlike the rest, and whether the ways to the change
        agree
    nulled : how far the block is that measures macromolecules now; None: there is none
    measured_mm : the newest block that was judged
    known_change : what came of one that was put into copies of the session
    low_weight, missing : transients of low weight, and those that never came
    counted : whether missing ones could be seen
    waters : a row per water reference, see `WaterPoint`
    asked : kinds of marks that this window has asked for in this session
    moving : the mark, or the undo of one, that everything is being worked out with
    unsent, unsent_folder : events that are not in the recording yet, and what keeps
        them (empty: nothing)
    seq : number of the newest message
    scanner : its clock, and how much of the stream is not shown yet
    revision : counts what was folded
    arrived_s, heard_s : readings of the clock at the newest transient, and when the
        stream was first heard of
    answered_s : reading of the clock at the worker's newest report
    was_connected : at any time so far
    shown_window, shown_track : what the headline holds, and since which reading
    hidden : whether the protocol hides the outcome
    time_s, first_s : scanner time of the newest and of the first metabolite transient,
        0 before it, s
    interval_s : between transients, by the protocol's TR, else as they arrive, s
    window_s : length of a window, s
    infusion_s : start and stop of the infusion, as recorded or as planned, s
    zero_s : scanner time of minute 0, the start of the infusion, else 0; s
    """

    settings: Settings
    stream: Stream = field(default_factory=Stream)
    acquisition: Acquisition | None = None
    source: str = ""
    ended: str | None = None
    identity: Identity = field(default_factory=Identity)
    events: list[Event] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    epoch_starts_s: list[float] = field(default_factory=list)
    gaps_s: list[Span] = field(default_factory=list)
    reference_s: tuple[float, float] | None = None
    estimates: Windows = field(default_factory=Windows)
    tracks: Tracks = field(default_factory=Tracks)
    quality: Columns = field(default_factory=lambda: Columns(QUALITY))
    waters: Columns = field(default_factory=lambda: Columns(WATER))
    newest: Quality | None = None
    curves: Curves | None = None
    fitted: Estimate | None = None
    mean_curves: Curves | None = None
    height: float | None = None
    stack: Stack | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    spectral_maps: tuple[SpectralMap, ...] = ()
    foreseen: Foreseen | None = None
    stretches: StretchWatch = field(default_factory=StretchWatch)
    agreement: Agreement | None = None
    nulled: NulledProgress | None = None
    measured_mm: MeasuredBlock | None = None
    known_change: Injection | None = None
    looked_at: dict[Span, Curves | None] = field(default_factory=dict)
    low_weight: int = 0
    missing: int = 0
    counted: bool = True
    notices: Notices = field(default_factory=Notices)
    asked: set[str] = field(default_factory=set)
    moving: Event | None = None
    unsent: tuple[Unsent, ...] = ()
    unsent_folder: str = ""
    seq: int = -1
    scanner: ScannerTime = field(default_factory=ScannerTime)
    revision: int = 0
    arrived_s: float | None = None
    heard_s: float | None = None
    answered_s: float | None = None
    was_connected: bool = False
    shown_window: tuple[float, Estimate | None] = (-math.inf, None)
    shown_track: tuple[float, TrackerPoint | None] = (-math.inf, None)
    hidden: bool = field(init=False)
    time_s: float = field(init=False)
    first_s: float = field(init=False)
    interval_s: float = field(init=False)
    window_s: float = field(init=False)
    infusion_s: tuple[float | None, float | None] = field(init=False)
    zero_s: float = field(init=False)
    _marks: tuple[tuple[int, Settings], Marks, list[Event]] | None = None

    def __post_init__(self) -> None:
        self.reference_s = self.reference_s or self.settings.reference_s
        self.find_anew()

    def find_anew(self) -> None:
        """Find what follows from acquisition, settings, transients and events.

        Asked for after each change of them: every screen reads it many times.
        """
        newest = self.newest
        self.hidden = self.settings.outcome_hidden
        self.time_s = 0.0 if newest is None else newest.time_s
        self.first_s = 0.0 if newest is None else float(self.quality["time_s"][0])
        self.interval_s = self._interval_s()
        self.window_s = self.settings.window * self.interval_s
        self.infusion_s = self._infusion_s()
        self.zero_s = 0.0 if self.infusion_s[0] is None else self.infusion_s[0]

    def _interval_s(self) -> float:
        """Time between transients: the protocol's TR, else as they arrive; s."""
        if self.acquisition and self.acquisition.repetition_time_s:
            return self.acquisition.repetition_time_s
        times = self.quality["time_s"]
        if len(times) < 3:
            return self.settings.expect_repetition_time_s or 2.0
        return max(1e-3, float(np.median(np.diff(times[-50:]))))

    @property
    def stopped(self) -> bool:
        """Whether the analysis has stopped before the session ended."""
        return bool(self.notices.failed) and self.ended is None

    @property
    def running(self) -> bool:
        """Whether a live session is under way, so that closing should ask."""
        live = self.stream.playback is None and self.ended is None
        return live and self.newest is not None and not self.stopped

    def shown_s(self) -> float | None:
        """Scanner time that a replay shows, s; None for a live stream."""
        return None if self.stream.playback is None else self.time_s

    def newest_s(self) -> float:
        """Scanner time of the newest transient of either kind, s."""
        nulled_s = 0.0 if self.nulled is None else self.nulled.time_s
        return nulled_s if self.newest is None else max(self.newest.time_s, nulled_s)

    def catching_up(self) -> tuple[int, int] | None:
        """Messages that were worked through, of how many, in a window opened late.

        While it is so, nobody knows what time it is at the scanner.
        """
        live = self.stream.playback is None and self.ended is None
        return self.scanner.catching_up if live else None

    def behind_s(self) -> float:
        """By how much the newest transient is behind the stream, s."""
        return 0.0 if self.stream.playback is not None else self.scanner.behind_s

    def standing(self) -> list[Event]:
        """What has happened, in order of time; of the marks those that hold."""
        _, seen = self._found_marks()
        now_s = self.time_s
        return [e for e in seen if e.author != GIVEN or e.time_s <= now_s]

    def _infusion_s(self) -> tuple[float | None, float | None]:
        """Start and stop of the infusion, s, as recorded or as planned."""
        (marks, _), newest = self._found_marks(), self.newest
        start, stop = marks.start, marks.stop
        if start is not None and start.author == GIVEN:
            begun = newest is not None and newest.time_s >= start.time_s
            start, stop = (start, stop) if begun else (None, None)
        start_s = None if start is None else start.time_s
        return start_s, None if stop is None else stop.time_s

    def marks(self) -> Marks:
        """The marks of the infusion that hold."""
        return self._found_marks()[0]

    def _found_marks(self) -> tuple[Marks, list[Event]]:
        """The marks, and the events with them; found anew where an event has come."""
        s, known = self.settings, (len(self.events), self.settings)
        if self._marks is None or self._marks[0] != known:
            held = marks_that_hold(self.events, s.infusion_s, s.override)
            self._marks = known, held, standing(self.events, held)
        return self._marks[1:]

    def planned_infusion(self) -> Span | None:
        """Start and stop, s: as marked, else as long as the protocol plans."""
        start, stop = self.infusion_s
        length = self.settings.infusion_length_s
        if start is not None and stop is None and length is not None:
            stop = start + length
        return None if start is None or stop is None else (start, stop)

    def planned_end_s(self) -> float | None:
        """When an infusion that has begun and not been stopped is to end, s."""
        planned, (_, stop) = self.planned_infusion(), self.infusion_s
        return planned[1] if planned is not None and stop is None else None

    def new_epoch_s(self) -> float | None:
        """How long ago an epoch began that holds no whole window yet, s."""
        if len(self.epoch_starts_s) < 2:
            return None
        since_s = self.time_s - self.epoch_starts_s[-1]
        return since_s if since_s < self.window_s else None

    def messages_so_far(self) -> list[tuple[float, Message]]:
        """The log with scanner times, s, but for what a blinded outcome could tell."""
        log = self.notices.log
        if not self.hidden:
            return log
        return [(t, m) for t, m in log if not m.tells_outcome]
