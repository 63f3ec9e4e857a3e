"""A recording or file through the pipeline, without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.choose import Analysis, Wishes
from monitor.closing import no_metabolites, nothing_fitted, remarks
from monitor.outcome import Outcome
from monitor.qc.criteria import Verdict, of_outcome
from monitor.report import wording
from streams.errors import InputError
from streams.sources.open_file import messages_of, open_source
from streams.transient import End, Kind, Message, Transient

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
    InputError : see `open_source`, `settings_for` and `Pipeline`; nothing was fitted
    """
    source = open_source(path, water, wishes.choose, wishes.files)
    outcome = run(messages_of(source), wishes, progress)
    outcome.notes = dict.fromkeys((*source.notes, *outcome.notes))
    if outcome.analysis.pipeline is None:
        raise InputError(f"{path} has no start message: nothing can be analysed.")
    if not outcome.qualities:
        raise InputError(f"{path} holds {no_metabolites(outcome)}.")
    why = nothing_fitted(outcome)
    if why:
        raise InputError(f"Nothing could be fitted in {path}: {why}.")
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
    if outcome.analysis.pipeline is None:
        return outcome
    for note in (*remarks(outcome), _outside_limits(outcome)):
        if note:
            outcome.notes[note] = None
    return outcome


def _outside_limits(outcome: Outcome) -> str:
    """What of the session is worse than the protocol allows, in one sentence."""
    if not outcome.qualities:
        return ""
    judged = of_outcome(outcome)
    return wording.outside([asdict(c) for c in judged if c.verdict == Verdict.MISSED])
