"""Where a stretch that is unlike the rest begins and ends."""

import numpy as np
import pytest

from monitor.analysis.contamination.boundaries import refined
from monitor.analysis.contamination.features import BANDS, Seen
from monitor.analysis.contamination.states import Comparison, States


def compared(n: int, first: int, stop: int) -> tuple[Comparison, States]:
    """Transients of which [first, stop) have a band more than the others."""
    rng = np.random.default_rng(1)
    good = np.zeros(2 * BANDS)
    good[: BANDS // 2] = 1.0
    bands = good + 1e-3 * rng.normal(size=(n, 2 * BANDS))
    bands[first:stop, BANDS - 2] += 0.3
    level = np.zeros(n)
    seen = Seen(np.arange(n), bands, level, level.copy(), level + 1.0)
    inside = np.zeros(n, bool)
    inside[first:stop] = True
    return Comparison.of(seen), States(~inside, good, level, level)


@pytest.mark.parametrize("run", [(40, 60), (37, 63), (43, 57)])
def test_the_ends_are_those_of_what_is_unlike(run):
    case = compared(100, 40, 60)
    assert refined(*case, run, (0, 100)) == (40, 60)


@pytest.mark.parametrize("free", [70, 69, 100])
def test_where_another_stretch_took_the_room_nothing_is_left(free):
    """Two runs near the end, the first of which reaches over the second."""
    first, stop = refined(*compared(70, 60, 70), (62, 66), (free, 70))
    assert first >= stop or (first, stop) == (69, 70)
