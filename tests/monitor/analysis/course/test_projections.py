"""Projections of transients: once each, in blocks, and anew where they must be."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from monitor.analysis.course import projections
from monitor.analysis.course.projections import Projections

POINTS, ROWS = 8, 3


@dataclass
class Counting:
    """A session model that counts what it projects; its projection is a product."""

    matrix: np.ndarray
    mean: np.ndarray = field(default_factory=lambda: np.zeros(POINTS))
    counts: list[int] = field(default_factory=list)

    @property
    def projected_mean(self):
        return self.matrix @ self.mean

    def projected(self, fids):
        self.counts.append(len(fids))
        return fids @ self.matrix.T


@pytest.fixture
def fids():
    random = np.random.default_rng(4)
    return list(random.standard_normal((700, POINTS)).astype(np.complex64))


def model(seed=0):
    random = np.random.default_rng(seed)
    return Counting(random.standard_normal((ROWS, POINTS)).astype(complex))


def test_each_transient_is_projected_once(fids):
    kept, session = Projections(), model()
    for stop in (10, 11, 12, 400, 300, 700):
        z = kept.of(session, 0, 0, fids, stop)
        assert len(z) == stop
        assert np.allclose(z[:], np.stack(fids[:stop]) @ session.matrix.T)
    assert sum(session.counts) == 700
    assert max(session.counts) <= projections.BLOCK


def test_an_epoch_counts_from_its_own_first_transient(fids):
    kept, session = Projections(), model()
    z = kept.of(session, 3, 650, fids, 700)
    assert np.allclose(z[:], np.stack(fids[650:]) @ session.matrix.T)


@pytest.mark.parametrize("what", ["another model", "other FIDs"])
def test_what_changed_is_projected_anew(fids, what):
    kept, session = Projections(), model()
    before = kept.of(session, 0, 0, fids, 20)[:]
    if what == "another model":
        session = model(1)
    else:
        fids[:] = [2 * fid for fid in fids]
        kept.forget()
    after = kept.of(session, 0, 0, fids, 20)[:]
    assert np.allclose(after, np.stack(fids[:20]) @ session.matrix.T)
    assert not np.allclose(after, before)


def test_all_of_a_file_has_its_room_at_once(fids):
    def room(stop):
        return len(kept.of(session, 0, 0, [*fids, fids[0]], stop).departures.base)

    kept, session = Projections(), model()
    assert room(700) == 700
    assert room(701) == 787  # an eighth more


def test_half_of_the_room_holds_all_but_a_millionth_of_the_noise(fids):
    signal = 1e4 * np.arange(POINTS)
    large = [(fid + signal).astype(complex) for fid in fids]
    session = replace(model(), mean=signal)
    z = Projections().of(session, 0, 0, large, 700)
    exact = np.stack(large) @ session.matrix.T
    noise_sd = np.std(exact - session.projected_mean)
    assert np.abs(z[:] - exact).max() < 1e-6 * noise_sd
    assert z.departures.dtype == np.complex64
