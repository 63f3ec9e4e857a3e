"""The session's judge on features drawn from a known good part and known stretches."""

import numpy as np
import pytest

from monitor.analysis.contamination import judge
from monitor.analysis.contamination.dirtier import LIPIDS
from monitor.analysis.contamination.features import BANDS, EpochFeatures, Features
from monitor.analysis.contamination.judge import Judge
from monitor.analysis.contamination.states import LASTING
from monitor.analysis.contamination.stretch import Cause

RNG = np.random.default_rng(4)
GOOD = np.abs(RNG.normal(size=2 * BANDS)) * 0.3
GOOD[10] = 0.5
LIPID = np.where(LIPIDS, 0.3, 0.0)
HUMP = np.where(LIPIDS, 0.0, RNG.normal(size=2 * BANDS) * 0.06)


def epoch(n: int, seed: int = 0, **added) -> EpochFeatures:
    """Transients of the good part, with something added in each: (n, ...) arrays."""
    rng = np.random.default_rng(seed)
    bands = GOOD + 0.035 * rng.normal(size=(n, 2 * BANDS)) + added.get("bands", 0.0)
    bands = bands * np.reshape(added.get("amplitude", np.ones(n)), (n, 1))
    water = 0.5 + 0.1 * rng.normal(size=n) + added.get("water", 0.0)
    width = 9.0 + 0.4 * rng.normal(size=n) + added.get("width", 0.0)
    found = EpochFeatures(100)
    for i in range(n):
        row = Features(40 * bands[i], water[i], width[i], 1.0, 0.0, 40.0, 1.0, i, True)
        found.put(100 + i, row)
    return found


def unlike(found: EpochFeatures, cycle_steps: int):
    return judge.unlike(found.seen(cycle_steps))


def within(n: int, first: int, stop: int, what):
    """`what` in [first, stop), 0 elsewhere."""
    inside = np.zeros(n)
    inside[first:stop] = 1.0
    return np.multiply.outer(inside, what)


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_epoch_has_no_stretch(seed):
    assert unlike(epoch(600, seed), 1) == []


def test_slow_true_changes_are_no_stretch():
    n, t = 900, np.linspace(0.0, 1.0, 900)
    glutamate = np.zeros(2 * BANDS)
    glutamate[[11, 13, 22]] = 0.03, 0.02, 0.025  # 20 % of Glu, beside one another
    rising = np.multiply.outer(np.clip(2 * t - 0.6, 0.0, 1.0), glutamate)
    drifting = epoch(n, bands=rising, width=2.0 * t, water=1.2 * t)
    assert unlike(drifting, 1) == []
    narrower = within(n, 300, 900, -0.3)
    assert unlike(epoch(n, bands=rising, width=narrower), 1) == []


@pytest.mark.parametrize(
    ("first", "stop"), [(120, 130), (120, 180), (0, 60), (90, 240)]
)
@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ({"bands": LIPID}, Cause.LIPID),
        ({"bands": HUMP}, Cause.BASELINE),
        ({"water": 3.0}, Cause.WATER),
        ({"width": 3.0}, Cause.WIDTH),
    ],
)
def test_a_stretch_is_found_from_its_first_to_its_last(first, stop, what, cause):
    added = {name: within(450, first, stop, size) for name, size in what.items()}
    ((start, end, why),) = unlike(epoch(450, **added), 1)
    assert why == cause
    assert abs(start - first) <= 1
    assert abs(end - stop) <= 1


def test_single_outliers_are_not_judged_here():
    n = 300
    bands = within(n, 50, 52, LIPID) + within(n, 130, 133, LIPID)
    assert unlike(epoch(n, bands=bands), 1) == []


def test_the_cleaner_part_is_the_good_one_even_where_it_is_the_smaller():
    found = unlike(epoch(220, bands=within(220, 0, 160, LIPID)), 1)
    assert [(a, b, why) for a, b, why in found] == [(0, 160, Cause.LIPID)]


def test_lines_that_look_broader_by_a_template_with_lipid_are_cleaner_all_the_same():
    n, first = 290, 250
    broader = within(n, first, n, 1.5)
    found = unlike(epoch(n, bands=within(n, 0, first, 0.3 * LIPID), width=broader), 1)
    assert found == [(0, first, Cause.LIPID)]


@pytest.mark.parametrize("hz", [2.0, 5.0])
def test_what_broadens_all_lines_is_no_cleaner_for_its_lower_water(hz):
    """Of a brain whose residual water is narrow 3 Hz took 0.5 of its logarithm."""
    n, first, stop = 300, 60, 105
    lower = within(n, first, stop, -np.log1p(hz / 3.4))
    made = epoch(n, water=lower, width=within(n, first, stop, hz))
    assert unlike(made, 1) == [(first, stop, Cause.WIDTH)]


def test_less_water_than_broader_lines_explain_is_cleaner():
    n, first = 290, 250
    made = epoch(n, water=within(n, first, n, -1.5), width=within(n, first, n, 1.0))
    ((start, end, why),) = unlike(made, 1)
    assert (start, end, why) == (0, first, Cause.WATER)


def test_lipid_bands_that_differ_by_an_amplitude_alone_decide_nothing():
    """A hundredth of the macromolecules' lines is no lipid; the width is asked."""
    n, first, stop = 300, 60, 105
    amplitude = np.where(within(n, first, stop, 1.0) > 0, 0.98, 1.0)
    made = epoch(n, amplitude=amplitude, width=within(n, first, stop, 2.0))
    assert unlike(made, 1) == [(first, stop, Cause.WIDTH)]


@pytest.mark.parametrize(("times", "found"), [(-0.5, (60, 105)), (-3.0, (60, 105))])
def test_lipid_that_takes_from_the_brains_own_lines_and_goes_again_is_a_stretch(
    times, found
):
    n, (first, stop) = 300, found
    ((start, end, why),) = unlike(
        epoch(n, bands=within(n, first, stop, times * LIPID)), 1
    )
    assert abs(start - first) <= 1
    assert abs(end - stop) <= 1
    assert why == Cause.LIPID


@pytest.mark.parametrize("n", [140, 160, 300, 45 + LASTING, 500])
def test_lipid_that_takes_from_the_brains_own_lines_from_the_first_on_is_a_stretch(n):
    """It looks cleaner; once the rest is twice as large, the rest is the good one."""
    first = epoch(n, bands=within(n, 0, 45, -0.5 * LIPID))
    ((start, end, why),) = unlike(first, 1)
    assert (start, end, why) == (0, pytest.approx(45, abs=1), Cause.LIPID)


def test_lipid_that_stays_for_most_of_a_session_does_not_count_with_the_rest():
    """Whichever of the two is taken for the good part, the other is left out."""
    n, first = 3 * LASTING + 100, LASTING + 50
    made = epoch(n, bands=within(n, first, n, 0.2 * LIPID))
    ((start, end, _),) = unlike(made, 1)
    edge = pytest.approx(first, abs=1)
    assert (start, end) in [(0, edge), (edge, n)]


@pytest.mark.parametrize("stop", [220, 250, 290])
def test_good_ones_at_the_first_are_so_while_lipid_is_hardly_the_larger_part(stop):
    made = epoch(stop, bands=within(stop, 100, stop, 0.4 * LIPID))
    ((start, end, why),) = unlike(made, 1)
    assert (start, end, why) == (pytest.approx(100, abs=1), stop, Cause.LIPID)


def test_less_water_at_the_first_is_cleaner_however_few_they_are():
    n, first = 300, 60
    made = epoch(n, water=within(n, first, n, 2.0))
    assert unlike(made, 1) == [(first, n, Cause.WATER)]


def test_what_has_little_lipid_beside_its_own_lines_is_dirtier():
    n, first = 290, 250
    found = unlike(epoch(n, bands=within(n, 0, first, 0.2 * LIPID)), 1)
    assert found == [(0, pytest.approx(first, abs=2), Cause.LIPID)]


def test_a_cleaner_part_that_is_too_short_yet_is_called_so():
    n, first = 165, 150
    ((start, end, why),) = unlike(epoch(n, bands=within(n, 0, first, LIPID)), 1)
    assert (start, end, why) == (first, n, Cause.CLEANER)
    ((_, _, why),) = unlike(epoch(n, water=within(n, 0, first, 3.0)), 1)
    assert why == Cause.CLEANER


def test_another_amplitude_is_no_contamination():
    n = 300
    halved = np.where(np.arange(n) < 150, 1.0, 0.6)
    assert unlike(epoch(n, amplitude=halved), 1) == []


def test_a_state_that_has_come_to_stay_is_a_change_of_state():
    n = 250 + LASTING
    stays = within(n, 249, n, HUMP)
    assert unlike(epoch(n, bands=stays), 1) == []
    ((start, end, _),) = unlike(epoch(330, bands=within(330, 250, 330, HUMP)), 1)
    assert (start, end) == (250, 330)


@pytest.mark.parametrize(("first", "stays"), [(0, True), (180, False)])
def test_only_what_lasts_to_an_end_is_a_change_of_state(first, stays):
    """What went away again was a stretch, however long."""
    last = first + LASTING + 1
    n = last + 250
    found = unlike(epoch(n, bands=within(n, first, last, HUMP)), 1)
    if stays:
        assert found == []
    else:
        ((start, end, _),) = found
        assert abs(start - first) <= 1
        assert abs(end - last) <= 1


def test_lipid_that_has_come_to_stay_is_left_out_as_long_as_it_lasts():
    n = 300 + LASTING
    ((start, end, why),) = unlike(epoch(n, bands=within(n, 290, n, LIPID)), 1)
    assert (start, end, why) == (290, n, Cause.LIPID)


def test_too_few_are_not_judged():
    assert unlike(epoch(12, bands=within(12, 0, 6, LIPID)), 1) == []


def test_steps_of_a_phase_cycle_are_not_states():
    n = 400
    bands = np.zeros((n, 2 * BANDS))
    for step in range(4):
        bands[step::4] = 0.2 * np.random.default_rng(step).normal(size=2 * BANDS)
    assert unlike(epoch(n, bands=bands), 4) == []
    ((start, end, _),) = unlike(epoch(n, bands=bands + within(n, 80, 140, LIPID)), 4)
    assert (start, end) == (80, 140)


@pytest.mark.parametrize(
    ("stop", "times", "until"), [(60, 20.0, 60), (60, 2.0, None), (7, 20.0, None)]
)
def test_water_that_drowned_the_first_ends_where_it_falls(stop, times, until):
    found = epoch(140, water=within(140, 0, stop, np.log(times)))
    assert found.drowned_until(0, 16) == until
    assert found.drowned_until(60, 16) is None


def test_an_empty_scanner_drowns_nothing_before_it():
    """Its noise has no water: what came before is no worse for that."""
    n, rng = 160, np.random.default_rng(2)
    found = epoch(n, water=within(n, 120, n, -4.0))
    for i in range(120, n):
        bands = 1.4 * rng.normal(size=2 * BANDS)
        water, width = found._rows[["water", "width_hz"]][i].tolist()
        row = Features(bands, water, width, 1.0, 0.0, 40.0, 1.4, i, True)
        found.put(100 + i, row)
    assert found.drowned_until(0, 16) is None
    ((first, stop, _),) = unlike(found, 1)
    assert (first, stop) == (pytest.approx(120, abs=5), n)


def test_water_is_compared_with_that_of_the_last_transients():
    """Those before may have been drowned for most of the time."""
    long = epoch(140, water=within(140, 0, 100, np.log(20.0)))
    assert long.drowned_until(0, 16) == 100
    # Most of those asked for are under water, or not.
    assert long.drowned_until(91, 16) == 100
    assert long.drowned_until(93, 16) is None


def test_what_began_in_another_state_is_good_from_its_end():
    made, n = Judge(), 160
    lipid = epoch(n, bands=within(n, 0, 70, LIPID))
    made._epochs[0] = lipid
    assert made.good_from(0, 0, 16) == pytest.approx(70, abs=2)
    assert made.good_from(0, 70, 16) is None
    made.rejects = False
    assert made.good_from(0, 0, 16) is None
