"""The header of a NIfTI-1 or NIfTI-2 file, as far as a spectrum needs it.

Fields lie at fixed places of 348 or 540 bytes (https://nifti.nimh.nih.gov).  nibabel
knows them too, and takes an eighth of the time of one spectrum to import: it writes our
files, and tests hold what is read here against what it reads.
"""

from __future__ import annotations

import math
import struct
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

BYTES = {b"n+1\0": 348, b"n+2\0": 540, b"ni1\0": 348, b"ni2\0": 540}
"""By magic; "ni" says that the samples are in another file."""
FIELDS: dict[str, tuple[str, int, str, int]] = {
    "dim": ("(8,)i2", 40, "(8,)i8", 16),
    "datatype": ("i2", 70, "i2", 12),
    "pixdim": ("(8,)f4", 76, "(8,)f8", 104),
    "vox_offset": ("f4", 108, "i8", 168),
    "scl_slope": ("f4", 112, "f8", 176),
    "xyzt_units": ("u1", 123, "i4", 500),
    "qform_code": ("i2", 252, "i4", 344),
    "sform_code": ("i2", 254, "i4", 348),
    "quatern": ("(3,)f4", 256, "(3,)f8", 352),
    "qoffset": ("(3,)f4", 268, "(3,)f8", 376),
    "srow": ("(3, 4)f4", 280, "(3, 4)f8", 400),
    "intent_name": ("S16", 328, "S16", 508),
}
"""What each is and where it begins, in NIfTI-1 and in NIfTI-2."""
SAMPLES = {
    **{2: "u1", 4: "i2", 8: "i4", 16: "f4", 32: "c8", 64: "f8", 128: "V3", 256: "i1"},
    **{512: "u2", 768: "u4", 1024: "i8", 1280: "u8", 1792: "c16", 2304: "V4"},
}
"""What `datatype` says of the samples; V3 and V4 are colours."""
ByteOrder = Literal["<", ">"]
BYTE_ORDERS: tuple[ByteOrder, ...] = ("<", ">")
TIME_UNITS = {8: (1.0, "sec"), 16: (1e-3, "msec"), 24: (1e-6, "usec")}


def magic_of(start: bytes) -> bytes:
    """The NIfTI magic in the first 348 bytes of an (unpacked) file, else b''."""
    for magic in (start[344:348], start[4:8]):
        if magic in BYTES:
            return magic
    return b""


def byte_order_of(block: bytes) -> ByteOrder | None:
    """The one in which the header says the size that it has; None: neither."""
    for order in BYTE_ORDERS:
        if struct.unpack(f"{order}i", block[:4])[0] == len(block):
            return order
    return None


def fields_of(block: bytes, byte_order: ByteOrder) -> Any:
    """The `FIELDS` of a header by name: numbers and arrays as they are stored."""
    second = 2 * (len(block) == BYTES[b"n+2\0"])
    places = {
        "names": list(FIELDS),
        "formats": [field[second] for field in FIELDS.values()],
        "offsets": [field[second + 1] for field in FIELDS.values()],
        "itemsize": len(block),
    }
    layout = np.dtype(places)  # type: ignore[call-overload]
    return np.frombuffer(block, layout.newbyteorder(byte_order))[0]


def sample_type(fields: Any, byte_order: ByteOrder) -> np.dtype[Any] | None:
    """What the samples are; None of a type that NIfTI does not know, or has no size."""
    kind = SAMPLES.get(int(fields["datatype"]))
    return None if kind is None else np.dtype(kind).newbyteorder(byte_order)


def time_unit(fields: Any) -> tuple[float, str]:
    """What one of the time unit is in s, and what it is called."""
    return TIME_UNITS.get(int(fields["xyzt_units"]) & 0x38, (1.0, "unknown"))


def affine_of(fields: Any) -> NDArray[np.float64] | None:
    """The (4, 4) affine that the header says, the one of full accuracy first."""
    affine = np.eye(4)
    if int(fields["sform_code"]) > 0:
        affine[:3] = fields["srow"]
        return affine
    turn = _rotation(fields) if int(fields["qform_code"]) > 0 else None
    voxel, side = fields["pixdim"][1:4].astype(float), float(fields["pixdim"][0])
    if turn is None or (voxel < 0).any() or abs(side) != 1:
        return None
    with np.errstate(all="ignore"):
        affine[:3, :3] = turn * (voxel * (1.0, 1.0, side))
    affine[:3, 3] = fields["qoffset"]
    return affine


def _rotation(fields: Any) -> NDArray[np.float64] | None:
    """That of the unit quaternion (w, v) of which v is stored; None: v is too long."""
    stored = fields["quatern"]
    v, least = stored.astype(float), 3 * float(np.finfo(stored.dtype).eps)
    with np.errstate(all="ignore"):
        size = float(v @ v)
        if size - 1 >= least:
            return None
        w = math.sqrt(1 - size) if 1 - size >= least else 0.0
        x, y, z = v
        across = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        s = 2 / (w * w + size)
        turn = (1 - s * size) * np.eye(3) + s * (np.outer(v, v) + w * across)
    return np.asarray(turn, float)
