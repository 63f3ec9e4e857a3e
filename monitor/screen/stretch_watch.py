"""Which stretches that are left out last at this moment, and which are over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.screen.parts.axis import Span

Stretches = tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class StretchNews:
    """What has begun, what is over, and what is none after all."""

    begun: Stretches
    over: Stretches
    taken_back: Stretches


@dataclass(slots=True)
class StretchWatch:
    """Owned by one `SessionState`.

    Attributes
    ----------
    known : all stretches of the session as they were found last
    lasting : those of them that are left out at this moment
    untold : those that are over, and what they changed is not known yet
    """

    known: Stretches = ()
    lasting: Stretches = ()
    untold: Stretches = ()

    def left_out_s(self, interval_s: float) -> tuple[Span, ...]:
        """Spans that are left out, to the end of their last transient, s."""
        out = (one for one in self.known if one.left_out)
        return tuple((one.start_s, one.end_s + interval_s) for one in out)

    def step(
        self, stretches: Stretches | None, transients: int, ended: bool
    ) -> StretchNews:
        """What is news after so many transients; `stretches` where they changed."""
        before, lasted = self.known, self.lasting
        self.known = before if stretches is None else stretches
        out = tuple(one for one in self.known if one.left_out)
        found = (one for one in out if one.cause != Cause.OPERATOR and not ended)
        self.lasting = tuple(one for one in found if one.lasts(transients))
        told = tuple(one for one in before if not _among(one, lasted))
        over = _others(out, self.lasting)
        return StretchNews(
            begun=_others(self.lasting, lasted),
            over=tuple(o for o in over if _among(o, lasted) or not _among(o, told)),
            taken_back=_others(lasted, out),
        )


def _others(some: Stretches, than: Stretches) -> Stretches:
    """Those that are none of others."""
    return tuple(one for one in some if not _among(one, than))


def _among(one: Stretch, others: Iterable[Stretch]) -> bool:
    return any(one.is_same(other) for other in others)
