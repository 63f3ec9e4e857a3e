"""Means of windows and their scatter, against what they are by definition."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.fit import fitted_windows
from monitor.analysis.fit.fitted_windows import (
    LEAST_SIZE,
    TIED_PERCENT,
    FittedWindow,
    mean_fid,
    means_of,
    own_misfit,
    repeated,
    sizes,
)
from monitor.analysis.fit.kept_by_window import KeptByWindow
from monitor.analysis.fit.window import Average, Window, average_of, average_with

NAMES = ("NAA", "Cr", "Gln", "MM")


def positive(rng: np.random.Generator, n: int, rank: int) -> np.ndarray:
    A = rng.normal(size=(n, rank))
    return A @ A.T


@pytest.mark.parametrize("misfit", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("seed", range(4))
def test_windows_of_one_brain_scatter_by_noise_and_by_what_moved(seed, misfit):
    """An estimate G d of data d = c + e that is drawn to c0 by the rest of G.

    With N the noise of d, and c off c0 by what may have moved, its error is
    G e - (1 - G) (c - c0).
    """
    rng = np.random.default_rng(seed)
    N_inverse, P = positive(rng, 4, 6) + np.eye(4), positive(rng, 4, 2)
    C = np.linalg.inv(N_inverse + P)
    c0 = np.array([3.0, 2.0, 0.1, 90.0])
    session = SimpleNamespace(
        fit=SimpleNamespace(names=NAMES),
        subspace=SimpleNamespace(amplitudes=c0, tie=P),
    )
    factor = max(misfit, 1.0)
    one = FittedWindow(
        Average(Window(0, 4), np.full(4, 0.25), 0.5, 4.0),
        c0, C * factor, 0.0, 0.0, 0.0, 0.0, misfit, True,
    )  # fmt: skip
    G = C @ N_inverse
    moved = 0.01 * TIED_PERCENT * np.maximum(c0, LEAST_SIZE * 3.0)
    rest = np.eye(4) - G
    expected = factor * G @ np.linalg.inv(N_inverse) @ G.T
    expected = expected + rest @ np.diag(moved**2) @ rest.T
    np.testing.assert_allclose(repeated(one, session), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(sizes(NAMES, -c0), moved / (0.01 * TIED_PERCENT))


@pytest.mark.parametrize("block", [2, 3, 7, 64])
def test_a_mean_is_the_weighted_sum_however_it_is_added_up(monkeypatch, block):
    monkeypatch.setattr(fitted_windows, "BLOCK", block)
    rng = np.random.default_rng(5)
    fids = (rng.normal(size=(12, 5)) + 1j * rng.normal(size=(12, 5))).astype("c8")
    weights = rng.uniform(0.1, 1.0, 12)
    for first, stop in ((0, 12), (3, 10), (5, 6)):
        average = average_of(Window(first, stop), weights)
        own = weights[first:stop]
        expected = own @ fids[first:stop] / own.sum()
        np.testing.assert_allclose(mean_fid(fids, average), expected, rtol=1e-5)
        z = means_of(fids[2:], 2, [average]) if first >= 2 else None
        if z is not None:
            np.testing.assert_allclose(z[0], expected, rtol=1e-5)


def test_how_much_a_mean_is_worth() -> None:
    weights = np.array([9.0, 1.0, 0.5, 0.0, 1.0, 9.0])
    found = average_of(Window(1, 5), weights)
    np.testing.assert_allclose(found.weights, np.array([1, 0.5, 0, 1]) / 2.5)
    assert found.n_effective == pytest.approx(2.5**2 / 2.25)
    assert found.noise == pytest.approx(np.sqrt(2.25) / 2.5)
    none = average_with(Window(0, 4), np.zeros(4))
    assert (none.n_effective, none.noise) == (0.0, 0.5)
    assert none.weights.tolist() == [0.25] * 4
    assert not found.same_as(none)
    assert found.same_as(average_of(Window(1, 5), weights))
    assert not found.same_as(average_of(Window(1, 5), weights**2))
    assert not found.same_as(replace(found, window=Window(2, 6)))


@pytest.mark.parametrize(
    ("first", "stop", "apart"),
    [(0, 10, True), (0, 11, False), (12, 18, False), (20, 24, True), (19, 24, False)],
)
def test_noise_of_the_mean_is_no_misfit_of_windows_apart_from_it(first, stop, apart):
    mean = Average(Window(10, 20), np.full(10, 0.1), 0.3, 10.0)
    window = Average(Window(first, stop), np.ones(1), 0.6, 4.0)
    expected = 1.5 / (1 + 0.25) if apart else 1.5
    assert own_misfit(SimpleNamespace(mean=mean), window, 1.5) == expected
    assert own_misfit(SimpleNamespace(mean=None), window, 1.5) == 1.5


def test_a_finding_is_kept_while_nothing_has_changed() -> None:
    kept, made = KeptByWindow[int](), iter(range(9))
    session, other = SimpleNamespace(), SimpleNamespace()
    average = average_with(Window(0, 3), np.ones(3))
    heavier = average_with(Window(0, 3), np.array([1.0, 1.0, 2.0]))

    def found(session, average) -> int:
        return kept.of(session, average, lambda: next(made))

    assert [found(session, average), found(session, average)] == [0, 0]
    assert found(session, average_with(Window(1, 4), np.ones(3))) == 1
    assert found(session, average) == 0
    assert found(other, average) == 2
    assert found(other, heavier) == 3
    kept.forget()
    assert not kept.has(other, heavier)
