"""Each entry of a basis set is judged by its own lines: which way round, and where."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import NOTE, BasisSet
from monitor.basis.directions import places_ppm, turned_our_way
from monitor.basis.files import bundled_sets, load_basis


def lines(mhz: float = 123.25, **places: tuple[float, ...]) -> BasisSet:
    """Lines 2 Hz wide at their places in ppm."""
    t = np.arange(2048) * 4e-4
    fids = [
        sum(np.exp((-2j * np.pi * (p - 4.65) * mhz - 2 * np.pi) * t) for p in own)
        for own in places.values()
    ]
    return BasisSet(tuple(places), np.array(fids), 4e-4, mhz, "1H", source="made")


def some() -> BasisSet:
    return lines(
        NAA=(2.008,), Cr=(3.027,), Glu=(2.35, 3.74), Ins=(3.53, 3.61), MM=(0.92, 2.05)
    )


def mirrored(basis: BasisSet, *names: str) -> BasisSet:
    there = np.isin(basis.names, names)[:, np.newaxis]
    return replace(basis, fids=np.where(there, basis.fids.conj(), basis.fids))


def said(basis: BasisSet) -> str:
    return basis.provenance.get(NOTE, "")


@pytest.mark.parametrize("names", [("Glu",), ("NAA",), ("MM",), ("Cr", "Ins")])
def test_entries_that_rotate_otherwise_are_turned_and_named(names) -> None:
    found = turned_our_way(mirrored(some(), *names))
    np.testing.assert_array_equal(found.fids, some().fids)
    assert f"the FIDs of {', '.join(names)} rotated the other way" in said(found)


def test_few_are_named_where_most_were_turned() -> None:
    found = turned_our_way(mirrored(some(), "NAA", "Cr", "Ins", "MM"))
    np.testing.assert_array_equal(found.fids, some().fids)
    assert "the FIDs of Glu rotated the other way" in said(found)


def test_what_is_right_is_left_as_it_is_without_a_word() -> None:
    assert turned_our_way(some()).provenance == {}


def test_what_nobody_knows_follows_the_others() -> None:
    basis = lines(NAA=(2.008,), Cr=(3.027,), Unknown=(2.2, 3.1))
    found = turned_our_way(mirrored(basis, *basis.names))
    np.testing.assert_array_equal(found.fids, basis.fids)
    assert said(found) == "The FIDs rotated the other way; they were conjugated."


def test_an_unknown_entry_above_water_is_said_and_left() -> None:
    basis = lines(NAA=(2.008,), Cr=(3.027,), Unknown=(6.1,))
    found = turned_our_way(basis)
    np.testing.assert_array_equal(found.fids, basis.fids)
    assert "lines of Unknown lie above water" in said(found)


def test_amide_protons_do_not_turn_glutamine() -> None:
    basis = lines(NAA=(2.008,), Gln=(2.1, 2.43, 3.75, 6.82, 6.84, 6.86, 7.53, 7.56))
    assert turned_our_way(basis).provenance == {}


def test_another_metabolite_under_a_name_is_said() -> None:
    found = turned_our_way(lines(NAA=(2.008,), Cr=(3.027,), GABA=(3.52, 3.6)))
    assert "lines of GABA are not where" in said(found)


def test_notes_are_said_once_however_often_a_set_is_read() -> None:
    once = turned_our_way(lines(NAA=(2.008,), GABA=(3.52, 3.6)))
    assert turned_our_way(once).provenance == once.provenance


@pytest.mark.parametrize("name", bundled_sets())
def test_each_entry_of_a_real_set_is_turned_back_alone(name) -> None:
    basis = load_basis(name)
    for one in basis.names:
        found = turned_our_way(mirrored(basis, one))
        np.testing.assert_array_equal(found.fids, basis.fids)


def test_where_metabolites_have_their_lines() -> None:
    np.testing.assert_allclose(places_ppm("PCho+GPC").max(), 4.312, atol=0.01)
    assert places_ppm("creatine").tolist() == [3.027, 3.913]
    assert places_ppm("-CrCH2").tolist() == [3.913]
    assert places_ppm("Nobody").size == 0
    assert places_ppm("Lip13a").size
