"""How many zeros were filled in: in every FID, enough of them, behind a signal."""

import numpy as np
import pytest

from streams.sources.checks.filled_points import LEAST_FILLED, filled_points


def ending_at(points: int, *lasts: int) -> np.ndarray:
    """FIDs whose last point that is not zero lies there; -1: none."""
    fids = np.zeros((len(lasts), points), complex)
    for fid, last in zip(fids, lasts, strict=True):
        fid[: last + 1] = 1.0 - 2.0j
    return fids


@pytest.mark.parametrize(
    ("points", "lasts", "filled"),
    [
        (100, (59,), 40),
        (100, (59, 70, 30), 29),
        (100, (59, 99, 30), 0),
        (100, (99 - LEAST_FILLED,), LEAST_FILLED),
        (100, (100 - LEAST_FILLED,), 0),
        (2000, (1979,), 20),
        (2000, (1980,), 0),
        (100, (-1, 59), 40),
        (100, (-1, -1), 0),
        (100, (0,), 0),
        (100, (1,), 98),
    ],
)
def test_zeros_behind_all_of_them(points, lasts, filled) -> None:
    fids = ending_at(points, *lasts)
    assert filled_points(fids) == filled
    assert filled_points(fids.reshape(1, len(lasts), points)) == filled


def test_zeros_within_a_signal_and_what_is_no_number_are_no_filling() -> None:
    fids = ending_at(100, 59)
    fids[0, 10:40] = 0.0
    assert filled_points(fids) == 40
    fids[0, 80] = np.nan
    assert filled_points(fids) == 19
