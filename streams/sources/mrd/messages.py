"""What MRD messages hold: acquisitions, waveforms, texts, out of the bytes of a frame.

Acquisition: a head of 340 bytes, the trajectory, then [channel][point] as real and
imaginary float32.  Waveform: a head of 40 bytes (padded as C does; the 240 of some
comments is wrong), then [channel][point] uint32.

Source: ISMRMRD documentation, "raw data", "waveform data".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.voxel.place import VoxelPlace, place_or_none

NOT_SIGNAL = {
    19: "noise",
    20: "calibration",
    23: "navigator",
    24: "phase correction",
    26: "feedback",
    27: "dummy",
    28: "feedback",
}
"""Flags (bit n is 1 << (n - 1)) of acquisitions that are no transients."""

COMPRESSED = 0b1111 << 52  # flags 53 to 56: the length does not follow from the head

ACQUISITION_HEAD = np.dtype(
    {
        "names": [
            "flags", "scan_counter", "acquisition_time_stamp", "number_of_samples",
            "active_channels", "discard_pre", "discard_post", "center_sample",
            "encoding_space_ref", "trajectory_dimensions", "sample_time_us",
            "position", "read_dir", "phase_dir", "slice_dir", "idx",
        ],
        "formats": [
            "<u8", "<u4", "<u4", "<u2", "<u2", "<u2", "<u2", "<u2", "<u2", "<u2", "<f4",
            ("<f4", 3), ("<f4", 3), ("<f4", 3), ("<f4", 3), ("<u2", 17),
        ],
        "offsets": [
            2, 14, 18, 34, 38, 168, 170, 172, 174, 176, 178, 182, 194, 206, 218, 242,
        ],
        "itemsize": 340,
    }
)  # fmt: skip
"""Fields of an acquisition's head that matter here."""

WAVEFORM_HEAD = np.dtype(
    {
        "names": [
            "time_stamp", "number_of_samples", "channels", "sample_time_us",
            "waveform_id",
        ],
        "formats": ["<u4", "<u2", "<u2", "<f4", "<u2"],
        "offsets": [24, 28, 30, 32, 36],
        "itemsize": 40,
    }
)  # fmt: skip

LATEST_TOP = 0.25  # of the points; a centre that lies later is that of a whole echo

PLACE = "position", "read_dir", "phase_dir", "slice_dir"
"""Fields of an acquisition's head that say where its voxel lies, LPS."""

SET = 7
"""Its place in `idx` of an acquisition's head."""


class MrdError(InputError):
    """What arrived is no MRD stream, or one that cannot be followed any further."""


@dataclass(frozen=True, slots=True)
class Readout:
    """An acquisition.

    Attributes
    ----------
    flags : flag n, counted from 1, is the bit 1 << (n - 1)
    counter : the scanner's counter of acquisitions
    stamp : time stamp in ticks of the scanner, from midnight
    idx : its 17 counters (encoding steps, average, ..., user)
    discard_pre, discard_post : points at both ends that are no signal
    sample_time_us : time between points as received, us
    points : (channels, points) complex64 as received, read-only
    center_sample : the point that the scanner calls the centre
    encoding : which of the header's encodings it belongs to, from 0
    thinned : acquired points for each of these, where oversampling was removed before
    averaged : excitations in it, where the vendor's chain averaged them
    place : position and directions of readout, phase and slice, LPS, as they came: 12
        numbers, zeros where nothing is said
    """

    flags: int
    counter: int
    stamp: int
    idx: tuple[int, ...]
    discard_pre: int
    discard_post: int
    sample_time_us: float
    points: NDArray[np.complex64]
    center_sample: int = 0
    encoding: int = 0
    thinned: int = 1
    averaged: int = 1
    place: tuple[float, ...] = 12 * (0.0,)

    @property
    def voxel_place(self) -> VoxelPlace | None:
        """Where the voxel lies, as far as that is said."""
        centre_mm, *directions = (self.place[n : n + 3] for n in (0, 3, 6, 9))
        return place_or_none(centre_mm, directions)

    @property
    def top(self) -> int:
        """The point to begin at: that of the echo's top, behind those to discard.

        A centre in the middle is that of a whole echo, and none to begin at.
        """
        is_start = self.center_sample <= LATEST_TOP * self.points.shape[1]
        return max(self.discard_pre, self.center_sample if is_start else 0)

    def flagged(self, number: int) -> bool:
        """Whether flag `number`, counted from 1, is set."""
        return bool(self.flags >> (number - 1) & 1)


@dataclass(frozen=True, slots=True)
class Waveform:
    """A piece of an external waveform: (channels, points) uint32 from `stamp` on."""

    waveform_id: int
    stamp: int
    sample_time_us: float
    points: NDArray[np.uint32]


def acquisition_bytes(head: bytes) -> int:
    """Bytes behind the head of an acquisition.

    Raises
    ------
    MrdError : it is compressed
    """
    fields = _fields(ACQUISITION_HEAD, head)
    if int(fields["flags"]) & COMPRESSED:
        raise MrdError(
            "The acquisitions are compressed, which is not understood here: switch "
            "compression off at the scanner."
        )
    points = int(fields["number_of_samples"])
    trajectory = 4 * points * int(fields["trajectory_dimensions"])
    return trajectory + 8 * points * int(fields["active_channels"])


def waveform_bytes(head: bytes) -> int:
    """Bytes behind the head of a waveform."""
    fields = _fields(WAVEFORM_HEAD, head)
    return 4 * int(fields["number_of_samples"]) * int(fields["channels"])


def _whole(
    what: str, head: np.dtype[Any], content: bytes, bytes_behind: Callable[[bytes], int]
) -> Any:
    """Fields of a head, of a message that is as long as they say."""
    size = head.itemsize
    if len(content) < size or len(content) != size + bytes_behind(content[:size]):
        raise MrdError(f"{what} is not as long as its head says.")
    return _fields(head, content)


def readout_of(content: bytes) -> Readout:
    """The acquisition in the content of message 1008.

    Raises
    ------
    MrdError : it is not as long as its head says
    """
    head = _whole("An acquisition", ACQUISITION_HEAD, content, acquisition_bytes)
    points, channels = int(head["number_of_samples"]), int(head["active_channels"])
    start = ACQUISITION_HEAD.itemsize + 4 * points * int(head["trajectory_dimensions"])
    values = np.frombuffer(content, "<c8", points * channels, start)
    return Readout(
        flags=int(head["flags"]),
        counter=int(head["scan_counter"]),
        stamp=int(head["acquisition_time_stamp"]),
        idx=tuple(head["idx"].tolist()),
        discard_pre=int(head["discard_pre"]),
        discard_post=int(head["discard_post"]),
        sample_time_us=float(str(head["sample_time_us"])),  # as it was written
        points=values.reshape(channels, points),
        center_sample=int(head["center_sample"]),
        encoding=int(head["encoding_space_ref"]),
        place=tuple(float(x) for name in PLACE for x in head[name]),
    )


def waveform_of(content: bytes) -> Waveform:
    """The waveform in the content of message 1026.

    Raises
    ------
    MrdError : it is not as long as its head says
    """
    head = _whole("A waveform", WAVEFORM_HEAD, content, waveform_bytes)
    points, channels = int(head["number_of_samples"]), int(head["channels"])
    values = np.frombuffer(content, "<u4", points * channels, WAVEFORM_HEAD.itemsize)
    return Waveform(
        waveform_id=int(head["waveform_id"]),
        stamp=int(head["time_stamp"]),
        sample_time_us=float(head["sample_time_us"]),
        points=values.reshape(channels, points),
    )


def text_of(content: bytes) -> bytes:
    """The text in the content of messages 2, 3 and 5, up to its first NUL."""
    return content[4:].split(b"\0", 1)[0]


def _fields(dtype: np.dtype[Any], content: bytes) -> Any:
    return np.frombuffer(content, dtype, 1)[0]
