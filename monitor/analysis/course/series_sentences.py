"""What is to be said of series and epochs while they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ELSEWHERE = (
    "The voxel lies elsewhere than before: how far another tissue may put the two "
    "apart is in every interval across them."
)


@dataclass(slots=True)
class SeriesSaid:
    """Sentences since they were last taken; one owner, the `Intake`.

    Attributes
    ----------
    begun_s : when the present series began, scanner time
    """

    begun_s: float = 0.0
    _said: list[str] = field(default_factory=list)

    def lies_elsewhere(self) -> None:
        """An epoch lies elsewhere than the one before it."""
        self._said.append(ELSEWHERE)

    def tried(self, moved: Sequence[str]) -> None:
        """A series was on trial: what has moved since the epoch before it, if any."""
        what = f"The series that began at {self.begun_s:.0f} s "
        self._said.append(
            what + f"is an epoch of its own: {'; '.join(moved)}."
            if moved
            else what + "goes on with the epoch before it: nothing has moved since."
        )

    def begun_again(self, at_s: float | None) -> None:
        """An epoch was prepared anew from its good part on, or without a stretch."""
        self._said.append(
            "Part of what transients are aligned to was unlike the rest: all was "
            "aligned anew, without it."
            if at_s is None
            else f"What came before {at_s:.0f} s is unlike the rest: all was aligned "
            "anew, to what came after it."
        )

    def take(self) -> tuple[str, ...]:
        """What is to be said since the last call."""
        taken, self._said = tuple(self._said), []
        return taken
