"""Remarks on transients that came and hold nothing that can be used."""

from __future__ import annotations

from monitor.run.result import Result


def unusable(result: Result) -> str:
    """Transients that came and could not be used."""
    count = result.counts.unusable
    if not count:
        return ""
    plural, they = ("s", "they are") if count > 1 else ("", "it is")
    return (
        f"{count} transient{plural} came and could not be used (not finite, damaged, "
        f"or not as announced): {they} left out."
    )


def zeros(result: Result) -> str:
    """Transients that hold zeros alone."""
    times_s = [q.time_s for q in result.qualities if "empty" in q.flags]
    if not times_s:
        return ""
    one = len(times_s) == 1
    held, where = ("holds", "at") if one else ("hold", "the first at")
    return (
        f"{len(times_s)} transient{'' if one else 's'} {held} nothing but zeros "
        f"({where} {times_s[0]:g} s): {'it is' if one else 'they are'} left out."
    )
