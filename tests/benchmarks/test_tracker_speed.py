"""One transient through tracker, answer and process noise; smoother and joint fits."""

import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from monitor.analysis.tracking.blocks import blocks_of
from monitor.analysis.tracking.dynamics import dynamics_of
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.joint import joint_fits
from monitor.analysis.tracking.measurement import Measurement
from monitor.analysis.tracking.noise_scale import NoiseScale
from monitor.analysis.tracking.sequential import Sequential
from monitor.analysis.tracking.smoothing import smooth
from monitor.analysis.tracking.tracker import Tracker, tracked_changes
from monitor.analysis.tracking.transient_view import Observed

NAMES = (
    "Glu", "Gln", "NAA", "NAAG", "Cr", "PCr", "mI", "GPC", "PCh", "GABA", "GSH", "Asp",
    "Tau", "Lac", "Ala", "Asc", "sI", "PE", "Glc", "MM09", "MM12", "MM14", "MM17",
    "MM20",
)  # fmt: skip
# CPU time: the machine may have other things to do.
pytestmark = pytest.mark.benchmark(timer=time.process_time)
C0 = np.linspace(10.0, 0.5, len(NAMES))


@pytest.fixture(scope="module")
def session():
    random, M = np.random.default_rng(1), len(NAMES)
    measurement = Measurement(
        random.standard_normal((M, M + 1)), np.zeros((M, 0)), np.zeros((0, M, M))
    )
    o = measurement.rows @ np.append(C0, 0) + random.standard_normal((1500, M))
    seen = [
        Observed(i, 0, 2.0 * i, i, o[i], 1.0, i < 300, int(i >= 300), max(i - 300, 0))
        for i in range(1500)
    ]
    return measurement, seen


def test_one_transient(benchmark, session):
    """Both filters, their changes, the running answer, a sixteenth of the trials."""
    measurement, seen = session
    filters = [
        Tracker.fresh(dynamics_of(NAMES, C0, 0.003, tied)) for tied in (True, False)
    ]
    rows = filters[0].dynamics.observed(measurement.rows)
    sums, test = Accumulated(NAMES, C0, 0), Sequential(5.0)
    scale, blocks = NoiseScale.about(NAMES, C0, 5.0), iter(blocks_of(seen))
    for one in seen[:300]:
        sums.push(one, measurement, False)
    count = iter(range(300, 10**9))

    def once():
        i = next(count)
        one = seen[300 + i % 1200]
        for tracker in filters:
            tracker.predict(1)
            tracker.measure(rows, one.o, one.weight)
            tracked_changes(*tracker.joint())
        sums.push(one, measurement, True)
        test.push(one.time_s, sums.mean_changes())
        if i % 16 == 0 and (block := next(blocks, None)) is not None:
            scale.push(block, rows)

    benchmark.pedantic(once, rounds=500, warmup_rounds=20)
    assert benchmark.stats.stats.median < 2e-3


def test_smoother_of_1500_transients(benchmark, session):
    measurement, seen = session
    dynamics = dynamics_of(NAMES, C0, 0.003)
    rows, blocks = {0: dynamics.observed(measurement.rows)}, blocks_of(seen)
    benchmark.pedantic(lambda: smooth(dynamics, blocks, rows), rounds=20)
    assert benchmark.stats.stats.median < 0.050


def test_joint_fits_of_1500_transients(benchmark, session):
    """All response models: once, at the end."""
    measurement, seen = session
    still = dynamics_of(NAMES, C0, 0.0)
    rows, blocks = {0: still.observed(measurement.rows)}, blocks_of(seen)
    times_s = np.array([2.0 * block.place for block in blocks])
    infusion_s = (600.0, 3000.0)
    once = partial(joint_fits, blocks, times_s, rows, still, infusion_s)
    benchmark.pedantic(once, rounds=5)
    assert benchmark.stats.stats.median < 1.0


if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__)), "--benchmark-only"]))
