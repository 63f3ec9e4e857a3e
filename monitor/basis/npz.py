"""Our own basis file: a NumPy archive of FIDs and a header in JSON, no pickle.

`fids` is (M, points) complex128, or complex64 where the writer wants it small; `header`
is UTF-8 JSON with everything else of a `BasisSet`, its provenance above all.  The same
set gives the same bytes.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from streams.errors import InputError
from streams.export.atomic import replacing

SUFFIX = ".npz"
VERSION = 1
DAMAGED = (
    *(KeyError, TypeError, ValueError, EOFError, OverflowError, MemoryError),
    *(RuntimeError, zipfile.BadZipFile, zlib.error),
)
"""What the readers of a damaged archive raise."""

_FIELDS = (
    "names",
    "dwell_time_s",
    "spectrometer_frequency_mhz",
    "nucleus",
    "echo_time_s",
    "sequence",
    "source",
)


def write_own(basis: BasisSet, path: Path, *, compact: bool = False) -> None:
    """Write a basis set; `compact` halves the file (complex64, 7 digits).

    Raises
    ------
    InputError : it cannot be written there
    """
    header: dict[str, Any] = {field: getattr(basis, field) for field in _FIELDS}
    header |= {"version": VERSION, "provenance": dict(basis.provenance)}
    text = json.dumps(header, ensure_ascii=False, sort_keys=True)
    kind = np.complex64 if compact else np.complex128
    with replacing(path) as file:
        np.savez_compressed(
            file,
            fids=basis.fids.astype(kind),
            header=np.frombuffer(text.encode("utf-8", "backslashreplace"), np.uint8),
        )


def read_own(path: Path) -> BasisSet:
    """Read a basis set written by `write_own`.

    Raises
    ------
    InputError : no such file, another kind of file, damaged or truncated
    """
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            fids = np.asarray(archive["fids"], np.complex128)
            header = json.loads(archive["header"].tobytes().decode())
        if header["version"] > VERSION:
            raise InputError(f"Basis set {path} is of a newer version of this program.")
        values = {field: header[field] for field in _FIELDS}
        provenance = header["provenance"]
    except OSError as error:
        raise InputError(f"Basis set {path} cannot be read: {error}.") from None
    except DAMAGED as error:
        raise InputError(
            f"{path} is no basis set of this program, or damaged ({error})."
        ) from None
    names = tuple(values.pop("names"))
    return BasisSet(names=names, fids=fids, provenance=provenance, **values)
