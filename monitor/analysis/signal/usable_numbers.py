"""Which numbers of a FID can be calculated with."""

from __future__ import annotations

import numpy as np

from monitor.analysis.signal.noise import Coils
from streams.errors import InputError

LARGEST = 1e12
"""Sums of squares of larger numbers leave single precision."""


def check_numbers(fid: Coils, what: str) -> None:
    """Refuse a FID that cannot be calculated with; `what` begins a sentence of it.

    Raises
    ------
    InputError : a number is NaN, infinite, or larger than `LARGEST`, which is said in
        the same words each time
    """
    parts = np.abs(fid.real), np.abs(fid.imag)  # the magnitude itself may overflow
    if max(float(part.max(initial=0.0)) for part in parts) > LARGEST:
        raise InputError(
            f"Transients with numbers above {LARGEST:.0e}, which cannot be right, are "
            "left out: scale them at their source."
        )
    if not np.isfinite(fid).all():
        raise InputError(
            f"{what} holds NaN or infinite values: export it again, or leave it out."
        )
