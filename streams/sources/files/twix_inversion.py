"""The inversion time of a Siemens raw file.

`alTI[0]`, in microseconds, stays in a header whether or not anything is inverted; the
preparation pulses say whether it is (`sPrepPulses.ucInversion`, 0x4 where it is not).
A sequence that inverts by itself and does not say so there has no TI here.
"""

from __future__ import annotations

from collections.abc import Mapping

OFF = 4
MOST_S = 20.0


def inversion_time_s(yaps: Mapping[tuple[str, ...], object]) -> float | None:
    """TI, s; None where the header names no inversion.

    Parameters
    ----------
    yaps : the measurement's protocol, by the parts of its names
    """
    pulse = _number(yaps.get(("sPrepPulses", "ucInversion")))
    if pulse in (None, OFF):
        return None
    time_s = 1e-6 * (_number(yaps.get(("alTI", "0"))) or 0.0)
    return time_s if 0 < time_s <= MOST_S else None


def _number(value: object) -> float | None:
    """A number as it stands in a protocol: 4, 4.0, "4" or "0x4"."""
    try:
        return float(int(value, 0)) if isinstance(value, str) else float(str(value))
    except ValueError:
        return None
