"""Transients against time as an image whose size does not grow with the run.

Each column holds the mean of the transients of a stretch of time.  When the image is
full, neighbours are merged and a column stands for twice the time.  Rows are blocks of
ppm, averaged down to at most `ROWS`.
"""

from __future__ import annotations

import math

import numpy as np

from monitor.analysis.fit.curves import Curve
from monitor.screen.graphs import Image, Waterfall
from monitor.screen.parts.spectrum import telling

COLUMNS = 600
ROWS = 240
LOW_PPM, HIGH_PPM = 0.2, 4.2


class Stack:
    """Running means of spectra by time; owned by one `SessionState`."""

    def __init__(self, column_s: float) -> None:
        self.column_s = column_s
        self.first_s = math.nan
        self.used = 0
        self._sum: Image = np.zeros((COLUMNS, 0), np.float32)
        self._count = np.zeros(COLUMNS, np.int64)

    def add(self, time_s: float, strip: Curve) -> None:
        """Put a transient's spectrum (points,) into the column of its time."""
        row = _block_up(strip)
        if not self._sum.shape[1]:
            self._sum = np.zeros((COLUMNS, len(row)), np.float32)
            self.first_s = time_s
        if len(row) != self._sum.shape[1] or time_s < self.first_s:
            return
        while (column := self._column(time_s)) >= COLUMNS:
            self._merge()
        self._sum[column] += row
        self._count[column] += 1
        self.used = max(self.used, column + 1)

    def _column(self, time_s: float) -> int:
        return int((time_s - self.first_s) / self.column_s + 1e-6)

    def _merge(self) -> None:
        """Join neighbours: half as many columns, each of twice the time."""
        half = COLUMNS // 2
        for held in (self._sum, self._count):
            held[:half] = held[0::2] + held[1::2]
            held[half:] = 0
        self.column_s *= 2
        self.used = (self.used + 1) // 2

    def view(
        self, zero_s: float, hidden: str | None = None, offset_ppm: float = 0.0
    ) -> Waterfall | None:
        """Image so far with the minutes it spans; None before the first transient.

        The lines of an outcome that is `hidden` are not in it; `offset_ppm` is that of
        the axis (`axis_offset`).
        """
        if not self.used:
            return None
        count = self._count[: self.used, None]
        with np.errstate(invalid="ignore"):
            image = (self._sum[: self.used] / count).astype(np.float32)
        low, high = np.nanpercentile(image[:: max(1, self.used // 50)], [45, 99.6])
        if hidden is not None:
            step = (HIGH_PPM - LOW_PPM) / image.shape[1]
            middles = LOW_PPM + step * (np.arange(image.shape[1]) + 0.5) + offset_ppm
            image[:, telling(middles, hidden)] = low
        return Waterfall(
            image=image,
            start_min=(self.first_s - zero_s) / 60,
            end_min=(self.first_s + self.used * self.column_s - zero_s) / 60,
            ppm_low=LOW_PPM + offset_ppm,
            ppm_high=HIGH_PPM + offset_ppm,
            level_low=float(low),
            level_high=float(max(high, low + 1e-6)),
        )


def _block_up(strip: Curve) -> Image:
    """Mean of neighbouring points so that at most `ROWS` remain, (rows,) float32."""
    size = max(1, math.ceil(len(strip) / ROWS))
    whole = len(strip) // size * size
    return np.asarray(strip[:whole].reshape(-1, size).mean(1), np.float32)
