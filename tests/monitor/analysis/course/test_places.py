"""Which epochs lie in one place, and what another place adds between them."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course import epoch_offset, offsets
from monitor.analysis.course.offsets import Offsets
from monitor.analysis.course.places import Places

M = np.eye(2)


@pytest.fixture
def held(monkeypatch):
    """Offsets whose other parts are 1 on end and 0.1 in common; a place adds 4."""
    monkeypatch.setattr(
        offsets, "offset_covariance", lambda one, other, apart: M * (1 + 4 * apart)
    )
    monkeypatch.setattr(
        offsets,
        "offsets_in_common",
        lambda home, apart, together: M * (0.1 + 2 * apart * (1 + together)),
    )
    return Offsets()


def test_what_begins_elsewhere_stays_there():
    places = Places({2, 4})
    assert not places.apart(0, 1)
    assert not places.apart(2, 3)
    for pair in ((1, 2), (2, 0), (3, 4), (4, 0)):
        assert places.apart(*pair)


def models(count):
    """As much of session models as is asked for."""
    fit = SimpleNamespace(amplitudes=np.ones(2))
    return {epoch: SimpleNamespace(fit=fit) for epoch in range(count)}


def test_an_epoch_that_is_found_to_lie_elsewhere_is_further_off(held):
    sessions = models(4)
    assert held.covariance(0, 1, sessions)[0, 0] == 1
    held.places.begins.add(1)
    assert held.covariance(0, 1, sessions)[0, 0] == 5
    assert held.covariance(0, 0, sessions) is None


def test_two_epochs_in_one_other_place_share_its_tissue(held):
    sessions = models(4)
    held.places.begins |= {1, 3}
    found = held.between(0, [0, 1, 2, 3], sessions)[:, :, 0, 0]
    assert found[0].tolist() == [0, 0, 0, 0]
    assert found[1].tolist() == [0, 5, 4.1, 2.1]
    assert found[3].tolist() == [0, 2.1, 2.1, 5]


def test_another_tissue_is_three_percent_of_each_level(monkeypatch):
    names, c = ("Glu", "NAA", "NAAG", "Cr"), np.array([9.0, 11.0, 2.0, 8.0])
    own = epoch_offset._places(names, c)
    assert np.sqrt(np.diag(own)) == pytest.approx(0.03 * c)
    both = np.array([0, 1, 1, 0])
    assert np.sqrt(both @ own @ both) == pytest.approx(0.03 * 13.0)
    assert own[0, 1] == 0
