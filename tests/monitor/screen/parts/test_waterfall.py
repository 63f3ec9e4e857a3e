"""Transients against time as an image."""

import numpy as np
import pytest
from fake_session import TR_S

from monitor.screen.parts.waterfall import COLUMNS, Stack


def test_waterfall_does_not_grow_with_the_run():
    stack = Stack(TR_S)
    for i in range(20_000):
        stack.add(i * TR_S, np.full(500, i // 2000, np.float32))
    view = stack.view(0.0)
    assert view is not None
    assert len(view.image) <= COLUMNS
    assert view.end_min == pytest.approx(20_000 * TR_S / 60, rel=0.01)
    column = int(0.55 * len(view.image))
    assert view.image[column, 0] == pytest.approx(5, abs=0.3)


def test_waterfall_leaves_a_gap_where_nothing_came():
    stack = Stack(TR_S)
    for time_s in (0.0, 2.0, 10.0):
        stack.add(time_s, np.ones(100, np.float32))
    view = stack.view(0.0)
    assert view is not None
    assert np.isnan(view.image[:, 0]).tolist() == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]
