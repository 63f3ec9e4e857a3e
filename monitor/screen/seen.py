"""What has been seen of a session: updates and the state of the stream, folded.

Every reading of a clock is the caller's (`now_s`); scanner times are `time_s`.  Nothing
here is drawn yet: `monitor.screen.display` makes a `Screen` of it.
"""

from __future__ import annotations

import json

from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.analysis.note import Note, NoteKind
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.update import Update
from monitor.protocol.read_protocol import settings_from
from monitor.run.stream_state import Stream
from monitor.run.worker_messages import VIEWER
from monitor.screen import notices as told
from monitor.screen.known import HEADLINE_S, LOW_WEIGHT, QUALITY, Known
from monitor.screen.parts import axis
from monitor.screen.parts import spectrum as spec
from monitor.screen.parts.tracks import Tracks
from monitor.screen.parts.waterfall import Stack
from monitor.screen.parts.windows import Windows
from monitor.screen.screen import Level, Message
from streams.errors import InputError
from streams.messages.transient import CONJUGATION_CONTRADICTED, Event

REFITTED = frozenset({"settings", "reference"})
"""Events after which the course is done again, which may take seconds."""
GAP_INTERVALS = 3.5  # longer than this without a transient: nothing was measured
VIEW = frozenset(
    {"outcome", "window", "step", "rejected_epochs", "fwhm_limit_hz", "snr_limit"}
    | {"drift_limit_hz_per_min"}
    | {"water_limit", "lipid_limit"}
)
"""Settings of an event that the view follows too."""


class Seen(Known):
    """Folds updates and the state of the stream into what is known."""

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
        self._take_missing(update, now_s)
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
        for note in dict.fromkeys(update.notes):
            self._take_note(note, now_s)

    def _take_note(self, note: Note, now_s: float) -> None:
        """Tell what the analysis noticed, for a while or as long as it holds."""
        if note.rule.stands:
            self.notices.stand(told.noted(note), self.time_s(), now_s)
        elif note.rule.log_only:
            self.notices.log_once(note, self.time_s())
        else:
            self.tell(told.noted(note), now_s)

    def hear(self, stream: Stream, now_s: float) -> None:
        """Take in the state of the stream."""
        sought = not (self._connected or stream.connected)  # it never was there yet
        logged = not sought and self.ended is None
        self.notices.hear(stream, self.time_s(), now_s, logged)
        self.stream = stream
        self._connected |= stream.connected
        self._heard_s = now_s if self._heard_s is None else self._heard_s

    def settle(self, now_s: float) -> None:
        """After many updates at once: the newest counts, passing sentences are gone."""
        self.notices.settle()
        self._headline = (now_s, self._newest_whole())
        self._track = (now_s, self.tracks.newest)

    def asked(self, kind: str, now_s: float) -> None:
        """The operator has asked for an event that is not yet in the recording."""
        if kind in REFITTED:
            self.notices.fitting_since_s = now_s
            return
        self.tell(told.sent(axis.label_of(Event(0.0, kind))), now_s)

    def refused(self, kind: str, why: str, now_s: float) -> None:
        """An event did not get into the recording."""
        self.notices.fitting_since_s = None
        self.tell(told.refused(axis.label_of(Event(0.0, kind)), why), now_s)

    def kept_here(self, kind: str, now_s: float) -> None:
        """A change was applied in this window and is not in the recording."""
        self.tell(told.kept_here(axis.label_of(Event(0.0, kind))), now_s)

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
        self.counted = self.counted and update.counted
        if update.settings is not None:
            hidden = self.settings.outcome_hidden or update.settings.outcome_hidden
            self.settings = update.settings.with_changes(outcome_hidden=hidden)
            self.reference_s = self.reference_s or update.settings.reference_s

    def _take_event(self, event: Event, now_s: float) -> None:
        self.events.append(event)
        if event.kind in REFITTED:
            self.notices.fitting_since_s = None
        if event.kind == "settings":
            self._take_settings(event.text, now_s)
        trouble = told.trouble(event)
        if event.kind == CONJUGATION_CONTRADICTED:
            self.notices.stand(told.contradicted(event), event.time_s, now_s)
        elif trouble is not None:
            self.tell(trouble, now_s)
        elif self.stream.playback is None and event.author != VIEWER:
            unseen = event.kind in axis.UNSEEN  # its text is not for reading
            label = told.change_of(event) if unseen else axis.label_of(event)
            self.tell(told.recorded(label, event.time_s), now_s)

    def _take_settings(self, text: str, now_s: float) -> None:
        """Follow the part of a settings event that only concerns the view."""
        try:
            view = VIEW - {"outcome"} if self.settings.outcome_hidden else VIEW
            table = {k: v for k, v in dict(json.loads(text)).items() if k in view}
            settings_from(table, self.settings.name)
            self.settings = self.settings.with_changes(**table)
        except (ValueError, TypeError, InputError) as error:
            said = f"Change of settings not understood: {error}"
            self.tell(told.noted(Note(NoteKind.REFUSED, said)), now_s)

    def _take_quality(self, update: Update, quality: Quality, now_s: float) -> None:
        if not self.epochs or quality.epoch != self.epochs[-1]:
            if self.epochs:
                self.gaps_s.append((self.time_s(), quality.time_s))
            self.epochs.append(quality.epoch)
            self.epoch_starts_s.append(quality.time_s)
        else:
            self._notice_gap(quality)
        self.quality.append(*(getattr(quality, name) for name in QUALITY))
        self.newest = quality
        self.low_weight += quality.weight < LOW_WEIGHT
        self._arrived_s = now_s
        if update.strip is not None:
            if self.stack is None:
                self.stack = Stack(self.interval_s)
            self.stack.add(quality.time_s, update.strip)

    def _notice_gap(self, quality: Quality) -> None:
        """Notice time in which nothing was measured."""
        if quality.time_s - self.time_s() > GAP_INTERVALS * self.interval_s:
            self.gaps_s.append((self.time_s(), quality.time_s))

    def _take_missing(self, update: Update, now_s: float) -> None:
        """Count transients that never came; an event about them says why itself."""
        self.missing += update.missing
        if update.missing > 0 and update.event is None:
            self.tell(told.gap(update.missing), now_s)

    def _take_course(self, update: Update, estimates: tuple[Estimate, ...]) -> None:
        """The course done again replaces all that was shown of it."""
        self.estimates = Windows(estimates)
        self.looked_at = {}
        self.reference_s = update.reference_s
        if update.tracks is not None:
            self.tracks = Tracks(update.tracks)
            self._track = (self._track[0], self.tracks.newest)

    def _take_estimate(
        self, estimate: Estimate, curves: Curves | None, now_s: float
    ) -> None:
        if self.estimates and _same_window(self.estimates[-1], estimate):
            self.estimates.pop()  # it came with the course done again
        self.estimates.append(estimate)
        if curves is not None:
            self.curves = curves
            if self.height is None:
                self.height = spec.height_of(curves)
        if now_s - self._headline[0] >= HEADLINE_S:
            self._headline = (now_s, self._newest_whole())
        self.notices.judge(self._judged(estimate), self._limits(), self.time_s(), now_s)


def _same_window(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates are of the same transients, whatever their numbers."""
    return (one.time_start_s, one.time_end_s) == (other.time_start_s, other.time_end_s)
