"""Simulated basis sets on disk: found again, made again where torn or wrong."""

from ast import literal_eval
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.analysis.basis.basis_set import BasisSet
from monitor.basis import cache as basis_cache
from monitor.basis.cache import _simulation, cached, folder
from monitor.basis.npz import SUFFIX
from streams import spins

BYTE = st.integers(1, 255)


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    monkeypatch.setattr(basis_cache, "folder", lambda: tmp_path / "basis")
    return tmp_path / "basis"


class Maker:
    """Makes a set that says what it was made for, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, told: tuple[object, ...]) -> BasisSet:
        self.made += 1
        fids = np.random.default_rng(1).normal(size=(2, 64)) + 0.1j
        names, source = ("Cr", "NAA"), repr(told)
        return BasisSet(names, fids, 5e-4, 123.25, "1H", 0.03, "PRESS", source=source)


def kept(told: tuple[object, ...], make: Maker) -> BasisSet:
    """The set for `told`, from disk if it is there and says so."""
    return cached(told, lambda: make(told), lambda basis: literal_eval(basis.source))


def test_what_was_made_once_is_read_to_the_bit():
    make = Maker()
    first, second = kept(("a", 1), make), kept(("a", 1), make)
    assert make.made == 1
    assert first.sha256 == second.sha256


def test_what_depends_on_something_else_is_another():
    make = Maker()
    for told in (("a", 1), ("a", 2), ("a1",), ("a", "1")):
        kept(told, make)
    assert make.made == 4


def test_another_simulation_is_another(monkeypatch):
    make = Maker()
    kept(("a",), make)
    monkeypatch.setattr(basis_cache, "_simulation", lambda: b"another")
    kept(("a",), make)
    assert make.made == 2


@pytest.mark.parametrize("left", [0, 1, 100, -1])
def test_a_torn_entry_is_made_again(own_place, left):
    make = Maker()
    whole = kept(("a",), make).sha256
    (entry,) = own_place.glob(f"*{SUFFIX}")
    entry.write_bytes(entry.read_bytes()[:left])
    assert kept(("a",), make).sha256 == whole
    assert kept(("a",), make).sha256 == whole
    assert make.made == 2


def test_a_place_that_cannot_be_written_is_no_error(own_place):
    own_place.write_text("a file where the folder should be")
    make = Maker()
    assert kept(("a",), make).names == kept(("a",), make).names
    assert make.made == 2


def test_several_at_once_leave_one_whole_entry(own_place):
    make = Maker()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept(("a",), make).sha256, range(32)))
    assert len(set(found)) == 1
    assert [path.suffix for path in own_place.iterdir()] == [SUFFIX]


def test_the_least_lately_used_go(own_place, monkeypatch):
    monkeypatch.setattr(basis_cache, "KEPT", 3)
    for one in range(6):
        kept((one,), Maker())
    assert len(list(own_place.iterdir())) == 3


def test_it_is_in_the_users_cache_folder():
    assert "mrs-monitor" in str(folder())


def test_an_entry_that_is_another_set_is_made_again(own_place):
    make = Maker()
    kept(("a",), make)
    kept(("b",), make)
    a, b = own_place.glob(f"*{SUFFIX}")
    b.write_bytes(a.read_bytes())
    assert {kept((one,), make).source for one in "ab"} == {"('a',)", "('b',)"}
    assert make.made == 3


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_happens_to_an_entry_the_set_is_right(own_place, data):
    make = Maker()
    whole = kept(("a",), make).sha256
    (entry,) = own_place.glob(f"*{SUFFIX}")
    content = bytearray(entry.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(BYTE)
    entry.write_bytes(content)
    assert kept(("a",), make).sha256 == whole


def test_the_code_and_tables_that_simulate_are_in_the_name(monkeypatch, tmp_path):
    for name in ("propagation.py", "spin_systems.csv"):
        (tmp_path / name).write_bytes((Path(spins.__file__).parent / name).read_bytes())
    monkeypatch.setattr(spins, "__file__", str(tmp_path / "__init__.py"))
    hashes = [_simulation.__wrapped__()]
    for changed in tmp_path.iterdir():
        changed.write_bytes(changed.read_bytes() + b"\n")
        hashes.append(_simulation.__wrapped__())
    assert len(set(hashes)) == 3
