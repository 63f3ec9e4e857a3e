"""What a step of a phase cycle adds is learned, and no outlier."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from monitor.analysis.preparation.cycle import ENOUGH, Cycle
from monitor.analysis.preparation.preparation import Preparation
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

Make = Callable[..., Complex]
STEPS = 4


def echo(axis: Axis, step: int) -> Complex:
    lines = np.exp(-(((axis.t - 0.09) / 0.02) ** 2) + 2j * np.pi * 130 * axis.t)
    return 6.0 * lines * np.exp(2j * np.pi * step / STEPS)


def test_one_step_departs_from_nothing(axis: Axis) -> None:
    cycle = Cycle(axis)
    cycle.push(0, np.ones(axis.points, complex), 1.0)
    assert cycle.departure(0, 1.0) is None


def test_the_departure_is_learned_through_the_noise(axis: Axis) -> None:
    cycle, rng = Cycle(axis, STEPS), np.random.default_rng(4)
    for k in range(STEPS * 12):
        assert (cycle.departure(k, 0.9) is None) == (k < STEPS * ENOUGH)
        noise = rng.normal(size=(2, axis.points)) * 0.9
        cycle.push(k, echo(axis, k) + noise[0] + 1j * noise[1], 1.0)
    found = cycle.departure(1, 0.9)
    assert found is not None
    rest = np.linalg.norm(found - echo(axis, 1)) / np.linalg.norm(echo(axis, 1))
    assert rest < 0.15


def test_transients_that_do_not_count_teach_nothing(axis: Axis) -> None:
    cycle = Cycle(axis, STEPS)
    cycle.push(0, np.ones(axis.points, complex), 0.4)
    assert not cycle.total.any()


def prepared_weights(fids: list[Complex], axis: Axis, steps: list[int]) -> np.ndarray:
    acquisition = Acquisition(
        spectrometer_frequency_mhz=axis.frequency_mhz,
        nucleus="1H",
        dwell_time_s=axis.dwell_time_s,
        points=axis.points,
        coils=1,
        echo_time_s=0.03,
    )
    preparation = Preparation(replace(acquisition, phase_cycle_steps=4), Settings())
    return np.array(
        [
            preparation.push(k, k, 0, 2.0 * k, fid[np.newaxis], step).quality.weight
            for k, (fid, step) in enumerate(zip(fids, steps, strict=True))
        ]
    )


def test_a_bad_transient_is_seen_beneath_the_echoes(
    axis: Axis, transient: Make
) -> None:
    fids = [transient(k) + echo(axis, k) for k in range(120)]
    for k in (70, 85, 99):
        fids[k] = transient(k, broadening_hz=3.0) + echo(axis, k)
    w = prepared_weights(fids, axis, list(range(120)))
    good = np.delete(w, (70, 85, 99))
    assert np.all(w[[70, 85, 99]] < 0.5)
    assert np.mean(good < 0.5) < 0.02


def test_lost_transients_do_not_turn_the_steps(axis: Axis, transient: Make) -> None:
    steps = [k for k in range(140) if k % 13]
    fids = [transient(k) + echo(axis, k) for k in steps]
    assert np.mean(prepared_weights(fids, axis, steps) < 0.5) < 0.02
