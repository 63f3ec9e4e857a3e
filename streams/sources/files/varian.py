"""Varian and Agilent folders (`NAME.fid`): `fid` and `procpar`.

`fid`, big-endian: a head of 32 bytes; for each block a head of 28 bytes and its traces,
numbers re, im in turn as int16, int32 or float32 by the status bits (0x4: 32 bits, 0x8:
float).  `procpar`: a line for each parameter, then its values, then what it may be.

Samples are taken as stored, which is our sign convention (that of spec2nii for these
files; it cannot convert those whose sequence is named press or steam).  A trace is one
receiver of one transient; which of the two runs faster is told by the receivers'
phases, which stay the same over a series.

Source: VnmrJ User Programming, "Parameters and Data".
"""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.files.series import Series

FILE_HEAD, BLOCK_HEAD = struct.Struct(">6i2hi"), 28
INT32, FLOAT = 0x4, 0x8
MOST_BYTES = 1 << 32
LONGEST_TE_S, LEAST_TE_MS = 1.0, 5.0

Parameters = dict[str, list[str]]


def is_varian(path: Path) -> bool:
    """Whether a folder holds a fid of this kind, or a file is that fid."""
    folder = path if path.is_dir() else path.parent
    named = path.is_dir() or path.name == "fid"
    return named and (folder / "fid").is_file() and (folder / "procpar").is_file()


def read_series(path: Path, echo_time_s: float | None = None) -> Series:
    """Read a folder, or the fid in it; `echo_time_s` is taken instead of `te`.

    Raises
    ------
    InputError : damaged, or a missing parameter
    """
    folder = path if path.is_dir() else path.parent
    name = folder.name
    try:
        found = _parameters((folder / "procpar").read_text(encoding="latin-1"))
        traces = _traces(name, (folder / "fid").read_bytes())
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.") from None
    receivers = "".join(found.get("rcvrs", ["y"])).count("y") or 1
    if len(traces) % receivers:
        raise InputError(
            f"{name} has {len(traces)} traces of {receivers} receivers: some are "
            "missing; copy it again."
        )
    fids = _arrange(traces, receivers)
    acquisition = _acquisition(name, found, fids, echo_time_s)
    averages = _number(found, "nt")
    notes = (
        (f"{name}: each transient is of {averages:g} averages.",)
        if (averages and averages > 1)
        else ()
    )
    return Series(name, "Varian folder", acquisition, fids, None, notes=notes)


def _parameters(text: str) -> Parameters:
    """Values of each parameter, as texts."""
    lines, found = iter(text.splitlines()), Parameters()
    for line in lines:
        head = line.split()
        if len(head) < 11:
            continue
        values = next(lines, "").strip()
        count, _, rest = values.partition(" ")
        if head[2] == "1":
            found[head[0]] = rest.split()
        else:
            texts = [rest] + [next(lines, "") for _ in range(_whole(count) - 1)]
            found[head[0]] = [text.strip().strip('"') for text in texts]
        next(lines, "")  # what it may be
    return found


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _traces(name: str, content: bytes) -> NDArray[np.complex64]:
    """(traces, points) of all blocks."""
    if len(content) < FILE_HEAD.size:
        raise _damaged(name)
    blocks, traces, numbers, size, _, block_bytes, _, status, heads = (
        FILE_HEAD.unpack_from(content)
    )
    kind = ">f4" if status & FLOAT else ">i4" if status & INT32 else ">i2"
    dtype = np.dtype(kind)
    signal = traces * numbers * dtype.itemsize
    length = BLOCK_HEAD * max(heads, 1) + signal
    whole = FILE_HEAD.size + blocks * length
    fits = blocks > 0 and traces > 0 and numbers > 2 and numbers % 2 == 0
    if (
        not fits
        or size != dtype.itemsize
        or block_bytes != length
        or (not 0 < whole <= min(len(content), MOST_BYTES))
    ):
        raise _damaged(name)
    starts = [FILE_HEAD.size + n * length + length - signal for n in range(blocks)]
    parts = [np.frombuffer(content, dtype, traces * numbers, at) for at in starts]
    pairs = np.concatenate(parts).astype(np.float32).reshape(-1, numbers // 2, 2)
    made: NDArray[np.complex64] = pairs.view(np.complex64)[..., 0]
    return made


def _damaged(name: str) -> InputError:
    return InputError(
        f"{name} is truncated or damaged: fid is not as long as its head says; copy it "
        "again."
    )


def _arrange(
    traces: NDArray[np.complex64], receivers: int
) -> NDArray[np.complexfloating]:
    """(transients, coils, points), by the order in which receivers keep their phase."""
    points = traces.shape[1]
    slow = traces.reshape(receivers, -1, points).transpose(1, 0, 2)
    fast = traces.reshape(-1, receivers, points)
    if receivers == 1 or len(fast) == 1:
        return fast
    return fast if _steadiness(fast) > _steadiness(slow) else slow


def _steadiness(fids: NDArray[np.complexfloating]) -> float:
    """How alike the coils of transients are, 0 to 1."""
    early = fids[..., : max(fids.shape[-1] // 16, 1)].reshape(len(fids), -1)
    norms = np.linalg.norm(early, axis=1)
    products = np.abs(np.einsum("tp,tp->t", early[1:], early[:-1].conj()))
    return float(np.mean(products / np.maximum(norms[1:] * norms[:-1], 1e-30)))


def _acquisition(
    name: str,
    found: Parameters,
    fids: NDArray[np.complexfloating],
    echo_time_s: float | None,
) -> Acquisition:
    width_hz, frequency_mhz = (_require(name, found, key) for key in ("sw", "sfrq"))
    nucleus = re.fullmatch(r"([A-Za-z]+)(\d+)", "".join(found.get("tn", [])))
    if nucleus is None:
        raise InputError(f"{name} names no nucleus (tn) in its procpar.")
    edges = [_number(found, key) or 0.0 for key in ("vox1", "vox2", "vox3")]
    return Acquisition(
        spectrometer_frequency_mhz=frequency_mhz,
        nucleus=nucleus[2] + nucleus[1].capitalize(),
        dwell_time_s=1 / width_hz,
        points=fids.shape[2],
        coils=fids.shape[1],
        echo_time_s=echo_time_s or _echo_time_s(name, found),
        repetition_time_s=_number(found, "tr"),
        mixing_time_s=_number(found, "tm"),
        sequence="".join(found.get("seqfil", [])[:1]),
        voxel_mm=(edges[0], edges[1], edges[2]) if min(edges) > 0 else None,
        vendor="Varian",
    )


def _echo_time_s(name: str, found: Parameters) -> float:
    te = _require(name, found, "te")
    if te <= LONGEST_TE_S:
        return te
    if te < LEAST_TE_MS:
        raise InputError(f"{name}: te = {te:g} is an echo time neither in s nor in ms.")
    return 1e-3 * te


def _require(name: str, found: Parameters, key: str) -> float:
    number = _number(found, key)
    if number is None:
        raise InputError(
            f"{name} has no one value of {key} in its procpar; give echo_time_s in "
            "[files] of the protocol."
            if key == "te"
            else f"{name} has no one value of {key} in its procpar."
        )
    return number


def _number(found: Parameters, key: str) -> float | None:
    """The one positive value of a parameter; None where it has none or several."""
    values = found.get(key, [])
    try:
        number = float(values[0]) if len(values) == 1 else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None
