"""What is seen of many transients at once is what is seen of each, to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.analysis.preparation.glance import Glance, glance_of, glances
from monitor.analysis.preparation.preparation import Preparation, Prepared
from monitor.analysis.preparation.template import model_of
from monitor.analysis.signal.axis import Axis
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition

MHZ, DWELL_S = 123.25, 4e-4


def fids_of(seed: int, count: int, points: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    t = DWELL_S * np.arange(points)
    line = 10 * np.exp((2j * np.pi * 2.64 * MHZ - np.pi * 7) * t)
    noise = random.standard_normal((2, count, points))
    return line * random.uniform(0.5, 2.0, (count, 1)) + noise[0] + 1j * noise[1]


def same(one: Glance, other: Glance) -> bool:
    arrays = ("fid", "spectrum", "late_power", "correlation")
    return one.noise_sd == other.noise_sd and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


@settings(max_examples=40)
@given(st.integers(0, 999), st.integers(1, 17), st.integers(64, 1300))
def test_many_are_seen_as_one_is(seed: int, count: int, points: int) -> None:
    axis, fids = Axis(points, DWELL_S, MHZ), fids_of(seed, count, points)
    model = model_of(fids.mean(axis=0), axis, 0.1)
    for fid, seen in zip(fids, glances(fids, axis, model), strict=True):
        alone = glance_of(fid, axis)
        assert seen.correlated(model) is seen.correlation
        assert same(replace(alone, correlation=alone.correlated(model)), seen)
        other = model_of(2 * fid, axis, 0.1)
        assert np.array_equal(seen.correlated(other), alone.correlated(other))


def prepared(fids: list[np.ndarray], coils: int, at_once: int) -> list[object]:
    """What each gives, those to come being looked at `at_once`; 0: not at all."""
    acquisition = Acquisition(MHZ, "1H", DWELL_S, 512, coils, 0.03)
    preparation = Preparation(acquisition, Settings())
    found: list[Prepared | str] = []
    for i, fid in enumerate(fids):
        if at_once and i % at_once == 0:
            preparation.foresee(fids[i : i + at_once])
        try:
            found.append(preparation.push(i, i, 0, 2.0 * i, fid))
        except InputError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize("coils", [1, 3])
@pytest.mark.parametrize("at_once", [1, 7, 16])
def test_what_is_foreseen_changes_nothing(coils: int, at_once: int) -> None:
    weights = np.array([1.0, 0.5j, -0.3])[:coils, np.newaxis]
    fids = [(weights * f).astype(np.complex64) for f in fids_of(5, 70, 512)]
    fids[31] = np.zeros_like(fids[31])
    fids[40] = fids[40][:1, :10]
    fids[44] = fids[44][:, :300]
    fids[60] = fids[59]
    expected, found = prepared(fids, coils, 0), prepared(fids, coils, at_once)
    assert sum(isinstance(one, str) for one in expected) == 2
    for one, other in zip(expected, found, strict=True):
        if isinstance(one, str):
            assert one == other
            continue
        assert np.array_equal(one.aligned, other.aligned)
        assert np.array_equal(one.spectrum, other.spectrum)
        assert repr(one.quality) == repr(other.quality)
