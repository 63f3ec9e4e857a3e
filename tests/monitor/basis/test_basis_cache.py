"""Simulated basis sets on disk: found again, made again where torn."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import BasisSet
from monitor.basis import cache as basis_cache
from monitor.basis.cache import cached, folder
from monitor.basis.npz import SUFFIX


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    monkeypatch.setattr(basis_cache, "folder", lambda: tmp_path / "basis")
    return tmp_path / "basis"


class Maker:
    """Makes a set and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> BasisSet:
        self.made += 1
        fids = np.random.default_rng(1).normal(size=(2, 64)) + 0.1j
        return BasisSet(("Cr", "NAA"), fids, 5e-4, 123.25, "1H", 0.03, "PRESS")


def test_what_was_made_once_is_read_to_the_bit():
    make = Maker()
    first, second = cached(("a", 1), make), cached(("a", 1), make)
    assert make.made == 1
    assert first.sha256 == second.sha256


def test_what_depends_on_something_else_is_another():
    make = Maker()
    for told in (("a", 1), ("a", 2), ("a1",), ("a", "1")):
        cached(told, make)
    assert make.made == 4


def test_another_simulation_is_another(monkeypatch):
    make = Maker()
    cached(("a",), make)
    monkeypatch.setattr(basis_cache, "_simulation", lambda: b"another")
    cached(("a",), make)
    assert make.made == 2


@pytest.mark.parametrize("left", [0, 1, 100, -1])
def test_a_torn_entry_is_made_again(own_place, left):
    make = Maker()
    whole = cached(("a",), make).sha256
    (entry,) = own_place.glob(f"*{SUFFIX}")
    entry.write_bytes(entry.read_bytes()[:left])
    assert cached(("a",), make).sha256 == whole
    assert cached(("a",), make).sha256 == whole
    assert make.made == 2


def test_a_place_that_cannot_be_written_is_no_error(own_place):
    own_place.write_text("a file where the folder should be")
    make = Maker()
    assert cached(("a",), make).names == cached(("a",), make).names
    assert make.made == 2


def test_several_at_once_leave_one_whole_entry(own_place):
    make = Maker()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: cached(("a",), make).sha256, range(32)))
    assert len(set(found)) == 1
    assert [path.suffix for path in own_place.iterdir()] == [SUFFIX]


def test_the_least_lately_used_go(own_place, monkeypatch):
    monkeypatch.setattr(basis_cache, "KEPT", 3)
    for one in range(6):
        cached((one,), Maker())
    assert len(list(own_place.iterdir())) == 3


def test_it_is_in_the_users_cache_folder():
    assert "mrs-monitor" in str(folder())
