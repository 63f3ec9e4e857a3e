"""Judged again from where something changed: as if all had been judged anew."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.analysis.contamination.good_weights import KEPT_EVERY, SPARSE, Weighing
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.weights import RUN, Measures

COUNT = 160
QUALITY = Quality(
    0, 0, 0, 0.0, 0.0, 0.1, 0.0, 0.1, 5.0, 10.0, 1.0, 1.0, 1.0, 1.0, ()
)  # fmt: skip


def session(seed, count=COUNT, other_from=COUNT, outliers=0.05):
    """Transients with some outliers; from one of them on all measure otherwise."""
    random = np.random.default_rng(seed)
    values = random.standard_normal((count, 5))
    values[random.random(count) < outliers] += 12.0
    values[other_from:] += 14.0
    measured = [Measures(tuple(row), (0.5,) * 5) for row in values.tolist()]
    flags = [("settling",) if i < 2 else () for i in range(count)]
    arrived = [replace(QUALITY, index=i, flags=flags[i]) for i in range(count)]
    return arrived, [None if i == 5 else m for i, m in enumerate(measured)]


spans = st.tuples(st.integers(0, COUNT), st.integers(1, 40))
looks = st.lists(st.tuples(st.integers(1, COUNT), st.lists(spans, max_size=2)))


@settings(max_examples=40)
@given(st.integers(0, 9), st.sampled_from([1, 4]), st.integers(20, COUNT), looks)
def test_any_looks_give_what_one_look_gives(seed, cycle_steps, other_from, looks):
    arrived, measured = session(seed, other_from=other_from)
    weighing = Weighing(cycle_steps)
    for count, stretches in [*sorted(looks, key=lambda look: look[0]), (COUNT, [])]:
        skipped = np.zeros(count)
        for first, length in stretches:
            skipped[first : first + length] = 1.0
        given_now = arrived[:count], measured[:count], range(COUNT), skipped
        once = Weighing(cycle_steps).qualities(*given_now)
        assert weighing.qualities(*given_now) == once


def test_a_transient_that_was_prepared_anew_is_judged_anew():
    arrived, measured = session(3)
    weighing, none = Weighing(), np.zeros(COUNT)
    before = weighing.qualities(arrived, measured, range(COUNT), none)
    arrived[40] = replace(arrived[40], flags=("saturated",))
    after = weighing.qualities(arrived, measured, range(COUNT), none)
    assert after == Weighing().qualities(arrived, measured, range(COUNT), none)
    assert after != before


def test_the_good_part_is_judged_by_itself():
    """What lies in a stretch is neither judged nor remembered."""
    arrived, measured = session(5)
    strange = [Measures((30.0,) * 5, (0.5,) * 5)] * 40
    measured[60:100] = strange
    skipped = np.zeros(COUNT)
    skipped[60:100] = 1.0
    found = Weighing().qualities(arrived, measured, range(COUNT), skipped)
    kept = [i for i in range(COUNT) if not skipped[i]]
    alone = Weighing().qualities(
        [arrived[i] for i in kept],
        [measured[i] for i in kept],
        kept,
        np.zeros(len(kept)),
    )
    assert [found[i] for i in kept] == alone
    assert found[60:100] == arrived[60:100]


def test_what_becomes_the_new_normal_behind_a_stretch_was_so_from_its_first():
    """The template holds something of a long stretch: good ones measure otherwise."""
    arrived, measured = session(5, other_from=100, outliers=0.0)
    skipped = np.zeros(COUNT)
    skipped[60:100] = 1.0
    found = Weighing().qualities(arrived, measured, range(COUNT), skipped)
    assert min(found[i].weight for i in range(100, COUNT)) > 0.5


def test_a_few_that_measure_otherwise_are_outliers_all_the_same():
    arrived, measured = session(5, other_from=COUNT - RUN + 1, outliers=0.0)
    found = Weighing().qualities(arrived, measured, range(COUNT), np.zeros(COUNT))
    assert max(q.weight for q in found[1 - RUN :]) < 0.5


def test_far_behind_a_stretch_a_run_of_outliers_stays_one_up_to_its_end():
    """What is new there may be what spoils: only those that follow count."""
    arrived, measured = session(5, other_from=140, outliers=0.0)
    for skipped_at in (slice(0, 0), slice(60, 100)):
        skipped = np.zeros(COUNT)
        skipped[skipped_at] = 1.0
        found = Weighing().qualities(arrived, measured, range(COUNT), skipped)
        assert max(q.weight for q in found[140 : 140 + RUN - 1]) < 0.5


def test_few_memories_are_kept_of_a_long_epoch_and_any_change_is_as_anew():
    count = 1200
    arrived, measured = session(7, count)
    weighing, skipped = Weighing(), np.zeros(count)
    weighing.qualities(arrived, measured, range(count), skipped)
    places = [i for i, _ in weighing._kept]
    assert len(places) <= 3 + (count - SPARSE) // SPARSE + SPARSE // KEPT_EVERY
    assert places[-1] - places[-2] < 2 * KEPT_EVERY
    for changed in (1190, 500, 20):
        skipped = skipped.copy()
        skipped[changed] = 1.0
        once = Weighing().qualities(arrived, measured, range(count), skipped)
        assert weighing.qualities(arrived, measured, range(count), skipped) == once
