"""The filter and the smoother against plain Gaussian conditioning."""

import numpy as np
import pytest
from state_cases import (
    C0,
    NAMES,
    brute_force,
    dynamics,
    joint_rows,
    measurement,
    transients,
    with_widths,
)

from monitor.analysis.tracking.blocks import block_of, blocks_of, passed, take, taken
from monitor.analysis.tracking.dynamics import dynamics_of
from monitor.analysis.tracking.noise_scale import NoiseScale
from monitor.analysis.tracking.smoothing import between, smooth
from monitor.analysis.tracking.tracker import TRACKED, Tracker, tracked_changes
from monitor.analysis.tracking.transient_view import Observed

CASES = {
    "plain": {},
    "gaps": {"missing": {4: 7, 9: 30}},
    "epoch": {"epochs": {8: 1}},
    "gap and epoch": {"missing": {8: 12}, "epochs": {8: 1}},
}


def filtered(seen, model):
    tracker, rows, joints = Tracker.fresh(model), model.observed(measurement().rows), []
    for k, one in enumerate(seen):
        joints.append(taken(tracker, one, seen[k - 1] if k else None, rows, one.o))
    return tracker, joints


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("tied", [True, False])
def test_filter_is_gaussian_conditioning_on_the_past(case, tied):
    seen, model = transients(14, 6, **CASES[case]), dynamics(tied=tied)
    _, joints = filtered(seen, model)
    for k in (5, 8, 13):
        brute = brute_force(seen, model, k + 1)
        rows = joint_rows(seen, model, k, k + 1)
        mean, covariance = joints[k]
        np.testing.assert_allclose(mean, rows @ brute.mean, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(
            covariance, rows @ brute.covariance @ rows.T, rtol=1e-5, atol=1e-9
        )


@pytest.mark.parametrize("case", CASES)
def test_smoother_is_gaussian_conditioning_on_everything(case):
    seen, model = transients(14, 6, **CASES[case]), dynamics()
    rows = model.observed(measurement().rows)
    found = smooth(model, blocks_of(seen, 1), {0: rows, 1: rows})
    brute = brute_force(seen, model, len(seen))
    for k in range(len(seen)):
        B = joint_rows(seen, model, k, len(seen))
        np.testing.assert_allclose(found.joint[k], B @ brute.mean, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(
            found.covariance[k], B @ brute.covariance @ B.T, rtol=1e-5, atol=1e-9
        )


def test_smoother_ends_where_the_filter_ends():
    seen, model = transients(20, 8), dynamics()
    _, joints = filtered(seen, model)
    rows = model.observed(measurement().rows)
    found = smooth(model, blocks_of(seen, 1), {0: rows})
    np.testing.assert_allclose(found.joint[-1], joints[-1][0], rtol=1e-9)
    np.testing.assert_allclose(found.covariance[-1], joints[-1][1], atol=1e-10)


def test_blocks_of_transients_change_the_smoothed_course_by_a_fraction_of_its_sd():
    seen, model = transients(200, 80, missing={120: 20}), dynamics(0.01)
    rows = {0: model.observed(measurement().rows)}
    fine, coarse = (smooth(model, blocks_of(seen, n), rows) for n in (1, 16))
    values, sds = tracked_changes(fine.joint, fine.covariance)
    rough, rough_sds = tracked_changes(coarse.joint, coarse.covariance)
    wanted = np.array([float(one.place) for one in seen])
    z = (between(coarse.places, rough, wanted) - values) / sds
    assert np.sqrt(np.mean(z[:, 2:] ** 2)) < 0.25  # the ratios
    # a gain that walks within a block moves Glu itself
    assert np.sqrt(np.mean(z[:, :2] ** 2)) < 0.5
    narrower = between(coarse.places, rough_sds, wanted)[:, 2:] / sds[:, 2:]
    assert np.abs(narrower - 1).max() < 0.3


def test_a_transient_of_weight_zero_says_nothing():
    tracker = Tracker.fresh(dynamics())
    before = tracker.covariance.copy()
    assert tracker.measure(np.ones((2, tracker.mean.size)), np.ones(2), 0.0) is None
    np.testing.assert_array_equal(tracker.covariance, before)
    tracker.remember(0.0)
    assert tracker.reference_weight == 0


def test_a_gap_is_as_many_steps_of_the_same_walk():
    one, many = Tracker.fresh(dynamics()), Tracker.fresh(dynamics())
    one.predict(37)
    for _ in range(37):
        many.predict(1)
    np.testing.assert_allclose(one.covariance, many.covariance, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(one.mean, many.mean)


def test_a_new_epoch_forgets_the_gain_but_not_the_ratios():
    seen, model = transients(60, 60), dynamics()
    tracker, _ = filtered(seen, model)

    def sds(t):
        return tracked_changes(*t.joint())[1]

    before = dict(zip(TRACKED, sds(tracker), strict=True))
    tracker.begin_epoch()
    after = dict(zip(TRACKED, sds(tracker), strict=True))
    assert after["Glu"] > 5 * before["Glu"]
    assert after["Glu/tCr"] < 1.01 * before["Glu/tCr"]
    assert after["Glx/tNAA"] < 1.05 * before["Glx/tNAA"]


def test_changes_and_sds_agree_with_monte_carlo():
    random = np.random.default_rng(5)
    mean = np.array([9.9, 12.2, 11.0, 8.5, 0.0, 9.0, 11.0, 11.2, 8.4, 0.0])
    root = 0.02 * random.standard_normal((10, 10)) * mean.max()
    covariance = 0.05 * root @ root.T
    draws = random.multivariate_normal(mean, covariance, 200_000)
    values, sds = tracked_changes(mean, covariance)
    drawn, _ = tracked_changes(draws, np.zeros((10, 10)))
    np.testing.assert_allclose(values, np.median(drawn, axis=0), atol=0.05)
    np.testing.assert_allclose(sds, drawn.std(axis=0), rtol=0.02)


def test_a_wandering_gain_is_not_booked_to_the_ratio():
    random, model = np.random.default_rng(7), dynamics(0.005)
    rows, m = model.observed(measurement().rows), measurement()
    tracker = Tracker.fresh(model)
    gain = 1 + 0.02 * np.sin(np.arange(400) / 40)
    for k in range(400):
        o = m.rows @ with_widths(C0 * gain[k]) + random.standard_normal(len(m.rows))
        tracker.predict()
        tracker.measure(rows, o, 1.0)
        tracker.remember(1.0 if k < 200 else 0.0)
    values, sds = tracked_changes(*tracker.joint())
    assert abs(values[2]) < 3 * sds[2] < 9
    assert abs(values[3]) < 3 * sds[3]


def pushed(scale, seed, slope):
    """Feed blocks of a course whose slope has a noise of `slope` % per transient."""
    random, m = np.random.default_rng(seed), measurement()
    rows = dynamics().observed(m.rows)
    s, level = 0.0, C0.copy()
    seen = []
    for one in transients(600, 0, seed):
        s = 0.995 * s + 0.01 * slope * C0[0] * random.standard_normal()
        level[0] += s
        o = m.rows @ with_widths(level) + random.standard_normal(len(m.rows))
        seen.append(type(one)(*(one.index, 0, 0.0, one.index, o, 1.0, one.index < 300)))
    for block in blocks_of(seen):
        scale.push(block, rows)
    return scale


def test_process_noise_follows_the_course_and_never_falls_below_the_floor():
    quiet = pushed(NoiseScale.about(NAMES, C0, 5.0), 3, 0.0)
    busy = pushed(NoiseScale.about(NAMES, C0, 5.0), 3, 0.05)
    assert quiet.percent == quiet.floor
    assert busy.percent >= 4 * busy.floor
    assert quiet.excess == pytest.approx(1.0, abs=0.15)
    follows = NoiseScale.about(NAMES, C0, 5.0)
    follows.held = busy.switches
    pushed(follows, 3, 0.0)
    assert follows.switches == busy.switches


def test_a_block_is_the_weighted_mean_of_its_transients():
    seen = transients(5, 5)
    block = block_of(seen)
    weights = np.array([one.weight for one in seen])
    np.testing.assert_allclose(
        block.o, weights @ np.stack([one.o for one in seen]) / weights.sum()
    )
    assert block.weight == pytest.approx(weights.sum())


def test_blocks_end_with_the_reference_period_the_epoch_and_at_a_gap():
    seen = transients(60, 20, missing={40: 50}, epochs={30: 1})
    edges = [0]
    for block in blocks_of(seen):
        inside = [
            o
            for o in seen[edges[-1] :]
            if (o.epoch, o.reference) == (block.epoch, block.reference)
            and o.place - seen[edges[-1]].place < 16
        ]
        edges.append(edges[-1] + len(inside))
    assert {20, 30, 40} <= set(edges)
    assert edges[-1] == 60


def test_tied_amplitudes_move_less_than_free_ones():
    tied, free = dynamics_of(NAMES, C0, 0.01), dynamics_of(NAMES, C0, 0.01, tied=False)
    i = NAMES.index("mI")
    assert tied.walk[i] < 0.1 * free.walk[i]
    assert tied.walk[NAMES.index("NAA")] > 0


def test_start_and_stop_of_the_infusion_let_the_course_bend():
    tracker = Tracker.fresh(dynamics(0.003))
    before = tracker.covariance.copy()
    tracker.bend()
    added = np.diag(tracker.covariance - before)
    first = tracker.dynamics.widths.stop
    slopes = slice(first, first + 4)
    assert np.all(added[slopes] > 0)
    assert added.sum() == pytest.approx(added[slopes].sum())


def after_a_mark(i, o, mark):
    """A transient of a session whose infusion starts with number `mark`."""
    on = i >= mark
    return Observed(i, 0, 2.0 * i, i, o, 1.0, not on, int(on), max(i - mark, 0))


def test_blocks_are_short_after_a_mark_and_grow():
    seen = [after_a_mark(i, np.zeros(8), 40) for i in range(120)]
    found = [round(block.begins) for block in blocks_of(seen)]
    assert found == [0, 16, 32, 40, 42, 44, 48, 56, 72, 88, 104]


def step_at(mark, count=200, percent=15.0, seed=8):
    """A step of Glu with the first transient of the infusion."""
    random, m, seen = np.random.default_rng(seed), measurement(), []
    for i in range(count):
        level = C0 * np.array([1 + 0.01 * percent * (i >= mark), 1, 1, 1, 1])
        o = m.rows @ with_widths(level) + 0.2 * random.standard_normal(len(m.rows))
        seen.append(after_a_mark(i, o, mark))
    return seen


def test_a_step_at_the_start_is_not_smeared_over_the_reference_period():
    seen, model = step_at(96), dynamics(0.001)
    found = smooth(model, blocks_of(seen), {0: model.observed(measurement().rows)})
    values, sds = tracked_changes(found.joint, found.covariance)
    wanted = np.array([float(one.place) for one in seen])
    course = between(found.places, values, wanted)[:, 0]
    assert 95.0 in found.places
    assert abs(course[95]) < 3 * sds[:, 0].max() < 4.5
    assert np.all(course[100:] > 11.0)


def test_a_mark_in_a_gap_bends_what_follows_it():
    model = dynamics()
    one, other = Tracker.fresh(model), Tracker.fresh(model)
    first = after_a_mark(0, np.zeros(8), 40)
    late = after_a_mark(60, np.zeros(8), 40)
    passed(one, first, late)
    other.predict(59)
    other.bend()
    other.predict(1)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-12)


@pytest.mark.parametrize("memory", [4.0, 30.0, 150.0])
def test_filter_and_smoother_follow_any_onset_of_the_infusion(memory):
    """A rise of 20 % in Glu, from all but a step to a slow one."""
    random, m, seen, truth = np.random.default_rng(5), measurement(), [], []
    for i in range(600):
        risen = -20.0 * np.expm1(-max(i - 300, 0) / memory)
        level = C0 * np.array([1 + 0.01 * risen, 1, 1, 1, 1])
        o = m.rows @ with_widths(level) + random.standard_normal(len(m.rows))
        seen.append(after_a_mark(i, o, 300))
        truth.append(risen)
    model, blocks = dynamics(0.001), blocks_of(seen)
    rows = {0: model.observed(m.rows)}
    found = smooth(model, blocks, rows)
    values, sds = tracked_changes(found.joint, found.covariance)
    wanted = np.interp(found.places, np.arange(600), truth)
    z = ((values[:, 0] - wanted) / sds[:, 0])[found.places > 316]
    assert np.abs(z).max() < 3.5
    assert np.mean(np.abs(z)) < 1.5
    tracker, before = Tracker.fresh(model), None
    for block in blocks:
        take(tracker, block, before, rows[0])
        tracker.remember(block.weight if block.reference else 0.0)
        before = block
        if block.place > 316:
            value, sd = tracked_changes(*tracker.joint())
            error = value[0] - np.interp(block.place, np.arange(600), truth)
            assert abs(error) < 3.5 * sd[0]


@pytest.mark.parametrize("memory", [1.0, 60.0])
def test_the_smoother_follows_the_stop_of_the_infusion_as_its_start(memory):
    random, m, seen, truth = np.random.default_rng(6), measurement(), [], []
    for i in range(500):
        part = int(i >= 150) + int(i >= 330)
        since = i - (0, 150, 330)[part]
        rest = 20.0 * np.exp(-since / memory)
        truth.append((0.0, 20.0 - rest, rest)[part])
        level = C0 * np.array([1 + 0.01 * truth[-1], 1, 1, 1, 1])
        o = m.rows @ with_widths(level) + random.standard_normal(len(m.rows))
        seen.append(Observed(i, 0, 2.0 * i, i, o, 1.0, part == 0, part, since))
    model = dynamics(0.001)
    found = smooth(model, blocks_of(seen), {0: model.observed(m.rows)})
    values, sds = tracked_changes(found.joint, found.covariance)
    wanted = np.interp(found.places, np.arange(500), truth)
    z = np.abs(values[:, 0] - wanted) / sds[:, 0]
    late = (found.places > 330 + 8) | (found.places < 330)
    assert 329.0 in found.places
    assert z[late & (found.places > 158)].max() < 4.0


def test_glx_alone_may_move_as_glutamate_does():
    names = ("Glx", "NAA", "Cr", "mI")
    model = dynamics_of(names, np.array([12.0, 11.0, 8.5, 6.0]), 0.01)
    assert model.sloping == (0,)
    assert model.walk[0] == 0
    assert np.count_nonzero(model.bend()) == 2
