"""When the infusion runs and what the reference period is: given or marked.

Both may be given beforehand (settings), marked by events, or corrected later.  Markers
go before times that were given; a reference period that was given lasts until its end
has been seen, one that was not ends with the start of the infusion.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.protocol.span import Span, span_of
from streams.errors import InputError


@dataclass(slots=True)
class Periods:
    """Infusion and reference period of a session; one owner.

    Attributes
    ----------
    given_infusion_s, given_reference_s : of the settings, None where not given
    start_s, stop_s : of the infusion, scanner time, as marked last; None where not
    reference_s : (start, end), None before it is known
    """

    given_infusion_s: Span | None
    given_reference_s: Span | None
    reference_s: Span | None = None
    start_s: float | None = None
    stop_s: float | None = None
    marked: bool = False

    def __post_init__(self) -> None:
        if self.given_infusion_s is not None:
            self.start_s, self.stop_s = self.given_infusion_s

    @property
    def infusion_s(self) -> tuple[float, ...]:
        """Start and stop, as far as they are known."""
        return tuple(t for t in (self.start_s, self.stop_s) if t is not None)

    def mark(self, time_s: float, starts: bool) -> tuple[str, ...]:
        """Take a marker of the infusion; what is to be said of it.

        A further start corrects the one before, and with it whatever stop there was; a
        further stop corrects the stop.
        """
        given, first, self.marked = self.given_infusion_s, not self.marked, True
        if starts or (first and given is not None):
            self.start_s = self.stop_s = None
        if starts:
            self.start_s = time_s
        else:
            self.stop_s = time_s
        if given is None or not first:
            return ()
        return (
            f"The recording marks its infusion itself: the {given[0]:g} to "
            f"{given[1]:g} s that were given are left aside.",
        )

    def over(self, time_s: float, first_s: float) -> Span | None:
        """The given reference period where it ends with a transient at this time.

        `first_s` is the time of the first transient.
        """
        if self.reference_s is not None:
            return None
        given = self.given_reference_s
        if given is None and self.given_infusion_s is not None:
            given = (first_s, self.given_infusion_s[0])
        return None if given is None or time_s < given[1] else given


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
