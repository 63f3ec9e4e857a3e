"""The dwell time of an MRD series: what its heads say, checked against its header.

FIRE writes the acquired one as `DwellTime_0` in ms, the parameter maps of
siemens_to_ismrmrd as `dwellTime` in us; each must agree with `sample_time_us` of the
acquisitions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from streams.errors import InputError

UNITS_S = (1e-3, 1e-6)
LONGEST_MS = 5.0  # a larger number is one of us


def dwell_time_s(
    name: str, sample_time_us: float, stated: Iterable[tuple[str, float | None]]
) -> float:
    """Time between acquired points, s.

    Parameters
    ----------
    name : of the file or stream, for sentences
    sample_time_us : from the head of an acquisition
    stated : fields of the header that may hold it, and their numbers

    Raises
    ------
    InputError : the head says none, or what contradicts the header
    """
    acquired_s = 1e-6 * float(str(sample_time_us))  # 32 bits, as they are written
    if not (math.isfinite(acquired_s) and acquired_s > 0):
        raise InputError(
            f"{name} has no dwell time: sample_time_us is {sample_time_us}."
        )
    for key, number in stated:
        if number is not None:
            return _agreed_s(name, key, number, acquired_s)
    return acquired_s


def _agreed_s(name: str, key: str, number: float, acquired_s: float) -> float:
    """The more exact of two dwell times that agree."""
    off = {unit_s: abs(number * unit_s / acquired_s - 1) for unit_s in UNITS_S}
    unit_s = min(off, key=lambda unit: off[unit])
    if off[unit_s] < 1e-6:
        return number * unit_s
    if off[unit_s] < 1e-3:
        return acquired_s
    raise InputError(
        f"{name}: {key} = {number:g} contradicts sample_time_us = "
        f"{1e6 * acquired_s:g}; one of them must be corrected."
    )


def in_us(stated: float) -> float:
    """A header's dwell time in us, where there is no head to check it against."""
    return stated * (1e3 if stated < LONGEST_MS else 1.0)
