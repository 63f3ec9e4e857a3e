"""Numbers and times as an operator reads them."""

from __future__ import annotations

import math
from functools import lru_cache

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
LEAST_PLAIN, MOST_PLAIN = 0.001, 1e6


def signed(value: float, decimals: int = 1) -> str:
    """Number with its sign, a true minus, a dash for nan: "+8.1"."""
    if not math.isfinite(value):
        return DASH
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def plain(value: float, digits: int = 3) -> str:
    """Number with so many significant digits and no exponent: "8.13", "0.094"."""
    if not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 6)}f}".replace("-", MINUS)


@lru_cache(maxsize=256)
def brief(value: float) -> str:
    """Number with at most two digits and decimals, no zeros behind: "0.06", "8"."""
    return f"{round(float(f'{value:.2g}'), 2):g}".replace("-", MINUS)


@lru_cache(maxsize=256)
def measured(value: float, digits: int = 3) -> str:
    """Like `plain`, with an exponent where that would be long: "1.23e−4"."""
    usual = LEAST_PLAIN <= abs(value) < MOST_PLAIN
    if usual or value == 0 or not math.isfinite(value):
        return plain(value, digits)
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(power)}".replace("-", MINUS)


def clock(seconds: float, hours: bool = False) -> str:
    """Time as "06:20", or "01:06:20" from an hour on or where `hours` is asked for."""
    whole = max(0, math.floor(seconds))
    h, m, s = whole // 3600, whole // 60 % 60, whole % 60
    return f"{h:02d}:{m:02d}:{s:02d}" if hours or h else f"{m:02d}:{s:02d}"


def minutes(value: float) -> str:
    """Minutes from the start of the infusion as a time: "+12:30"."""
    return (MINUS if value < 0 else "+") + clock(60 * abs(value))


def from_to(start_s: float, end_s: float, plus: bool) -> str:
    """A stretch of time: "02:20 to 04:20"; `plus`: "+02:20 to +04:20"."""
    sign = "+" if plus else ""
    ends = (f"{MINUS if t < 0 else sign}{clock(abs(t))}" for t in (start_s, end_s))
    return " to ".join(ends)


def ago(seconds: float) -> str:
    """Age in words: "1 s", "45 s", "3 min"."""
    if seconds < 120:
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min"


def catching_up_words(done: int, known: int) -> str:
    """That a window which was opened late is not there yet: "catching up, 3 of 7"."""
    return f"catching up, {done} of {known}"


def minutes_of(seconds: float) -> str:
    """A length of time that need not be exact: "12 min", "3 h", "> 2 days"."""
    if seconds < 2 * 3600:
        return f"{max(0.0, seconds) / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} h"
    return "> 2 days"
