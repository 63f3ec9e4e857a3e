"""Scanner time of a publisher's run, which only goes forward.

A publisher says when each excitation was.  A time that cannot follow the one before
(back by more than half a TR; forward by far more than this machine's clock has seen
pass, once transients came at their pace; or by more than a day) is a clock that was
set: time goes on by this machine's clock, and a new epoch begins, since how long it
really took is not known.  A time that merely does not advance goes on by TR.  What by
the scanner's counter was measured before the last transient came late: no clock was
set, and it stands right behind that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.messages.scanner_counter import JUMPED, LateTransients

DAY_S = 86_400.0
PACED = 3  # transients at their pace before this machine's clock may overrule
LEAST_JUMP_S = 10.0  # a smaller step ahead may be a pause or a delay, not a set clock
LEAST_STEP_S = 1e-3  # by which a time advances at least, where no TR is known
USUAL_STEPS = 5.0  # steps that a burst after a pause may seem to go ahead


@dataclass(frozen=True, slots=True)
class RunTime:
    """A time in the run, s; `said` is empty where it is the publisher's own.

    `epoch`: whether nothing may be averaged across from before.
    """

    time_s: float
    said: str = ""
    epoch: bool = False


@dataclass(slots=True)
class TimeLine:
    """Places the times of one run.

    Attributes
    ----------
    repetition_time_s : TR, s, where it is known
    time_s : of the last transient, s
    """

    repetition_time_s: float | None = None
    time_s: float = 0.0
    _offset_s: float = 0.0
    _given_s: float | None = None
    _arrived_s: float = 0.0
    _paced: int = 0
    _still: bool = False  # whether it was said that times do not advance
    _late: LateTransients = field(default_factory=LateTransients)

    def transient(
        self, given_s: float, arrived_s: float, count: int | None = None
    ) -> RunTime:
        """Time of a transient; `arrived_s` by a monotonic clock of this machine.

        `count` is the scanner's, where it is known.
        """
        late = count is not None and self._late.take(count)
        if late and given_s + self._offset_s <= self.time_s:
            self.time_s += LEAST_STEP_S
            return RunTime(self.time_s)
        before_s, self._given_s = self._given_s, given_s
        waited_s, self._arrived_s = arrived_s - self._arrived_s, arrived_s
        placed = (
            self._first(given_s)
            if before_s is None
            else self._next(given_s, given_s - before_s, max(waited_s, 0.0))
        )
        self.time_s = placed.time_s
        return placed

    def event(self, given_s: float) -> RunTime:
        """Time of an event; one more than a day off is when it came."""
        time_s = given_s + self._offset_s
        if self._given_s is None or abs(time_s - self.time_s) <= DAY_S:
            return RunTime(self.time_s if abs(time_s) > DAY_S else time_s)
        return RunTime(
            self.time_s,
            f"An event has time_s {given_s:g}, more than a day off: it is placed at "
            "the last transient.",
        )

    def _first(self, given_s: float) -> RunTime:
        if abs(given_s) <= DAY_S:
            return RunTime(given_s)
        self._offset_s = -given_s
        return RunTime(
            0.0,
            f"The first transient has time_s {given_s:g}, which is no time in s from "
            "the first transient: times count from it now.",
        )

    def _next(self, given_s: float, step_s: float, waited_s: float) -> RunTime:
        usual_s = max(self.repetition_time_s or waited_s, LEAST_STEP_S)
        if step_s < -usual_s / 2 or self._ahead(step_s, waited_s, usual_s):
            return self._jump(given_s, step_s, max(waited_s, usual_s))
        self._pace(step_s, waited_s)
        time_s = given_s + self._offset_s
        if time_s > self.time_s:
            return RunTime(time_s)
        remark = (
            "" if self._still else "time_s does not advance: times go by TR instead."
        )
        self._still = True
        return RunTime(self.time_s + usual_s, remark)

    def _ahead(self, step_s: float, waited_s: float, usual_s: float) -> bool:
        least_s = max(LEAST_JUMP_S, USUAL_STEPS * usual_s)
        paced = self._paced >= PACED and step_s > 2 * waited_s + least_s
        return paced or step_s > DAY_S

    def _pace(self, step_s: float, waited_s: float) -> None:
        off_s = abs(step_s - waited_s)
        self._paced = self._paced + 1 if off_s < max(0.25 * step_s, 0.2) else 0

    def _jump(self, given_s: float, step_s: float, took_s: float) -> RunTime:
        self._paced = 0
        time_s = self.time_s + took_s
        self._offset_s = time_s - given_s
        remark = (
            f"{JUMPED} by {step_s:+.6g} s: time goes on by this machine's clock, "
            "in a new epoch."
        )
        return RunTime(time_s, remark, epoch=True)
