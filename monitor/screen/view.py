"""How the operator wants to see a session."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """What is chosen in a window and is in no recording.

    Attributes
    ----------
    wider : steps by which the scale of the trend is wider than the one that suits
    plasma : name of a published model of the drug's level; empty: none is drawn
    """

    wider: int = 0
    plasma: str = ""
