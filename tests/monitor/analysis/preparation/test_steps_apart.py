"""Steps of a phase cycle that differ by more than they share, from the first on."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.preparation.cycle import ENOUGH
from monitor.analysis.preparation.preparation import Preparation
from monitor.analysis.preparation.steps_apart import steps_apart
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, moved
from monitor.protocol.settings import Settings
from streams.messages.transient import REFERENCE_PPM, Acquisition

Make = Callable[..., Complex]


def fat(axis: Axis, over_naa: float) -> Complex:
    """Lipid of so many times the height of NAA."""
    hz = (1.3 - REFERENCE_PPM) * axis.frequency_mhz
    return 38 * over_naa * np.exp((-2j * np.pi * hz - np.pi * 24) * axis.t)


def alternating(axis: Axis, transient: Make, over_naa: float, n: int) -> list[Complex]:
    lipid = fat(axis, over_naa)
    return [
        transient(k, 0.05 * k, 0.02 * k)
        + (-1) ** k * moved(lipid, axis.dwell_time_s, 0.05 * k, 0.02 * k)
        for k in range(n)
    ]


def test_what_towers_in_a_step_alone_is_known_before_anything_is_aligned(
    axis: Axis, transient: Make
) -> None:
    fids = np.stack(alternating(axis, transient, 6.0, 16))
    found = steps_apart(axis, 2, range(16), fids)
    assert found is not None
    lipid = fat(axis, 6.0)
    np.testing.assert_allclose(found[0], -found[1])
    share = np.vdot(lipid, found[0]) / np.vdot(lipid, lipid)
    assert abs(share) == pytest.approx(1.0, abs=0.1)
    assert steps_apart(axis, 2, range(16), fids[::2].repeat(2, 0)) is None


@pytest.mark.parametrize("seed", range(4))
def test_without_it_nothing_is_taken_off(axis: Axis, transient: Make, seed) -> None:
    """Nor where transients have any phase: means of steps say nothing then."""
    fids = np.stack([transient(100 * seed + k) for k in range(16)])
    assert steps_apart(axis, 2, range(16), fids) is None
    rng = np.random.default_rng(seed)
    turned = fids * np.exp(2j * np.pi * rng.random((16, 1)))
    assert steps_apart(axis, 2, range(16), turned) is None
    few = np.stack(alternating(axis, transient, 6.0, 2 * ENOUGH))
    assert steps_apart(axis, 2, range(2 * ENOUGH), few) is not None
    assert steps_apart(axis, 2, range(2 * ENOUGH - 1), few[:-1]) is None
    assert steps_apart(axis, 4, range(2 * ENOUGH), few) is None


@pytest.mark.parametrize("over_naa", [3.0, 6.0, 12.0])
def test_transients_under_it_are_aligned_as_they_would_be_without(
    axis: Axis, transient: Make, over_naa: float
) -> None:
    acquisition = Acquisition(
        axis.frequency_mhz, "1H", axis.dwell_time_s, axis.points, 1, 0.03
    )
    preparation = Preparation(replace(acquisition, phase_cycle_steps=2), Settings())
    found = {}
    for k, fid in enumerate(alternating(axis, transient, over_naa, 60)):
        one = preparation.push(k, k, 0, 2.0 * k, fid[np.newaxis])
        found |= {each.index: each.quality for each in one.redone or (one,)}
    shift = np.array([found[k].shift_hz for k in range(60)])
    expected = 0.05 * np.arange(60)
    assert np.abs(shift - shift.mean() - expected + expected.mean()).max() < 1.5
    assert np.mean([found[k].weight >= 0.5 for k in range(60)]) > 0.8
