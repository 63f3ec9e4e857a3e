"""Reading and writing basis sets of any kind, and the sets that ship with the program.

A `.npz` file is our own, a folder is FSL-MRS', anything else is LCModel's `.BASIS`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from monitor.analysis.basis.basis_set import BasisSet
from monitor.basis.directions import turned_our_way
from monitor.basis.fsl_json import read_json_folder, write_json_folder
from monitor.basis.lcmodel import read_lcmodel
from monitor.basis.lcmodel_text import write_lcmodel
from monitor.basis.npz import SUFFIX, read_own, write_own
from streams.errors import InputError
from streams.messages.ranges import OutOfRangeError, check_range
from streams.recording.files import refuse_endless

__all__ = [
    "bundled_folder",
    "bundled_sets",
    "load_basis",
    "other_fields",
    "read_basis",
    "write_basis",
]

MOST_BYTES = 500_000_000
"""A set of 30 components and 16,384 points is some 13 MB of text."""


def bundled_sets() -> dict[str, Path]:
    """Names and paths of the basis sets that ship with the program."""
    return {path.stem: path for path in sorted(bundled_folder().glob(f"*{SUFFIX}"))}


def bundled_folder() -> Path:
    """Where the sets are that ship with the program."""
    return Path(str(files("monitor.protocol"))) / "presets" / "basis"


def other_fields() -> Path:
    """Where some of them are for scanners of another frequency."""
    return bundled_folder() / "other_fields"


def load_basis(name_or_path: str) -> BasisSet:
    """Read a bundled set by its name, or a file or folder.

    Raises
    ------
    InputError : neither, no basis set, truncated, or values that make no sense
    """
    if not name_or_path:
        raise InputError(
            f"No basis set: give a file, or one of {', '.join(bundled_sets())}."
        )
    path = bundled_sets().get(name_or_path, Path(name_or_path))
    if not path.exists():
        raise InputError(
            f"No basis set {name_or_path}: give a file, or one of "
            f"{', '.join(bundled_sets())}."
        )
    return read_basis(path)


def read_basis(path: Path) -> BasisSet:
    """Read a basis set: our own, FSL-MRS' folder or LCModel's `.BASIS`.

    Its FIDs rotate as ours do, whichever way the file has them.

    Raises
    ------
    InputError : no file, no basis set, truncated, or values that make no sense
    """
    basis = _read(path)
    try:
        for quantity in ("dwell_time_s", "spectrometer_frequency_mhz"):
            check_range(quantity, getattr(basis, quantity))
    except OutOfRangeError as error:
        raise OutOfRangeError(f"Basis set {path}: {error}") from None
    return turned_our_way(basis)


def _read(path: Path) -> BasisSet:
    """Read a basis set as its file says."""
    refuse_endless(path)
    if path.is_dir():
        return read_json_folder(path)
    if path.exists() and path.stat().st_size > MOST_BYTES:
        raise InputError(
            f"{path} is larger than any basis set "
            f"({path.stat().st_size / 1e6:.0f} MB): "
            "give a .BASIS or .npz file, or a folder of FSL-MRS'."
        )
    if path.suffix == SUFFIX:
        return read_own(path)
    return read_lcmodel(path)


def write_basis(basis: BasisSet, path: Path) -> None:
    """Write a basis set; the kind follows the name as in `read_basis`.

    Each file is written whole or not at all, into a folder that is made if absent.
    A name without a suffix is a folder of FSL-MRS JSON files.

    Raises
    ------
    InputError : it cannot be written there
    """
    suffix = path.suffix.lower()
    if suffix == SUFFIX:
        write_own(basis, path)
    elif suffix == ".basis":
        write_lcmodel(basis, path)
    elif not suffix:
        write_json_folder(basis, path)
    else:
        raise InputError(
            f"{path}: give a name that ends in .BASIS (LCModel), {SUFFIX} (own) or "
            "in nothing (FSL-MRS folder)."
        )
