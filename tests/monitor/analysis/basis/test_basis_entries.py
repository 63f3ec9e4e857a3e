"""Entries of a basis set that no fit can do anything with."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import check_distance
from monitor.analysis.basis.entries import notes_on_entries, width_hz
from monitor.analysis.basis.names import absent, may_be_one
from streams.errors import InputError

PPM = {"NAA": 2.008, "Cr": 3.027, "Glu": 2.35, "Tau": 3.42}


def basis(**others: float) -> BasisSet:
    """Single lines, 2 Hz wide, at their places in ppm."""
    t, places = np.arange(2048) * 4e-4, PPM | others
    nu = [(ppm - 4.65) * 123.25 for ppm in places.values()]
    fids = np.stack([np.exp((-2j * np.pi * f - 2 * np.pi) * t) for f in nu])
    return BasisSet(tuple(places), fids, 4e-4, 123.25, "1H", 0.03, "PRESS", {}, "one")


def test_what_can_be_fitted_is_not_noted() -> None:
    assert notes_on_entries(basis()) == []
    assert width_hz(basis()) == pytest.approx(2.0, rel=0.05)


def test_an_entry_without_a_signal_is_noted() -> None:
    held = basis()
    held = replace(held, fids=held.fids * np.array([1, 1, 1, 0])[:, np.newaxis])
    (said,) = notes_on_entries(held)
    assert "no signal in Tau" in said


def test_two_names_of_one_spectrum_are_refused_unless_their_sum_is_meant() -> None:
    held = basis(Glu2=PPM["Glu"])
    held = replace(held, fids=held.fids * np.array([1, 1, 1, 1, 3j])[:, np.newaxis])
    with pytest.raises(InputError, match="one spectrum for both Glu and Glu2"):
        notes_on_entries(held)
    assert notes_on_entries(basis(PCr=PPM["Cr"])) == []
    with pytest.raises(InputError, match="one spectrum for both Glu and Gln"):
        notes_on_entries(basis(Gln=PPM["Glu"]))


def test_lines_that_no_brain_has_are_refused() -> None:
    held = basis()
    t = np.arange(held.points) * held.dwell_time_s
    broad = replace(held, fids=held.fids * np.exp(-np.pi * 40 * t))
    with pytest.raises(InputError, match="broader than 25 Hz"):
        notes_on_entries(broad)


def test_names_that_are_mixed_up_show_in_the_distance_of_naa_and_creatine() -> None:
    check_distance(basis())
    with pytest.raises(InputError, match="too near each other"):
        check_distance(basis(NAA=2.1, Cr=2.95))


def test_what_a_basis_set_lacks_in_words() -> None:
    assert absent(("tNAA", "tCr"), ("NAAG", "PCr")) == ()
    assert absent(("Glx", "tNAA"), ("Gln", "creatine")) == ("NAA or NAAG",)
    assert absent(("mI", "tCr"), ("tCr",)) == ("mI",)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("creatine", "PCr", True),
        ("GPC", "PCh", True),
        ("NAA", "NAAG", True),
        ("glutamate", "Gln", False),
        ("Glu", "NAA", False),
    ],
)
def test_glutamate_and_glutamine_may_not_have_one_spectrum(one, other, may) -> None:
    assert may_be_one(one, other) == may
