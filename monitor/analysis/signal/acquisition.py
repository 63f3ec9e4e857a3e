"""Can an acquisition be followed at all?  Asked before anything is made for it."""

from __future__ import annotations

from streams.errors import InputError
from streams.messages.transient import Acquisition

LEAST_POINTS = 64
"""Shorter FIDs hold too little of a line to be registered."""


def check_acquisition(acquisition: Acquisition) -> None:
    """Refuse an acquisition that no fit can follow, though a scanner might make it.

    Raises
    ------
    InputError : the FID is too short
    """
    if acquisition.points < LEAST_POINTS:
        raise InputError(
            f"A FID of {acquisition.points} points is too short to be followed (at "
            f"least {LEAST_POINTS}): check the source."
        )
