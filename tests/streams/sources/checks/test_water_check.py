"""A water reference is told from what is none by its spectrum."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.checks.water import (
    LEAST_DOMINANCE,
    Peaks,
    no_water,
    peaks,
    peaks_of_each,
)
from streams.sources.files.any_format import read_series
from streams.sources.files.series import Series
from streams.sources.files.water_reference import matched_water, water_for

MHZ, DWELL_S, POINTS = 123.25, 5e-4, 1024
PRESS = Acquisition(MHZ, "1H", DWELL_S, POINTS, 1, 0.03, 2.0, sequence="PRESS")
NAA, CR, WATER = 1.0, 0.8, 2000.0


def fids(water: float, lines: float = 1.0, noise: float = 0.01, n: int = 4):
    """(n, 1, POINTS) of water at 4.65 ppm and of NAA and Cr, FWHM 8 Hz."""
    t = DWELL_S * np.arange(POINTS)
    places = ((4.65, water), (2.01, lines * NAA), (3.03, lines * CR))
    nu = [(-2j * np.pi * (ppm - 4.65) * MHZ, size) for ppm, size in places]
    fid = sum(size * np.exp((rate - np.pi * 8) * t) for rate, size in nu)
    values = np.random.default_rng(3).standard_normal((2, n, 1, POINTS))
    return (fid + noise * (values[0] + 1j * values[1])).astype(np.complex64)


def series(name: str, content) -> Series:
    return Series(name, "file", PRESS, content, None)


@pytest.mark.parametrize("water", [200.0, WATER, 20 * WATER])
@pytest.mark.parametrize("noise", [0.01, 1.0])
def test_water_of_every_size_and_noise_is_one(water: float, noise: float):
    assert no_water(fids(water, noise=noise), PRESS) == ""


@pytest.mark.parametrize("shift_ppm", [-0.5, -0.3, 0.0, 0.3, 0.5])
def test_the_tail_of_shifted_water_is_no_line(shift_ppm: float):
    """At 1.5 T, where a line of 20 Hz reaches far."""
    low = replace(PRESS, spectrometer_frequency_mhz=63.87)
    t = DWELL_S * np.arange(POINTS)
    rate = -2j * np.pi * shift_ppm * 63.87 - np.pi * 20
    found = peaks((WATER * np.exp(rate * t))[None, None], low)
    assert found is not None
    assert found.dominance > 2 * LEAST_DOMINANCE


@pytest.mark.parametrize("water", [0.0, 1.0, 10.0, 40.0])
def test_suppressed_water_is_none_whichever_way_round(water: float):
    found = fids(water)
    assert "4.65 ppm is only" in no_water(found, PRESS)
    assert "4.65 ppm is only" in no_water(found.conj(), PRESS)


def test_noise_is_none():
    assert "4.65 ppm is only" in no_water(fids(0, lines=0, noise=1), PRESS)


def test_a_reference_with_far_too_little_water_is_none():
    metabolites, reference = fids(5.0), fids(WATER)
    assert no_water(reference, PRESS, metabolites) == ""
    assert no_water(reference / 50, PRESS, metabolites) == ""  # gain, sums and means
    assert "some 2000 times" in no_water(reference / 500, PRESS, metabolites)


@pytest.mark.parametrize(
    "acquisition",
    [
        replace(PRESS, nucleus="31P"),
        replace(PRESS, dwell_time_s=1e-6),
        replace(PRESS, dwell_time_s=5e-3),
    ],
)
def test_where_nothing_can_be_told_it_is_not_refused(acquisition: Acquisition):
    assert peaks(fids(1.0), acquisition) is None
    assert no_water(fids(1.0), acquisition) == ""


def test_zeros_are_none():
    assert no_water(0 * fids(1.0), PRESS) == "it is zero"


def test_nan_is_left_to_others():
    assert peaks(np.nan * fids(1.0), PRESS) is None


def test_without_anything_beside_it_water_dominates_without_bound():
    assert Peaks(1.0, 0.0, 0.0).dominance == np.inf


def test_a_given_file_is_refused_and_an_own_reference_left_out_with_a_note():
    metabolites = series("metab", fids(5.0))
    with pytest.raises(InputError, match=r"^w is no water reference of metab, since"):
        matched_water(metabolites, series("w", fids(5.0)))
    own = replace(metabolites, reference=series("own", fids(5.0)))
    found, (note,) = water_for(own)
    assert found is None
    assert note.startswith("The water reference in the file is left out: own is no")


def test_the_public_files_are_told_apart(shared_data: Path):
    wrong = []
    for path in sorted(shared_data.rglob("*.nii.gz")):
        if "nulled" in path.name:  # neither: no lines, and what is left of the water
            continue
        found = read_series(path)
        said = no_water(found.fids[:16], found.acquisition)
        waters = ("water", "wref", "wref_quant", "mm_wref", "ecc")
        is_water = path.name.split(".")[0] in waters
        if is_water != (not said):
            wrong.append((path, said))
    assert not wrong


def test_no_pair_of_public_files_is_refused(shared_data: Path):
    pairs = 0
    for place in sorted(shared_data.rglob("metab.nii.gz")):
        for water in ("water", "wref", "wref_quant", "ecc"):
            reference = place.with_name(f"{water}.nii.gz")
            if reference.exists():
                matched_water(read_series(place), read_series(reference))
                pairs += 1
    assert pairs >= 8


def test_a_narrow_width_is_judged_as_far_as_it_holds_both_bands():
    """Bands of lines and of their mirror image: 1.8 to 3.4 and 5.9 to 7.5 ppm."""
    thin = fids(0.0)[..., ::2]  # 1 kHz: 0.6 to 8.7 ppm
    acquisition = replace(PRESS, dwell_time_s=2 * DWELL_S, points=POINTS // 2)
    assert peaks(thin, acquisition).suppressed
    assert peaks(fids(0.0)[..., ::3], replace(PRESS, dwell_time_s=3 * DWELL_S)) is None


@pytest.mark.parametrize("water", [0.0, 3.0, WATER])
def test_each_of_many_is_told_as_it_is_alone(water: float):
    made = fids(water, n=9)
    assert peaks_of_each(made, PRESS) == [peaks(one[None], PRESS) for one in made]
    other = replace(PRESS, nucleus="31P")
    assert peaks_of_each(made, other) == [None] * 9


@pytest.mark.parametrize("phase_rad", [0.0, 0.8, 1.6])
def test_the_receivers_phase_makes_no_difference(phase_rad: float):
    turned = np.exp(1j * phase_rad) * fids(WATER)
    assert peaks(turned, PRESS).dominance == pytest.approx(
        peaks(fids(WATER), PRESS).dominance, rel=1e-4
    )
