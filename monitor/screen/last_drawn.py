"""What was drawn last, so that a part that did not change is the very same object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar, TypeVarTuple

from monitor.screen.changes_now import ChangesNow
from monitor.screen.graphs import SpectrumView, Strip, TimeAxis, Trend, Waterfall
from monitor.screen.parts.outlook import OutlookWords
from monitor.screen.parts.table import Numbers
from monitor.screen.screen import Headline, Measure, Message, Status, Table

Part = TypeVar("Part")
Given = TypeVarTuple("Given")


class Kept(Generic[Part]):
    """One part with the key that it was made for.

    Where it goes `by_value`, one made anew that is equal is the very same object.
    """

    def __init__(self, by_value: bool = False) -> None:
        self._by_value = by_value
        self._held: tuple[object, Part] | None = None

    def of(
        self,
        key: object,
        make: Callable[[*Given], Part],
        *given: *Given,
        may_wait: bool = False,
    ) -> Part:
        """The part made before, unless the key is another: then made of what is given.

        One that `may_wait` is made anew only where there is none yet.
        """
        held = self._held
        if held is None or (held[0] != key and not may_wait):
            part = make(*given)
            if self._by_value and held is not None and held[1] == part:
                part = held[1]
            held = self._held = (key, part)
        return held[1]

    def same(self, part: Part) -> Part:
        """The part shown before where the new one is equal to it."""
        if self._held is None or self._held[1] != part:
            self._held = (part, part)
        return self._held[1]


@dataclass(frozen=True, slots=True)
class Identity:
    """A key that is equal to one of the very same objects; it keeps them alive."""

    of: tuple[object, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and all(
            mine is its for mine, its in zip(self.of, other.of, strict=True)
        )

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.of)))


@dataclass(frozen=True, slots=True)
class Memo:
    """The parts of one window's screen; owned by one `Display`."""

    axis: Kept[TimeAxis] = field(default_factory=Kept)
    changes: Kept[ChangesNow] = field(default_factory=Kept)
    status: Kept[Status] = field(default_factory=Kept)
    headline: Kept[Headline] = field(default_factory=lambda: Kept(by_value=True))
    trend: Kept[Trend] = field(default_factory=Kept)
    measures: Kept[tuple[Measure, ...]] = field(default_factory=Kept)
    strips: Kept[tuple[Strip, ...]] = field(default_factory=Kept)
    spectrum: Kept[SpectrumView | None] = field(default_factory=Kept)
    waterfall: Kept[Waterfall | None] = field(default_factory=Kept)
    windowed: Kept[tuple[Numbers, ...]] = field(default_factory=Kept)
    table: Kept[Table] = field(default_factory=lambda: Kept(by_value=True))
    messages: Kept[tuple[Message, ...]] = field(default_factory=Kept)
    outlook: Kept[OutlookWords] = field(default_factory=Kept)
    footer: Kept[str] = field(default_factory=Kept)
