"""NIfTI-1 and NIfTI-2 single files: header, NIfTI-MRS extension, samples as stored.

Layout (https://nifti.nimh.nih.gov): a header of 348 or 540 bytes, 4 bytes that tell
whether extensions follow, extensions (size, code, content) up to `vox_offset`, then the
samples with the first dimension running fastest.  NIfTI-MRS keeps its JSON in the
extension with code 44 (Clarke et al., Magn. Reson. Med. 88:2358, 2022).

Samples are copied once, from a plain file as from a compressed one.  A memory map would
cost no copy, but ends the process (SIGBUS) where the file is cut or written anew while
it is followed.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError

MRS_EXTENSION = 44
HEADER_BYTES = {b"n+1\0": 348, b"n+2\0": 540, b"ni1\0": 348, b"ni2\0": 540}
GZIP_MAGIC = b"\x1f\x8b"
GZIP_MOST = 1040  # times that deflate can shrink a file; more than that is damage
PIECE = 1 << 20  # bytes read at a time
HEADER_MOST = 256 << 20  # bytes; a longer header or extension is damage


@dataclass(frozen=True, slots=True)
class Container:
    """What a NIfTI file holds, nothing interpreted.

    Attributes
    ----------
    name : of the file, for sentences
    pixdim : (8,) grid spacings; [1:4] in mm, [4] in s
    affine : (4, 4) from voxel to patient, mm, RAS; None where the file has none
    intent_name : e.g. "mrs_v0_9"
    time_unit : "sec", "msec", "usec", or "unknown"; `pixdim[4]` is in s already
    extension : the NIfTI-MRS header extension
    stored : 7-dimensional complex array as stored, read-only
    """

    name: str
    pixdim: tuple[float, ...]
    affine: NDArray[np.float64] | None
    intent_name: str
    time_unit: str
    extension: dict[str, Any]
    stored: NDArray[np.complexfloating]


def magic_of(start: bytes) -> bytes:
    """The NIfTI magic in the first 348 bytes of an (unpacked) file, else b''."""
    for magic in (start[344:348], start[4:8]):
        if magic in HEADER_BYTES:
            return magic
    return b""


def is_nifti(path: Path) -> bool:
    """Whether the file, plain or gzip, begins as NIfTI does."""
    try:
        with _unpack(path) as file:
            return magic_of(file.read(348)) != b""
    except (OSError, EOFError, zlib.error):
        return False


def read_container(path: Path) -> Container:
    """Header, extension and samples of a single-file NIfTI.

    Raises
    ------
    InputError : no NIfTI, truncated, damaged, a header without its samples (.hdr), real
        numbers, no NIfTI-MRS extension
    """
    try:
        with _unpack(path) as file:
            return _read(path, file)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _damaged(path, "its compressed part ends early or is damaged") from None
    except MemoryError:
        raise _damaged(path, "its header asks for more memory than there is") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} cannot be read: {reason}.") from None


def _unpack(path: Path) -> BinaryIO:
    file = path.open("rb")
    if file.read(2) != GZIP_MAGIC:
        file.seek(0)
        return file
    file.close()
    return gzip.open(path)  # type: ignore[return-value]


def _damaged(path: Path, how: str) -> InputError:
    return InputError(
        f"{path.name} is truncated or damaged: {how}; copy or convert it again."
    )


def _read(path: Path, file: BinaryIO) -> Container:
    start = file.read(348)
    if not start:
        raise InputError(f"{path.name} is empty.")
    magic = magic_of(start)
    if not magic:
        raise InputError(f"{path.name} is no NIfTI file (no NIfTI header).")
    if magic in (b"ni1\0", b"ni2\0"):
        raise InputError(
            f"{path.name} is a NIfTI header with its samples in another file; "
            "convert it to a single .nii file."
        )
    size = HEADER_BYTES[magic]
    block = start + _exactly(path, file, size - len(start))
    import nibabel as nib  # a quarter of a second, wanted for NIfTI files only

    header_class: Any = nib.Nifti1Header if size == 348 else nib.Nifti2Header
    endianness = _endianness(path, block, size)
    header: Any = header_class(block, endianness=endianness, check=False)
    offset = _offset(path, header, size)
    gap = _exactly(path, file, offset - size)
    extension = _mrs_extension(path, gap, endianness)
    stored = _store(path, file, header, offset)
    scale, unit = _time_unit(header)
    pixdim = [_shortest(value) for value in header["pixdim"]]
    pixdim[4] *= scale
    return Container(
        name=path.name,
        pixdim=tuple(pixdim),
        affine=_affine(header),
        intent_name=bytes(header["intent_name"]).rstrip(b"\0").decode("latin-1"),
        time_unit=unit,
        extension=extension,
        stored=stored,
    )


def _exactly(path: Path, file: BinaryIO, count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise _damaged(path, "it ends within its header")
    return content


def _endianness(path: Path, block: bytes, size: int) -> str:
    for code in "<>":
        if struct.unpack(f"{code}i", block[:4])[0] == size:
            return code
    raise _damaged(path, f"the size of its header is not {size}")


def _offset(path: Path, header: Any, size: int) -> int:
    """Where the samples begin, bytes."""
    offset = float(header["vox_offset"])
    if not (math.isfinite(offset) and size + 4 <= offset <= HEADER_MOST):
        raise _damaged(path, f"vox_offset is {offset:g}")
    return int(offset)


def _mrs_extension(path: Path, gap: bytes, endianness: str) -> dict[str, Any]:
    """Parse the first extension with code 44 between header and samples."""
    position = 4
    while gap[:1] != b"\0" and position + 8 <= len(gap):
        size, code = struct.unpack(f"{endianness}ii", gap[position : position + 8])
        if size < 8:
            break
        if code == MRS_EXTENSION:
            return _parse(path, gap[position + 8 : position + size])
        position += size
    raise InputError(
        f"{path.name} is a NIfTI file without the NIfTI-MRS header extension; convert "
        "it with spec2nii."
    )


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        extension = json.loads(content.rstrip(b"\0 \n\r\t"))
    except (ValueError, RecursionError):
        extension = None
    if not isinstance(extension, dict):
        raise _damaged(path, "its NIfTI-MRS header extension is no JSON object")
    return extension


def _store(
    path: Path, file: BinaryIO, header: Any, offset: int
) -> NDArray[np.complexfloating]:
    """(x, y, z, points, dim 5, dim 6, dim 7) as stored."""
    shape = _shape(path, header)
    dtype = _dtype(path, header)
    count = math.prod(shape)
    expected = count * dtype.itemsize
    compressed = not isinstance(file, io.BufferedReader)
    most = path.stat().st_size * (GZIP_MOST if compressed else 1)
    if expected + (0 if compressed else offset) > most:
        raise _damaged(path, f"it should hold {expected} bytes of samples")
    content = np.frombuffer(_content(path, file, expected), dtype)
    content.setflags(write=False)
    stored: NDArray[np.complexfloating] = content.reshape(shape, order="F")
    return _scale(stored, header)


def _content(path: Path, file: BinaryIO, expected: int) -> bytearray:
    """Read `expected` bytes, piece by piece so that there is one copy of them."""
    content = bytearray(expected)
    filled = 0
    while filled < expected:
        piece = file.read(min(PIECE, expected - filled))
        if not piece:
            raise _damaged(path, f"it should hold {expected} bytes of samples")
        content[filled : filled + len(piece)] = piece
        filled += len(piece)
    file.read(1)  # to the end, where gzip checks its sum
    return content


def _shape(path: Path, header: Any) -> tuple[int, ...]:
    dimensions = [int(value) for value in header["dim"]]
    rank = dimensions[0]
    if not 1 <= rank <= 7 or min(dimensions[1 : rank + 1]) < 1:
        raise _damaged(path, f"its dimensions are {dimensions}")
    return tuple(dimensions[1 : rank + 1]) + (1,) * (7 - rank)


def _dtype(path: Path, header: Any) -> np.dtype[Any]:
    from nibabel.spatialimages import HeaderDataError

    try:
        dtype: np.dtype[Any] = np.dtype(header.get_data_dtype())
    except (HeaderDataError, KeyError, TypeError):
        raise _damaged(path, f"data type {int(header['datatype'])}") from None
    if dtype.kind != "c":
        raise InputError(
            f"{path.name} holds {dtype.name} numbers, an FID is complex: this is an "
            "image, or magnitudes only."
        )
    return dtype


def _scale(
    stored: NDArray[np.complexfloating], header: Any
) -> NDArray[np.complexfloating]:
    """Apply the header's slope, which NIfTI allows and NIfTI-MRS leaves at none."""
    slope = float(header["scl_slope"])
    if not math.isfinite(slope) or slope in (0.0, 1.0):
        return stored
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused
        return stored * np.asarray(slope, stored.real.dtype)


def _affine(header: Any) -> NDArray[np.float64] | None:
    """The affine that the header says, the one of full accuracy first."""
    if int(header["sform_code"]) > 0:
        return np.asarray(header.get_sform(), float)
    if int(header["qform_code"]) <= 0:
        return None
    from nibabel.spatialimages import HeaderDataError

    try:
        return np.asarray(header.get_qform(), float)
    except (HeaderDataError, ValueError):  # no quaternion at all
        return None


def _time_unit(header: Any) -> tuple[float, str]:
    scales = {8: (1.0, "sec"), 16: (1e-3, "msec"), 24: (1e-6, "usec")}
    return scales.get(int(header["xyzt_units"]) & 0x38, (1.0, "unknown"))


def _shortest(value: np.floating[Any]) -> float:
    """The shortest decimal with the stored bits: 0.0004, not 0.000399999989895."""
    return float(str(value))
