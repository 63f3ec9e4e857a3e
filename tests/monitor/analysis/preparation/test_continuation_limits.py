"""Where the limits lie by which a series goes on with its epoch."""

import numpy as np
import pytest

from monitor.analysis.preparation.continuation import Difference
from monitor.analysis.signal.axis import Axis


def said(width_hz: float, width_sd_hz: float, shape: float, axis: Axis) -> tuple:
    return Difference(0.5, width_hz, width_sd_hz, shape, 1.0, 1.0, 0.0).moved(axis)


@pytest.mark.parametrize(
    ("width_hz", "sd_hz", "shape", "moved"),
    [
        (-0.27, 0.055, 4.4, ()),  # BOLD as an infusion begins
        (0.31, 0.06, 7.2, ()),
        (-0.45, 0.055, 4.4, ("the line has changed",)),
        (0.0, 0.055, 12.5, ("the line has changed",)),
        (0.0, 0.2, 1.0, ("there is too little signal to tell",)),
        (0.0, np.inf, 1.0, ("there is too little signal to tell",)),
    ],
)
def test_lines_may_wander_as_a_head_does(width_hz, sd_hz, shape, moved, axis) -> None:
    assert said(width_hz, sd_hz, shape, axis) == moved
