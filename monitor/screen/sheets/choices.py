"""What an operator may change during a run, as text and as events of the recording."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.screen.state import SessionState
from streams.errors import InputError
from streams.messages.span import Span, span_of

OUTCOMES = ("Glx/tNAA", "Glu", "Gln", "Glx", "Glu/tCr", "Glx/tCr", "Glu/tNAA")
"""Offered where the session has not yet said what it can give."""
MOST_TRANSIENTS = 4096


@dataclass(frozen=True, slots=True)
class Choices:
    """What the operator sees and may type.

    `reference` is "START:END" in seconds of scanner time, empty where there is none;
    `rejected` names the epochs that are left out: "1, 2"; `left_out` and `taken_in` are
    spans like the reference period, several with commas between them.
    """

    window: int
    step: int
    outcome: str
    reference: str
    rejected: str = ""
    left_out: str = ""
    taken_in: str = ""


def choices_of(state: SessionState) -> Choices:
    """What holds at present."""
    settings, reference_s = state.settings, state.reference_s
    return Choices(
        settings.window,
        settings.step,
        settings.outcome,
        "" if reference_s is None else _range(reference_s),
        ", ".join(map(str, state.settings.rejected_epochs)),
        ", ".join(map(_range, settings.left_out_s)),
        ", ".join(map(_range, settings.taken_in_s)),
    )


def outcomes_of(state: SessionState) -> tuple[str, ...]:
    """Names that the outcome may be changed to."""
    chosen = state.settings.outcome
    if state.hidden:
        return (chosen,)
    named = state.estimates.outcomes or OUTCOMES
    return tuple(dict.fromkeys((chosen, *named)))


def events_for(held: Choices, wanted: Choices) -> tuple[tuple[str, str], ...]:
    """Kind and text of the events that lead from one to the other.

    Raises
    ------
    InputError : a value that cannot be meant, in one sentence
    """
    if not 1 <= wanted.window <= MOST_TRANSIENTS:
        raise InputError(f"A window has 1 to {MOST_TRANSIENTS} transients.")
    if not 1 <= wanted.step <= wanted.window:
        raise InputError("The step is at least 1 and at most the window.")
    changed: dict[str, Any] = {
        name: getattr(wanted, name)
        for name in ("window", "step", "outcome")
        if getattr(wanted, name) != getattr(held, name)
    }
    if wanted.rejected.strip() != held.rejected.strip():
        changed["rejected_epochs"] = epochs_of(wanted.rejected)
    changed |= _stretches(held, wanted)
    events = [("settings", json.dumps(changed))] if changed else []
    reference = wanted.reference.strip()
    if reference and reference != held.reference:
        events.append(("reference", _range(_reference_of(reference))))
    return tuple(events)


def _stretches(held: Choices, wanted: Choices) -> dict[str, list[Span]]:
    """Stretches to leave out or to take in, where they were changed.

    What is typed now goes before what was typed to the contrary earlier.

    Raises
    ------
    InputError : no stretches, or one that is both left out and taken in
    """
    was = [spans_of(held.left_out), spans_of(held.taken_in)]
    now = [spans_of(wanted.left_out), spans_of(wanted.taken_in)]
    out, taken = ([s for s in n if s not in w] for n, w in zip(now, was, strict=True))
    if without(out, taken) != out:
        raise InputError("A stretch is left out or taken in, not both: give it once.")
    now = [without(now[0], taken), without(now[1], out)]
    names = ("left_out_s", "taken_in_s")
    both = zip(names, now, was, strict=True)
    return {name: n for name, n, w in both if n != w}


def without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What is left of spans, s, without what lies in others too."""
    left = list(spans)
    for start, end in others:
        parts = [((a, min(b, start)), (max(a, end), b)) for a, b in left]
        left = [(a, b) for pair in parts for a, b in pair if a < b]
    return left


def _reference_of(text: str) -> Span:
    """The reference period that was typed.

    Raises
    ------
    InputError : none was
    """
    span = span_of(text)
    if span is None:
        raise InputError(
            "The reference period is START:END in seconds, e.g. 0:600 (or 0m:10m), the "
            "end after the start."
        )
    return span


def spans_of(text: str) -> list[Span]:
    """Spans that were typed: "140:200, 6m:7m".

    Raises
    ------
    InputError : something else
    """
    spans = [span_of(part) for part in text.split(",") if part.strip()]
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        raise InputError(
            "Stretches are START:END in seconds with commas between them, e.g. "
            "140:200, 6m:7m, each end after its start."
        )
    return known


def epochs_of(text: str) -> list[int]:
    """Numbers of epochs: "1, 2".

    Raises
    ------
    InputError : no whole numbers
    """
    try:
        epochs = sorted({int(part) for part in text.replace(",", " ").split()})
    except ValueError:
        raise InputError("Epochs are whole numbers from 0 on: 1, 2.") from None
    if epochs and epochs[0] < 0:
        raise InputError("Epochs are whole numbers from 0 on: 1, 2.")
    return epochs


def _range(span_s: tuple[float, float]) -> str:
    return f"{span_s[0]:g}:{span_s[1]:g}"
