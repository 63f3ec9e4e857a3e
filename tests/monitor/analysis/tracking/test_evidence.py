"""Sums over transients against one large regression with a row for each of them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.fit.fitted_windows import TIED_PERCENT, sizes
from monitor.analysis.tracking.dynamics import (
    EPOCH_GAIN,
    EPOCH_WIDTH_HZ,
    START_SHARE,
)
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.transient_view import Observed

NAMES = ("Glu", "Gln", "NAA", "Cr", "mI")
C0 = np.array([9.0, 2.5, 11.0, 8.0, 5.0])
M = len(NAMES)
RISE = np.array([0.9, 0.3, 0.0, 0.0, 0.0])


def measurement(seed: int = 0) -> SimpleNamespace:
    rng = np.random.default_rng(seed)
    return SimpleNamespace(rows=3.0 * rng.normal(size=(M + 2, M + 2)))


def observed(i: int, part: int, G: np.ndarray, epoch: int = 0, weight=1.0) -> Observed:
    rng = np.random.default_rng(1000 + i)
    gain = 1.1 if epoch else 1.0
    m = np.concatenate([gain * (C0 + (RISE if part else 0.0)), [0.2 * part, 0.1]])
    o = G @ m + rng.normal(size=len(G)) / np.sqrt(max(weight, 0.1))
    return Observed(i, epoch, 2.0 * i, i, o, weight, not part, part)


def session(epochs: tuple[int, ...] = (0, 0)) -> tuple[Accumulated, list, dict]:
    """Before and since the infusion, in these epochs; all, and how they measure."""
    U = np.diag(0.02 * C0)
    offsets = {epoch: (U if epoch else None) for epoch in set(epochs)}
    ways = {epoch: measurement(epoch) for epoch in set(epochs)}
    sums, seen = Accumulated(NAMES, C0, 0, offsets=offsets), []
    for i in range(60):
        part = int(i >= 25)
        epoch = epochs[part]
        weight = 0.0 if i == 7 else (0.4 if i % 5 == 0 else 1.0)
        one = observed(i, part, ways[epoch].rows, epoch, weight)
        sums.push(one, ways[epoch], bool(part))
        seen.append(one)
    return sums, seen, ways


def whole(seen: list, ways: dict, apart: bool) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes before and since (2 M,) and their covariance, by all rows at once.

    Unknown are c, a departure d, of each time its widths, since then a gain, and where
    the epochs are `apart` the offsets of both.
    """
    size = sizes(NAMES, C0)
    tied = np.array([name == "mI" for name in NAMES])
    sd_d = np.where(tied, 0.01 * TIED_PERCENT * size, START_SHARE * size)
    extra = 2 * M if apart else 0
    own = [EPOCH_WIDTH_HZ] * 2 + [EPOCH_GAIN] + [EPOCH_WIDTH_HZ] * 2
    sds = np.concatenate([START_SHARE * size, sd_d, own, np.full(extra, np.sqrt(0.5))])
    mean = np.concatenate([C0, np.zeros(sds.size - M)])
    A, b = [np.diag(1 / sds)], [mean / sds]
    for one in seen:
        G, U = ways[one.epoch].rows, np.diag(0.02 * C0)
        row = np.zeros((len(G), sds.size))
        row[:, :M] = G[:, :M]
        at = 2 * M
        if one.part:
            row[:, M : 2 * M] = G[:, :M]
            row[:, at + 2] = G[:, :M] @ C0
            row[:, at + 3 : at + 5] = G[:, M:]
            if apart:
                row[:, at + 5 + M :] = G[:, :M] @ U
                row[:, at + 5 : at + 5 + M] = -G[:, :M] @ U
        else:
            row[:, at : at + 2] = G[:, M:]
        A.append(np.sqrt(one.weight) * row)
        b.append(np.sqrt(one.weight) * one.o)
    A, b = np.concatenate(A), np.concatenate(b)
    covariance = np.linalg.inv(A.T @ A)
    x = covariance @ (A.T @ b)
    now = np.eye(M, sds.size) + np.eye(M, sds.size, M)
    now[:, 2 * M + 2] = C0
    both = np.concatenate([np.eye(M, sds.size), now])
    return both @ x, both @ covariance @ both.T


def change(c: np.ndarray, top: tuple[int, ...], bottom: tuple[int, ...]) -> float:
    before, now = c[:M], c[M:]
    values = [
        state[list(top)].sum() / (state[list(bottom)].sum() if bottom else 1.0)
        for state in (before, now)
    ]
    return 100 * (values[1] / values[0] - 1)


ASKED = {
    "Glu": ((0,), ()),
    "Glx": ((0, 1), ()),
    "Glx/tNAA": ((0, 1), (2,)),
    "Glu/tCr": ((0,), (3,)),
}


@pytest.mark.parametrize("epochs", [(0, 0), (0, 1)], ids=["one epoch", "two epochs"])
def test_sums_say_what_all_transients_say(epochs: tuple[int, int]) -> None:
    sums, seen, ways = session(epochs)
    c, S = whole(seen, ways, epochs[1] != 0)
    found = sums.mean_changes()
    assert set(found) == {n for n in ASKED if epochs == (0, 0) or "/" in n}
    for name, (value, sd) in found.items():
        step = 1e-5
        slopes = [
            (change(c + step * e, *ASKED[name]) - change(c - step * e, *ASKED[name]))
            / (2 * step)
            for e in np.eye(2 * M)
        ]
        assert value == pytest.approx(change(c, *ASKED[name]), rel=1e-6, abs=1e-6)
        assert sd == pytest.approx(float(np.sqrt(slopes @ S @ slopes)), rel=1e-5)


def test_the_change_that_is_there_is_found() -> None:
    found = session()[0].mean_changes()
    value, sd = found["Glu/tCr"]
    assert abs(value - 10.0) < 3 * sd
    assert sd < 5.0


def test_nothing_is_compared_before_both_times_have_something() -> None:
    sums, way = Accumulated(NAMES, C0, 0, offsets={0: None}), measurement()
    assert sums.mean_changes() is None
    sums.push(observed(0, 0, way.rows), way, False)
    assert sums.mean_changes() is None
    assert sums.flat_sds() == {}
    since = Accumulated(NAMES, C0, 0, offsets={0: None})
    since.push(observed(1, 1, way.rows), way, True)
    assert since.mean_changes() is None
    sums.push(observed(1, 1, way.rows), way, True)
    assert sums.mean_changes() is not None


def test_what_lies_between_or_has_no_weight_says_nothing() -> None:
    sums, way = Accumulated(NAMES, C0, 0, offsets={0: None}), measurement()
    neither = observed(0, 1, way.rows)
    sums.push(neither, way, False)
    sums.push(observed(1, 0, way.rows, weight=0.0), way, False)
    assert sums.weights == {}
    held = observed(2, 0, way.rows)
    sums.push(held, way, True)  # in the reference period though it was marked since
    assert sums.weights == {(0, False): 1.0}


def test_precision_is_that_of_a_session_without_a_change() -> None:
    """The same with more to come as with what came; it tells nothing of the outcome."""
    sums, seen, ways = session()
    known = sums.flat_sds()
    before = Accumulated(NAMES, C0, 0, offsets={0: None})
    for one in seen:
        if not one.part:
            before.push(one, ways[0], False)
    weight = sum(one.weight for one in seen if one.part)
    series = seen[-1].series
    foreseen = before.expecting(0, ways[0], True, weight, series).flat_sds()
    assert foreseen == pytest.approx(known)
    assert before.flat_sds() == {}
    alone = sums.reference_alone()
    assert alone.weights == before.weights
    assert alone.flat_sds() == {}
    more = sums.expecting(0, ways[0], False, 1e4, series).flat_sds()
    assert more["Glu/tCr"] < known["Glu/tCr"]


def test_a_copy_goes_on_by_itself() -> None:
    sums, _, ways = session()
    copy, held = sums.copy(), sums.mean_changes()
    copy.push(observed(99, 1, ways[0].rows), ways[0], True)
    assert sums.mean_changes() == held
    assert copy.mean_changes() != held
    assert sums.blank().weights == {}


def test_what_came_between_two_questions_is_not_forgotten() -> None:
    """A late transient of the reference period, asked of before and after."""
    way = measurement()
    both = [Accumulated(NAMES, C0, 0, offsets={0: None}) for _ in range(2)]
    order = [0, 1, 0, 1, 1, 0]
    for i, part in enumerate(order):
        for sums in both:
            sums.push(observed(i, part, way.rows), way, bool(part))
        both[0].mean_changes()
    asked, at_once = (sums.mean_changes() for sums in both)
    assert asked["Glu/tCr"] == pytest.approx(at_once["Glu/tCr"], rel=1e-9)


def test_weights_of_each_series_are_kept_apart() -> None:
    sums, way = Accumulated(NAMES, C0, 0, offsets={0: None}), measurement()
    for i, (part, series) in enumerate([(0, 0), (0, 0), (0, 1), (1, 1), (1, 1)]):
        one = replace(observed(i, part, way.rows, weight=0.5), series=series)
        sums.push(one, way, bool(part))
    assert sums.series == {(0, False): 1.0, (1, False): 0.5, (1, True): 1.0}
    assert sums.reference_alone().series == {(0, False): 1.0, (1, False): 0.5}
    assert [sums._behind(1, after) for after in (False, True)] == [1 / 3, 1.0]
    assert [sums._behind(0, after) for after in (False, True)] == [1.0, 1.0]


def test_what_is_known_without_doubt_is_no_answer() -> None:
    sums, _, _ = session()
    level = np.tile(np.append(sums._sums @ C0, 1.0), 2)
    assert sums._known(level, np.zeros((10, 10))) == {}
    assert set(sums._known(level, np.eye(10))) == set(ASKED)
