"""What two epochs of one brain may differ by though nothing has changed."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import GAIN, PLAN, make_course

from monitor.analysis.course import epoch_offset
from monitor.analysis.course.epoch_offset import (
    _own,
    _places,
    _shims,
    offset_covariance,
    offset_directions,
    offsets_in_common,
)
from monitor.analysis.course.fitting import refit
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.problem import Priors, Problem


@pytest.fixture(scope="module")
def models() -> tuple[SessionModel, SessionModel]:
    course = make_course()
    refit(course, PLAN)
    return course.sessions[0], course.sessions[1]


def test_an_offset_is_the_noise_of_both_means_and_another_shim(models) -> None:
    home, other = models
    names, c = home.fit.names, home.fit.amplitudes
    gain = float(c @ other.fit.amplitudes / (other.fit.amplitudes**2).sum())
    plain = offset_covariance(home, other, apart=False)
    noise = _own(home) + gain**2 * _own(other)
    assert gain == pytest.approx(1 / GAIN, rel=0.1)
    np.testing.assert_allclose(plain, noise + _shims(names, c))
    moved = offset_covariance(home, other, apart=True)
    np.testing.assert_allclose(moved - plain, _places(names, c), atol=1e-9)


def test_two_other_epochs_have_the_home_epochs_part_in_common(models) -> None:
    home, _ = models
    names, c = home.fit.names, home.fit.amplitudes
    one_shim = _own(home) + 0.5 * _shims(names, c)
    places = _places(names, c)
    for apart, together, expected in (
        (False, False, one_shim),
        (False, True, one_shim),
        (True, True, one_shim + places),
        (True, False, one_shim + 0.5 * places),
    ):
        found = offsets_in_common(home, apart, together)
        np.testing.assert_allclose(found, expected)


def test_directions_make_up_the_covariance() -> None:
    V = np.array([[4.0, 1.0], [1.0, 3.0]])
    U = offset_directions(V)
    np.testing.assert_allclose(U @ U.T, V)
    np.testing.assert_allclose(U, U.T)


@pytest.mark.parametrize("number", [0, 1])
def test_what_is_an_epochs_own_is_a_part_of_its_uncertainty(models, number) -> None:
    model = models[number]
    own, whole = _own(model), model.fit.covariance * max(model.fit.misfit, 1.0)
    np.testing.assert_allclose(own, own.T)
    assert np.linalg.eigvalsh(own).min() > -1e-9 * np.abs(own).max()
    sds, known = np.sqrt(np.diag(own)), np.sqrt(np.diag(whole))
    assert (sds <= 1.001 * known).all()
    assert sds.max() > 0


def test_what_a_prior_draws_both_epochs_to_is_no_difference(monkeypatch) -> None:
    """Noise of C about a prior of precision P scatters by C - C P C alone."""
    known = {"names": ("a", "b"), "misfit": 4.0, "theta": np.zeros(1)}
    warm = SimpleNamespace(covariance=np.diag([0.10, 0.20]), **known)
    cold = SimpleNamespace(covariance=np.diag([0.50, 0.60]))
    rows = np.array([[2.0, 0.0]])  # of a alone, precision 4
    priors = Priors(np.zeros(1), np.ones(1), rows, np.zeros(1))
    problem = Problem(None, None, np.zeros(1, complex), 1.0, 2.0, priors)
    model = SimpleNamespace(
        fit=warm, problem=problem, common=np.zeros((2, 2)), baseline=np.zeros(1)
    )
    monkeypatch.setattr(epoch_offset, "minimise", lambda *_: cold)
    monkeypatch.setattr(epoch_offset, "shim_parameters", lambda *_: ())
    a = (0.5 - 4 * 0.5**2) - (0.1 - 4 * 0.1**2)
    assert a < 0  # below 0: nothing is added
    np.testing.assert_allclose(_own(model), np.diag([0.0, 4.0 * (0.6 - 0.2)]))
    cold.covariance = np.diag([0.15, 0.60])
    a = (0.15 - 4 * 0.15**2) - (0.1 - 4 * 0.1**2)
    # Half of what is held is no scatter of the mean: it is common to all windows.
    model.common = np.diag([0.0, 0.4])
    expected = np.diag([max(4 * a, 0.0), 4.0 * (0.6 - (0.2 - 0.1))])
    np.testing.assert_allclose(_own(model), expected)


def test_without_a_fit_of_the_shim_all_that_is_held_counts(models, monkeypatch) -> None:
    home, _ = models
    broken = replace(home.fit, covariance=np.full_like(home.fit.covariance, np.inf))
    monkeypatch.setattr(epoch_offset, "minimise", lambda *_: broken)
    np.testing.assert_array_equal(_own(home), home.common)


def test_the_shim_moves_sums_by_their_percent_and_the_rest_by_three() -> None:
    names, c = ("NAA", "NAAG", "GSH"), np.array([10.0, 2.0, 4.0])
    D = _shims(names, c)
    both = np.array([1, 1, 0])
    assert np.sqrt(both @ D @ both) == pytest.approx(0.007 * 12.0)
    assert np.sqrt(D[2, 2]) == pytest.approx(0.03 * 4.0)
    assert D[0, 2] == 0


def test_a_large_macromolecule_makes_no_other_offset_wider() -> None:
    names, c = ("Gln", "NAA", "NAAG", "MM"), np.array([2.0, 9.0, 1.0, 120.0])
    D = _shims(names, c)
    tnaa = np.array([0, 1, 1, 0])
    assert np.sqrt(tnaa @ D @ tnaa) == pytest.approx(0.007 * 10.0)
    assert np.sqrt(D[0, 0]) == pytest.approx(0.03 * 2.0)


@pytest.mark.parametrize(("stiffness", "softer"), [(0.2, True), (5.0, False)])
def test_a_soft_baseline_counts_as_a_departure_from_itself(
    models, monkeypatch, stiffness: float, softer: bool
) -> None:
    """Else the first epoch's baseline would be freer than another's may depart."""
    home = models[0]
    home = replace(home, problem=replace(home.problem, stiffness=stiffness))
    seen = []
    monkeypatch.setattr(
        epoch_offset, "minimise", lambda about, *_: seen.append(about) or home.fit
    )
    _own(home)
    (about,) = seen
    assert about.stiffness == max(stiffness, epoch_offset.DEPARTURE_STIFFNESS)
    taken = home.problem.spectrum - about.spectrum
    np.testing.assert_allclose(taken, home.baseline if softer else 0.0, atol=1e-9)
