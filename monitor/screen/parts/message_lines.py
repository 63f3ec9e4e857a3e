"""Messages as the lines of the page: what, since when, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.screen.messages import LINES, PASSING
from monitor.screen.number_words import ago
from monitor.screen.screen import Level, Message

NONE = "no messages · F1: all keys"
LONG = 72  # characters: more than one line holds in letters that are worth it
MARK, KNOWN = "▲ ", "✓ "


@dataclass(frozen=True, slots=True)
class Lines:
    """What is on the page: the most urgent condition large, its rest below, others."""

    first: str
    long: bool
    rest: str
    others: tuple[str, ...]
    attention: bool


def lines_of(messages: tuple[Message, ...], most: int = LINES) -> Lines:
    """At most so many lines of messages that are in order; how many more there are."""
    if not messages:
        return Lines("", False, NONE, ("", ""), False)
    first, *others = messages
    shown = [_line(message) for message in others[: most - 1]]
    left = len(messages) - most
    if left > 0:
        shown[-1] += f" · {left} more: F12"
    shown += [""] * (LINES - 1 - len(shown))
    known = KNOWN if first.acknowledged else ""
    urgent = first.level is Level.ATTENTION and not first.acknowledged
    long = len(first.condition) > LONG
    rest = " · ".join(_rest(first))
    return Lines(known + first.condition, long, rest, tuple(shown), urgent)


def _line(message: Message) -> str:
    urgent = message.level is Level.ATTENTION
    mark = KNOWN if message.acknowledged else MARK if urgent else ""
    return mark + " · ".join([message.condition, *_rest(message)])


def _rest(message: Message) -> list[str]:
    """Since when, and what to do; neither where it says nothing."""
    age = ago(message.age_s)
    since = f"{age} ago" if message.key in PASSING else f"for {age}"
    timeless = message.age_s < 1 or age in message.condition
    return [part for part in ("" if timeless else since, message.action) if part]
