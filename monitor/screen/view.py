"""How the operator wants to see a session."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """What is chosen in a window and is in no recording.

    Attributes
    ----------
    limit_percent : the scale of the trend, from minus to plus this
    by_tracker : the tracker in the headline instead of the newest window
    plasma : name of a published model of the drug's level; empty: none is drawn
    """

    limit_percent: float = 30.0
    by_tracker: bool = False
    plasma: str = ""
