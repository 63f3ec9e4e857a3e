"""The whole preparation: order, state, bad input."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.preparation.epoch import Place
from monitor.analysis.preparation.preparation import FIRST, Preparation, Prepared
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, moved
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition

Make = Callable[..., Complex]
RNG = np.random.default_rng(11)
COILS = 4
S = RNG.normal(size=COILS) + 1j * RNG.normal(size=COILS)


@pytest.fixture
def acquisition(axis: Axis) -> Acquisition:
    return Acquisition(
        spectrometer_frequency_mhz=axis.frequency_mhz,
        nucleus="1H",
        dwell_time_s=axis.dwell_time_s,
        points=axis.points,
        coils=1,
        echo_time_s=0.03,
    )


def push_all(
    preparation: Preparation, fids: list[np.ndarray], start: int = 0
) -> list[Prepared]:
    """Push transients; what is done again takes its place."""
    found: dict[int, Prepared] = {}
    for index, fid in enumerate(fids, start):
        one = preparation.push(index, index, 0, 2.0 * index, fid.astype(np.complex64))
        found[index] = one
        found.update({again.index: again for again in one.redone})
    return [found[index] for index in sorted(found)]


def single(fids: list[Complex]) -> list[np.ndarray]:
    return [fid[np.newaxis] for fid in fids]


def coiled(fid: Complex, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(2, COILS, fid.size)) * 0.5
    return np.outer(S, fid) + noise[0] + 1j * noise[1]


def test_shifts_and_phases_come_back(acquisition: Acquisition, transient: Make) -> None:
    rng = np.random.default_rng(1)
    shifts, phases = rng.uniform(-5, 5, 60), rng.uniform(-0.6, 0.6, 60)
    fids = [transient(k, shifts[k], phases[k]) for k in range(60)]
    found = push_all(Preparation(acquisition, Settings()), single(fids))
    off = np.array([p.quality.shift_hz for p in found]) - shifts
    turn = np.array([p.quality.phase_rad for p in found]) - phases
    assert np.std(off) < 0.25
    assert np.std(turn) < 0.05
    mean = np.mean([p.aligned for p in found], axis=0)
    best = np.mean(
        [
            moved(f, 0.0004, -s, -p)
            for f, s, p in zip(fids, shifts, phases, strict=True)
        ],
        axis=0,
    )
    assert np.linalg.norm(mean[:200]) > 0.99 * np.linalg.norm(best[:200])


@pytest.mark.parametrize("kind", ["drift", "jump", "far"])
def test_drift_and_jumps_are_followed_and_are_no_outliers(
    acquisition: Acquisition, transient: Make, kind: str
) -> None:
    k = np.arange(60)
    shifts = {
        "drift": np.clip((k - 20) * 13.0 / 40, 0.0, 13.0),
        "jump": np.where(k < 30, 0.0, 15.0),
        "far": np.where(k % 2, 30.0, 0.0),  # against the very first transients too
    }[kind]
    fids = [transient(n, shifts[n]) for n in k]
    found = push_all(Preparation(acquisition, Settings()), single(fids))
    off = np.array([p.quality.shift_hz for p in found]) - shifts
    assert np.std(off) < 0.3
    assert min(p.quality.weight for p in found) > 0.4


def test_a_change_of_shape_does_not_pass_for_phase(
    acquisition: Acquisition, axis: Axis, transient: Make, metabolites: Complex
) -> None:
    """Broad lines come and go by half against the others, as macromolecules may."""
    broad = transient(0, noise_sd=0.0, water=0.0) - metabolites
    t = axis.t
    for ppm, size in ((0.9, 6.0), (1.3, 4.0), (1.7, 3.0), (2.1, 4.0), (3.0, 6.0)):
        nu = (ppm - 4.65) * axis.frequency_mhz
        broad = broad + size * np.exp((-2j * np.pi * nu - np.pi * 42.0) * t)
    rng = np.random.default_rng(8)
    share = rng.uniform(-0.5, 0.5, 150)
    fids = [transient(k, noise_sd=0.4) + share[k] * broad for k in range(150)]
    found = push_all(Preparation(acquisition, Settings()), single(fids))[64:]
    turn = np.array([p.quality.phase_rad for p in found])
    slope = np.polyfit(share[64:], turn - turn.mean(), 1)[0]
    assert abs(slope) < 0.03  # 0.054 rad where the shape is taken to be fixed


def test_a_bad_first_transient_does_not_bend_the_template(
    acquisition: Acquisition, transient: Make
) -> None:
    fids = [transient(0, 9.0, 2.0, amplitude=0.5, broadening_hz=8.0, lipid=80.0)]
    fids += [transient(k) for k in range(1, 30)]
    found = push_all(Preparation(acquisition, Settings()), single(fids))
    assert found[0].quality.weight < 0.1
    assert "motion" in found[0].quality.flags
    assert min(p.quality.weight for p in found[1:]) > 0.5
    assert found[0].quality.shift_hz - found[5].quality.shift_hz == pytest.approx(
        9, abs=1.5
    )


def test_the_first_transients_are_done_again_once(
    acquisition: Acquisition, transient: Make
) -> None:
    preparation = Preparation(acquisition, Settings(settling=3))
    counts = [
        len(preparation.push(k, k, 0, 2.0 * k, transient(k)[np.newaxis]).redone)
        for k in range(FIRST + 10)
    ]
    assert counts == [0] * (FIRST + 2) + [FIRST + 3] + [0] * 7


def test_settling_transients_have_no_weight(
    acquisition: Acquisition, transient: Make
) -> None:
    fids = [transient(k, amplitude=2.0 - 0.3 * k if k < 3 else 1.0) for k in range(30)]
    found = push_all(Preparation(acquisition, Settings(settling=3)), single(fids))
    assert [p.quality.weight for p in found[:3]] == [0.0, 0.0, 0.0]
    assert all("settling" in p.quality.flags for p in found[:3])
    assert found[10].quality.amplitude == pytest.approx(1.0, abs=0.1)


def test_one_transient_alone(acquisition: Acquisition, transient: Make) -> None:
    found = Preparation(acquisition, Settings()).push(
        0, 3, 0, 1.5, transient(1, noise_sd=0.1)[np.newaxis]
    )
    quality = found.quality
    assert (quality.index, quality.seq, quality.epoch, quality.time_s) == (0, 3, 0, 1.5)
    assert abs(quality.shift_hz) < 0.05
    assert quality.weight == 1.0
    assert quality.amplitude == pytest.approx(1.0, abs=0.02)
    assert np.isfinite([quality.snr, quality.fwhm_hz, quality.water]).all()


def test_coils_without_a_reference(acquisition: Acquisition, transient: Make) -> None:
    preparation = Preparation(replace(acquisition, coils=COILS), Settings())
    fids = [coiled(transient(k, noise_sd=0.0), k) for k in range(24)]
    found = push_all(preparation, fids)
    w = preparation.combination.weights
    assert w is not None
    snr = abs(np.vdot(w, S)) / np.linalg.norm(w)
    assert snr > 0.98 * np.linalg.norm(S)
    scale = np.linalg.norm(found[0].unaligned[:50])
    assert scale == pytest.approx(
        np.linalg.norm(S) * np.linalg.norm(transient(0, noise_sd=0.0)[:50]), rel=0.02
    )


def test_coils_eddy_and_phase_from_the_water(
    acquisition: Acquisition, axis: Axis, transient: Make, water_line: Complex
) -> None:
    eddy = np.exp(1j * (0.8 + 1.0 * np.exp(-axis.t / 0.04)))
    preparation = Preparation(replace(acquisition, coils=COILS), Settings())
    water = coiled(200 * water_line * eddy, 99)
    assert preparation.push_water(water, axis.dwell_time_s)
    fids = [coiled(transient(k, noise_sd=0.0) * eddy, k) for k in range(20)]
    found = push_all(preparation, fids)
    assert not preparation.push_water(water)  # too late: weights are never changed
    mean = np.mean([p.unaligned for p in found], axis=0)
    clean = np.linalg.norm(S) * transient(0, noise_sd=0.0)
    share = np.vdot(clean[:100], mean[:100]) / np.vdot(clean[:100], clean[:100])
    assert abs(share) > 0.97
    assert abs(np.angle(share)) < 0.25


def test_a_coil_that_dies_is_left_out(
    acquisition: Acquisition, transient: Make
) -> None:
    preparation = Preparation(replace(acquisition, coils=COILS), Settings())
    fids = [coiled(transient(k, noise_sd=0.0), k) for k in range(40)]
    for fid in fids[30:]:
        fid[int(np.argmax(np.abs(S)))] = 0
    found = push_all(preparation, fids)
    assert found[35].quality.amplitude == pytest.approx(1.0, abs=0.1)


def test_one_coil_alone_where_nothing_is_combined(
    acquisition: Acquisition, transient: Make
) -> None:
    preparation = Preparation(
        replace(acquisition, coils=COILS), Settings(coil_combine=False)
    )
    push_all(preparation, [coiled(transient(1), 1)])
    assert np.sort(np.abs(preparation.combination.weights)).tolist() == [0, 0, 0, 1]


def test_align_and_reject_can_be_left_out(
    acquisition: Acquisition, transient: Make
) -> None:
    fids = [transient(k, 3.0 * (k % 2)) for k in range(24)]
    fids[20] = transient(20, broadening_hz=12.0, lipid=80.0)
    settings = Settings(align=False, reject=False)
    found = push_all(Preparation(acquisition, settings), single(fids))
    assert all(np.array_equal(p.aligned, p.unaligned) for p in found)
    assert all(p.quality.weight == 1.0 for p in found)
    assert found[20].quality.flags


def test_frozen_templates_do_not_follow(
    acquisition: Acquisition, transient: Make
) -> None:
    preparation = Preparation(acquisition, Settings())
    push_all(preparation, single([transient(k) for k in range(20)]))
    preparation.freeze(39.0)
    before = preparation._epoch.template.fid
    push_all(preparation, single([transient(k, 5.0) for k in range(20, 40)]), 20)
    assert np.array_equal(before, preparation._epoch.template.fid)


def test_a_reference_period_of_one_transient_is_frozen_after_the_first_ones(
    acquisition: Acquisition, transient: Make
) -> None:
    preparation = Preparation(acquisition, Settings())
    push_all(preparation, single([transient(0)]))
    preparation.freeze(1.0)
    push_all(preparation, single([transient(k) for k in range(1, FIRST)]), 1)
    before = preparation._epoch.template.fid
    push_all(preparation, single([transient(k) for k in range(FIRST, 30)]), FIRST)
    assert np.array_equal(before, preparation._epoch.template.fid)


def test_a_new_epoch_starts_anew(acquisition: Acquisition, transient: Make) -> None:
    preparation = Preparation(acquisition, Settings())
    push_all(preparation, single([transient(k) for k in range(20)]))
    preparation.freeze(39.0)
    preparation.new_epoch(acquisition)
    assert preparation._epoch.template.weight == 0
    found = push_all(
        preparation, single([transient(k, 40.0, 3.0) for k in range(20, 44)]), 20
    )
    assert abs(found[-1].quality.shift_hz) < 1.0


def test_the_same_messages_give_the_same_bits(
    acquisition: Acquisition, transient: Make
) -> None:
    fids = single([transient(k, k % 3, 0.1 * (k % 5)) for k in range(40)])
    a, b = (push_all(Preparation(acquisition, Settings()), fids) for _ in range(2))
    assert [p.quality for p in a] == [p.quality for p in b]
    assert all(np.array_equal(x.aligned, y.aligned) for x, y in zip(a, b, strict=True))


def test_zeros_have_no_weight_and_do_no_harm(
    acquisition: Acquisition, transient: Make
) -> None:
    fids = [transient(k) for k in range(30)]
    for k in (0, 7, 25):
        fids[k] = np.zeros_like(fids[k])
    found = push_all(Preparation(acquisition, Settings()), single(fids))
    assert all(found[k].quality.flags == ("empty",) for k in (0, 7, 25))
    assert all(found[k].quality.weight == 0 for k in (0, 7, 25))
    assert found[29].quality.weight > 0.5


def test_saturated_transient_has_no_weight(
    acquisition: Acquisition, transient: Make
) -> None:
    fids = [transient(k) for k in range(24)]
    limit = 0.3 * np.abs(fids[20].real).max()
    fids[20] = np.clip(fids[20].real, -limit, limit) + 1j * fids[20].imag
    found = push_all(Preparation(acquisition, Settings()), single(fids))
    assert found[20].quality.weight == 0.0
    assert "saturated" in found[20].quality.flags


BAD = {
    "coils": (lambda a: np.ones((2, a.points), np.complex64), "has .* where"),
    "points": (lambda a: np.ones((1, 77), np.complex64), "has .* where"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_transients_are_refused(acquisition: Acquisition, name: str) -> None:
    make, sentence = BAD[name]
    with pytest.raises(InputError, match=f"Transient 5.*{sentence}"):
        Preparation(acquisition, Settings()).push(5, 5, 0, 0.0, make(acquisition))


BAD_WATER = {
    "dwell": (np.ones((1, 99)), 0.0005, "another dwell time"),
    "coils": (np.ones((3, 99)), 0.0004, "3 coils"),
    "zero": (np.zeros((1, 99)), 0.0004, "is zero"),
}


@pytest.mark.parametrize("name", BAD_WATER)
def test_bad_water_is_refused(acquisition: Acquisition, name: str) -> None:
    water, dwell, sentence = BAD_WATER[name]
    with pytest.raises(InputError, match=sentence):
        Preparation(acquisition, Settings()).push_water(water.astype(complex), dwell)


@pytest.mark.parametrize(
    "change", [{"dwell_time_s": 0.0}, {"points": 8}, {"spectrometer_frequency_mhz": -1}]
)
def test_an_impossible_acquisition_is_refused(
    acquisition: Acquisition, change: dict[str, float]
) -> None:
    with pytest.raises(InputError):
        Preparation(replace(acquisition, **change), Settings())


@pytest.mark.parametrize("coils", [1, COILS])
def test_begun_again_an_epoch_is_one_that_began_there(
    acquisition: Acquisition, transient: Make, axis: Axis, coils: int
) -> None:
    acquisition = replace(acquisition, coils=coils)
    drowned = [transient(k, 1.0, water=3e3) for k in range(24)]
    dry = [transient(k, 1.0) for k in range(24, 80)]
    fids = single([*drowned, *dry])
    if coils > 1:
        fids = [coiled(fid[0], k) for k, fid in enumerate(fids)]
    eddy_turn = np.exp(1j * 0.4 * np.exp(-axis.t / 0.05))
    water = np.exp(-axis.t / 0.05) * eddy_turn * np.ones((coils, 1))
    both = [Preparation(acquisition, Settings(settling=0)) for _ in range(2)]
    for preparation in both:
        preparation.push_noise(coiled(0 * water[0], 1)[:coils].astype(np.complex64))
        preparation.push_water(water.astype(np.complex64))
    found = push_all(both[0], fids[:60])
    came = [(place_of(k), one.unaligned) for k, one in enumerate(found)]
    again = both[0].begin_again(came, range(24))
    assert both[0].begun_at == 24
    expected = push_all(both[1], fids[24:60], 24)
    for one, other in zip(again[24:], expected, strict=True):
        np.testing.assert_allclose(one.aligned, other.aligned, rtol=1e-9, atol=1e-9)
        assert one.quality.weight == pytest.approx(other.quality.weight, abs=1e-9)
    assert [one.index for one in again] == list(range(60))
    assert all(one.quality.water > 100 for one in again[:24])
    for one, other in zip(
        push_all(both[0], fids[60:], 60), push_all(both[1], fids[60:], 60), strict=True
    ):
        np.testing.assert_allclose(one.aligned, other.aligned, rtol=1e-9, atol=1e-9)


def test_begun_again_without_a_stretch_an_epoch_is_one_that_never_had_it(
    acquisition: Acquisition, transient: Make
) -> None:
    drowned = {k: {"water": 3e3} for k in range(40, 60)}
    fids = single([transient(k, 1.0, **drowned.get(k, {})) for k in range(90)])
    both = [Preparation(acquisition, Settings(settling=0)) for _ in range(2)]
    for preparation in both:
        preparation.freeze(2.0 * 80)
    found = push_all(both[0], fids)
    came = [(place_of(k), one.unaligned) for k, one in enumerate(found)]
    again = both[0].begin_again(came, range(40, 60))
    expected = push_all(both[1], fids[:40]) + push_all(both[1], fids[60:], 60)
    assert [one.index for one in again] == list(range(90))
    assert both[0].begun_at == 0
    assert list(both[0].taught) == [*range(40), *range(60, 80)]
    for one, other in zip(again[:40] + again[60:], expected, strict=True):
        np.testing.assert_allclose(one.aligned, other.aligned, rtol=1e-9, atol=1e-9)


def test_widths_do_not_follow_what_noise_makes_of_a_young_templates_line(
    acquisition: Acquisition, transient: Make
) -> None:
    """Half the height of one line of a mean of few transients is hardly known."""
    fids = single([transient(k, noise_sd=5.4) for k in range(120)])
    found = push_all(Preparation(acquisition, Settings(settling=0)), fids)
    told = np.array([(one.width_hz, one.quality.fwhm_hz) for one in found])
    width_hz, fwhm_hz = told[20:40].mean(axis=0) - told[40:].mean(axis=0)
    assert abs(width_hz) < 0.25 < 0.5 < abs(fwhm_hz)


def place_of(index: int) -> Place:
    return Place(index, index, 0, 2.0 * index, False, False, index)


def test_with_too_few_signals_nothing_is_begun_again(
    acquisition: Acquisition, transient: Make
) -> None:
    preparation = Preparation(acquisition, Settings())
    found = push_all(preparation, single([transient(k) for k in range(30)]))
    came = [(place_of(k), one.unaligned) for k, one in enumerate(found)]
    assert preparation.begin_again(came, range(30 - FIRST + 1)) == []
    assert preparation.begun_at == 0


def test_an_epoch_behind_the_reference_period_is_frozen_by_its_own_template(
    acquisition: Acquisition,
) -> None:
    one = Preparation(acquisition, Settings())
    one.freeze(10.0)
    one._freeze_before(9.9)
    assert (one._refreeze, one._frozen) == (False, False)
    one._freeze_before(10.0)  # nothing has been seen of the epoch yet
    assert (one._refreeze, one._frozen) == (True, False)
    one._epoch.seen = 3
    one._freeze_before(12.0)
    assert not one._frozen
    other = Preparation(acquisition, Settings())
    other._epoch.seen = 3
    other.freeze(10.0)
    other._freeze_before(12.0)
    assert other._frozen
