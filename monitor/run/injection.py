"""A known change put into copies of a session's own transients, and read back.

A proof of the processing in this subject.  The copies are of the time before the
infusion, in which nothing changes: its first half is their reference period, and from
its middle on `PERCENT` of the fitted glutamate are added to every transient, in its own
frequency and phase, once as a step, once rising to the end.  Each copy goes through the
whole pipeline (coils where they are still apart, alignment, weights, rejection,
baseline, windows, tracker) as a session of its own; a further one gets nothing, and
what its data decide with a yes or a no (`Choices`) holds for all of them: a copy
differs from it by what was put in, and by what that does to weights and rejection.

It holds no response, so that it tells nothing of the outcome.  What it cannot see: a
wrong level of glutamate (it adds percents of what the fit finds), and so macromolecules
or a line shape that are not the fit's.  How well the level is known is `level_sd`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from math import inf, isfinite, nan

import numpy as np

from monitor.analysis.choices import Choices
from monitor.analysis.course.fitted_signal import (
    change_by,
    fitted_fid,
    level_sds_percent,
)
from monitor.analysis.course.response import Z95
from monitor.analysis.course.window_changes import changes_of
from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.signal.spectrum import Complex, moved
from monitor.analysis.tracking.tracker import TRACKED
from monitor.protocol.choose import Wishes
from monitor.run.known_change import (
    GLUTAMATE,
    NOTHING,
    PERCENT,
    RISE,
    STEP,
    Halves,
    Injection,
    Intervals,
    Recovery,
    halves_before,
)
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import Event, Message, Transient

FALLBACK = "Glu/tCr"  # where the protocol's outcome is not tracked, or is not Glu's


def halves_in(result: Result) -> Halves | None:
    """Halves of a session's reference period, which no infusion has reached."""
    if result.reference_s is None:
        return None
    return halves_before(result.qualities, result.reference_s, result.marks.start_s)


def inject(
    messages: Callable[[], Iterable[Message]],
    wishes: Wishes,
    halves: Halves,
    pause: Callable[[], None] = lambda: None,
) -> Injection | None:
    """Put a step and a rise into copies of a session, and read them back.

    `messages` gives those of the session from its start, as they came or with their
    coils combined, as often as it is asked.  `pause` is called between them.

    Returns
    -------
    None where no copy can be fitted, or the basis set has no glutamate.

    Raises
    ------
    InputError : see `SessionRun.push`
    """
    of_copies = _wishes(wishes, halves)

    def copy(put: Callable[[Message], Message], held: Choices | None = None) -> Result:
        run = SessionRun(of_copies, live=False, held=held)
        for message in _until(messages(), halves.end_s):
            run.push(put(message))
            pause()
        return run.finish()[1]

    plain = copy(lambda message: message)
    glutamate = _Glutamate.of(plain)
    if glutamate is None:
        return None
    held = Choices.of(plain.course, plain.tracking)
    read = {
        course: copy(partial(glutamate.put_into, halves=halves, course=course), held)
        for course in (STEP, RISE)
    }
    return _compare(plain, read, halves)


def _wishes(wishes: Wishes, halves: Halves) -> Wishes:
    """The session's own, but the reference period ends where something is put in."""
    periods = {
        "reference_s": (halves.start_s, halves.middle_s),
        "infusion_s": (halves.middle_s, halves.end_s + 1.0),
        "override": True,
    }
    return replace(wishes, changes={**wishes.changes, **periods})


def _until(messages: Iterable[Message], end_s: float) -> Iterable[Message]:
    """What came up to a time, without reference periods that were marked."""
    for message in messages:
        body = message.body
        if isinstance(body, Transient) and body.time_s > end_s:
            return
        if not (isinstance(body, Event) and body.kind == "reference"):
            yield message


@dataclass(frozen=True, slots=True)
class _Glutamate:
    """The fitted glutamate (points,) and how each transient came.

    Attributes
    ----------
    qualities : by number of the message
    """

    fid: Complex
    dwell_time_s: float
    aligned: bool
    qualities: dict[int, Quality]
    combination: Combination

    @staticmethod
    def of(result: Result) -> _Glutamate | None:
        """That of a session's last epoch."""
        course, combination = result.course, result.combination
        session = course.sessions.get(course.epochs[-1]) if course.epochs else None
        if session is None or combination is None or course.reference is None:
            return None
        fid = fitted_fid(session, GLUTAMATE)
        if fid is None:
            return None
        qualities = {q.seq: q for q in course.qualities}
        dwell_s = session.problem.model.dwell_time_s
        return _Glutamate(fid, dwell_s, course.aligned, qualities, combination)

    def put_into(self, message: Message, halves: Halves, course: str) -> Message:
        """A message with what is put in at its time; one that is none as it is."""
        body, quality = message.body, self.qualities.get(message.seq)
        if not isinstance(body, Transient) or quality is None:
            return message
        percent = halves.percent(course, body.time_s)
        if percent == 0 or not np.any(body.fid):
            return message
        fid = 0.01 * percent * self.fid
        if self.aligned:
            turned = quality.shift_hz, quality.phase_rad
            fid = moved(fid, self.dwell_time_s, *turned)
        apart = len(body.fid) == self.combination.coil_count
        more = self.combination.spread(fid) if apart else fid[np.newaxis]
        put = np.asarray(body.fid + more, body.fid.dtype)
        return replace(message, body=replace(body, fid=put))


def _compare(
    plain: Result, read: dict[str, Result], halves: Halves
) -> Injection | None:
    """What was put in beside what was read."""
    course, outcomes = plain.course, plain.course.outcomes
    session, reference = course.sessions[course.epochs[-1]], course.reference
    if outcomes is None or reference is None:
        return None
    outcome = plain.settings.outcome
    by_glutamate = change_by(
        session, outcomes, reference.amplitudes, GLUTAMATE, PERCENT
    )
    if outcome not in TRACKED or not by_glutamate.get(outcome):
        outcome = FALLBACK
    whole = by_glutamate.get(outcome, nan)
    recoveries = tuple(
        _recovery(name, one, plain, halves, outcome, whole)
        for name, one in read.items()
    )
    in_windows = {one.course: one.windows_put for one in recoveries}
    at_the_end = {one.course: one.put for one in recoveries}
    copies = {**read, NOTHING: plain}
    means = {name: _mean(one, outcome, halves) for name, one in copies.items()}
    ends = {name: _at_the_end(one, outcome) for name, one in copies.items()}
    return Injection(
        outcome,
        halves,
        recoveries,
        _intervals(means, in_windows),
        _intervals(ends, at_the_end),
        level_sds_percent(session, outcomes).get(outcome, nan),
    )


def _intervals(
    read: dict[str, tuple[float, float]], put: dict[str, float]
) -> Intervals:
    """Values and SDs of copies held against what was put into them."""
    missed = tuple(
        name
        for name, (value, sd) in read.items()
        if not abs(value - put.get(name, 0.0)) <= Z95 * sd
    )
    return Intervals(read[NOTHING][1], missed)


def _recovery(
    course: str,
    result: Result,
    plain: Result,
    halves: Halves,
    outcome: str,
    whole: float,
) -> Recovery:
    """One course beside the copy without; `whole`: the outcome with `PERCENT`."""
    value, _ = _at_the_end(result, outcome)
    without, _ = _at_the_end(plain, outcome)
    windows_put, windows_read = _of_windows(result, plain, halves, course, outcome)
    return Recovery(
        course,
        whole,
        value - without,
        windows_put * whole / PERCENT,
        windows_read,
    )


def _at_the_end(result: Result, outcome: str) -> tuple[float, float]:
    """The tracker's change at the end and its SD, percent; nan without one."""
    if not result.tracks:
        return nan, nan
    last = result.tracks[-1]
    return last.filtered.get(outcome, nan), last.filtered_sd.get(outcome, nan)


def _mean(result: Result, outcome: str, halves: Halves) -> tuple[float, float]:
    """Mean of the independent windows since the middle and its SD, percent."""
    found = changes_of(result.course, result.estimates, outcome, 0.0)
    return (nan, nan) if found is None else found.mean(halves.middle_s, inf)


def _of_windows(
    result: Result, plain: Result, halves: Halves, course: str, outcome: str
) -> tuple[float, float]:
    """Mean over the independent windows since the middle: put in, and read more.

    What was put in is percent of the glutamate; the other of the outcome.
    """
    pairs = [
        (
            halves.percent(course, one.time_s),
            one.changes_percent.get(outcome, nan)
            - other.changes_percent.get(outcome, nan),
        )
        for one, other in zip(result.estimates, plain.estimates, strict=False)
        if one.independent and one.time_start_s >= halves.middle_s
    ]
    good = [pair for pair in pairs if isfinite(pair[1])]
    if not good:
        return nan, nan
    put, read = zip(*good, strict=True)
    return float(np.mean(put)), float(np.mean(read))
