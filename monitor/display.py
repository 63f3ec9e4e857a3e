"""Updates and the state of the stream in, a `Screen` out; no Qt, no own clock.

`Display` owns what has been seen so far.  `fold` takes an update, `hear` the state of
the stream, both with the reading of the caller's clock; `screen` gives what is to be
drawn at a given reading and changes nothing but a cache, so that parts which did not
change are the very same objects and need no drawing.

Going back in a replay is folding the same updates again up to an earlier one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import numpy as np

from monitor.analysis.quality import Quality
from monitor.analysis.response import Estimate
from monitor.analysis.update import Curves, TrackerPoint, Update
from monitor.screen import headline as head
from monitor.screen import messages as say
from monitor.screen import spectrum as spec
from monitor.screen import strips as strip
from monitor.screen import table as tab
from monitor.screen import trend as course
from monitor.screen.columns import Columns
from monitor.screen.parts import (
    Headline,
    Level,
    Message,
    Row,
    Screen,
    SpectrumView,
    Status,
    Stream,
    Strip,
    TimeAxis,
    Trend,
    Waterfall,
)
from monitor.screen.status import phase_words, status
from monitor.screen.waterfall import Stack
from monitor.screen.words import clock
from monitor.settings import Settings, settings_from
from streams.errors import InputError
from streams.transient import Acquisition, Event

Part = TypeVar("Part")
HEADLINE_S = 2.0  # the number changes at most this often
LOW_WEIGHT = 0.1
QUALITY = ("time_s", "shift_hz", "fwhm_hz", "snr", "weight", "water", "lipid")
VIEW = frozenset(
    {"outcome", "fwhm_limit_hz", "snr_limit", "drift_limit_hz_per_min"}
    | {"water_limit", "lipid_limit"}
)
TREND_LIMITS = (10.0, 20.0, 30.0, 50.0, 100.0)


class Display:
    """What has been seen of a session, and how the operator wants to see it."""

    def __init__(self, settings: Settings, limit_percent: float = 30.0) -> None:
        self.settings = settings
        self.limit_percent = limit_percent
        self.stream = Stream()
        self.acquisition: Acquisition | None = None
        self.source = ""
        self.ended: str | None = None
        self.events: list[Event] = []
        self.epoch_starts_s: list[float] = []
        self.reference_s: tuple[float, float] | None = settings.reference_s
        self.estimates: list[Estimate] = []
        self.tracks: list[TrackerPoint] = []
        self._course = course.CourseColumns()
        self._tracked = course.TrackColumns()
        self.quality = Columns(QUALITY)
        self.newest: Quality | None = None
        self.curves: Curves | None = None
        self.mean_curves: Curves | None = None
        self.low_weight = 0
        self.failed = ""
        self.log: list[tuple[float, Message]] = []
        self.seq = -1
        self._height = 1.0
        self._height_fixed = False
        self._stack: Stack | None = None
        self._arrived_s: float | None = None
        self._heard_s: float | None = None
        self._behind_since_s: float | None = None
        self._watches: dict[str, say.Watch] = {}
        self._timed: list[tuple[float, Message]] = []
        self._headline: tuple[float, Estimate | None] = (-math.inf, None)
        self._epoch = -1
        self._revision = 0
        self._cache: dict[str, tuple[Any, Any]] = {}

    # -- taking in ---------------------------------------------------------------

    def fold(self, update: Update, now_s: float) -> None:
        """Take in what one message caused."""
        self._revision += 1
        self.seq = max(self.seq, update.seq)
        self.settings = update.settings or self.settings
        self.source = update.source or self.source
        self.acquisition = update.acquisition or self.acquisition
        self.ended = update.ended if update.ended is not None else self.ended
        if update.event is not None:
            self._take_event(update.event, now_s)
        if update.quality is not None:
            self._take_quality(update, update.quality, now_s)
        if update.course is not None:
            self._take_course(update, update.course)
        if update.reference_curves is not None:
            self.mean_curves = update.reference_curves
            self._height = spec.height_of(update.reference_curves)
            self._height_fixed = True
        if update.estimate is not None:
            self._take_estimate(update.estimate, update.curves, now_s)
        if update.tracker is not None:
            self.tracks.append(update.tracker)
        for sentence in update.notes:
            self._note(sentence, now_s)

    def hear(self, stream: Stream, now_s: float) -> None:
        """Take in the state of the stream."""
        if stream.lag <= say.LAG_ALLOWED:
            self._behind_since_s = None
        elif self._behind_since_s is None:
            self._behind_since_s = now_s
        self.stream = stream
        self._heard_s = now_s if self._heard_s is None else self._heard_s

    def settle(self, now_s: float) -> None:
        """After many updates at once: the newest counts, passing sentences are gone."""
        self._timed = []
        self._headline = (now_s, self.estimates[-1] if self.estimates else None)

    def show(
        self, settings: Settings | None = None, limit: float | None = None
    ) -> None:
        """Let the operator choose other settings or another scale of the trend."""
        self.settings = settings or self.settings
        self.limit_percent = limit or self.limit_percent
        self._revision += 1

    def asked(self, kind: str, now_s: float) -> None:
        """The operator has asked for an event that is not yet in the recording."""
        label = course.label_of(Event(0.0, kind))
        self._say(Message("event", Level.NOTE, f"{label}: sent", "", 0.0), now_s)

    def refused(self, kind: str, why: str, now_s: float) -> None:
        """An event did not get into the recording."""
        said = f"Not recorded: {course.label_of(Event(0.0, kind))}"
        self._say(Message("event", Level.ATTENTION, said, why, 0.0), now_s)

    def _take_event(self, event: Event, now_s: float) -> None:
        self.events.append(event)
        if event.kind == "settings":
            self._take_settings(event.text, now_s)
        if event.kind not in course.UNSEEN and self.stream.playback is None:
            at = clock(event.time_s - self._first_s())
            said = f"{course.label_of(event)}: recorded at {at}"
            self._say(Message("event", Level.NOTE, said, "", 0.0), now_s)

    def _take_settings(self, text: str, now_s: float) -> None:
        """Follow the part of a settings event that only concerns the view."""
        try:
            table = {k: v for k, v in dict(json.loads(text)).items() if k in VIEW}
            settings_from(table, self.settings.name)
            self.settings = self.settings.changed(**table)
        except (ValueError, TypeError, InputError) as error:
            self._note(f"Change of settings not understood: {error}", now_s)

    def _take_quality(self, update: Update, quality: Quality, now_s: float) -> None:
        if quality.epoch != self._epoch:
            self._epoch = quality.epoch
            self.epoch_starts_s.append(quality.time_s)
        else:
            self._notice_gap(quality, now_s)
        self.quality.append(*(getattr(quality, name) for name in QUALITY))
        self.newest = quality
        self.low_weight += quality.weight < LOW_WEIGHT
        self._arrived_s = now_s
        if update.strip is not None:
            if self._stack is None:
                self._stack = Stack(self.interval_s)
            self._stack.add(quality.time_s, update.strip)

    def _take_course(self, update: Update, estimates: tuple[Estimate, ...]) -> None:
        """The course done again replaces all that was shown of it."""
        self.estimates = list(estimates)
        self._course.again()
        self.reference_s = update.reference_s
        if update.tracks is not None:
            self.tracks = list(update.tracks)
            self._tracked.again()

    def _take_estimate(
        self, estimate: Estimate, curves: Curves | None, now_s: float
    ) -> None:
        if self.estimates and _same_window(self.estimates[-1], estimate):
            self.estimates.pop()  # it came with the course done again
            self._course.again()
        self.estimates.append(estimate)
        if curves is not None:
            self.curves = curves
            if not self._height_fixed:
                self._height, self._height_fixed = spec.height_of(curves), True
        shown_s, _ = self._headline
        if now_s - shown_s >= HEADLINE_S:
            self._headline = (now_s, estimate)
        self._watches = say.judged(
            self._watches, self._judged(estimate), self._limits(), now_s
        )

    def _notice_gap(self, quality: Quality, now_s: float) -> None:
        step = quality.time_s - float(self.quality["time_s"][-1])
        missing = round(step / self.interval_s) - 1
        if missing > 0:
            said = f"{missing} transient{'s' if missing > 1 else ''} missing"
            action = "check the export on the console; the windows go on"
            self._say(Message("gap", Level.ATTENTION, said, action, 0.0), now_s)

    def _say(self, message: Message, now_s: float) -> None:
        """Keep a sentence for a while on the screen and for ever in the log."""
        times = self.quality["time_s"]
        self.log.append((float(times[-1]) if len(times) else 0.0, message))
        self._timed = [(t, m) for t, m in self._timed if now_s - t < say.KEPT_S]
        self._timed.append((now_s, message))

    def _note(self, sentence: str, now_s: float) -> None:
        self._say(Message("note", Level.NOTE, sentence, "", 0.0), now_s)

    # -- figures -----------------------------------------------------------------

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
    def hidden(self) -> bool:
        """Whether the protocol hides the outcome."""
        return self.settings.outcome_hidden

    def _first_s(self) -> float:
        return float(self.quality["time_s"][0]) if len(self.quality) else 0.0

    def _clock_s(self, now_s: float) -> float:
        """Scanner time now, which stands still where no transient comes."""
        if not len(self.quality) or self._arrived_s is None:
            return 0.0
        since = min(now_s - self._arrived_s, self.interval_s)
        live = self.stream.playback is None and self.ended is None
        return float(self.quality["time_s"][-1]) + (max(0.0, since) if live else 0.0)

    def _judged(self, estimate: Estimate) -> say.Judged:
        of = self.settings.window
        recent = {name: self.quality[name][-of:] for name in QUALITY}
        return say.Judged(
            fwhm_hz=estimate.fwhm_hz,
            snr=_median(recent["snr"]),
            drift_hz_per_min=strip.drift_hz_per_min(
                self.quality["time_s"], self.quality["shift_hz"]
            ),
            water=_median(recent["water"]),
            lipid=_median(recent["lipid"]),
            rejected=int(np.sum(recent["weight"] < LOW_WEIGHT)),
            of=len(recent["weight"]),
            converged=estimate.converged,
        )

    def _limits(self) -> say.Limits:
        s = self.settings
        return say.Limits(
            s.fwhm_limit_hz,
            s.snr_limit,
            s.drift_limit_hz_per_min,
            s.water_limit,
            s.lipid_limit,
        )

    # -- giving out --------------------------------------------------------------

    def screen(self, now_s: float) -> Screen:
        """All that is to be drawn at this reading of the clock."""
        axis = self._kept("axis", self._revision, self._axis)
        return Screen(
            status=self._same("status", self._status(now_s)),
            headline=self._same("headline", self._headline_at(now_s)),
            trend=self._kept("trend", self._revision, lambda: self._trend(axis)),
            strips=self._kept("strips", self._revision, lambda: self._strips(axis)),
            spectrum=self._kept("spectrum", self._spectrum_key(), self._spectrum),
            waterfall=self._kept(
                "waterfall", self._revision, lambda: self._waterfall(axis)
            ),
            table=self._same("table", self._table(now_s)),
            messages=self._same("messages", self._messages(now_s)),
            playback=self.stream.playback,
            footer=self._kept(
                "footer", (self.acquisition, self.source, self.settings), self._footer
            ),
            running=self.running,
        )

    @property
    def running(self) -> bool:
        """Whether a live session is under way, so that closing should ask."""
        live = self.stream.playback is None and self.ended is None
        return live and len(self.quality) > 0

    def _kept(self, name: str, key: Any, make: Callable[[], Part]) -> Part:
        held = self._cache.get(name)
        if held is None or held[0] != key:
            held = (key, make())
            self._cache[name] = held
        part: Part = held[1]
        return part

    def _same(self, name: str, part: Part) -> Part:
        """The part shown before where the new one is equal to it."""
        return self._kept(name, part, lambda: part)

    def _axis(self) -> TimeAxis:
        first = self._first_s()
        last = float(self.quality["time_s"][-1]) if len(self.quality) else first
        infusion = self._infusion()
        return course.time_axis(
            self.events,
            self.epoch_starts_s[1:],
            self.reference_s,
            infusion,
            first,
            last,
        )

    def _infusion(self) -> tuple[float | None, float | None]:
        start, stop = course.infusion_of(self.events)
        planned = self.settings.infusion_s
        times = self.quality["time_s"]
        if start is None and planned and len(times) and times[-1] >= planned[0]:
            return planned
        return start, stop

    def _status(self, now_s: float) -> Status:
        at = self._clock_s(now_s)
        phase = phase_words(self._infusion(), self._first_s(), at)
        return status(
            self.stream,
            phase if len(self.quality) else "WAITING",
            at,
            self.ended is not None,
            len(self.quality),
            self.low_weight,
            self._age_s(now_s),
            self.settings.window,
            self.interval_s if len(self.quality) else None,
        )

    def _age_s(self, now_s: float) -> float | None:
        """Age of the newest transient in whole seconds."""
        return None if self._arrived_s is None else math.floor(now_s - self._arrived_s)

    def _wait_s(self) -> float:
        """Time in which the next transient is due, by the caller's clock."""
        playback = self.stream.playback
        slow = min(1.0, playback.speed) if playback else 1.0
        return self.interval_s / max(slow, 1e-3)

    def _headline_at(self, now_s: float) -> Headline:
        if self.hidden:
            return head.hidden()
        outcome, window = self.settings.outcome, self.settings.window
        estimate = self._estimate_at(now_s)
        full = min(window, max((e.n_transients for e in self.estimates), default=1))
        if not head.meaningful(estimate, outcome, full, self.reference_s):
            estimate = None
        waiting = head.waiting_for(
            self.reference_s, window * self.interval_s, self._clock_s(now_s)
        )
        playback = self.stream.playback
        resting = self.ended is not None or (playback and not playback.playing)
        age = 0.0 if resting else self._age_s(now_s) or 0.0
        return head.headline(estimate, outcome, waiting, age, self._wait_s())

    def _estimate_at(self, now_s: float) -> Estimate | None:
        """The estimate for headline and table, held for `HEADLINE_S`."""
        shown_s, estimate = self._headline
        if now_s - shown_s >= HEADLINE_S and self.estimates:
            estimate = self.estimates[-1]
        return self._as_done_again(estimate)

    def _as_done_again(self, estimate: Estimate | None) -> Estimate | None:
        """The same window in the course as it stands now."""
        if estimate is None:
            return None
        for other in reversed(self.estimates):
            if _same_window(other, estimate):
                return other
        return self.estimates[-1] if self.estimates else None

    def _trend(self, axis: TimeAxis) -> Trend:
        if self.hidden:
            return course.hidden(axis, self.limit_percent)
        outcome = self.settings.outcome
        zero = course.zero_of(axis, self._first_s())
        so_far = clock(self._clock_s(0.0) - self._first_s())
        note = f"reference period so far {so_far}; it ends when the infusion starts"
        return course.trend(
            axis,
            self._course.course(self.estimates, outcome),
            self._tracked.band(self.tracks, outcome, zero),
            outcome,
            self.limit_percent,
            zero,
            self.reference_s,
            note if len(self.quality) else "no transients yet",
        )

    def _strips(self, axis: TimeAxis) -> tuple[Strip, ...]:
        q, s = self.quality, self.settings
        at = (q["time_s"] - course.zero_of(axis, self._first_s())) / 60
        drift = strip.drift_hz_per_min(q["time_s"], q["shift_hz"])
        return (
            strip.shift_strip(at, q["shift_hz"], drift, s.drift_limit_hz_per_min),
            strip.upper_strip("FWHM", "Hz", at, q["fwhm_hz"], s.fwhm_limit_hz),
            strip.lower_strip("SNR", "", at, q["snr"], s.snr_limit),
            strip.weight_strip(at, q["weight"]),
        )

    def _spectrum_key(self) -> tuple[object, ...]:
        return (id(self.curves), id(self.mean_curves), self._height, self.settings)

    def _spectrum(self) -> SpectrumView | None:
        if self.curves is None:
            return None
        outcome = self.settings.outcome
        hidden = frozenset(n for n in spec.GROUPS if tab.tells_outcome(n, outcome))
        seen = self.mean_curves is not None and not self.hidden
        caption = "grey: before infusion" if seen else ""
        return spec.spectrum_view(
            self.curves,
            self.mean_curves,
            self._height,
            caption,
            hidden if self.hidden else frozenset(),
        )

    def _waterfall(self, axis: TimeAxis) -> Waterfall | None:
        if self._stack is None:
            return None
        return self._stack.view(course.zero_of(axis, self._first_s()))

    def _table(self, now_s: float) -> tuple[Row, ...]:
        return tab.table(self._estimate_at(now_s), self.settings.outcome, self.hidden)

    def _messages(self, now_s: float) -> tuple[Message, ...]:
        heard = self._arrived_s if self._arrived_s is not None else self._heard_s
        age = 0.0 if heard is None else math.floor(now_s - heard)
        shown = say.of_stream(self.stream, age, self._wait_s(), self.ended)
        since = self._behind_since_s
        if since is not None and self.stream.playback is None:
            shown += say.behind(self.stream.lag, now_s - since)
        if self.failed:
            shown.insert(0, say.stopped(self.failed))
        shown += say.of_windows(self._watches, now_s)
        shown += say.recent(self._timed, now_s)
        if self.hidden:
            shown = [m for m in shown if not say.tells(m, self.settings.outcome)]
        return say.ordered(shown)

    def _footer(self) -> str:
        a = self.acquisition
        if a is None:
            return ""
        repetition = a.repetition_time_s
        voxel = a.voxel_mm
        parts = (
            f"{a.sequence or 'sequence ?'} TE {1e3 * a.echo_time_s:.0f} ms",
            f"TR {1e3 * repetition:.0f} ms" if repetition else "TR ?",
            f"{a.spectrometer_frequency_mhz:.2f} MHz {a.nucleus}",
            "voxel " + ("×".join(f"{v:g}" for v in voxel) + " mm" if voxel else "?"),
            f"{a.coils} coil{'s' if a.coils > 1 else ''}",
            self.source,
            f"v{_version()}",
            f"protocol {self.settings.name} {settings_hash(self.settings)}",
        )
        return " · ".join(part for part in parts if part)


def settings_hash(settings: Settings) -> str:
    """First eight digits of the hash of every setting."""
    return sha256(repr(settings.as_dict()).encode()).hexdigest()[:8]


def wider(limit: float, steps: int, limits: Sequence[float] = TREND_LIMITS) -> float:
    """The scale of the trend so many steps wider (narrower where negative)."""
    nearest = min(range(len(limits)), key=lambda i: abs(limits[i] - limit))
    return limits[min(len(limits) - 1, max(0, nearest + steps))]


def _same_window(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates are of the same transients, whatever their numbers."""
    return (one.time_start_s, one.time_end_s) == (other.time_start_s, other.time_end_s)


def _median(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan


@cache
def _version() -> str:
    try:
        return version("mrs-monitor")
    except PackageNotFoundError:
        return "?"
