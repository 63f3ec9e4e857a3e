"""A site's own protocols and their basis sets, as an image takes them along."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from monitor.basis.files import bundled_sets, load_basis
from monitor.protocol.read_protocol import bundled_protocols, read_protocol
from streams.errors import InputError

SITE = "site"
README = """Protocols (TOML) of the site, each with its basis set beside it. They were
put here by `mrs-monitor kit ... --protocol FILE`, which also wrote their names into
the label: make the kit again to add another.
"""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def add_site(folder: Path, protocols: Sequence[Path]) -> tuple[str, ...]:
    """Copy protocols and their basis sets into a folder; the protocols' names.

    Raises
    ------
    InputError : one cannot be read, has a name that a card cannot show or that is
        taken, or names a basis set that is neither bundled nor lies beside it
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README").write_bytes(README.encode("utf-8"))
    for path in protocols:
        _check_name(path, folder)
        basis = Path(read_protocol(str(path)).basis)
        if basis.name and basis.name not in bundled_sets():
            _copy_basis(path, basis, folder)
        shutil.copyfile(path, folder / path.name)
    return tuple(path.stem for path in protocols)


def _check_name(path: Path, folder: Path) -> None:
    if path.suffix != ".toml" or not NAME.fullmatch(path.stem):
        raise InputError(
            f"Protocol {path.name} cannot be a choice on the card: name it with "
            "letters, digits, - and _, and .toml at the end."
        )
    if path.stem in bundled_protocols() or (folder / path.name).exists():
        raise InputError(f"There is a protocol {path.stem} already: rename this one.")


def _copy_basis(protocol: Path, basis: Path, folder: Path) -> None:
    """Copy what lies beside a protocol; elsewhere the image could not find it."""
    if basis.parent.resolve() != protocol.parent.resolve() or not basis.exists():
        raise InputError(
            f"Protocol {protocol.name} names a basis set {basis.name} that does not "
            "lie beside it: put it there, and give its name alone."
        )
    load_basis(str(basis))
    if basis.is_dir():
        shutil.copytree(basis, folder / basis.name, dirs_exist_ok=True)
    else:
        shutil.copyfile(basis, folder / basis.name)
