"""The fixed part of a NIfTI-1 or NIfTI-2 file: the fields that are read here.

Names, types and places are those of https://nifti.nimh.nih.gov (nifti1.h, nifti2.h).
nibabel reads them as well, and takes a sixth of a second to import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FIELDS: dict[int, dict[str, tuple[int, str]]] = {
    348: {
        "dim": (40, "8i2"), "datatype": (70, "i2"), "pixdim": (76, "8f4"),
        "vox_offset": (108, "f4"), "scl_slope": (112, "f4"), "xyzt_units": (123, "u1"),
        "qform_code": (252, "i2"), "sform_code": (254, "i2"), "quatern": (256, "3f4"),
        "qoffset": (268, "3f4"), "srow": (280, "(3,4)f4"), "intent_name": (328, "S16"),
    },
    540: {
        "datatype": (12, "i2"), "dim": (16, "8i8"), "pixdim": (104, "8f8"),
        "vox_offset": (168, "i8"), "scl_slope": (176, "f8"), "qform_code": (344, "i4"),
        "sform_code": (348, "i4"), "quatern": (352, "3f8"), "qoffset": (376, "3f8"),
        "srow": (400, "(3,4)f8"), "xyzt_units": (500, "i4"),
        "intent_name": (508, "S16"),
    },
}  # fmt: skip
"""By length of the header, bytes: where a field is, and its type."""
COMPLEX = {32: "c8", 1792: "c16"}
OTHERS = {
    0: "no", 1: "binary", 2: "uint8", 4: "int16", 8: "int32", 16: "float32",
    64: "float64", 128: "RGB", 256: "int8", 512: "uint16", 768: "uint32",
    1024: "int64", 1280: "uint64", 1536: "float128", 2304: "RGBA",
}  # fmt: skip
"""Codes of data types, of complex numbers and of what is no FID."""
TIME_UNITS = {8: (1.0, "sec"), 16: (1e-3, "msec"), 24: (1e-6, "usec")}
ROUNDED = {348: 3 * 2.0**-23, 540: 3 * 2.0**-52}
"""By length of the header: what the square of a quaternion's first part is, if 0."""
ByteOrder = Literal["<", ">"]


@dataclass(frozen=True, slots=True)
class NiftiFields:
    """The header of a file (`FIELDS`), in the byte order that it has."""

    block: bytes
    order: ByteOrder

    def __getitem__(self, name: str) -> Any:
        """The value of a field: a scalar or an array."""
        place, kind = FIELDS[len(self.block)][name]
        dtype = np.dtype(kind).newbyteorder(self.order)
        return np.ndarray((), dtype, self.block, place)[()]

    @property
    def stored_type(self) -> np.dtype[Any] | str | None:
        """Of the samples; in words where they are not complex, None where unknown."""
        code = int(self["datatype"])
        if code in COMPLEX:
            return np.dtype(self.order + COMPLEX[code])
        return OTHERS.get(code)

    @property
    def time_unit(self) -> tuple[float, str]:
        """The unit of `pixdim[4]`, s, and its name."""
        return TIME_UNITS.get(int(self["xyzt_units"]) & 0x38, (1.0, "unknown"))

    @property
    def affine(self) -> NDArray[np.float64] | None:
        """From voxel to patient (4, 4), mm, RAS; that of full accuracy first."""
        affine = np.eye(4)
        if int(self["sform_code"]) > 0:
            affine[:3] = self["srow"]
            return affine
        if int(self["qform_code"]) <= 0:
            return None
        b, c, d = (float(value) for value in self["quatern"])
        turn = _rotation(b, c, d, ROUNDED[len(self.block)])
        handed, *edges_mm = (float(value) for value in self["pixdim"][:4])
        if turn is None or handed not in (-1.0, 1.0) or min(edges_mm) < 0:
            return None
        affine[:3, :3] = turn * (np.array(edges_mm) * (1.0, 1.0, handed))
        affine[:3, 3] = self["qoffset"]
        return affine


def _rotation(
    b: float, c: float, d: float, rounded: float
) -> NDArray[np.float64] | None:
    """The rotation (3, 3) of a unit quaternion by its last parts; None: of none."""
    left = 1.0 - (b * b + c * c + d * d)
    if not left > -rounded:
        return None
    a = np.sqrt(left) if left >= rounded else 0.0
    size = a * a + b * b + c * c + d * d
    rows = [
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ]
    return np.array(rows) / size
