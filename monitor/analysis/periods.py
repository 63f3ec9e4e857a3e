"""When the infusion runs and what the reference period is: given or marked.

Both may be given beforehand (settings), marked by events, or corrected later.  Markers
go before times that were given; a reference period that was given lasts until its end
has been seen, one that was not ends with the start of the infusion.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.errors import InputError

Span = tuple[float, float]


@dataclass(slots=True)
class Periods:
    """Infusion and reference period of a session; one owner.

    Attributes
    ----------
    given_infusion_s, given_reference_s : of the settings, None where not given
    infusion_s : starts and stops of the infusion, scanner time, as they came
    reference_s : (start, end), None before it is known
    """

    given_infusion_s: Span | None
    given_reference_s: Span | None
    infusion_s: list[float] = field(init=False)
    reference_s: Span | None = None

    def __post_init__(self) -> None:
        self.infusion_s = list(self.given_infusion_s or ())

    def mark(self, time_s: float) -> tuple[str, ...]:
        """Take a marker of the infusion; what is to be said of it."""
        given = self.given_infusion_s
        notes: tuple[str, ...] = ()
        if given is not None and self.infusion_s == list(given):
            self.infusion_s.clear()
            notes = (
                f"The recording marks its infusion itself: the {given[0]:g} to "
                f"{given[1]:g} s that were given are left aside.",
            )
        self.infusion_s.append(time_s)
        return notes

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
    """START:END in s.

    Raises
    ------
    InputError : it says something else, or ends before it starts
    """
    try:
        start, end = (float(part) for part in text.split(":"))
    except ValueError:
        raise InputError(
            f"A reference event must say START:END in seconds, not {text!r}."
        ) from None
    if not start < end:
        raise InputError(f"The reference period {text!r} ends before it starts.")
    return start, end
