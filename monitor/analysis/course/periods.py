"""When the infusion runs and what the reference period is.

Marks of the infusion come in order of time, right before the transients that they
belong before.  A reference period that was given lasts until its end has been seen, one
that was not ends with the start of the infusion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from streams.errors import InputError
from streams.messages.span import Span, span_of


@dataclass(slots=True)
class Periods:
    """Infusion and reference period of a session; one owner.

    Attributes
    ----------
    given_reference_s : of the settings, None where not given
    start_s, stop_s : of the infusion, scanner time, as marked last; None where not
    reference_s : (start, end), None before it is known
    """

    given_reference_s: Span | None
    reference_s: Span | None = None
    start_s: float | None = None
    stop_s: float | None = None

    @property
    def infusion_s(self) -> tuple[float, ...]:
        """Start and stop, as far as they are known."""
        return tuple(t for t in (self.start_s, self.stop_s) if t is not None)

    def mark(self, time_s: float, starts: bool) -> None:
        """Take a marker of the infusion; a start ends what there was before."""
        if starts:
            self.start_s, self.stop_s = time_s, None
        else:
            self.stop_s = time_s

    def overlap_said(self) -> str:
        """What it means that the reference period holds some of the infusion, if so."""
        if self.reference_s is None or self.start_s is None:
            return ""
        first, end = self.reference_s
        stop = math.inf if self.stop_s is None else self.stop_s
        if end <= self.start_s or first >= stop:
            return ""
        return (
            f"The reference period {first:g} to {end:g} s lies partly or wholly in the "
            f"infusion, which begins at {self.start_s:g} s: what has changed by then "
            "is taken for none, so that changes come out wrong. Let it end before "
            "the infusion."
        )

    def over(self, time_s: float) -> Span | None:
        """The given reference period where it ended before a transient at this time."""
        given = self.given_reference_s
        if self.reference_s is not None or given is None or time_s < given[1]:
            return None
        return given


def range_of(text: str) -> Span:
    """START:END of a reference event.

    Raises
    ------
    InputError : it says something else, or ends before it starts
    """
    span = span_of(text)
    if span is None:
        raise InputError(
            "A reference event must say START:END in seconds, the end after the start, "
            f"not {text!r}."
        )
    return span
