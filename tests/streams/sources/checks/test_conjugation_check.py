"""Which side of the carrier metabolite lines lie on, told from a few transients."""

import numpy as np
import pytest

from streams.messages.transient import Acquisition
from streams.sources.checks.conjugation import (
    CLEAR,
    LEAST_TRANSIENTS,
    MOST_TRANSIENTS,
    ConjugationCheck,
)

MHZ, DWELL_S, POINTS = 123.25, 5e-4, 1024
PRESS = Acquisition(MHZ, "1H", DWELL_S, POINTS, 2, 0.03, 2.0, sequence="PRESS")
NAA_PPM, LEAST_PPM, MOST_PPM = 2.01, 1.8, 3.4


def fids(n: int, lines: dict[float, float], noise: float = 0.01, points: int = POINTS):
    """N transients (2 coils, points) of lines {ppm: size}, FWHM 5 Hz."""
    t = DWELL_S * np.arange(points)
    rates = {ppm: -2j * np.pi * (ppm - 4.65) * MHZ - np.pi * 5 for ppm in lines}
    fid = sum(size * np.exp(rates[ppm] * t) for ppm, size in lines.items())
    values = np.random.default_rng(5).standard_normal((2, n, 2, points))
    return [fid + one for one in noise * (values[0] + 1j * values[1])]


def pushed(given, acquisition: Acquisition = PRESS):
    """The check after transients, and what it has said after each."""
    check = ConjugationCheck(acquisition)
    return check, [check.push(fid) for fid in given]


def test_lines_below_water_confirm_the_convention_once():
    check, said = pushed(fids(12, {NAA_PPM: 1.0}))
    assert said[: LEAST_TRANSIENTS - 1] == [""] * (LEAST_TRANSIENTS - 1)
    assert said[LEAST_TRANSIENTS - 1].startswith("Conjugation confirmed")
    assert set(said[LEAST_TRANSIENTS:]) == {""}
    assert check.ratio == pytest.approx(1.0, abs=0.02)
    assert not check.contradicted


def test_the_conjugate_of_the_same_contradicts_it():
    check, said = pushed([fid.conj() for fid in fids(8, {NAA_PPM: 1.0})])
    assert said[-1].startswith("CONJUGATION CONTRADICTED")
    assert check.ratio == pytest.approx(-1.0, abs=0.02)
    assert check.contradicted


def test_nothing_is_contradicted_before_the_check_is_done():
    """A preview of the ratio must not turn samples round."""
    mirrored = [fid.conj() for fid in fids(LEAST_TRANSIENTS - 1, {NAA_PPM: 1.0})]
    check, _ = pushed(mirrored)
    assert not check.contradicted


@pytest.mark.parametrize("seed", range(4))
def test_noise_alone_ends_in_a_sentence_that_nothing_could_be_told(seed):
    """One coil: neighbours of a smoothed spectrum are alike, and chance is large."""
    noise = np.random.default_rng(seed).standard_normal(
        (2, MOST_TRANSIENTS + 1, POINTS)
    )
    check, said = pushed(
        [real + 1j * other for real, other in noise[..., None, :].swapaxes(0, 1)]
    )
    assert set(said[: MOST_TRANSIENTS - 1]) == {""}
    expected = f"could not be checked: {MOST_TRANSIENTS} transients"
    assert expected in said[MOST_TRANSIENTS - 1]
    assert said[MOST_TRANSIENTS] == ""
    assert not check.contradicted


def test_lines_on_both_sides_alike_tell_nothing():
    """An artefact as large as NAA at its mirror image: far above noise, not clear."""
    mirror_ppm = 2 * 4.65 - NAA_PPM
    check, said = pushed(fids(10, {NAA_PPM: 1.0, mirror_ppm: 0.95}))
    assert set(said) == {""}
    assert abs(check.ratio) < CLEAR


@pytest.mark.parametrize(
    ("own", "mirrored", "ratio"), [(1.0, 0.5, 0.6), (0.5, 1.0, -0.6), (1.0, 0.7, 0.342)]
)
def test_the_ratio_is_of_energies_above_the_noise(own, mirrored, ratio):
    """(own^2 - mirrored^2) / (own^2 + mirrored^2), whatever the noise adds to both."""
    lines = {2.6: own, 2 * 4.65 - 2.6: mirrored}
    for noise in (0.0, 0.05):
        check, _ = pushed(fids(8, lines, noise))
        assert check.ratio == pytest.approx(ratio, abs=0.02)


@pytest.mark.parametrize("ppm", [LEAST_PPM - 0.3, MOST_PPM + 0.3])
def test_lines_outside_the_bands_count_on_neither_side(ppm):
    """Lipid, and what lies between NAA and water; where they are mirrored, too."""
    check, said = pushed(fids(8, {ppm: 1.0, 2 * 4.65 - ppm: 2.0, 2.6: 1.0}))
    assert said[-1].startswith("Conjugation confirmed")
    assert check.ratio > CLEAR


def test_a_clear_ratio_of_noise_is_not_believed():
    """Where nothing stands out of the noise, its ratio says nothing."""
    _, said = pushed(fids(8, {NAA_PPM: 0.005}, noise=1.0))
    assert set(said) == {""}


def test_transients_with_values_that_are_not_finite_do_not_count():
    given = fids(9, {NAA_PPM: 1.0})
    given[2] = given[2] * np.nan
    _, said = pushed(given)
    assert set(said[:8]) == {""}
    assert said[8].startswith("Conjugation confirmed")


def test_too_few_points_in_the_bands_tell_nothing():
    """7 points between 1.8 and 3.4 ppm are no spectrum."""
    short = fids(MOST_TRANSIENTS, {NAA_PPM: 1.0}, points=64)
    check, said = pushed(short)
    assert "could not be checked" in said[-1]
    assert check.ratio == 0.0


def test_coils_add_by_power_whatever_their_phases():
    """Two coils in opposite phase must not cancel."""
    phases = np.array([[1.0], [-1.0]])
    check, said = pushed([fid * phases for fid in fids(8, {NAA_PPM: 1.0})])
    assert said[-1].startswith("Conjugation confirmed")
    assert check.ratio == pytest.approx(1.0, abs=0.02)
