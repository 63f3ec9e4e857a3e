"""Numbers as reports write them: digits, signs, SDs."""

from __future__ import annotations

import math
from typing import Any

from monitor.screen import number_words
from monitor.screen.number_words import DASH, MINUS

UNMEASURED = "not measured"
MOST_DECIMALS = 6
USUAL_DECIMALS = 2


def plain(value: Any, digits: int = 3) -> str:
    """Number with so many significant digits, a dash where there is none."""
    return DASH if value is None else number_words.plain(value, digits)


def with_sign(value: Any, decimals: int = 1) -> str:
    """Number with its sign."""
    return DASH if value is None else number_words.signed(value, decimals)


def exact(value: Any) -> str:
    """The number as it stands in CSV and JSON; empty where it is not finite."""
    return repr(float(value)) if is_number(value) else ""


def is_number(value: Any) -> bool:
    """Whether there is a number."""
    return value is not None and math.isfinite(value)


def usual(value: Any) -> str:
    """Number of a criterion: three significant digits, two decimals at most."""
    if not is_number(value) or value == 0:
        return plain(value)
    text = f"{value:.{decimals_of(value, 3, USUAL_DECIMALS)}f}"
    return text.replace("-", MINUS) if float(text) else "< 0.01"


def decimals_of(value: float, digits: int, most: int = MOST_DECIMALS) -> int:
    """Decimals that give a number so many significant digits."""
    if not is_number(value) or value == 0:
        return 1
    return min(max(0, digits - 1 - math.floor(math.log10(abs(value)))), most)


def decimals_with(sd: float) -> int:
    """Decimals of a value with this SD: one digit of it from 0.355 on, else two.

    The rule of the Particle Data Group, so that figures side by side look alike.
    """
    if not is_number(sd) or sd <= 0:
        return 1
    lead = round(sd / 10 ** math.floor(math.log10(sd)), 2)
    return decimals_of(sd, 1 if lead >= 3.55 else 2)


def with_sd(value: Any, sd: Any) -> str:
    """VALUE (SD), both to the decimals that the SD allows."""
    if not is_number(value):
        return UNMEASURED
    decimals = decimals_with(sd)
    return f"{with_sign(value, decimals)} ({sd:.{decimals}f})"


def percent(share: float) -> str:
    """A probability in percent; below 0.1 and above 99.9 as a bound."""
    if share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"
