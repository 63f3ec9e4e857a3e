"""Names of metabolites and the sums made of them."""

import pytest

from monitor.analysis.basis.names import (
    canonical,
    find,
    is_lipid,
    is_macromolecule,
    is_never_fitted,
    members,
)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Ins", "mI"),
        ("mIns", "mI"),
        ("PCho", "PCh"),
        ("Scyllo", "sI"),
        ("sIns", "sI"),
        ("Scy", "sI"),
        ("PEth", "PE"),
        (" glu ", "Glu"),
        ("Cr+PCr", "tCr"),
        ("Unobtainium", "Unobtainium"),
    ],
)
def test_spellings_of_one_substance(spelling, name):
    assert canonical(spelling) == name


@pytest.mark.parametrize(
    "name",
    ["Mac", "mm", "MM", "MM09", "MM_CMR", "Mac_CN", "Mac_2005", "MMexp", "M0.94"],
)
def test_macromolecules(name):
    assert is_macromolecule(name)


@pytest.mark.parametrize("name", ["mI", "mIns", "Maltose", "Mannitol", "NAA", "MSM"])
def test_not_macromolecules(name):
    assert not is_macromolecule(name)


def test_lipids_and_never_fitted_entries():
    assert is_lipid("Lip13a")
    assert not is_lipid("Lac")
    assert is_never_fitted("G_glu")
    assert is_never_fitted("G_gly")


def test_members_of_sums_are_spelt_as_in_the_set():
    names = ("GPC", "PCho", "Cr", "PCr", "NAA", "Glu", "Gln")
    assert members("tCho", names) == ("GPC", "PCho")
    assert members("tCr", names) == ("Cr", "PCr")
    assert members("tNAA", names) == ("NAA",)
    assert members("Glx", names) == ("Glu", "Gln")
    assert members("tCr", ("tCr", "NAA")) == ("tCr",)
    assert members("tCho", ("Glu",)) == ()


def test_find_knows_aliases():
    assert find("mI", ("NAA", "Ins")) == "Ins"
    assert find("Glu", ("NAA", "Ins")) is None
