"""ISMRMRD (MRD v1) files in HDF5 as a source of transients.

Layout: a group (usually `dataset`) with `xml`, the header, and `data`, one compound
record for each acquisition: head, trajectory, samples as [coil][point] re, im float32.
Raw signals of the Siemens kind are the complex conjugates of our sign convention, and
so are those of ISMRMRD files here.  Oversampled points are kept as they are; those that
the head tells to discard are cut off.  The header is read by `mrd.header`.

Time stamps count 2.5 ms from midnight on Siemens scanners, 1 ms by the letter of the
format, microseconds or nanoseconds in some files: what fits the repetition time is
taken, a run over midnight or over the 32 bits of a stamp is followed.  Where nothing
fits, transients are placed by TR, which is said.

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
from streams.sources.files.clock_time import ClockTime, scanner_time
from streams.sources.files.optional_packages import needed
from streams.sources.files.series import Series
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import LATEST_TOP, NOT_SIGNAL
from streams.sources.mrd.rules import MrdRules
from streams.voxel.place import VoxelPlace, place_or_none

TICKS_S = (2.5e-3, 1e-3, 1e-6, 1e-9)
TICK_TOLERANCE = 0.2
STAMP_BITS = 32
DAY_S = 86_400.0
DAMAGE = (OSError, LookupError, ValueError, RuntimeError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Raw:
    """Acquisitions of one file: heads (structured) and FIDs (n, coils, points)."""

    heads: NDArray[Any]
    fids: NDArray[np.complex64]
    left_out: tuple[str, ...]


def read_series(
    path: Path, echo_time_s: float | None = None, rules: MrdRules | None = None
) -> Series:
    """Read an ISMRMRD file; `echo_time_s` is taken instead of the header's.

    Of the rules those hold that are about samples, echo time and time stamps.

    Raises
    ------
    InputError : h5py is not installed, another or a damaged HDF5 file, acquisitions of
        different shape, a missing field
    """
    h5py = needed("h5py", "ISMRMRD files")
    try:
        with h5py.File(path, "r") as file:
            return _series(path, _group(path, file), echo_time_s, rules or MrdRules())
    except DAMAGE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path.name} is truncated or damaged, or no ISMRMRD file: {reason}."
        ) from None


def _series(
    path: Path, group: Any, echo_time_s: float | None, rules: MrdRules
) -> Series:
    raw = _raw(path, group["data"], rules)
    echo_time_s = echo_time_s or rules.echo_time_s or None
    notes = [f"{path.name}: {sentence}" for sentence in raw.left_out]
    if "waveforms" in group:
        notes.append(f"{path.name}: its waveforms (external triggers) were left out.")
    header = Header(path.name, bytes(group["xml"][0]), notes)
    _, coils, points = raw.fids.shape
    acquisition = header.acquisition(
        coils,
        points,
        raw.heads[0]["sample_time_us"],
        echo_time_s=echo_time_s,
        voxel_place=_place(raw.heads[0]),
        encoding=int(raw.heads[0]["encoding_space_ref"]),
    )
    stamps = raw.heads["acquisition_time_stamp"]
    times_s = times_of(stamps, acquisition, notes, rules.tick_s)
    series = Series(path.name, "ISMRMRD file", acquisition, raw.fids, times_s)
    return replace(series, notes=tuple(notes), begun=_begin(stamps, times_s))


def _begin(
    stamps: NDArray[np.uint32], times_s: tuple[float, ...] | None
) -> ClockTime | None:
    """Time of day of the first transient, where the unit of its stamp is known."""
    if times_s is None or len(times_s) < 2 or stamps[1] <= stamps[0]:
        return None
    tick_s = times_s[1] / (int(stamps[1]) - int(stamps[0]))
    return scanner_time(int(stamps[0]) * tick_s)


def _place(head: Any) -> VoxelPlace | None:
    """Where the head of an acquisition says that the voxel lies."""
    names = ("read_dir", "phase_dir", "slice_dir")
    return place_or_none(head["position"], [head[name] for name in names])


def _group(path: Path, file: Any) -> Any:
    """The first group that has a header and acquisitions."""
    for name in file:
        if {"xml", "data"} <= set(getattr(file[name], "keys", tuple)()):
            return file[name]
    raise InputError(f"{path.name} is an HDF5 file without ISMRMRD acquisitions.")


def _raw(path: Path, table: Any, rules: MrdRules) -> Raw:
    heads = np.asarray(table.fields("head")[:])
    is_signal, left_out = _signals(heads["flags"])
    kept = np.flatnonzero(is_signal)
    if not kept.size:
        raise InputError(f"{path.name} holds no acquisition of a signal.")
    heads = heads[kept]
    first = heads[0]
    shape = ("active_channels", "number_of_samples", "discard_pre", "discard_post")
    usual = _most_common(heads[list(shape)])
    if not usual.all():
        count = int((~usual).sum())
        left_out = (*left_out, f"{count} acquisitions of another length left out.")
        kept, heads = kept[usual], heads[usual]
        first = heads[0]
    coils, points = int(first["active_channels"]), int(first["number_of_samples"])
    centre = int(first["center_sample"])
    top = max(int(first["discard_pre"]), centre if centre <= LATEST_TOP * points else 0)
    before, after = top + rules.skip_points, points - int(first["discard_post"])
    if before > int(first["discard_pre"]):
        cut = before - int(first["discard_pre"])
        left_out = (*left_out, f"{cut} points before the top of the echo cut off.")
    if coils < 1 or after - before < 2:
        raise InputError(f"{path.name} holds acquisitions without points.")
    fids = np.empty((kept.size, coils, after - before), np.complex64)
    for row, index in enumerate(kept):
        stored = np.asarray(table[int(index)]["data"], np.float32).view(np.complex64)
        fids[row] = stored.reshape(coils, points)[:, before:after]
    if rules.conjugate:
        np.conjugate(fids, out=fids)
    return Raw(heads, fids, left_out)


def _most_common(heads: NDArray[Any]) -> NDArray[np.bool_]:
    """Which heads are like most of them.

    Raises
    ------
    InputError : no kind of them makes more than half
    """
    kinds, place, counts = np.unique(heads, return_inverse=True, return_counts=True)
    usual: NDArray[np.bool_] = place.ravel() == int(np.argmax(counts))
    if 2 * int(usual.sum()) <= len(heads):
        raise InputError(
            f"{len(kinds)} kinds of acquisitions, of different length or coils"
        )
    return usual


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
    stamps: NDArray[np.uint32],
    acquisition: Acquisition,
    notes: list[str],
    tick_s: float = 0.0,
) -> tuple[float, ...] | None:
    """Times in s from the first one, from the scanner's time stamps.

    None where they do not advance or fit no unit; TR is to be used then, which is said
    in `notes`.  `tick_s` is their unit, 0 where it is to be found.
    """
    ticks = stamps.astype(np.int64)
    steps: NDArray[np.int64] = ticks[1:] - ticks[:-1]
    if not steps.size:
        return (0.0,)
    if not steps.any():
        notes.append("Time stamps do not advance; times go by TR instead.")
        return None
    steps_s = _steps_s(steps, acquisition, tick_s)
    if steps_s is None:
        usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
        notes.append(
            f"Time stamps advance by {usual:g} a transient, which fits TR in no unit; "
            "times go by TR instead (see tick_s in [mrd] of the protocol)."
        )
        return None
    if (steps_s < 0).any():
        notes.append("Time stamps run backwards; kept in stored order.")
    return (0.0, *np.cumsum(steps_s).tolist())


def _steps_s(
    steps: NDArray[np.int64], acquisition: Acquisition, tick_s: float
) -> NDArray[np.float64] | None:
    """Steps in s, over midnight and over the end of 32 bits; None: no unit fits."""
    tr_s = acquisition.repetition_time_s
    if tr_s is None or tick_s:
        siemens = "siemens" in acquisition.vendor.lower()
        return _unwrap(steps, tick_s or TICKS_S[0 if siemens else 1], tr_s)
    found = [_unwrap(steps, tick, tr_s) for tick in TICKS_S]
    off = [
        abs(float(np.median(s[s > 0])) / tr_s - 1) if (s > 0).any() else np.inf
        for s in found
    ]
    best = int(np.argmin(off))
    return found[best] if off[best] < TICK_TOLERANCE else None


def _unwrap(
    steps: NDArray[np.int64], tick_s: float, tr_s: float | None
) -> NDArray[np.float64]:
    """Steps in s; one far back went over the end of a day or of the stamp's bits."""
    steps_s: NDArray[np.float64] = steps * np.float64(tick_s)
    for whole_s in (DAY_S, 2**STAMP_BITS * tick_s):
        after_s = steps_s + whole_s
        over = (steps_s < -whole_s / 2) & (after_s >= 0)
        if tr_s is not None:
            over |= (steps_s < 0) & (after_s > 0) & (after_s < 1.5 * tr_s)
        steps_s = np.where(over, after_s, steps_s)
    return steps_s
