"""TE of an MRD header: the protocol's, else the sum of the parts that it has."""

from __future__ import annotations

from streams.errors import InputError

LEAST_S, MOST_S = 0.5e-3, 1.0
SAME_S = 0.5e-3


def echo_time_s(
    name: str, parts_ms: list[float], otherwise_s: float | None, notes: list[str]
) -> float:
    """TE in s.

    Parameters
    ----------
    name : of the header, for sentences
    parts_ms : its echo times, the parts of one
    otherwise_s : what the protocol says, which comes first
    notes : sentences are added to it

    Raises
    ------
    InputError : the protocol says nothing, and the header what cannot be
    """
    stated_s = 1e-3 * sum(parts_ms)
    if otherwise_s is not None:
        _note_other(name, parts_ms, stated_s, otherwise_s, notes)
        return otherwise_s
    parts = " + ".join(f"{part:g}" for part in parts_ms)
    if min(parts_ms, default=0) <= 0 or not LEAST_S <= stated_s <= MOST_S:
        raise InputError(
            f"{name}: an echo time of {parts} ms cannot be right; correct TE in the "
            "header, or give echo_time_s in the protocol."
        )
    if len(parts_ms) > 1:
        notes.append(
            f"{name}: TE {1e3 * stated_s:g} ms is the sum of {parts} ms in its header; "
            "see echo_time_s in [mrd] if it is not."
        )
    return stated_s


def _note_other(
    name: str,
    parts_ms: list[float],
    stated_s: float,
    otherwise_s: float,
    notes: list[str],
) -> None:
    """Say where the protocol and the header are not of one mind."""
    if parts_ms and abs(stated_s - otherwise_s) <= SAME_S:
        return
    said = f"an echo time of {1e3 * stated_s:g} ms" if parts_ms else "no echo time"
    notes.append(
        f"{name} has {said}; {1e3 * otherwise_s:g} ms taken from the protocol."
    )
