"""Projections of transients: once each, in blocks, and anew where they must be."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from monitor.analysis.course import projections
from monitor.analysis.course.projections import Projections

POINTS, ROWS = 8, 3


@dataclass
class Counting:
    """A session model that counts what it projects; its projection is a product."""

    matrix: np.ndarray
    counts: list[int] = field(default_factory=list)

    @property
    def subspace(self):
        return self

    @property
    def size(self):
        return len(self.matrix)

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
        assert z.shape == (stop, ROWS)
        assert np.allclose(z, np.stack(fids[:stop]) @ session.matrix.T)
    assert sum(session.counts) == 700
    assert max(session.counts) <= projections.BLOCK


def test_an_epoch_counts_from_its_own_first_transient(fids):
    kept, session = Projections(), model()
    z = kept.of(session, 3, 650, fids, 700)
    assert np.allclose(z, np.stack(fids[650:]) @ session.matrix.T)


@pytest.mark.parametrize("what", ["another model", "other FIDs"])
def test_what_changed_is_projected_anew(fids, what):
    kept, session = Projections(), model()
    before = kept.of(session, 0, 0, fids, 20).copy()
    if what == "another model":
        session = model(1)
    else:
        fids[:] = [2 * fid for fid in fids]
        kept.forget()
    after = kept.of(session, 0, 0, fids, 20)
    assert np.allclose(after, np.stack(fids[:20]) @ session.matrix.T)
    assert not np.allclose(after, before)


def test_all_of_a_file_has_its_room_at_once(fids):
    kept, session = Projections(), model()
    z = kept.of(session, 0, 0, fids, 700)
    assert z.base is not None
    assert len(z.base) == 700
    kept.of(session, 0, 0, [*fids, fids[0]], 701)
    assert len(kept.of(session, 0, 0, fids, 700).base) == 787  # an eighth more
