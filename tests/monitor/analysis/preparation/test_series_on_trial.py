"""A further series: is it the epoch before it, gone on after a pause?"""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.preparation.continuation import LEAST, TRIAL
from monitor.analysis.preparation.preparation import Preparation
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition
from streams.voxel.place import VoxelPlace

BEFORE = 80
RNG = np.random.default_rng(3)
SEEN_BY = RNG.normal(size=4) + 1j * RNG.normal(size=4)


@pytest.fixture
def acquisition(axis):
    return Acquisition(
        spectrometer_frequency_mhz=axis.frequency_mhz, nucleus="1H",
        dwell_time_s=axis.dwell_time_s, points=axis.points, coils=1, echo_time_s=0.03,
    )  # fmt: skip


def push(preparation, fids, first, epoch, worked):
    """Push transients; what comes anew takes its place in `worked`."""
    for k, fid in enumerate(fids, first):
        coils = np.atleast_2d(fid).astype(np.complex64)
        one = preparation.push(k, k, epoch, 2.0 * k, coils)
        assert one.index == k  # the newest, though those before come anew with it
        worked[k] = one
        worked.update({again.index: again for again in one.redone})


def two_series(acquisition, first, second, declared=False, other=None):
    """Two series after each other: the preparation, and each transient as it ended."""
    preparation, worked = Preparation(acquisition, Settings()), {}
    push(preparation, first, 0, 0, worked)
    preparation.new_series(other or acquisition, 0, declared)
    push(preparation, second, len(first), 1, worked)
    return preparation, worked


def epochs(worked, stop=None):
    return [worked[k].quality.epoch for k in sorted(worked)][BEFORE:stop]


@pytest.fixture
def before(transient):
    return [transient(k, 0.1 * np.sin(k), 0.05) for k in range(BEFORE)]


def after(transient, count=TRIAL, **changes):
    return [transient(1000 + k, **changes) for k in range(count)]


def test_the_same_goes_on_as_if_there_had_been_no_series(
    acquisition, before, transient
):
    later = after(transient, TRIAL + 10, shift_hz=1.5)
    preparation, worked = two_series(acquisition, before, later)
    assert epochs(worked, BEFORE + TRIAL) == [0] * TRIAL
    assert preparation.moved == ()
    plain, alone = Preparation(acquisition, Settings()), {}
    push(plain, before + later, 0, 0, alone)
    for k in range(BEFORE + TRIAL):
        assert np.array_equal(worked[k].aligned, alone[k].aligned)
        assert worked[k].quality == alone[k].quality


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"broadening_hz": 0.8}, "line"),
        ({"broadening_hz": -0.8}, "line"),
        ({"shift_hz": 25.0}, "frequency"),
        ({"amplitude": 1.4, "water": 1.4, "noise_sd": 1.26}, "gain"),
        ({"amplitude": 1.15}, "signal"),
    ],
)
def test_what_has_moved_makes_an_epoch(acquisition, before, transient, changes, word):
    preparation, worked = two_series(acquisition, before, after(transient, **changes))
    assert epochs(worked) == [1] * TRIAL
    assert any(word in what for what in preparation.moved)


def test_coils_that_see_it_otherwise_make_an_epoch(acquisition, before, transient):
    four = replace(acquisition, coils=4)

    def seen(fids, by, seed):
        random = np.random.default_rng(seed)
        noise = random.normal(size=(2, len(fids), 4, fids[0].size))
        return [np.outer(by, f) + n for f, n in zip(fids, noise[0], strict=True)]

    elsewhere = SEEN_BY * np.array([1.0, 1.4, 0.7, 1j])
    for by, expected in ((SEEN_BY, 0), (elsewhere, 1)):
        second = seen(after(transient), by, 2)
        preparation, worked = two_series(four, seen(before, SEEN_BY, 1), second)
        assert set(epochs(worked)) == {expected}
        assert preparation.elsewhere == bool(expected)
    assert "the coils see it otherwise" in preparation.moved


def test_a_protocol_may_declare_it(acquisition, before, transient):
    wider = after(transient, broadening_hz=2.0)
    _, worked = two_series(acquisition, before, wider, declared=True)
    assert set(epochs(worked)) == {0}


def test_another_acquisition_is_another_epoch_whatever_is_declared(
    acquisition, before, transient
):
    other = replace(acquisition, echo_time_s=0.035)
    same = after(transient)
    _, worked = two_series(acquisition, before, same, declared=True, other=other)
    assert set(epochs(worked)) == {1}


@pytest.mark.parametrize(("moved_mm", "epoch"), [(0.1, 0), (2.0, 1)])
def test_a_voxel_that_lies_elsewhere_is_another_epoch(
    acquisition, before, transient, moved_mm, epoch
):
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    here, there = (
        replace(acquisition, voxel_place=VoxelPlace((x, 5.0, 20.0), axes))
        for x in (3.0, 3.0 + moved_mm)
    )
    preparation, worked = two_series(here, before, after(transient), other=there)
    assert set(epochs(worked)) == {epoch}
    assert preparation.elsewhere == bool(epoch)
    preparation.new_epoch(there)  # shimmed anew where it lies
    assert not preparation.elsewhere


@pytest.mark.parametrize(("count", "goes_on"), [(LEAST - 1, False), (20, True)])
def test_a_series_that_ends_early_is_decided_by_what_there_is(
    acquisition, before, transient, count, goes_on
):
    preparation, worked = two_series(acquisition, before, after(transient, count))
    assert set(epochs(worked)) == {1}
    assert preparation.on_trial
    again = preparation.end_trial()
    assert len(again) == (count if goes_on else 0)
    assert bool(preparation.moved) != goes_on
    assert not preparation.on_trial


def test_a_burst_of_motion_after_the_pause_is_no_new_shim(
    acquisition, before, transient
):
    moved = [
        transient(1000 + k, broadening_hz=8.0 if k in (3, 4, 5, 9) else 0.0)
        for k in range(TRIAL)
    ]
    _, worked = two_series(acquisition, before, moved)
    assert set(epochs(worked)) == {0}
