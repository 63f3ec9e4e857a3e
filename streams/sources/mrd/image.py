"""Complex MRD images that carry spectra: FIDs that the vendor's chain has averaged.

Head of 198 bytes, 64-bit length of the attributes, attributes, then [channel][z][y][x];
of one voxel, so that x runs along the FID.  They are taken like acquisitions, in series
that send none of these.  Oversampling was removed before, so that the dwell time of the
header is that of more points than there are.
"""

from __future__ import annotations

import struct

import numpy as np

from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import Readout
from streams.sources.mrd.parser import IMAGE_HEAD_BYTES

COMPLEX = {7: "<c8", 8: "<c16"}
LEAST_POINTS = 64
LEAST_DECAY = 2.0  # of the magnitude, from the first eighth of a FID to the last
PLACE_AT, COUNTERS_AT, STAMP_AT, INDEX_AT = 36, 96, 108, 126


def carries_spectrum(content: bytes) -> bool:
    """Whether the content of message 1022 may be a FID of one voxel."""
    if len(content) < IMAGE_HEAD_BYTES + 8:
        return False
    (kind,) = struct.unpack_from("<H", content, 2)
    x, y, z = struct.unpack_from("<3H", content, 16)
    return kind in COMPLEX and x >= LEAST_POINTS and y == z == 1


def readout_of_image(content: bytes, header: Header) -> Readout:
    """The averaged FID in the content of message 1022, as an acquisition."""
    (kind,) = struct.unpack_from("<H", content, 2)
    (points,) = struct.unpack_from("<H", content, 16)
    (channels,) = struct.unpack_from("<H", content, 34)
    (attributes,) = struct.unpack_from("<Q", content, IMAGE_HEAD_BYTES)
    start = IMAGE_HEAD_BYTES + 8 + attributes
    values = np.frombuffer(content, COMPLEX[kind], points * channels, start)
    average, place, contrast, phase, repetition, number = struct.unpack_from(
        "<6H", content, COUNTERS_AT
    )
    (stamp,) = struct.unpack_from("<I", content, STAMP_AT)
    (index,) = struct.unpack_from("<H", content, INDEX_AT)
    sample_time_us, thinned = header.image_dwell(points)
    with np.errstate(over="ignore", invalid="ignore"):
        kept = values.reshape(channels, points).astype(np.complex64)
    return Readout(
        flags=0,
        counter=index,
        stamp=stamp,
        idx=(0, 0, average, place, contrast, phase, repetition, number, *9 * (0,)),
        discard_pre=0,
        discard_post=0,
        sample_time_us=sample_time_us,
        points=kept,
        thinned=thinned,
        averaged=header.averages,
        place=struct.unpack_from("<12f", content, PLACE_AT),
    )


def decays(readout: Readout) -> bool:
    """Whether the points begin strong and end weak: a FID does, a spectrum not."""
    part = max(readout.points.shape[1] // 8, 1)
    power = np.mean(np.abs(readout.points) ** 2, axis=0)
    first, last = np.sqrt(power[:part].mean()), np.sqrt(power[-part:].mean())
    return bool(first > LEAST_DECAY * last)
