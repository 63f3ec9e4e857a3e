"""What the tracker says after one transient."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TrackerPoint:
    """State-space estimate of the changes after one transient, in percent.

    Attributes
    ----------
    index, time_s : which transient
    filtered, filtered_sd : by outcome name: what could be said then, never rewritten
    free, free_sd : the same with no amplitude tied; see `free_against_tied`
    """

    index: int
    time_s: float
    filtered: dict[str, float]
    filtered_sd: dict[str, float]
    free: dict[str, float] = field(default_factory=dict)
    free_sd: dict[str, float] = field(default_factory=dict)
