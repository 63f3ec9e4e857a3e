"""ISMRMRD (MRD v1) files in HDF5 as a source of transients.

Layout: a group (usually `dataset`) with `xml`, the header, and `data`, one compound
record for each acquisition: head, trajectory, samples as [coil][point] re, im float32.
Raw signals of the Siemens kind are the complex conjugates of our sign convention, and
so are those of ISMRMRD files here.  Oversampled points are kept as they are; those that
the head tells to discard are cut off.  The header is read by `mrd.header`.

Time stamps count 2.5 ms from midnight on Siemens scanners, 1 ms by the letter of the
format: what fits the repetition time is taken, and a run over midnight is followed.

Reference: Inati et al., Magn. Reson. Med. 77:411, 2017;
https://ismrmrd.readthedocs.io (raw acquisition data, header).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.files.extras import needed
from streams.sources.files.series import Series
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import NOT_SIGNAL

TICKS_S = (2.5e-3, 1e-3)
DAY_S = 86_400.0
DAMAGE = (OSError, LookupError, ValueError, RuntimeError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Raw:
    """Acquisitions of one file: heads (structured) and FIDs (n, coils, points)."""

    heads: NDArray[Any]
    fids: NDArray[np.complex64]
    left_out: tuple[str, ...]


def read_series(path: Path) -> Series:
    """Read an ISMRMRD file.

    Raises
    ------
    InputError : h5py is not installed, another or a damaged HDF5 file, acquisitions of
        different shape, a missing field
    """
    h5py = needed("h5py", "ISMRMRD files")
    try:
        with h5py.File(path, "r") as file:
            return _series(path, _group(path, file))
    except DAMAGE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path.name} is truncated or damaged, or no ISMRMRD file: {reason}."
        ) from None


def _series(path: Path, group: Any) -> Series:
    raw = _raw(path, group["data"])
    notes = [f"{path.name}: {sentence}" for sentence in raw.left_out]
    if "waveforms" in group:
        notes.append(f"{path.name}: its waveforms (external triggers) were left out.")
    header = Header(path.name, bytes(group["xml"][0]), notes)
    _, coils, points = raw.fids.shape
    acquisition = header.acquisition(coils, points, raw.heads[0]["sample_time_us"])
    times_s = times_of(raw.heads["acquisition_time_stamp"], acquisition, notes)
    series = Series(path.name, "ISMRMRD file", acquisition, raw.fids, times_s)
    return replace(series, notes=tuple(notes))


def _group(path: Path, file: Any) -> Any:
    """The first group that has a header and acquisitions."""
    for name in file:
        if {"xml", "data"} <= set(getattr(file[name], "keys", tuple)()):
            return file[name]
    raise InputError(f"{path.name} is an HDF5 file without ISMRMRD acquisitions.")


def _raw(path: Path, table: Any) -> Raw:
    heads = np.asarray(table.fields("head")[:])
    is_signal, left_out = _signals(heads["flags"])
    kept = np.flatnonzero(is_signal)
    if not kept.size:
        raise InputError(f"{path.name} holds no acquisition of a signal.")
    heads = heads[kept]
    first = heads[0]
    shape = ("active_channels", "number_of_samples", "discard_pre", "discard_post")
    if any((heads[name] != first[name]).any() for name in shape):
        raise InputError(
            f"{path.name} holds acquisitions of different length or coils."
        )
    coils, points = int(first["active_channels"]), int(first["number_of_samples"])
    before, after = int(first["discard_pre"]), points - int(first["discard_post"])
    if coils < 1 or after - before < 2:
        raise InputError(f"{path.name} holds acquisitions without points.")
    fids = np.empty((kept.size, coils, after - before), np.complex64)
    for row, index in enumerate(kept):
        stored = np.asarray(table[int(index)]["data"], np.float32).view(np.complex64)
        fids[row] = stored.reshape(coils, points)[:, before:after].conj()
    return Raw(heads, fids, left_out)


def _signals(flags: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Which acquisitions are transients, and sentences about the others."""
    is_signal = np.ones(flags.shape, bool)
    counts: dict[str, int] = {}
    for bit, name in NOT_SIGNAL.items():
        found = is_signal & ((flags >> np.uint64(bit - 1)) & np.uint64(1)).astype(bool)
        if found.any():
            counts[name] = counts.get(name, 0) + int(found.sum())
        is_signal &= ~found
    sentences = [f"{n} {name} acquisitions left out." for name, n in counts.items()]
    return is_signal, tuple(sentences)


def times_of(
    stamps: NDArray[np.uint32], acquisition: Acquisition, notes: list[str]
) -> tuple[float, ...] | None:
    """Times in s from the first one, from the scanner's time stamps.

    None where they do not advance; the repetition time is to be used then.
    """
    ticks = stamps.astype(np.int64)
    steps: NDArray[np.int64] = ticks[1:] - ticks[:-1]
    if not steps.size:
        return (0.0,)
    if not (steps > 0).any():
        return None
    tick_s = _tick_s(steps, acquisition)
    steps_s = steps * tick_s
    steps_s[steps_s < -DAY_S / 2] += DAY_S
    if (steps_s < 0).any():
        notes.append("Time stamps run backwards; kept in stored order.")
    return (0.0, *np.cumsum(steps_s).tolist())


def _tick_s(steps: NDArray[np.int64], acquisition: Acquisition) -> float:
    """The tick that makes the usual step the repetition time."""
    repetition_time_s = acquisition.repetition_time_s
    if repetition_time_s is None:
        return TICKS_S[0] if "siemens" in acquisition.vendor.lower() else TICKS_S[1]
    usual = float(np.median(steps[steps > 0]))
    return min(TICKS_S, key=lambda tick: abs(usual * tick - repetition_time_s))
