"""Simulated basis sets on disk, so that no session waits twice for the same one.

An entry's name holds all that the set depends on, the simulation's code and tables
included, so that none is ever out of date.  It is written beside its place and moved
there whole: several programs may do so at once.  An entry that cannot be read, or that
says of itself that it is another, is made again; a place that cannot be written is no
error.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import scipy
from platformdirs import user_cache_path

from monitor.analysis.basis.basis_set import BasisSet
from monitor.basis.npz import SUFFIX, read_own, write_own
from streams import spins
from streams.errors import InputError

KEPT = 20
"""Entries; the least lately used go."""


def cached(
    wanted: tuple[object, ...],
    make: Callable[[], BasisSet],
    told_by: Callable[[BasisSet], tuple[object, ...]],
) -> BasisSet:
    """The set that `make` makes, from disk where it was made before.

    `wanted` is all that it depends on, the simulation itself aside; `told_by` what a
    set says of that.
    """
    place = folder() / f"{_key(wanted)}{SUFFIX}"
    try:
        found = read_own(place)
    except InputError:
        found = None
    if found is not None and told_by(found) == wanted:
        _touch(place)
        return found
    made = make()
    _keep(made, place)
    return made


def folder() -> Path:
    """Where simulated sets are kept."""
    return user_cache_path("mrs-monitor", appauthor=False) / "basis"


def _key(told: Iterable[object]) -> str:
    """A name for all that a set depends on."""
    digest = hashlib.sha256(_simulation())
    for one in (np.__version__, scipy.__version__, *told):
        digest.update(repr(one).encode() + b"\0")
    return digest.hexdigest()[:32]


@lru_cache(maxsize=1)
def _simulation() -> bytes:
    """Hash of the simulation's code and tables."""
    digest = hashlib.sha256()
    home = Path(spins.__file__).parent
    for path in sorted([*home.glob("*.py"), *home.glob("*.csv")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.digest()


def _keep(basis: BasisSet, place: Path) -> None:
    """Write an entry, and let the oldest go."""
    try:
        write_own(basis, place)
        _let_go(place.parent)
    except (InputError, OSError):
        return


def _let_go(home: Path) -> None:
    """Remove what was used least lately."""
    entries = sorted(home.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
    for path in entries[:-KEPT]:
        path.unlink(missing_ok=True)


def _touch(place: Path) -> None:
    """Remember that an entry was used."""
    try:
        os.utime(place)
    except OSError:
        return
