"""Stretches of transients unlike the rest, folded into what is known of a session."""

from __future__ import annotations

from monitor.analysis.contamination.stretch import Stretch
from monitor.analysis.tracking.difference import Agreement
from monitor.analysis.update import Update
from monitor.screen.parts.stretch_words import (
    effect_words,
    lasting,
    over_words,
    taken_back,
)
from monitor.screen.state import SessionState


def take_stretches(state: SessionState, update: Update, now_s: float) -> None:
    """Take in what is unlike the rest; what is over is told with what it changed."""
    transients = 0 if state.newest is None else state.newest.index + 1
    over = state.ended is not None
    news = state.stretches.step(update.stretches, transients, over)
    zero_s, found = state.zero_s, None if state.hidden else state.agreement
    for one in news.begun:
        state.notices.log.append((state.time_s, lasting(one, zero_s)))
    for one in _to_be_told(state, news.over, found):
        said = over_words(one, zero_s, found)
        state.notices.tell(said, state.time_s, now_s)
    for one in news.taken_back:
        state.notices.tell(taken_back(one, zero_s), state.time_s, now_s)


def _to_be_told(
    state: SessionState, over: tuple[Stretch, ...], found: Agreement | None
) -> list[Stretch]:
    """Stretches that are over and whose effect is known; the others wait a window.

    Where nothing is compared they do not wait, nor where the effect stays unknown.
    """
    waiting = (*state.stretches.untold, *over)
    late_s = state.time_s - 2 * state.window_s
    told = [
        one
        for one in waiting
        if found is None
        or state.ended is not None
        or one.end_s < late_s
        or effect_words(one, found)
    ]
    state.stretches.untold = tuple(one for one in waiting if one not in told)
    return told
