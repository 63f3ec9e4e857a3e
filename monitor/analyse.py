"""A recording or file through the pipeline, without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.choose import Analysis, Wishes
from monitor.outcome import Outcome
from monitor.qc.criteria import Verdict, of_outcome
from monitor.report import wording
from streams.errors import InputError
from streams.sources.open_file import open_source
from streams.transient import End, Kind, Message, Transient, number

Progress = Callable[[int], None]


def analyse(
    path: Path,
    wishes: Wishes,
    water: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Run a file through the pipeline.

    Raises
    ------
    InputError : see `open_source`, `settings_for` and `Pipeline`
    """
    source = open_source(path, water, wishes.choose)
    outcome = run(number(source.bodies), wishes, progress)
    outcome.notes = dict.fromkeys((*source.notes, *outcome.notes))
    if not outcome.qualities:
        raise InputError(f"{path} holds no metabolite transient: nothing to analyse.")
    return outcome


def run(
    messages: Iterable[Message], wishes: Wishes, progress: Progress | None = None
) -> Outcome:
    """Run messages through the pipeline; an end is added where there is none."""
    outcome = Outcome(Analysis(wishes))
    last: Message | None = None
    done = 0
    with threadpool_limits(1):
        for last in messages:
            outcome.push(last)
            if isinstance(last.body, Transient) and last.body.kind == Kind.METABOLITE:
                done += 1
                if progress is not None:
                    progress(done)
        if last is not None and not outcome.ended:
            end = End(done, "no end message")
            outcome.push(Message(last.session, last.seq + 1, last.epoch, end))
    for note in (_without_change(outcome), _outside_limits(outcome)):
        if note:
            outcome.notes[note] = None
    return outcome


def _outside_limits(outcome: Outcome) -> str:
    """What of the session is worse than the protocol allows, in one sentence."""
    if not outcome.qualities:
        return ""
    judged = of_outcome(outcome)
    return wording.outside([asdict(c) for c in judged if c.verdict == Verdict.MISSED])


def _without_change(outcome: Outcome) -> str:
    """Why no change could be given, in one sentence; empty where one is."""
    if len(outcome.course) < 2 or any(e.changes_percent for e in outcome.course):
        return ""
    pipeline = outcome.pipeline
    reference_s = pipeline.reference_s or pipeline.settings.reference_s
    if reference_s is None:
        return (
            "No change is given, since there is no reference period: "
            "give --reference START:END or --infusion START:END."
        )
    return (
        f"No change is given, since the reference period {reference_s[0]:g} to "
        f"{reference_s[1]:g} s holds no window: the transients are from "
        f"{outcome.qualities[0].time_s:g} to {outcome.qualities[-1].time_s:g} s."
    )
