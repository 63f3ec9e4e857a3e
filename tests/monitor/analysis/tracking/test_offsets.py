"""Another epoch than the reference period's: offsets that nobody knows."""

from dataclasses import replace

import numpy as np
import pytest
from state_cases import C0, NAMES, dynamics, measurement, with_widths

from monitor.analysis.tracking.blocks import blocks_of, taken
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.smoothing import between, smooth
from monitor.analysis.tracking.tracker import TRACKED, Tracker, tracked_changes
from monitor.analysis.tracking.transient_view import Observed

PERCENT = 4.0
U = np.diag(0.01 * PERCENT * C0)
GLU_TCR = TRACKED.index("Glu/tCr")
ACROSS = PERCENT * np.sqrt(2)
"""SD of Glu/tCr across two epochs, percent."""


def rows():
    model = dynamics()
    return {
        0: model.observed(measurement().rows),
        1: model.observed(measurement().rows, U),
    }


def session(count, crossing, offset, seed=0, home_until=None, infused=10**6):
    """Transients without a change; from `crossing` on in an epoch that is apart."""
    random, measured = np.random.default_rng(seed), measurement()
    seen = []
    for i in range(count):
        foreign = i >= crossing and not (home_until and i >= home_until)
        level = with_widths(C0 * (1 + foreign * offset))
        o = measured.rows @ level + random.standard_normal(len(measured.rows))
        part = int(i >= infused)
        one = Observed(i, int(foreign), 2.0 * i, i, o, 1.0, i < crossing, part)
        seen.append(replace(one, since=max(i - infused, 0), foreign=bool(foreign)))
    return seen


def filtered(seen):
    tracker, by_epoch, found = Tracker.fresh(dynamics()), rows(), []
    for k, one in enumerate(seen):
        joint = taken(
            tracker, one, seen[k - 1] if k else None, by_epoch[one.epoch], one.o
        )
        found.append(tracked_changes(*joint))
    return np.array([f[0] for f in found]), np.array([f[1] for f in found])


def drawn(seed):
    return 0.01 * PERCENT * np.random.default_rng(100 + seed).standard_normal(len(C0))


def test_in_one_epoch_nothing_is_added():
    seen = session(60, 60, np.zeros(len(C0)))
    tracker = Tracker.fresh(dynamics())
    for k, one in enumerate(seen):
        taken(tracker, one, seen[k - 1] if k else None, rows()[0], one.o)
    assert tracker.mean.size == dynamics().size


def test_the_interval_widens_by_the_offset_where_the_course_may_bend_too():
    seen = session(400, 200, np.zeros(len(C0)), infused=200)
    _, sds = filtered(seen)
    assert sds[199, GLU_TCR] < 0.5 * ACROSS
    assert sds[-1, GLU_TCR] > 0.55 * ACROSS


def test_intervals_hold_across_epochs():
    filter_z, smooth_z = [], []
    for seed in range(30):
        seen = session(300, 150, drawn(seed), seed, infused=150)
        values, sds = filtered(seen)
        filter_z.append(values[-1, GLU_TCR] / sds[-1, GLU_TCR])
        found = smooth(dynamics(), blocks_of(seen), rows())
        value, sd = tracked_changes(found.joint, found.covariance)
        both = between(found.places, np.column_stack([value, sd]), np.array([280.0]))[0]
        smooth_z.append(both[GLU_TCR] / both[len(TRACKED) + GLU_TCR])
    for z in (filter_z, smooth_z):
        assert np.mean(np.abs(z) < 1.96) > 0.85
        assert 0.5 < np.std(z) < 1.4


def test_a_jump_within_the_infusion_is_taken_for_an_offset():
    offset = np.array([0.06, 0, 0, 0, 0])
    jumped, _ = filtered(session(400, 250, offset))
    assert abs(jumped[-1, GLU_TCR]) < 0.7 * 6.0


def test_back_in_the_reference_periods_epoch_the_offset_is_gone():
    seen = session(300, 100, drawn(1), home_until=200)
    values, sds = filtered(seen)
    assert abs(values[-1, GLU_TCR]) < 2.5 * sds[-1, GLU_TCR]
    assert sds[-1, GLU_TCR] < sds[150, GLU_TCR]


def mean_sd(foreign, again=False):
    """SD of the mean change of Glu/tCr where these epochs follow the reference's."""
    offsets = {0: None, **dict.fromkeys(foreign, U)}
    evidence = Accumulated(NAMES, C0, 0, offsets=offsets)
    evidence = evidence.blank() if again else evidence
    measured, clean = measurement(), measurement().rows @ with_widths(C0)
    for epoch, after in [(0, False), *((e, True) for e in foreign or [0])]:
        for i in range(2000):
            one = Observed(i, epoch, 0.0, i, clean, 1.0, not after)
            evidence.push(one, measured, after)
    return evidence.mean_changes()["Glu/tCr"][1]


def test_the_mean_since_the_infusion_began_knows_of_the_offset():
    within = mean_sd([])
    assert mean_sd([1]) == pytest.approx(np.hypot(ACROSS, within), rel=0.1)
    two = np.sqrt(0.75) * ACROSS  # half of the variance is common to both
    assert mean_sd([1, 2]) == pytest.approx(np.hypot(two, within), rel=0.1)


def joined(share_before, share_since):
    """SD of the mean change where so much of both lies behind the one join."""
    evidence, measured = Accumulated(NAMES, C0, 0), measurement()
    for after, share in ((False, share_before), (True, share_since)):
        for series, part in ((0, 1 - share), (1, share)):
            if part:
                evidence = evidence.expecting(0, measured, after, 1e6 * part, series)
    return evidence.flat_sds()["Glu/tCr"]


def test_the_mean_since_the_infusion_began_knows_of_steps_at_joins():
    among = joined(0, 0)
    assert joined(1, 1) == among
    whole, half = np.sqrt(joined(0, 1) ** 2 - among**2), joined(0.5, 1)
    assert whole > 0.25
    assert np.sqrt(half**2 - among**2) == pytest.approx(whole / 2, rel=0.01)


def test_the_same_question_once_more_knows_of_the_offset_too():
    assert mean_sd([1], again=True) == mean_sd([1])


def test_no_length_of_scan_takes_an_offset_off():
    evidence = Accumulated(NAMES, C0, 0, offsets={0: None, 1: U})
    measured = measurement()
    for epoch, after in ((0, False), (1, True)):
        evidence = evidence.expecting(epoch, measured, after, 1e6)
    assert evidence.flat_sds()["Glu/tCr"] == pytest.approx(ACROSS, rel=0.1)
    # Nor is there a scale for an amplitude: what has no change has no forecast.
    assert "Glu" not in evidence.flat_sds()
