"""What is asked of the analysis beside the chain, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.protocol.choose import Wishes
from streams.chain.frequency_change import FrequencyChange

SERIES_END = "series_end"
TURN_S = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be followed, and how pages are wanted.

    `feedback`: whether changes of the scanner's frequency are wanted, too.
    """

    endpoint: str
    wishes: Wishes
    every: int
    size: int
    feedback: bool = False


@dataclass(frozen=True, slots=True)
class PageDrawn:
    """A page: so many metabolite transients are in it.

    `comments` are what it says, a line each; nothing of a hidden outcome.
    """

    transients: int
    pixels: NDArray[np.uint16]
    comments: tuple[str, ...]
    last: bool = False


@dataclass(frozen=True, slots=True)
class Averaged:
    """The weighted mean of an epoch's transients, in our sign convention."""

    epoch: int
    transients: int
    fid: NDArray[np.complex64]
    dwell_time_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there are no pages any more, in one sentence.

    `gone`: the process with it; else it takes another order.
    """

    sentence: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """The series has been followed to its end."""


Given = PageDrawn | FrequencyChange | Averaged | Failed | Followed
