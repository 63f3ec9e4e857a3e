"""Water references among the metabolites are drawn in the quality strips."""

import numpy as np
import pytest

from monitor.analysis.preparation.water_course import WaterPoint
from monitor.analysis.update import Update
from monitor.run.worker_messages import Computed


def test_water_has_points_and_a_word_where_there_is_a_course(open_bench, reports):
    bench = open_bench()
    bench.show(reports)
    plots = bench.page.quality.plots
    assert not any(plot._legend.isVisible() for plot in plots)
    points = [
        WaterPoint(60.0 * n, 3.0 + 0.5 * n, 8.0 + n, 50.0, n > 0) for n in range(4)
    ]
    bench.show([Computed(Update(9000, 0, water=point)) for point in points])
    shown = [plot._legend.isVisible() for plot in plots]
    assert shown == [True, True, False]
    minutes, shift_hz = plots[0]._water.getData()
    assert np.diff(minutes) == pytest.approx([1, 1, 1])
    assert shift_hz == pytest.approx([0, 0.5, 1.0, 1.5])
    assert plots[1]._water.getData()[1] == pytest.approx([8, 9, 10, 11])
    assert not len(plots[2]._water.getData()[0])
    right = plots[0]._legend.sceneBoundingRect().right()
    assert right <= plots[0].getViewBox().sceneBoundingRect().right() + 1
