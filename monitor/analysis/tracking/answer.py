"""Has the outcome changed?  The answer as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Has the outcome changed since the infusion began?  Valid at every look.

    Attributes
    ----------
    mean_percent, sd_percent : mean change since the infusion began and its plain 1 SD
    low_percent, high_percent : 95 % confidence sequence, right at all times at once
    log_evidence : log likelihood of a change over that of none
    since_s : scanner time since which "changed" has been the answer, in the direction
        of the mean; None while it is not
    """

    mean_percent: float
    sd_percent: float
    low_percent: float
    high_percent: float
    log_evidence: float
    since_s: float | None = None

    @property
    def changed(self) -> bool:
        """The answer."""
        return self.since_s is not None
