"""Where a stretch that is unlike the rest begins and ends."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.contamination.boundaries import cause_of, refined
from monitor.analysis.contamination.dirtier import LIPIDS
from monitor.analysis.contamination.features import BANDS, Seen
from monitor.analysis.contamination.states import Comparison, States
from monitor.analysis.contamination.stretch import Cause


def compared(n: int, first: int, stop: int) -> tuple[Comparison, States]:
    """Transients of which [first, stop) have a band more than the others."""
    rng = np.random.default_rng(1)
    good = np.zeros(2 * BANDS)
    good[: BANDS // 2] = 1.0
    bands = good + 1e-3 * rng.normal(size=(n, 2 * BANDS))
    bands[first:stop, BANDS - 2] += 0.3
    level = np.zeros(n)
    same = level + 1.0
    seen = Seen(
        np.arange(n), bands, level, level.copy(), same, level, same, level + 9.0
    )
    inside = np.zeros(n, bool)
    inside[first:stop] = True
    return Comparison.of(seen), States(~inside, good, level, level)


@pytest.mark.parametrize("run", [(40, 60), (37, 63), (43, 57)])
def test_the_ends_are_those_of_what_is_unlike(run):
    case = compared(100, 40, 60)
    assert refined(*case, run, (0, 100)) == (40, 60)


@pytest.mark.parametrize("run", [(42, 50), (80, 90), (118, 126)])
def test_a_stretch_is_followed_as_far_as_it_goes(run):
    """Running medians of what is hardly unlike find parts of it."""
    case = compared(160, 40, 130)
    assert refined(*case, run, (0, 160)) == (40, 130)
    first, stop = refined(*case, (118, 126), (130, 160))
    assert first >= stop


@pytest.mark.parametrize(("gap", "stop"), [(6, 90), (12, 60)])
def test_behind_a_few_good_ones_a_stretch_may_go_on(gap, stop):
    case, states = compared(160, 40, 90)
    case.seen.bands[60 : 60 + gap, BANDS - 2] -= 0.3
    assert refined(case, states, (45, 55), (0, 160)) == (40, stop)


@pytest.mark.parametrize("free", [70, 69, 100])
def test_where_another_stretch_took_the_room_nothing_is_left(free):
    """Two runs near the end, the first of which reaches over the second."""
    first, stop = refined(*compared(70, 60, 70), (62, 66), (free, 70))
    assert first >= stop or (first, stop) == (69, 70)


def moving(n: int, first: int, stop: int, restless: float, kept: float):
    """Transients of which [first, stop) scatter so much more, and are so much lower."""
    rng = np.random.default_rng(3)
    good = np.zeros(2 * BANDS)
    good[: BANDS // 2] = 1.0
    noise = 0.02 * rng.normal(size=(n, 2 * BANDS))
    noise[first:stop] *= restless
    level = np.zeros(n)
    amplitude = level + 1.0
    amplitude[first:stop] = kept
    bands = good * amplitude[:, np.newaxis] + noise
    bands[first:stop, BANDS - 2] += 0.3
    seen = Seen(
        np.arange(n),
        bands,
        level,
        level + 6.0,
        amplitude,
        level,
        level + 1.0,
        level + 9.0,
    )
    inside = np.zeros(n, bool)
    inside[first:stop] = True
    return Comparison.of(seen), States(~inside, good, level, level + 6.0)


@pytest.mark.parametrize(
    ("restless", "kept", "cause"),
    [
        (1.0, 1.0, Cause.BASELINE),
        (4.0, 1.0, Cause.MOTION),
        (1.0, 0.7, Cause.MOTION),
        (1.0, 0.9, Cause.BASELINE),
        (1.0, 1.3, Cause.BASELINE),
    ],
)
def test_a_head_that_moves_scatters_or_leaves_the_voxel(restless, kept, cause):
    case = moving(120, 40, 70, restless, kept)
    assert cause_of(*case, slice(40, 70)) == cause


@pytest.mark.parametrize("kept", [0.5, 1.0])
@pytest.mark.parametrize(("varies", "cause"), [(0.2, "lipid"), (3.0, "motion")])
def test_much_lipid_scatters_and_bends_the_amplitude(kept, varies, cause):
    """It is no motion while transients are more like each other than like the rest."""
    n, own, rng = 120, slice(40, 70), np.random.default_rng(2)
    good, level = np.where(LIPIDS, 0.05, 1.0), np.zeros(n)
    bands, amplitude = good + 0.02 * rng.normal(size=(n, 2 * BANDS)), level + 1.0
    amplitude[own] = kept
    bands[own] += 0.6 * LIPIDS * (1 + varies * rng.normal(size=(30, 1)))
    inside = np.arange(n) // 10 * 10
    seen = Seen(
        inside, bands, level, level + 6.0, amplitude, level, level + 1.0, level + 9.0
    )
    states = States((inside < 40) | (inside >= 70), good, level, level + 6.0)
    assert cause_of(Comparison.of(seen), states, own) == cause


def turning(deg: float, usual_deg: float, band: int) -> tuple[Comparison, States]:
    """Transients of which some have more in a band, while phases go to and fro."""
    case, states = compared(120, 40, 70)
    seen, rng = case.seen, np.random.default_rng(4)
    phases = np.radians(usual_deg) * rng.normal(size=120)
    phases[40:70] = np.radians(deg) * rng.uniform(-1, 1, size=30)
    bands = seen.bands.copy()
    bands[40:70, BANDS - 2] -= 0.3
    bands[40:70, band] += 0.3
    level = seen.water
    others = replace(seen, bands=bands, phase_rad=phases, width_hz=level + 6.0)
    return Comparison.of(others), replace(states, width_hz=level + 6.0)


FAT, BROAD = int(np.flatnonzero(LIPIDS)[2]), BANDS - 2


@pytest.mark.parametrize(
    ("deg", "usual_deg", "band", "cause"),
    [
        (150.0, 3.0, FAT, Cause.FAT_MOVED),
        (30.0, 3.0, FAT, Cause.FAT_MOVED),
        (5.0, 3.0, FAT, Cause.LIPID),
        (0.0, 0.0, FAT, Cause.LIPID),
        (30.0, 20.0, FAT, Cause.LIPID),
        (150.0, 3.0, BROAD, Cause.MOTION),
        (5.0, 3.0, BROAD, Cause.BASELINE),
    ],
)
def test_a_head_that_moves_turns_the_phase(deg, usual_deg, band, cause):
    """By more than noise or the scanner turn it elsewhere; fat may come with it."""
    assert cause_of(*turning(deg, usual_deg, band), slice(40, 70)) == cause


def test_a_head_that_moved_into_fat_and_lies_still_is_lipid():
    case, states = turning(150.0, 3.0, FAT)
    case.seen.phase_rad[48:70] = 1.0
    assert cause_of(case, states, slice(40, 70)) == Cause.LIPID


def test_what_is_common_to_all_has_no_side():
    """Amplitude and baseline of the whole session set nothing apart."""
    at_once, states = compared(100, 40, 60)
    seen = at_once.seen
    half = replace(seen)
    shifted = States(states.good, states.bands, states.water, states.width_hz)
    half.bands[:, 3] += 0.5
    shifted.bands[3] += 0.5
    found = refined(Comparison.of(half), shifted, (42, 58), (0, 100))
    assert found == (40, 60)
    assert cause_of(Comparison.of(half), shifted, slice(40, 60)) == Cause.BASELINE


def test_what_holds_nothing_is_an_empty_scanner():
    case, states = compared(100, 40, 60)
    signal = case.seen.signal.copy()
    signal[40:60] = 1.0
    empty = Comparison.of(replace(case.seen, signal=signal))
    assert cause_of(empty, states, slice(40, 60)) == Cause.EMPTY
    weak = Comparison.of(replace(case.seen, signal=signal / 8))  # nothing can be told
    assert weak.holds.all()
