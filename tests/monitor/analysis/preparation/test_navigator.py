"""Residual water as a navigator: where it is stable it helps, else it is quiet."""

from collections.abc import Callable

import numpy as np
import pytest

from monitor.analysis.preparation import navigator
from monitor.analysis.preparation.navigator import ENOUGH, Navigator
from monitor.analysis.preparation.registration import Registration, Shape, register
from monitor.analysis.preparation.template import Model, model_of
from monitor.analysis.preparation.water_position import sighting_of
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex

Make = Callable[..., Complex]


@pytest.fixture
def model(axis: Axis, transient: Make) -> Model:
    return model_of(transient(0, noise_sd=0.0), axis, 0.1)


def errors(
    transient: Make, model: Model, axis: Axis, waters: np.ndarray, steps: int = 1
) -> tuple[np.ndarray, np.ndarray, list[Registration]]:
    """Errors (transients, 2) of shift and phase without and with the water."""
    guide, rng = Navigator(steps), np.random.default_rng(2)
    shifts, phases = (
        rng.uniform(-3, 3, len(waters)),
        rng.uniform(-0.5, 0.5, len(waters)),
    )
    plain, navigated, found = [], [], []
    for k, water in enumerate(waters):
        fid = transient(k, shifts[k], phases[k], water=water, noise_sd=2.0)
        one = register(fid, model, axis, 2.0, shape=Shape.fixed())
        found.append(guide.corrected(k, one))
        guide.push(k, one)
        for kept, r in ((plain, one), (navigated, found[-1])):
            kept.append((r.shift_hz - shifts[k], r.phase_rad - phases[k]))
    return np.array(plain)[24:], np.array(navigated)[24:], found[24:]


def test_stable_water_sharpens_shift_and_phase(
    axis: Axis, transient: Make, model: Model
) -> None:
    plain, navigated, found = errors(transient, model, axis, np.full(200, 2.0))
    assert np.all(navigated.std(axis=0) < [0.9, 0.95] * plain.std(axis=0))
    sds = np.array([(r.shift_sd_hz, r.phase_sd_rad) for r in found])
    assert np.all(np.abs((navigated / sds).std(axis=0) - 1) < 0.25)


def test_wild_water_has_no_say_in_the_phase(
    axis: Axis, transient: Make, model: Model
) -> None:
    turn = np.exp(1j * np.random.default_rng(3).uniform(-np.pi, np.pi, 150))
    plain, navigated, _ = errors(transient, model, axis, 2.0 * turn)
    assert navigated[:, 1].std() < 1.1 * plain[:, 1].std()


def test_each_step_of_a_cycle_has_a_water_of_its_own(
    axis: Axis, transient: Make, model: Model
) -> None:
    waters = 2.0 * np.exp(0.5j * np.pi * np.arange(160))
    plain, navigated, _ = errors(transient, model, axis, waters, steps=4)
    assert np.all(navigated.std(axis=0) < [0.9, 0.95] * plain.std(axis=0))


def test_one_transient_whose_water_is_elsewhere_is_left_as_it_is(
    axis: Axis, transient: Make, model: Model
) -> None:
    guide = Navigator()
    for k in range(30):
        found = register(transient(k), model, axis, 0.9, shape=Shape.fixed())
        guide.push(k, found)
    odd = register(transient(99, water=1j), model, axis, 0.9, shape=Shape.fixed())
    assert odd.sighting is not None
    assert guide.corrected(30, odd) is odd


def test_too_few_and_no_water_change_nothing(
    axis: Axis, transient: Make, model: Model
) -> None:
    guide = Navigator()
    found = register(transient(1), model, axis, 0.9, shape=Shape.fixed())
    for k in range(ENOUGH - 1):
        guide.push(k, found)
    assert guide.corrected(ENOUGH, found) is found
    dry = register(transient(2, water=0.0), model, axis, 0.9, shape=Shape.fixed())
    assert dry.sighting is None
    guide.push(ENOUGH, dry)
    assert len(guide.past) == ENOUGH - 1


def test_memory_is_bounded(axis: Axis, transient: Make, model: Model) -> None:
    guide = Navigator()
    found = register(transient(1), model, axis, 0.9, shape=Shape.fixed())
    for k in range(3 * navigator.MEMORY):
        guide.push(k, found)
    assert len(guide.past) == navigator.MEMORY


def test_a_sighting_of_no_water_is_none() -> None:
    assert sighting_of(np.zeros(8), np.eye(8), 1.0) is None
