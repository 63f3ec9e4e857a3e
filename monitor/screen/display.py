"""Updates and the state of the stream in, a `Screen` out; no Qt, no own clock.

`Display` takes in what its base `Seen` says (`fold`, `hear`), with the reading of the
caller's clock; `screen` gives what is to be drawn at a given reading and changes
nothing but a cache, so that parts which did not change are the very same objects and
need no drawing.

Going back in a replay is folding the same updates again up to an earlier one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from monitor.analysis.course.response import meaningful
from monitor.analysis.fit.curves import Curves
from monitor.analysis.tracking.plasma import PLASMA
from monitor.protocol.settings import Settings
from monitor.screen import messages as say
from monitor.screen.parts import axis as times
from monitor.screen.parts import headline as head
from monitor.screen.parts import spectrum as spec
from monitor.screen.parts import strips as strip
from monitor.screen.parts import table as tab
from monitor.screen.parts import trend as course
from monitor.screen.parts.answer import answered
from monitor.screen.parts.footer import footer
from monitor.screen.parts.status import phase_words, status
from monitor.screen.screen import (
    Headline,
    Message,
    Overlay,
    Row,
    Screen,
    SpectrumView,
    Status,
    Strip,
    TimeAxis,
    Trend,
    Waterfall,
)
from monitor.screen.seen import Seen
from monitor.screen.words import clock

Part = TypeVar("Part")
BLINDED = "lines of the outcome left out"
PLOTS = frozenset({"trend", "strips", "spectrum", "waterfall"})


class Display(Seen):
    """What has been seen of a session, and how the operator wants to see it."""

    def __init__(self, settings: Settings, limit_percent: float = 30.0) -> None:
        super().__init__(settings)
        self.limit_percent = limit_percent
        self.by_tracker = False
        self.plasma = ""
        self._plot = ""
        self._cache: dict[str, tuple[Any, Any]] = {}

    def show(
        self,
        settings: Settings | None = None,
        limit: float | None = None,
        by_tracker: bool | None = None,
        plasma: str | None = None,
    ) -> None:
        """Let the operator choose how the session is seen.

        `plasma` names a published model of the drug's level; empty: none is drawn.
        """
        self.settings = settings or self.settings
        self.limit_percent = limit or self.limit_percent
        if by_tracker is not None:
            self.by_tracker = by_tracker
        if plasma is not None:
            self.plasma = plasma if plasma in PLASMA else ""
        self.revision += 1

    def screen(self, now_s: float, plot: str = "") -> Screen:
        """All that is to be drawn at this reading of the clock.

        Where a `plot` is named ("trend", "strips", "spectrum", "waterfall"), only that
        one is made anew: the others are as they were last.
        """
        self._plot = plot
        axis = self.time_axis()
        named = (self.acquisition, self.source, self.settings)
        return Screen(
            status=self._same("status", self._status(now_s)),
            headline=self._same("headline", self._headline_at(now_s)),
            trend=self._kept("trend", self.revision, lambda: self._trend(axis)),
            strips=self._kept("strips", self.revision, lambda: self._strips(axis)),
            spectrum=self._kept("spectrum", self._spectrum_key(), self._spectrum),
            waterfall=self._kept(
                "waterfall", self.revision, lambda: self._waterfall(axis)
            ),
            table=self._same("table", self._table(now_s)),
            messages=self._same("messages", self._messages(now_s)),
            playback=self.stream.playback,
            footer=self._kept("footer", named, lambda: footer(*named)),
            running=self.running,
        )

    @property
    def hidden(self) -> bool:
        """Whether the protocol hides the outcome."""
        return self.settings.outcome_hidden

    def _kept(self, name: str, key: Any, make: Callable[[], Part]) -> Part:
        held = self._cache.get(name)
        waits = bool(self._plot) and name in PLOTS and name != self._plot
        if held is None or (held[0] != key and not waits):
            held = (key, make())
            self._cache[name] = held
        part: Part = held[1]
        return part

    def _same(self, name: str, part: Part) -> Part:
        """The part shown before where the new one is equal to it."""
        return self._kept(name, part, lambda: part)

    def time_axis(self) -> TimeAxis:
        """The axis that everything on it shares."""
        return self._kept("axis", self.revision, self._axis)

    def _axis(self) -> TimeAxis:
        first = self.first_s()
        last = float(self.quality["time_s"][-1]) if len(self.quality) else first
        infusion = self.infusion()
        return times.time_axis(
            self.events,
            self.epoch_starts_s[1:],
            self.left_out_s(),
            self.reference_s,
            infusion,
            first,
            last,
        )

    def _status(self, now_s: float) -> Status:
        at = self.clock_s(now_s)
        phase = phase_words(self.infusion(), at)
        return status(
            self.stream,
            phase if len(self.quality) else "WAITING",
            at,
            self.ended is not None,
            len(self.quality),
            self.low_weight,
            self.age_s(now_s),
            self.settings.window,
            self.interval_s if len(self.quality) else None,
            self.starting(now_s),
        )

    def _headline_at(self, now_s: float) -> Headline:
        if self.hidden:
            return head.hidden()
        outcome, window = self.settings.outcome, self.settings.window
        estimate = self.estimate_at(now_s)
        full = min(window, self.estimates.most_transients or 1)
        if not meaningful(estimate, outcome, full, self.reference_s):
            estimate = None
        waiting = head.waiting_for(
            self.reference_s, window * self.interval_s, self.clock_s(now_s)
        )
        playback = self.stream.playback
        by_clock = playback is None or (playback.playing and playback.speed < math.inf)
        resting = self.ended is not None or not by_clock
        age = 0.0 if resting else self.age_s(now_s) or 0.0
        if self.by_tracker:
            point, span_s = self.track_at(now_s), window * self.interval_s
            found = head.tracked(point, outcome, span_s, self.reference_s)
            return head.of_tracker(found, outcome, waiting, age, self.wait_s())
        age = age if resting else max(age, self.overdue_s())
        return head.headline(estimate, outcome, waiting, age, self.wait_s())

    def _trend(self, axis: TimeAxis) -> Trend:
        plasma = self._plasma_on(axis)
        if self.hidden:
            return replace(course.hidden(axis, self.limit_percent), plasma=plasma)
        outcome = self.settings.outcome
        so_far = clock(self.clock_s(0.0) - self.first_s())
        note = f"reference period so far {so_far}; it ends when the infusion starts"
        made = course.trend(
            axis,
            self.estimates.course(outcome),
            self.tracks.band(outcome, axis.zero_s, self.gaps_s),
            outcome,
            self.limit_percent,
            self.reference_s,
            self.gaps_s,
            note if len(self.quality) else "no transients yet",
        )
        made = replace(made, plasma=plasma)
        answer = self.answers.get(outcome)
        if answer is None:
            return made
        begun_s, target = self.infusion()[0], self.settings.reference_target_percent
        said = answered(answer, begun_s or 0.0, target)
        return replace(made, title=f"{made.title}: {said}")

    def _plasma_on(self, axis: TimeAxis) -> Overlay | None:
        if not self.plasma:
            return None
        return course.plasma(self.plasma, axis, self.planned_infusion(), self.time_s())

    def _strips(self, axis: TimeAxis) -> tuple[Strip, ...]:
        q, s = self.quality, self.settings
        zero = axis.zero_s
        at = (q["time_s"] - zero) / 60
        gaps = [((start - zero) / 60, (end - zero) / 60) for start, end in self.gaps_s]
        drift = strip.drift_hz_per_min(q["time_s"], q["shift_hz"])
        strips = (
            strip.shift_strip(at, q["shift_hz"], drift, s.drift_limit_hz_per_min),
            strip.upper_strip("FWHM", "Hz", at, q["fwhm_hz"], s.fwhm_limit_hz),
            strip.lower_strip("SNR", "", at, q["snr"], s.snr_limit),
            strip.weight_strip(at, q["weight"]),
            strip.upper_strip("water", "", at, q["water"], s.water_limit),
            strip.upper_strip("lipid", "", at, q["lipid"], s.lipid_limit),
        )
        return tuple(strip.broken(one, gaps) for one in strips)

    def _spectrum_key(self) -> tuple[object, ...]:
        return id(self.curves), id(self.mean_curves), self.height, self.settings

    def _spectrum(self) -> SpectrumView | None:
        return None if self.curves is None else self.view_of(self.curves)

    def view_of(self, curves: Curves) -> SpectrumView:
        """A window's curves as they may be seen."""
        outcome = self.settings.outcome
        hidden = frozenset(n for n in spec.GROUPS if tab.tells_outcome(n, outcome))
        seen = self.mean_curves is not None and not self.hidden
        return spec.spectrum_view(
            curves,
            self.mean_curves,
            self.height or 1.0,
            "grey: before infusion" if seen else (BLINDED if self.hidden else ""),
            hidden if self.hidden else frozenset(),
            outcome,
        )

    def _waterfall(self, axis: TimeAxis) -> Waterfall | None:
        if self.stack is None:
            return None
        return self.stack.view(
            axis.zero_s, self.settings.outcome if self.hidden else None
        )

    def _table(self, now_s: float) -> tuple[Row, ...]:
        return tab.table(self.estimate_at(now_s), self.settings.outcome, self.hidden)

    def _messages(self, now_s: float) -> tuple[Message, ...]:
        heard = self._arrived_s if self._arrived_s is not None else self._heard_s
        age = 0.0 if heard is None else math.floor(now_s - heard)
        infusing = self.infusion()[0] is not None
        shown = self.notices.shown(
            self.stream, age, self.wait_s(), self.ended, now_s, infusing
        )
        if self.starting(now_s):
            shown = [say.begun(self.stream), *(m for m in shown if m.key != "stream")]
        if self.detectable is not None and not infusing and self.ended is None:
            s = self.settings
            target = s.reference_target_percent
            shown.append(
                say.of_reference(self.detectable, s.window, target, self.hidden)
            )
        if self.hidden:
            shown = [m for m in shown if not m.tells_outcome]
        return say.ordered(shown)

    def messages_so_far(self) -> list[tuple[float, Message]]:
        """The log with scanner times, s, but for what a blinded outcome could tell."""
        log = self.notices.log
        if not self.hidden:
            return log
        return [(t, m) for t, m in log if not m.tells_outcome]
