"""From where measured macromolecules are doubted."""

from __future__ import annotations

FAR_SD, FAR_PERCENT, NOISY_PERCENT = 2.0, 10.0, 10.0


def is_far(prior_rms: float, beyond_percent: float) -> bool:
    """Whether macromolecules are unlike those of a human brain (`MeasuredMM`)."""
    return prior_rms > FAR_SD or beyond_percent > FAR_PERCENT
