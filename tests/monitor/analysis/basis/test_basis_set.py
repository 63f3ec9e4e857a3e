"""Basis sets: resampling, positions of lines, what an acquisition asks of them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import checked_for
from monitor.analysis.basis.lines import (
    frequency_stretch,
    offset_ppm,
    peak_ppm,
)
from streams.errors import InputError
from streams.messages.transient import Acquisition

F0 = 123.25

LINES = {
    "NAA": ((2.008, 3.0), (2.67, 1.0), (2.49, 1.0 - 0.5j)),
    "Cr": ((3.027, 3.0), (3.913, 2.0)),
    "Glu": ((2.35, 2.0), (2.04, 1.0j), (3.74, 1.0)),
    "Amide": ((7.8, 1.0), (1.3, -1.0)),
}


def basis_of(dwell, points, mhz=F0, t2=0.3, names=tuple(LINES), **changes):
    t = np.arange(points) * dwell
    fids = [
        sum(a * np.exp(-2j * np.pi * (ppm - 4.65) * mhz * t) for ppm, a in LINES[name])
        * np.exp(-t / t2)
        for name in names
    ]
    values = {"nucleus": "1H", "source": "made up", "echo_time_s": 0.03} | changes
    return BasisSet(tuple(names), np.array(fids), dwell, mhz, **values)


def acquisition(dwell=5e-4, points=1024, mhz=F0, **changes):
    values = {"nucleus": "1H", "coils": 1, "echo_time_s": 0.03} | changes
    return Acquisition(mhz, dwell_time_s=dwell, points=points, **values)


# Resampling


@pytest.mark.parametrize("t2", [0.1, 1e9])
@pytest.mark.parametrize(
    ("have", "want"),
    [
        (5e-4, 4e-4),
        (5e-4, 5e-4 / 3),
        (4e-4, 5e-4),
        (2.5e-4, 8.33e-5),
        (8.33e-5, 1 / 1500),
        (1 / 1200, 1 / 2000),
    ],
)
def test_resampled_fids_are_those_of_an_acquisition_with_that_dwell_time(
    have, want, t2
):
    basis = basis_of(have, int(0.5 / have), t2=t2)
    points = int(0.4 / want)
    found = basis.resampled(want, points).fids
    expected = basis_of(want, points, t2=t2).fids
    error = np.abs(found - expected).max(axis=1) / np.abs(expected).max(axis=1)
    assert error.max() < 5e-6


@settings(max_examples=25)
@given(st.floats(0.3, 3.0), st.integers(16, 400))
def test_any_ratio_of_dwell_times_is_fine_and_beyond_the_end_there_are_zeros(ratio, n):
    basis = basis_of(2e-4, 600)
    found = basis.resampled(2e-4 * ratio, n).fids
    expected = basis_of(2e-4 * ratio, n).fids
    inside = np.arange(n) * ratio <= 599
    np.testing.assert_allclose(found[:, inside], expected[:, inside], atol=1e-4)
    assert not found[:, ~inside].any()


def test_the_same_dwell_time_takes_the_points_as_they_are():
    basis = basis_of(5e-4, 512)
    np.testing.assert_array_equal(basis.resampled(5e-4, 300).fids, basis.fids[:, :300])
    longer = basis.resampled(5e-4, 700).fids
    np.testing.assert_array_equal(longer[:, :512], basis.fids)
    assert not longer[:, 512:].any()


def test_every_second_point_is_taken_as_it_is():
    basis = basis_of(2.5e-4, 512)
    np.testing.assert_array_equal(basis.resampled(5e-4, 256).fids, basis.fids[:, ::2])


def test_at_another_frequency_lines_keep_their_ppm():
    there = basis_of(2.5e-4, 4096).resampled(5e-4, 2000, frequency_mhz=127.7)
    assert there.spectrometer_frequency_mhz == 127.7
    assert peak_ppm(there, "NAA", 2.0) == pytest.approx(2.008, abs=5e-4)
    assert peak_ppm(there, "Cr", 3.0) == pytest.approx(3.027, abs=5e-4)


# The set


def test_subset_keeps_spelling_and_order_and_knows_aliases():
    basis = replace(basis_of(5e-4, 64), names=("NAA", "Cr", "Glu", "Ins"))
    assert basis.subset(["mI", "NAA"]).names == ("Ins", "NAA")
    np.testing.assert_array_equal(basis.subset(["mI"]).fids[0], basis.fids[3])
    assert basis.without(["mI", "Lac"]).names == ("NAA", "Cr", "Glu")
    with pytest.raises(InputError, match="no Lac"):
        basis.subset(["Lac"])


def test_fids_are_read_only_and_hash_follows_the_content():
    basis = basis_of(5e-4, 64)
    assert not basis.fids.flags.writeable
    assert basis.sha256 == basis_of(5e-4, 64).sha256
    changed = replace(basis, fids=basis.fids * (1 + 1e-15 * np.arange(64)))
    others = [changed, replace(basis, dwell_time_s=4e-4), basis.subset(["NAA"])]
    assert len({basis.sha256, *(other.sha256 for other in others)}) == 4


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"names": ("NAA", "NAA", "Cr", "Glu")}, "two entries"),
        ({"names": ("NAA",)}, "1 names"),
        ({"fids": np.full((4, 8), np.nan)}, "not finite"),
    ],
)
def test_a_set_that_makes_no_sense_is_refused(changes, word):
    with pytest.raises(InputError, match=word):
        replace(basis_of(5e-4, 8), **changes)


# Positions


def test_positions_are_found_to_a_thousandth_of_a_ppm():
    basis = basis_of(5e-4, 1024).moved_ppm(0.0437)
    assert peak_ppm(basis, "NAA", 2.008) == pytest.approx(2.0517, abs=1e-3)
    assert offset_ppm(basis) == pytest.approx(0.0437, abs=1e-3)
    assert frequency_stretch(basis) == pytest.approx(1, abs=1e-3)
    assert peak_ppm(basis, "Lac", 1.3) is None


def test_a_wrong_dwell_time_shows_as_stretch():
    basis = replace(basis_of(5e-4, 1024), dwell_time_s=5e-4 / 1.007)
    assert frequency_stretch(basis) == pytest.approx(1.007, abs=1e-3)
    assert frequency_stretch(basis.subset(["Glu", "Cr"])) is None


# Checked for an acquisition


def test_a_good_set_comes_back_on_the_acquisitions_points_without_a_word():
    basis, notes = checked_for(basis_of(2.5e-4, 4096), acquisition(4e-4, 1500))
    assert notes == ()
    assert basis.fids.shape == (4, 1500)
    assert basis.dwell_time_s == 4e-4


def test_a_stretched_set_gets_the_acquisitions_dwell_time():
    wrong = replace(basis_of(5e-4, 2048), dwell_time_s=5e-4 / 1.008)
    basis, notes = checked_for(wrong, acquisition(5e-4, 1024))
    assert any("stretched by 0.8 %" in note for note in notes)
    assert frequency_stretch(basis) == pytest.approx(1, abs=1e-3)
    assert peak_ppm(basis, "NAA", 2.0) == pytest.approx(2.008, abs=1e-3)


def test_a_stretch_that_the_acquisition_does_not_explain_is_a_warning():
    wrong = replace(basis_of(5e-4, 2048), dwell_time_s=5e-4 / 1.008)
    _, notes = checked_for(wrong, acquisition(4e-4, 1024))
    assert any("Warning" in note and "+0.8 %" in note for note in notes)


def test_lines_off_their_place_are_put_right():
    moved = basis_of(5e-4, 2048).moved_ppm(-0.05)
    basis, notes = checked_for(moved, acquisition())
    assert any("0.050 ppm low" in note for note in notes)
    expected = basis_of(5e-4, 1024).fids[:, :100]
    np.testing.assert_allclose(basis.fids[:, :100], expected, atol=0.05)


def test_another_field_strength_is_refused_and_another_scanner_is_warned_about():
    basis = basis_of(5e-4, 2048)
    with pytest.raises(InputError, match=r"123\.25 MHz.*297\.20 MHz"):
        checked_for(basis, acquisition(mhz=297.2))
    found, notes = checked_for(basis, acquisition(mhz=127.7))
    assert any("Warning" in note and "3.5 % off" in note for note in notes)
    assert peak_ppm(found, "NAA", 2.0) == pytest.approx(2.008, abs=1e-3)
    assert checked_for(basis, acquisition(mhz=123.9))[1] == ()


def test_another_nucleus_and_a_set_without_glutamate_are_refused():
    with pytest.raises(InputError, match="31P"):
        checked_for(basis_of(5e-4, 2048), acquisition(nucleus="31P"))
    with pytest.raises(InputError, match="no Glu"):
        checked_for(basis_of(5e-4, 2048, names=("NAA", "Cr")), acquisition())


def test_another_echo_time_or_sequence_is_warned_about():
    basis = basis_of(5e-4, 2048, sequence="PRESS")
    _, notes = checked_for(basis, acquisition(echo_time_s=0.035, sequence="sLASER"))
    assert any("TE 30 ms" in note and "35 ms" in note for note in notes)
    assert any("sLASER" in note for note in notes)


def test_an_undamped_set_that_ends_early_is_noted():
    basis = basis_of(5e-4, 512, t2=1e9)
    _, notes = checked_for(basis, acquisition(points=2048))
    assert any("end after 0.26 s" in note for note in notes)
