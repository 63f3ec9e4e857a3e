"""External waveforms of the scanner (a pump's TTL) as events at their time stamps.

Waveforms 3 and 4 of the format are the scanner's EXT1 and EXT2 inputs.  An input is
high where any of its channels lies above `external_level`.  The level before the first
piece is not known: what is high from its first point on is no edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streams.sources.mrd.messages import Waveform
from streams.sources.mrd.rules import MrdRules

EXTERNAL = {3: 1, 4: 2}
"""Numbers of the waveforms, and of the inputs that they are."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge: `after_s` behind the scanner's time stamp `stamp`, in its ticks."""

    stamp: int
    after_s: float
    kind: str
    text: str


@dataclass(slots=True)
class _Input:
    high: bool | None = None
    since: int | None = None  # points since the last edge


@dataclass(slots=True)
class Edges:
    """Finds the edges in pieces of the external waveforms."""

    rules: MrdRules
    _inputs: dict[int, _Input] = field(default_factory=dict)

    def take(self, waveform: Waveform) -> list[Edge]:
        """Edges in a piece that have a kind, in order."""
        external = EXTERNAL.get(waveform.waveform_id)
        if external is None or not waveform.points.size:
            return []
        level = self.rules.external_level
        high: NDArray[np.bool_] = np.any(waveform.points > level, axis=0)
        state = self._inputs.setdefault(external, _Input())
        before = bool(high[0]) if state.high is None else state.high
        levels = np.concatenate([[before], high])
        state.high = bool(high[-1])
        found = []
        for index in np.flatnonzero(levels[1:] != levels[:-1]).tolist():
            edge = self._edge(waveform, external, index, bool(high[index]))
            if self._is_settled(state, waveform, index) and edge.kind:
                found.append(edge)
        if state.since is not None:
            state.since += high.size
        return found

    def _is_settled(self, state: _Input, waveform: Waveform, index: int) -> bool:
        """Whether this edge is no bounce of the one before; notes it as the last."""
        since, state.since = state.since, -index
        if since is None:
            return True
        step_s = _step_s(waveform)
        return (since + index) * step_s >= self.rules.external_least_s or not step_s

    def _edge(self, waveform: Waveform, external: int, index: int, up: bool) -> Edge:
        rising, falling = self.rules.kinds(external)
        text = f"external input {external} {'high' if up else 'low'}"
        kind = rising if up else falling
        return Edge(waveform.stamp, index * _step_s(waveform), kind, text)


def _step_s(waveform: Waveform) -> float:
    """Time between its points, s; 0 where it does not say."""
    step_us = waveform.sample_time_us
    return 1e-6 * step_us if 0 < step_us < 1e9 else 0.0
