"""What a transient leaves behind: in the epoch's memories, and to be kept of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.preparation.epoch import Epoch, Place
from monitor.analysis.preparation.glance import glance_of
from monitor.analysis.preparation.one_transient import (
    is_combined,
    place_in_frame,
    prepare,
    worth_keeping,
)
from monitor.analysis.preparation.preparation import FIRST, Preparation
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, moved, spectrum_of
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

SETTINGS = Settings()


def state(coils: int = 4, first: object = None) -> SimpleNamespace:
    return SimpleNamespace(
        combination=SimpleNamespace(coil_count=coils),
        axis=SimpleNamespace(points=8),
        first=first,
    )


def prepared(
    redone: tuple = (), snr: float = 9.0, size: float = 1.0, flags: tuple = ()
) -> SimpleNamespace:
    return SimpleNamespace(
        redone=redone,
        quality=SimpleNamespace(snr=snr, flags=flags),
        unaligned=np.full(8, size, complex),
    )


FID = np.arange(32, dtype=complex).reshape(4, 8)


@pytest.mark.parametrize(
    ("coils", "shape", "combined"),
    [(4, (1, 8), True), (4, (4, 8), False), (4, (1, 9), False), (1, (1, 8), False)],
)
def test_one_row_of_several_coils_was_combined_before(coils, shape, combined) -> None:
    assert is_combined(state(coils), np.ones(shape, complex)) is combined


def test_once_the_coils_are_combined_for_good_the_sum_is_kept() -> None:
    kept = worth_keeping(state(), FID, prepared())
    np.testing.assert_array_equal(kept, np.ones((1, 8)))


@pytest.mark.parametrize(
    "why",
    [
        (state(first=[]), prepared()),  # the weights may yet be others
        (state(), prepared(redone=("all",))),  # they have just become others
        (state(coils=1), prepared()),
        (state(), prepared(snr=0.0)),
        (state(), prepared(snr=float("nan"))),
        (state(), prepared(size=0.0)),
    ],
    ids=["first", "redone", "one coil", "no signal", "not measured", "zeros"],
)
def test_else_it_is_kept_as_it_came(why) -> None:
    assert worth_keeping(why[0], FID, why[1]) is FID


def test_a_clipped_one_is_kept_as_it_came() -> None:
    """Clipping shows in the coils alone."""
    clipped = prepared(flags=("saturated",))
    assert worth_keeping(state(), FID, clipped) is FID


def one_coil(axis: Axis) -> Acquisition:
    return Acquisition(
        axis.frequency_mhz, "1H", axis.dwell_time_s, axis.points, 1, 0.03,
        phase_cycle_steps=2,
    )  # fmt: skip


@pytest.fixture
def settled(axis, transient) -> Preparation:
    """One coil, its template made."""
    made = Preparation(one_coil(axis), SETTINGS)
    for k in range(FIRST):
        made.push(k, k, 0, 2.0 * k, transient(k)[None])
    return made


def remembered(epoch: Epoch) -> tuple[float, int, int, int]:
    return (
        epoch.template.weight,
        len(epoch.kind.past),
        len(epoch.phases),
        len(epoch.recent),
    )


def place(i: int, **others: bool) -> Place:
    return replace(Place(i, i, 0, 2.0 * i, False, False, i), **others)


@pytest.mark.parametrize(
    "no",
    [{"settling": True}, {"saturated": True}, {"settling": True, "saturated": True}],
    ids=str,
)
def test_what_never_counts_teaches_nothing(settled, transient, no) -> None:
    epoch = settled._epoch
    before = remembered(epoch)
    one = prepare(epoch, SETTINGS, place(20, **no), transient(20))
    assert one.quality.weight == 0
    assert remembered(epoch) == before


def test_a_good_one_is_remembered_by_all(settled, transient, monkeypatch) -> None:
    epoch = settled._epoch
    before, steps = remembered(epoch), []
    monkeypatch.setattr(
        type(epoch.cycle), "push", lambda _, step, *rest: steps.append(step)
    )
    one = prepare(epoch, SETTINGS, place(20), transient(20, shift_hz=2.0))
    template, kind, _, recent = remembered(epoch)
    assert template > before[0]
    assert (kind, recent) == (before[1] + 1, before[3] + 1)
    assert epoch.near[-1] == one.quality.shift_hz == pytest.approx(2.0, abs=0.5)
    assert epoch.phases[-1] == one.quality.phase_rad
    assert steps == [20]


def lipid_of(axis: Axis, fid: Complex, over_naa: float) -> Complex:
    """Lipid over the height of NAA, upside down, its lines at 1.30 and 2.03 ppm."""
    nu = (np.array([[1.30], [2.03]]) - 4.65) * axis.frequency_mhz
    lines = np.exp((-2j * np.pi * nu - 25.0) * axis.t) * [[1.0], [0.13]]
    height = np.abs(spectrum_of(fid)[axis.band(1.95, 2.07)]).max()
    return -over_naa * height / np.abs(spectrum_of(lines[0])).max() * lines.sum(axis=0)


@pytest.mark.parametrize("over_naa", [5.0, 12.0, 20.0])
def test_under_towering_lipid_lines_lie_where_they_did(
    settled, transient, over_naa: float
) -> None:
    """They were looked for at those of the lipid, 40 Hz further with each dozen."""
    epoch = settled._epoch
    for k in range(20, 25):
        prepare(epoch, SETTINGS, place(k), transient(k, shift_hz=2.0))
    before = epoch.template.weight, list(epoch.near), list(epoch.phases)
    for k in range(30, 60):
        fid = transient(k, shift_hz=2.0)
        fid = fid + lipid_of(epoch.axis, fid, over_naa)
        found = prepare(epoch, SETTINGS, place(k), fid).quality
        assert found.shift_hz == pytest.approx(2.0, abs=0.5)
    assert (epoch.template.weight, list(epoch.near), list(epoch.phases)) == before


def test_lipid_that_the_template_has_too_does_not_tower(axis, transient) -> None:
    state = Epoch.begun(one_coil(axis), SETTINGS)
    assert not state.is_towered(glance_of(transient(0), axis))  # no template yet
    fids = [transient(k) for k in range(8)]
    fids = [fid + lipid_of(axis, fid, 8.0) for fid in fids]
    for k, fid in enumerate(fids):
        prepare(state, SETTINGS, place(k), fid[None])
    assert not any(state.is_towered(glance_of(fid, axis)) for fid in fids)


def test_a_combined_one_is_prepared_as_it_is(settled, transient) -> None:
    fid = transient(30)
    one = prepare(settled._epoch, SETTINGS, place(30), fid)
    np.testing.assert_array_equal(one.unaligned, fid)
    zeros = prepare(settled._epoch, SETTINGS, place(31), np.zeros_like(fid))
    assert zeros.quality.weight == 0
    assert not zeros.aligned.any()


def test_earlier_ones_are_placed_and_teach_nothing(settled, transient) -> None:
    epoch = settled._epoch
    before = remembered(epoch)
    earlier = [
        (place(40), transient(40, shift_hz=5.0)),
        (place(41), np.zeros(epoch.axis.points, complex)),
    ]
    found = place_in_frame(epoch, SETTINGS, earlier)
    assert remembered(epoch) == before
    assert found[40].quality.shift_hz == pytest.approx(5.0, abs=0.5)
    assert found[41].quality.weight == 0


def test_what_was_found_is_undone(settled, transient) -> None:
    fid = transient(50)
    there = moved(fid, settled.axis.dwell_time_s, 3.0, 0.4)
    found = SimpleNamespace(shift_hz=3.0, phase_rad=0.4)
    np.testing.assert_allclose(settled._epoch.moved_back(there, found), fid, atol=1e-9)
