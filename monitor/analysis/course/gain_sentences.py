"""What is said of steps of gain, each once while they come."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor.analysis.contamination.gain_steps import Gain

AS_MUCH = 0.2
"""Of the worth: the noise has stepped as the signal has."""


@dataclass(slots=True)
class GainsSaid:
    """Steps that were said; one owner, the pipeline."""

    _said: list[Gain] = field(default_factory=list)

    def news(self, steps: Sequence[Gain]) -> tuple[str, ...]:
        """Sentences on steps that were not said yet, as all `steps` stand now."""
        sentences = tuple(gains_said(steps))
        known = [any(one.is_same(other) for other in self._said) for one in steps]
        found = zip(steps, sentences, known, strict=True)
        told = [(one, said) for one, said, old in found if not old]
        self._said += [one for one, _ in told]
        return tuple(said for _, said in told)


def gains_said(steps: Sequence[Gain]) -> Iterator[str]:
    """A sentence for each step of a session, in order."""
    for before, one in zip((None, *steps), steps, strict=False):
        held = before if before is not None and before.epoch == one.epoch else None
        gain = one.gain / (1.0 if held is None else held.gain)
        worth = one.worth / (1.0 if held is None else held.worth)
        minutes, seconds = divmod(int(one.time_s), 60)
        since = f"since {minutes:02d}:{seconds:02d} of scanner time"
        if gain == 1.0:
            yield (
                f"Noise {_times(1 / math.sqrt(worth))} {since}, the signal as it was: "
                f"counted; a transient for {worth:.2g} of those before."
            )
            continue
        what = "Signal and noise" if abs(worth - 1.0) < AS_MUCH else "Signal"
        yield (
            f"{what} {_times(gain)} {since}, the spectrum as it was: counted; ratios "
            "do not depend on it, a change of an amplitude alone is not given across "
            "it."
        )


def _times(factor: float) -> str:
    """How many times larger or smaller."""
    times = float(f"{max(factor, 1 / factor):.2g}")
    return f"{times:g} times {'larger' if factor > 1 else 'smaller'}"
