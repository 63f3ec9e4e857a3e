"""FSL-MRS basis folders: one JSON file a metabolite, read and written.

    {"basis": {"basis_re": [...], "basis_im": [...], "basis_dwell": s,
               "basis_centre": MHz, "basis_width": Hz, "basis_name": "NAA",
               "centralShift": ppm}}

Most folders hold the conjugate of what NIfTI-MRS stores (a line at nu > 0 rotates as
exp(+2 pi i nu t)), so files are conjugated on the way in and out.  Others are made the
other way round (that of FSL-MRS' own demonstration of functional MRS): `read_basis`
sees it by their lines.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis.basis_set import HUGE, BasisSet
from streams.errors import InputError
from streams.export.atomic import replacing
from streams.messages.transient import REFERENCE_PPM

Complex = NDArray[np.complex128]


def read_json_folder(folder: Path) -> BasisSet:
    """Read a folder of FSL-MRS JSON files; other JSON files in it are passed over.

    Raises
    ------
    InputError : no basis file in it, files that do not go together or are damaged
    """
    found = {path.name: _basis_table(path) for path in sorted(folder.glob("*.json"))}
    tables = {name: table for name, table in found.items() if table is not None}
    if not tables:
        raise InputError(
            f"{folder} has no FSL-MRS basis file: give a folder of .json files with a "
            '"basis" entry, or a .BASIS file.'
        )
    fids = [_fid(table, folder / name) for name, table in tables.items()]
    first = next(iter(tables.values()))
    for name, table in tables.items():
        same = all(table[k] == first[k] for k in ("basis_dwell", "basis_centre"))
        if not same or len({fid.size for fid in fids}) > 1:
            raise InputError(
                f"{folder / name} has other points, dwell time or frequency than its "
                "neighbours; a basis set needs the same in every file."
            )
    return BasisSet(
        names=tuple(str(table["basis_name"]) for table in tables.values()),
        fids=np.stack(fids),
        dwell_time_s=float(first["basis_dwell"]),
        spectrometer_frequency_mhz=_megahertz(float(first["basis_centre"])),
        nucleus="1H",  # the format has no field for it
        echo_time_s=_optional_number(first.get("echo_time_s")),
        sequence=str(first.get("sequence", "")),
        provenance={"format": "FSL-MRS JSON", **_told(first.get("provenance"))},
        source=folder.name,
    )


def _told(provenance: object) -> dict[str, str]:
    """What a file says of where it is from; nothing where it is no table."""
    table = provenance if isinstance(provenance, dict) else {}
    return {str(name): str(value) for name, value in table.items()}


def _optional_number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _megahertz(centre: float) -> float:
    """Spectrometer frequency, MHz; some files give Hz."""
    return centre / 1e6 if centre > 1e5 else centre


def _basis_table(path: Path) -> dict[str, Any] | None:
    """The "basis" entry of a file, or None where it has none."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"Basis file {path} cannot be read: {error}.") from None
    entry = table.get("basis") if isinstance(table, dict) else None
    return entry if isinstance(entry, dict) else None


def _fid(table: dict[str, Any], path: Path) -> Complex:
    try:
        re = np.asarray(table["basis_re"], float)
        im = np.asarray(table["basis_im"], float)
        shift_ppm = float(table.get("centralShift", REFERENCE_PPM)) - REFERENCE_PPM
        dwell_time_s, centre = float(table["basis_dwell"]), float(table["basis_centre"])
        fid: Complex = re - 1j * im
        _ = str(table["basis_name"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"Basis file {path} is damaged or lacks a field ({error}); write it again."
        ) from None
    good = (
        fid.ndim == 1 and fid.size > 0 and bool((np.abs(np.r_[re, im]) <= HUGE).all())
    )
    if not good or dwell_time_s <= 0 or centre <= 0:
        raise InputError(
            f"Basis file {path}: dwell time, frequency or FID are no good."
        )
    turn = -2j * np.pi * shift_ppm * _megahertz(centre) * dwell_time_s
    return np.asarray(fid * np.exp(turn * np.arange(fid.size)))


def write_json_folder(basis: BasisSet, folder: Path) -> None:
    """Write one JSON file a metabolite into a new or empty folder."""
    for name, fid in zip(basis.names, basis.fids, strict=True):
        table = {
            "basis_re": fid.real.tolist(),
            "basis_im": (-fid.imag).tolist(),
            "basis_dwell": basis.dwell_time_s,
            "basis_centre": basis.spectrometer_frequency_mhz,
            "basis_width": 0.0,
            "basis_name": name,
            "centralShift": REFERENCE_PPM,
            "echo_time_s": basis.echo_time_s,
            "sequence": basis.sequence,
            "provenance": dict(basis.provenance),
        }
        with replacing(folder / f"{_file_stem(name)}.json") as file:
            file.write(json.dumps({"basis": table}).encode())


def _file_stem(name: str) -> str:
    """Return the name without what file systems dislike."""
    return "".join(c if c.isalnum() or c in "-_+" else "_" for c in name)
