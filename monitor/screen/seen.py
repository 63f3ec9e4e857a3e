"""What has been seen of a session: updates and the state of the stream, folded.

Every reading of a clock is the caller's (`now_s`); scanner times are `time_s`.  Nothing
here is drawn yet: `monitor.display` makes a `Screen` of it.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from monitor.analysis.quality import Quality
from monitor.analysis.response import Estimate
from monitor.analysis.update import (
    Answer,
    Curves,
    Detectable,
    TrackerPoint,
    Update,
)
from monitor.screen import messages as say
from monitor.screen import notices as told
from monitor.screen import spectrum as spec
from monitor.screen import trend as course
from monitor.screen.columns import Columns
from monitor.screen.notices import Notices
from monitor.screen.parts import Level, Message, Stream
from monitor.screen.strips import drift_hz_per_min
from monitor.screen.waterfall import Stack
from monitor.settings import Settings, settings_from
from streams.errors import InputError
from streams.transient import Acquisition, Event

HEADLINE_S = 2.0  # the number changes at most this often
RECENT = 12  # windows among which the headline's is looked for
LOW_WEIGHT = 0.1
QUIET = ("Tracker:",)
"""Sentences that begin so ask nothing of the operator: they are in the log alone."""
QUALITY = ("time_s", "shift_hz", "fwhm_hz", "snr", "weight", "water", "lipid")
VIEW = frozenset(
    {"outcome", "window", "step", "rejected_epochs", "fwhm_limit_hz", "snr_limit"}
    | {"drift_limit_hz_per_min"}
    | {"water_limit", "lipid_limit"}
)
"""Settings of an event that the view follows too."""


class Seen:
    """All that is known of a session so far; one owner, folded in one thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stream = Stream()
        self.acquisition: Acquisition | None = None
        self.source = ""
        self.ended: str | None = None
        self.events: list[Event] = []
        self.epoch_starts_s: list[float] = []
        self.reference_s: tuple[float, float] | None = settings.reference_s
        self.estimates: list[Estimate] = []
        self.tracks: list[TrackerPoint] = []
        self.course = course.CourseColumns()
        self.tracked = course.TrackColumns()
        self.quality = Columns(QUALITY)
        self.newest: Quality | None = None
        self.curves: Curves | None = None
        self.mean_curves: Curves | None = None
        self.height: float | None = None
        self.stack: Stack | None = None
        self.answers: dict[str, Answer] = {}
        self.detectable: Detectable | None = None
        self.looked_at: dict[tuple[float, float], Curves | None] = {}
        self.low_weight = 0
        self.missing = 0
        self.notices = Notices()
        self.seq = -1
        self.revision = 0
        self._others = 0
        self._arrived_s: float | None = None
        self._heard_s: float | None = None
        self._headline: tuple[float, Estimate | None] = (-math.inf, None)
        self._track: tuple[float, TrackerPoint | None] = (-math.inf, None)
        self._epoch = -1

    # -- taking in ---------------------------------------------------------------------

    def fold(self, update: Update, now_s: float) -> None:
        """Take in what one message caused."""
        self.revision += 1
        self.seq = max(self.seq, update.seq)
        self._take_start(update)
        self.ended = update.ended if update.ended is not None else self.ended
        if update.event is not None:
            self._take_event(update.event, now_s)
        if update.quality is not None:
            self._take_quality(update, update.quality, now_s)
        elif update.event is None:
            self._others += 1
        if update.course is not None:
            self._take_course(update, update.course)
        if update.reference_curves is not None:
            self.mean_curves = update.reference_curves
            self.height = spec.height_of(update.reference_curves)
        if update.estimate is not None:
            self._take_estimate(update.estimate, update.curves, now_s)
        if update.tracker is not None:
            self.tracks.append(update.tracker)
            if now_s - self._track[0] >= HEADLINE_S:
                self._track = (now_s, update.tracker)
        self.answers = update.answers or self.answers
        self.detectable = update.detectable or self.detectable
        for sentence in update.notes:
            if sentence.startswith(QUIET):
                self.notices.log.append((self.time_s(), told.noted(sentence)))
            else:
                self.tell(told.noted(sentence), now_s)

    def hear(self, stream: Stream, now_s: float) -> None:
        """Take in the state of the stream."""
        self.notices.hear(stream, now_s)
        self.stream = stream
        self._heard_s = now_s if self._heard_s is None else self._heard_s

    def settle(self, now_s: float) -> None:
        """After many updates at once: the newest counts, passing sentences are gone."""
        self.notices.settle()
        self._headline = (now_s, self._newest_whole())
        self._track = (now_s, self.tracks[-1] if self.tracks else None)

    def asked(self, kind: str, now_s: float) -> None:
        """The operator has asked for an event that is not yet in the recording."""
        self.tell(told.sent(course.label_of(Event(0.0, kind))), now_s)

    def refused(self, kind: str, why: str, now_s: float) -> None:
        """An event did not get into the recording."""
        self.tell(told.refused(course.label_of(Event(0.0, kind)), why), now_s)

    def kept_here(self, kind: str, now_s: float) -> None:
        """A change was applied in this window and is not in the recording."""
        self.tell(told.kept_here(course.label_of(Event(0.0, kind))), now_s)

    def looked(
        self,
        spans_s: tuple[tuple[float, float], ...],
        curves: tuple[Curves | None, ...],
    ) -> None:
        """Take in the curves of windows that were asked for."""
        self.looked_at = dict(zip(spans_s, curves, strict=True))

    def told(self, sentence: str, now_s: float) -> None:
        """Tell a sentence of the window itself."""
        self.tell(Message("event", Level.NOTE, sentence, "", 0.0), now_s)

    def tell(self, message: Message, now_s: float) -> None:
        """Tell the operator something once."""
        self.notices.tell(message, self.time_s(), now_s)

    def _take_start(self, update: Update) -> None:
        self.source = update.source or self.source
        self.acquisition = update.acquisition or self.acquisition
        if update.settings is not None:
            self.settings = update.settings
            self.reference_s = self.reference_s or update.settings.reference_s

    def _take_event(self, event: Event, now_s: float) -> None:
        self.events.append(event)
        if event.kind == "settings":
            self._take_settings(event.text, now_s)
        trouble, mirrored = told.trouble(event), told.contradicted(event)
        if mirrored is not None:
            self.notices.stand(mirrored, event.time_s, now_s)
        elif trouble is not None:
            self.tell(trouble, now_s)
        elif event.kind not in course.UNSEEN and self.stream.playback is None:
            at_s = event.time_s - self.first_s()
            self.tell(told.recorded(course.label_of(event), at_s), now_s)

    def _take_settings(self, text: str, now_s: float) -> None:
        """Follow the part of a settings event that only concerns the view."""
        try:
            table = {k: v for k, v in dict(json.loads(text)).items() if k in VIEW}
            settings_from(table, self.settings.name)
            self.settings = self.settings.changed(**table)
        except (ValueError, TypeError, InputError) as error:
            self.tell(told.noted(f"Change of settings not understood: {error}"), now_s)

    def _take_quality(self, update: Update, quality: Quality, now_s: float) -> None:
        if quality.epoch != self._epoch:
            self._epoch = quality.epoch
            self.epoch_starts_s.append(quality.time_s)
        else:
            self._notice_gap(quality, now_s)
        self._others = 0
        self.quality.append(*(getattr(quality, name) for name in QUALITY))
        self.newest = quality
        self.low_weight += quality.weight < LOW_WEIGHT
        self._arrived_s = now_s
        if update.strip is not None:
            if self.stack is None:
                self.stack = Stack(self.interval_s)
            self.stack.add(quality.time_s, update.strip)

    def _notice_gap(self, quality: Quality, now_s: float) -> None:
        """Notice time without a transient, but for water references and the like."""
        step = quality.time_s - float(self.quality["time_s"][-1])
        missing = round(step / self.interval_s) - 1 - self._others
        if missing > 0:
            self.missing += missing
            self.tell(told.gap(missing), now_s)

    def _take_course(self, update: Update, estimates: tuple[Estimate, ...]) -> None:
        """The course done again replaces all that was shown of it."""
        self.estimates = list(estimates)
        self.looked_at = {}
        self.course.again()
        self.reference_s = update.reference_s
        if update.tracks is not None:
            self.tracks = list(update.tracks)
            self.tracked.again()
            self._track = (self._track[0], self.tracks[-1] if self.tracks else None)

    def _take_estimate(
        self, estimate: Estimate, curves: Curves | None, now_s: float
    ) -> None:
        if self.estimates and _same_window(self.estimates[-1], estimate):
            self.estimates.pop()  # it came with the course done again
            self.course.again()
        self.estimates.append(estimate)
        if curves is not None:
            self.curves = curves
            if self.height is None:
                self.height = spec.height_of(curves)
        if now_s - self._headline[0] >= HEADLINE_S:
            self._headline = (now_s, self._newest_whole())
        self.notices.judge(self._judged(estimate), self._limits(), now_s)

    # -- figures -----------------------------------------------------------------------

    @property
    def interval_s(self) -> float:
        """Time between transients: the protocol's TR, else as they arrive; s."""
        if self.acquisition and self.acquisition.repetition_time_s:
            return self.acquisition.repetition_time_s
        times = self.quality["time_s"]
        if len(times) < 3:
            return self.settings.expect_repetition_time_s or 2.0
        return max(1e-3, float(np.median(np.diff(times[-50:]))))

    @property
    def running(self) -> bool:
        """Whether a live session is under way, so that closing should ask."""
        live = self.stream.playback is None and self.ended is None
        return live and len(self.quality) > 0

    def time_s(self) -> float:
        """Scanner time of the newest transient, s; 0 before the first."""
        return float(self.quality["time_s"][-1]) if len(self.quality) else 0.0

    def first_s(self) -> float:
        """Scanner time of the first metabolite transient, s; 0 before it."""
        return float(self.quality["time_s"][0]) if len(self.quality) else 0.0

    def clock_s(self, now_s: float) -> float:
        """Scanner time now, which stands still where no transient comes."""
        if not len(self.quality) or self._arrived_s is None:
            return 0.0
        since = min(now_s - self._arrived_s, self.interval_s)
        live = self.stream.playback is None and self.ended is None
        return float(self.quality["time_s"][-1]) + (max(0.0, since) if live else 0.0)

    def age_s(self, now_s: float) -> float | None:
        """Age of the newest transient in whole seconds."""
        return None if self._arrived_s is None else math.floor(now_s - self._arrived_s)

    def wait_s(self) -> float:
        """Time in which the next transient is due, by the caller's clock."""
        playback = self.stream.playback
        slow = min(1.0, playback.speed) if playback else 1.0
        return self.interval_s / max(slow, 1e-3)

    def infusion(self) -> tuple[float | None, float | None]:
        """Start and stop of the infusion, s, as recorded or as planned."""
        start, stop = course.infusion_of(self.events)
        planned = self.settings.infusion_s
        times = self.quality["time_s"]
        if start is None and planned and len(times) and times[-1] >= planned[0]:
            return planned
        return start, stop

    def rejected_epochs(self) -> str:
        """Epochs that the operator leaves out, as typed: "1, 2"."""
        return ", ".join(f"{epoch}" for epoch in self.settings.rejected_epochs)

    def estimate_at(self, now_s: float) -> Estimate | None:
        """The estimate for headline and table, held for `HEADLINE_S`."""
        shown_s, estimate = self._headline
        if now_s - shown_s >= HEADLINE_S and self.estimates:
            estimate = self._newest_whole()
        return self._as_done_again(estimate)

    def track_at(self, now_s: float) -> TrackerPoint | None:
        """The tracker's point for the headline, held for `HEADLINE_S`."""
        shown_s, point = self._track
        if now_s - shown_s >= HEADLINE_S and self.tracks:
            return self.tracks[-1]
        return point

    def _as_done_again(self, estimate: Estimate | None) -> Estimate | None:
        """The same window in the course as it stands now."""
        if estimate is None:
            return None
        for other in reversed(self.estimates):
            if _same_window(other, estimate):
                return other
        return self._newest_whole()

    def _newest_whole(self) -> Estimate | None:
        """The newest window that is no shorter than the others of late.

        Where a stretch of time has just begun, the newest may be short.
        """
        recent = self.estimates[-RECENT:]
        most = max((e.n_transients for e in recent), default=0)
        whole = [e for e in recent if e.n_transients >= most]
        return whole[-1] if whole else None

    def _judged(self, estimate: Estimate) -> say.Judged:
        of = self.settings.window
        recent = {name: self.quality[name][-of:] for name in QUALITY}
        return say.Judged(
            fwhm_hz=estimate.fwhm_hz,
            snr=_median(recent["snr"]),
            drift_hz_per_min=drift_hz_per_min(
                self.quality["time_s"], self.quality["shift_hz"]
            ),
            water=_median(recent["water"]),
            lipid=_median(recent["lipid"]),
            rejected=int(np.sum(recent["weight"] < LOW_WEIGHT)),
            of=len(recent["weight"]),
            converged=estimate.converged,
            snr_loss=self._snr_loss(of),
        )

    def _snr_loss(self, of: int) -> float:
        """Share of the SNR lost since the first transients of the epoch."""
        begun = self.quality["time_s"] >= self.epoch_starts_s[-1]
        snr = self.quality["snr"][begun]
        before = _median(snr[:of])
        return 1 - _median(snr[-of:]) / before if before > 0 else 0.0

    def _limits(self) -> say.Limits:
        s = self.settings
        return say.Limits(
            s.fwhm_limit_hz,
            s.snr_limit,
            s.drift_limit_hz_per_min,
            s.water_limit,
            s.lipid_limit,
        )


def _same_window(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates are of the same transients, whatever their numbers."""
    return (one.time_start_s, one.time_end_s) == (other.time_start_s, other.time_end_s)


def _median(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan
