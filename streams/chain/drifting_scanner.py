"""A scanner whose field drifts, and that changes its frequency as it is asked to.

For trying feedback: a recording is played with a drift on top of its own, and what
comes back in messages 1028 moves its centre frequency from the next transient on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from streams.chain.frequency_change import FrequencyChange
from streams.messages.transient import Message, Start, Transient

HOUR_S = 3600.0


@dataclass(slots=True)
class DriftingScanner:
    """Adds a drift to transients, less what it was told to correct.

    Attributes
    ----------
    drift_hz_per_h : of the line towards higher ppm
    obeys : whether it does as it is asked; else what comes is lost
    offsets_hz : of each transient so far: drift less corrections
    asked : changes that came, Hz
    """

    drift_hz_per_h: float
    obeys: bool = True
    offsets_hz: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    _corrected_hz: float = 0.0

    def played(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages, their transients drifting."""
        dwell_s, first_s = 0.0, None
        for message in messages:
            body = message.body
            if isinstance(body, Start):
                dwell_s = body.acquisition.dwell_time_s
            elif isinstance(body, Transient):
                first_s = body.time_s if first_s is None else first_s
                message = replace(
                    message, body=self._drift(body, body.time_s - first_s, dwell_s)
                )
            yield message

    def _drift(self, body: Transient, after_s: float, dwell_s: float) -> Transient:
        offset_hz = self.drift_hz_per_h * after_s / HOUR_S - self._corrected_hz
        self.offsets_hz.append(offset_hz)
        time_s = dwell_s * np.arange(body.fid.shape[-1])
        # Higher ppm is a negative frequency of the samples (docs/wire.md).
        turned = np.exp(-2j * np.pi * offset_hz * time_s)
        return replace(body, fid=(body.fid * turned).astype(np.complex64))

    def take(self, change: FrequencyChange) -> None:
        """Take in what is asked for."""
        self.asked.append(change.change_hz)
        if self.obeys:
            self._corrected_hz += change.change_hz
