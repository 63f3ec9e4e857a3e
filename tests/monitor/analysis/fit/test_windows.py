"""Windows tile; changes and their SDs against Monte Carlo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.response import (
    PRIOR_WINDOWS,
    Reference,
    changes,
    excess_scatter,
)
from monitor.analysis.fit.window import (
    Window,
    average_of,
    segments,
    whole_cycles,
    window_ending,
    windows_of,
)

lengths = st.integers(1, 12)
epoch_runs = st.lists(st.integers(1, 30), min_size=1, max_size=4)
cuts = st.lists(st.floats(0, 200), max_size=2).map(sorted)


def epochs_of(runs):
    return [epoch for epoch, run in enumerate(runs) for _ in range(run)]


@given(epoch_runs, cuts, lengths, lengths)
def test_independent_windows_share_nothing_and_straddle_nothing(
    runs, cuts, length, step
):
    epochs = epochs_of(runs)
    times_s = 2.0 * np.arange(len(epochs))
    windows = windows_of(epochs, times_s, cuts, length, step)
    independent = [w for w in windows if w.independent]
    taken = [i for w in independent for i in range(w.first, w.stop)]
    assert len(taken) == len(set(taken))
    parts = segments(epochs, times_s, cuts)
    for w in independent:
        inside = [(a, b) for a, b in parts if a <= w.first and w.stop <= b]
        assert len(inside) == 1
        first, stop = inside[0]
        assert (w.first - first) % length == 0
        assert w.length == length or (w.length < length and w.length == stop - first)
    for w in windows:
        assert len({epochs[i] for i in range(w.first, w.stop)}) == 1
    # a segment loses less than a window of its transients
    for first, stop in parts:
        kept = [i for i in taken if first <= i < stop]
        assert stop - first - len(kept) < length


@given(epoch_runs, cuts, lengths, lengths)
def test_windows_as_they_complete_are_those_of_the_whole(runs, cuts, length, step):
    epochs = epochs_of(runs)
    times_s = 2.0 * np.arange(len(epochs))
    live = []
    for n in range(1, len(epochs) + 1):
        found = window_ending(epochs[:n], times_s[:n], cuts, length, step)
        live += [] if found is None else [found]
    whole = windows_of(epochs, times_s, cuts, length, step)
    assert sorted(live) == [w for w in whole if w.length == length]


def test_the_tiling_starts_anew_with_the_infusion():
    windows = windows_of([0] * 100, 2.0 * np.arange(100), [70.0], 32, 4)
    assert [w.first for w in windows if w.independent] == [0, 35, 67]


def test_weights_of_a_window():
    weights = np.array([1.0, 0.5, 0.0, 1.0])
    average = average_of(Window(0, 4), weights)
    np.testing.assert_allclose(average.weights, weights / 2.5)
    assert average.n_effective == pytest.approx(2.5**2 / 2.25)
    assert average.noise == pytest.approx(np.sqrt(2.25) / 2.5)
    flat = average_of(Window(2, 3), weights)
    assert (flat.n_effective, flat.noise) == (0.0, 1.0)
    assert whole_cycles(30, 8) == 32


NAMES = ("Glu", "Gln", "NAA", "Cr")
LEVEL = np.array([9.0, 2.5, 11.0, 8.5])


def spread(sigma):
    random = np.random.default_rng(3)
    root = np.tril(random.standard_normal((4, 4))) + 2 * np.eye(4)
    return sigma**2 * root @ root.T


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_changes_and_sds_agree_with_monte_carlo(share):
    random, outcomes = np.random.default_rng(4), outcomes_of(NAMES)
    own, rest, draws = spread(0.08), spread(0.05), 40_000
    moved = LEVEL * (np.array([1.1, 1.06, 1, 1]) if share == 0 else 1.0)
    now = random.multivariate_normal(moved, own, draws)
    other = random.multivariate_normal(LEVEL, rest, draws)
    before = share * now + (1 - share) * other
    values = 100 * (outcomes.values(now) / outcomes.values(before) - 1)
    covariance = share**2 * own + (1 - share) ** 2 * rest
    reference = Reference(0, 1, 0, 1, np.ones(1), LEVEL, covariance)
    found = changes(outcomes, moved[None], own[None], reference, np.array([share]))
    for k, name in enumerate(found.names):
        drawn = values[:, outcomes.row(name)]
        assert found.percents[0, k] == pytest.approx(np.median(drawn), abs=0.1)
        assert found.sds[0, k] == pytest.approx(drawn.std(), rel=0.03)


def test_scatter_beyond_the_bound_is_measured():
    random, outcomes = np.random.default_rng(5), outcomes_of(NAMES)
    cov = spread(0.05)
    for factor in (1.0, 2.0):
        c = random.multivariate_normal(LEVEL, factor**2 * cov, 400)
        f = excess_scatter(outcomes, c, np.broadcast_to(cov, (400, 4, 4)))
        expected = np.sqrt((PRIOR_WINDOWS + 399 * factor**2) / (PRIOR_WINDOWS + 399))
        assert f["Glu"] == pytest.approx(expected, rel=0.08)
    assert excess_scatter(outcomes, c[:1], cov[None]) == {}


def test_few_windows_trust_the_bound_more_than_themselves():
    outcomes, cov = outcomes_of(NAMES), spread(0.05)
    c = np.stack([LEVEL * 0.99, LEVEL * 1.01])
    f = excess_scatter(outcomes, c, np.broadcast_to(cov, (2, 4, 4)))
    assert all(0.95 <= value < 1.6 for value in f.values())


def test_share_of_the_reference_period_in_a_window():
    reference = Reference(0, 1, 10, 20, np.full(10, 0.1), LEVEL, spread(0.1))
    assert reference.share(0, 10) == 0.0
    assert reference.share(5, 15) == pytest.approx(0.5)
    assert reference.share(0, 40) == pytest.approx(1.0)
