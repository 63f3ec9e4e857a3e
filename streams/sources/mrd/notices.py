"""Notices that may come a thousand times a second and must be said all the same.

The first of each kind is said at once, the next within `EVERY_S` are counted, and the
count is said with the last of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

EVERY_S = 10.0


@dataclass(slots=True)
class _Kind:
    until_s: float
    held: int = 0
    last: str = ""


@dataclass(slots=True)
class Notices:
    """Bounds how often a kind of notice is said."""

    _kinds: dict[str, _Kind] = field(default_factory=dict)

    def take(self, kind: str, text: str, now_s: float) -> bool:
        """Whether a notice is to be said at once; it is counted otherwise."""
        known = self._kinds.get(kind)
        if known is None:
            self._kinds[kind] = _Kind(now_s + EVERY_S)
            return True
        known.held, known.last = known.held + 1, text
        return False

    def due(self, now_s: float) -> list[tuple[str, str]]:
        """Kinds and texts of what was counted long enough."""
        due = [(k, v) for k, v in self._kinds.items() if now_s >= v.until_s]
        said = []
        for kind, known in due:
            if not known.held:
                del self._kinds[kind]
                continue
            said.append((kind, f"{known.held} more times; the last: {known.last}"))
            known.until_s, known.held = now_s + EVERY_S, 0
        return said
