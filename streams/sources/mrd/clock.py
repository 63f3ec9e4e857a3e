"""Scanner time from the scanner's time stamps, across midnight and stepped clocks.

Stamps n_i count ticks of length tau from midnight, D of them a day.  Steps are taken to
lie within half a day,

    d_i = (n_i - n_(i-1) + D/2) mod D - D/2,    t_i = tau sum d_i + correction,

the sum being one of integers, so that times are exactly those of the stamps.  A step
that cannot be (backwards; or forwards when transients came at their pace so far and
this machine's clock says otherwise) is a clock that was set: scanner time then goes on
by this machine's clock, and that is said.  A pace is not asked for otherwise: a whole
series may arrive at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from streams.sources.mrd.rules import SIEMENS_TICK_S, TICK_S

DAY_S = 86_400.0
PACED = 3  # transients at their pace before this machine's clock may overrule
LEAST_JUMP_S = 10.0
TOLERANCE = 0.2


@dataclass(slots=True)
class StampClock:
    """Scanner time in s from the first transient of the session.

    Attributes
    ----------
    tick_s : length of a tick
    fixed : whether the tick was given, and is not to be fitted to TR
    notes : sentences about what was not as it should be, taken by the caller
    """

    tick_s: float
    fixed: bool
    notes: list[str]
    time_s: float = 0.0
    _ticks: int = 0
    _correction_s: float = 0.0
    _stamp: int | None = None
    _arrived_s: float = 0.0
    _paced: int = 0
    _judged: bool = False
    _first: bool = True  # in its series
    _still: bool = False  # whether it was said that stamps do not advance

    @property
    def started(self) -> bool:
        """Whether there was a transient."""
        return self._stamp is not None

    @property
    def settled(self) -> bool:
        """Whether other things can be placed: tick and place of the series known."""
        return not self._first and (self.fixed or self._judged)

    def transient(
        self, stamp: int, arrived_s: float, repetition_time_s: float | None
    ) -> float:
        """Time of a transient, s; `arrived_s` by a monotonic clock of this machine."""
        if self._stamp is None:
            self._stamp, self._arrived_s, self._first = stamp, arrived_s, False
            return self.time_s
        waited_s = max(arrived_s - self._arrived_s, 0.0)
        ticks = self._step(stamp, self._stamp)
        if not self._first:
            self._judge(ticks, repetition_time_s)
        self._advance(ticks, waited_s, repetition_time_s)
        self._stamp, self._arrived_s, self._first = stamp, arrived_s, False
        return self.time_s

    def other(self, stamp: int) -> float:
        """Time of something else that the scanner stamped, s."""
        if self._stamp is None:
            return self.time_s
        return self.time_s + self._step(stamp, self._stamp) * self.tick_s

    def new_series(self) -> None:
        """Forget the pace: between series anything may pass."""
        self._paced, self._first = 0, True

    def _step(self, stamp: int, before: int) -> int:
        day = round(DAY_S / self.tick_s)
        return (stamp - before + day // 2) % day - day // 2

    def _judge(self, ticks: int, repetition_time_s: float | None) -> None:
        """Choose the tick that makes the first step a TR."""
        if self._judged or ticks <= 0:
            return
        self._judged = True
        if repetition_time_s is None:
            return
        candidates = (self.tick_s,) if self.fixed else (SIEMENS_TICK_S, TICK_S)
        best = min(candidates, key=lambda tick: abs(ticks * tick - repetition_time_s))
        fits = abs(ticks * best / repetition_time_s - 1) < TOLERANCE
        if not fits:
            self.notes.append(
                f"Time stamps advance by {ticks * self.tick_s:g} s a transient with "
                f"ticks of {1e3 * self.tick_s:g} ms, but TR is {repetition_time_s:g} "
                "s: check tick_s in [mrd] of the protocol."
            )
        elif best != self.tick_s:
            self.notes.append(
                f"Time stamps count ticks of {1e3 * best:g} ms: with those of "
                f"{1e3 * self.tick_s:g} ms they would not fit TR."
            )
            self._correction_s += self._ticks * (self.tick_s - best)
            self.tick_s = best

    def _advance(
        self, ticks: int, waited_s: float, repetition_time_s: float | None
    ) -> None:
        step_s = ticks * self.tick_s
        instead_s = self._instead_s(step_s, waited_s, repetition_time_s)
        if instead_s is None:
            self._ticks += ticks
            off_s = abs(step_s - waited_s)
            self._paced = self._paced + 1 if off_s < max(0.25 * step_s, 0.2) else 0
        else:
            self._correction_s += instead_s
        self.time_s = self._ticks * self.tick_s + self._correction_s

    def _instead_s(
        self, step_s: float, waited_s: float, repetition_time_s: float | None
    ) -> float | None:
        """What the step was, if not what the stamps say."""
        usual_s = repetition_time_s or waited_s
        if step_s == 0:
            if not self._still:
                self.notes.append("Time stamps do not advance; times go by TR instead.")
            self._still = True
            return usual_s
        if step_s < 0:
            took_s = waited_s if self._paced >= PACED else usual_s
            took_s = max(waited_s, usual_s) if self._first else took_s
            self._note_step(step_s, took_s)
            return took_s
        if self._paced >= PACED and step_s > 2 * waited_s + LEAST_JUMP_S:
            self._note_step(step_s, waited_s)
            return waited_s
        return None

    def _note_step(self, step_s: float, took_s: float) -> None:
        self.notes.append(
            f"The scanner's clock stepped by {step_s - took_s:+.1f} s; scanner time "
            f"goes on by {took_s:.2f} s."
        )
