"""Full width at half height of a line: one way for measured and for fitted lines.

A FID is zero filled, so that a line has enough points; where its flanks cross half of
the height is interpolated linearly between the two points about the crossing.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.signal.spectrum import Complex, Real, ppm_axis, spectrum_of


def zero_filled(
    fid: Complex, times: int, dwell_time_s: float, frequency_mhz: float
) -> tuple[Real, Complex]:
    """Ppm axis and spectrum of a FID (points,), (times * points,) each."""
    padded = np.concatenate([fid, np.zeros((times - 1) * fid.size)])
    ppm = ppm_axis(padded.size, dwell_time_s, frequency_mhz)
    return ppm, spectrum_of(padded)


def full_width(curve: Real, peak: int, level: float) -> float:
    """Width, in points, of what of a curve around its peak is above a level.

    nan where a flank does not fall below the level.
    """
    below = curve < level
    right = peak + int(np.argmax(below[peak:]))
    left = peak - int(np.argmax(below[peak::-1]))
    if not (below[right] and below[left]):
        return float("nan")
    rise = (level - curve[left]) / (curve[left + 1] - curve[left])
    fall = (level - curve[right]) / (curve[right - 1] - curve[right])
    return float((right - fall) - (left + rise))
