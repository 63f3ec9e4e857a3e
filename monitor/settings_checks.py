"""What is wrong with settings, field by field: each value must be one that can be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.settings import Settings

NOT_NEGATIVE = (
    "settling",
    "fwhm_limit_hz",
    "snr_limit",
    "drift_limit_hz_per_min",
    "water_limit",
    "lipid_limit",
    "marker_limit_s",
)
SHARES = ("effective_limit_percent", "missing_limit_percent")
ABOVE_ZERO = (
    "reference_target_percent",
    "infusion_length_s",
    "dose_mg_per_kg",
    "weight_kg",
    "expect_frequency_mhz",
    "expect_echo_time_s",
    "expect_repetition_time_s",
)
RANGES = ("reference_s", "infusion_s")
MACROMOLECULES = ("auto", "none", "prior", "single", "five")


def problem(settings: Settings) -> str:
    """The first thing that is wrong, without a full stop; empty if nothing is."""
    return next(_problems(settings), "")


def _problems(settings: Settings) -> Iterator[str]:
    """All that is wrong; nan is no limit, None is not given."""
    if settings.window < 1:
        yield "window must be at least 1 transient"
    if settings.step < 1:
        yield "step must be at least 1 transient"
    if not settings.ppm_low < settings.ppm_high:
        yield "ppm_low must be below ppm_high"
    if settings.macromolecules not in MACROMOLECULES:
        yield 'macromolecules must be "auto", "none", "prior", "single" or "five"'
    for name in NOT_NEGATIVE:
        value = getattr(settings, name)
        if value < 0:
            yield f"{name} = {value:g} must not be negative"
    for name in SHARES:
        value = getattr(settings, name)
        if not (math.isnan(value) or 0 <= value <= 100):
            yield f"{name} = {value:g} must be between 0 and 100"
    for name in ABOVE_ZERO:
        value = getattr(settings, name)
        if not (value is None or (_is_number(value) and value > 0)):
            yield f"{name} = {value} must be a number above 0"
    for name in RANGES:
        value = getattr(settings, name)
        if not (value is None or _is_range(value)):
            yield f"{name} = {value} must be [start, end] in s, e.g. [0, 600]"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_range(value: object) -> bool:
    if not (isinstance(value, tuple | list) and len(value) == 2):
        return False
    start, end = value
    return _is_number(start) and _is_number(end) and bool(start < end)
