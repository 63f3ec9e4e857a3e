"""All that is known of a session so far, and the figures that follow from it.

Every reading of a clock is the caller's (`now_s`); scanner times are `time_s`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from monitor.analysis.course.detectable import Detectable
from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.point import TrackerPoint
from monitor.protocol.settings import Settings
from monitor.run.stream_state import Stream
from monitor.screen import messages as say
from monitor.screen.notices import Notices
from monitor.screen.parts import axis
from monitor.screen.parts.axis import Span
from monitor.screen.parts.columns import Columns
from monitor.screen.parts.strips import drift_hz_per_min
from monitor.screen.parts.tracks import Tracks
from monitor.screen.parts.waterfall import Stack
from monitor.screen.parts.windows import Windows
from streams.messages.transient import Acquisition, Event

HEADLINE_S = 2.0  # the number changes at most this often
START_S = 6.0  # in which nobody worries about a stream that is not there yet
RECENT = 12  # windows among which the headline's is looked for
LOW_WEIGHT = 0.1
QUALITY = ("time_s", "shift_hz", "fwhm_hz", "snr", "weight", "water", "lipid")


class Known:
    """One owner, one thread; `monitor.screen.seen` takes in what is new."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stream = Stream()
        self.acquisition: Acquisition | None = None
        self.source = ""
        self.ended: str | None = None
        self.events: list[Event] = []
        self.epochs: list[int] = []  # numbers of those with transients, in order
        self.epoch_starts_s: list[float] = []
        self.gaps_s: list[Span] = []  # between neighbours, where nothing was measured
        self.reference_s: tuple[float, float] | None = settings.reference_s
        self.estimates = Windows()
        self.tracks = Tracks()
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
        self.counted = True  # whether missing ones could be seen
        self.notices = Notices()
        self.seq = -1
        self.revision = 0
        self._arrived_s: float | None = None
        self._heard_s: float | None = None
        self._connected = False  # at any time so far
        self._headline: tuple[float, Estimate | None] = (-math.inf, None)
        self._track: tuple[float, TrackerPoint | None] = (-math.inf, None)

    @property
    def interval_s(self) -> float:
        """Time between transients: the protocol's TR, else as they arrive; s."""
        if self.acquisition and self.acquisition.repetition_time_s:
            return self.acquisition.repetition_time_s
        times = self.quality["time_s"]
        if len(times) < 3:
            return self.settings.expect_repetition_time_s or 2.0
        return max(1e-3, float(np.median(np.diff(times[-50:]))))

    def starting(self, now_s: float) -> bool:
        """Whether a stream that was never there may still be on its way."""
        late = self._heard_s is not None and now_s - self._heard_s >= START_S
        late = late and not self.stream.idle
        return not (self._connected or late or self.notices.failed)

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
        last = self.events[-1].time_s if self.events else 0.0
        return max(self.time_s() + (max(0.0, since) if live else 0.0), last)

    def age_s(self, now_s: float) -> float | None:
        """Age of the newest transient in whole seconds."""
        return None if self._arrived_s is None else math.floor(now_s - self._arrived_s)

    def overdue_s(self) -> float:
        """Age of the newest whole window where the next ought to be there, else 0; s.

        At the beginning of an epoch a window must fill again, and a window that was
        opened late has messages to catch up with.
        """
        newest = self._newest_whole()
        age_s = 0.0 if newest is None else self.time_s() - newest.time_end_s
        if self.stream.playback is None:
            age_s += self.stream.lag * self.interval_s
        return age_s if age_s > 2 * self.settings.step * self.interval_s else 0.0

    def wait_s(self) -> float:
        """Time in which the next transient is due, by the caller's clock."""
        playback = self.stream.playback
        slow = min(1.0, playback.speed) if playback else 1.0
        return self.interval_s / max(slow, 1e-3)

    def infusion(self) -> tuple[float | None, float | None]:
        """Start and stop of the infusion, s, as recorded or as planned."""
        start, stop = axis.infusion_of(self.events)
        planned = self.settings.infusion_s
        times = self.quality["time_s"]
        if start is None and planned and len(times) and times[-1] >= planned[0]:
            return planned
        return start, stop

    def planned_infusion(self) -> Span | None:
        """Start and stop, s: as marked, else as long as the protocol plans."""
        start, stop = self.infusion()
        length = self.settings.infusion_length_s
        if start is not None and stop is None and length is not None:
            stop = start + length
        return None if start is None or stop is None else (start, stop)

    def left_out_s(self) -> tuple[Span, ...]:
        """Spans of the epochs that the operator leaves out, s."""
        ends = [*self.epoch_starts_s[1:], self.time_s() + self.interval_s]
        spans = zip(self.epochs, self.epoch_starts_s, ends, strict=False)
        left_out = self.settings.rejected_epochs
        return tuple((start, end) for n, start, end in spans if n in left_out)

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
            return self.tracks.newest
        return point

    def _as_done_again(self, estimate: Estimate | None) -> Estimate | None:
        """The same window in the course as it stands now."""
        if estimate is None:
            return None
        return self.estimates.same(estimate) or self._newest_whole()

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


def _median(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan
