"""The body of a message from the fields of its header, every one of them checked."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any, NoReturn

import numpy as np

from streams.errors import InputError
from streams.messages.fields import MAX_COUNT, Fields, is_whole
from streams.messages.transient import (
    Acquisition,
    Body,
    ComplexFID,
    End,
    Event,
    Heartbeat,
    Kind,
    Start,
    Transient,
)
from streams.voxel.place import Vector, VoxelPlace

DTYPE = "<c8"


def read_body(topic: str, reader: Fields, payload: bytes) -> Body:
    """The body of a message from its fields and its payload."""
    match topic:
        case "start":
            return _start(reader)
        case "transient":
            return _transient(reader, payload)
        case "event":
            return Event(
                reader.number("time_s"),
                reader.text("kind", limit=64),
                reader.text("text", ""),
                reader.text("author", "", limit=64),
                reader.boolean("replaces", default=False),
            )
        case "heartbeat":
            return Heartbeat(
                reader.integer("last_seq", -1),
                reader.integer("recorded_bytes"),
                reader.integer("disk_free_bytes"),
                reader.integer("dropped", default=0),
                reader.boolean("recording", default=True),
                reader.optional_number("clock_offset_s", low=-1e15),
                reader.optional_number("clock_drift_ppm", low=-1e15),
                reader.text("dropped_reason", ""),
                reader.text("deaf", ""),
                reader.text("disk", "", limit=256),
            )
        case _:
            return End(reader.integer("transients"), reader.text("reason"))


def _start(reader: Fields) -> Start:
    table = reader.values.get("acquisition")
    if not isinstance(table, dict):
        reader.refuse("lacks its acquisition, a JSON object")
    known = {f.name for f in fields(Acquisition)}
    inner = reader_of("start", {k: v for k, v in table.items() if k in known})
    return Start(
        _acquisition(inner),
        reader.text("source"),
        reader.text("protocol", ""),
        reader.text("software", ""),
    )


def _acquisition(reader: Fields) -> Acquisition:
    return Acquisition(
        spectrometer_frequency_mhz=reader.positive("spectrometer_frequency_mhz"),
        nucleus=reader.text("nucleus", limit=16),
        dwell_time_s=reader.positive("dwell_time_s"),
        points=reader.integer("points", 1),
        coils=reader.integer("coils", 1),
        echo_time_s=reader.number("echo_time_s", low=0.0),
        repetition_time_s=reader.optional_number("repetition_time_s"),
        mixing_time_s=reader.optional_number("mixing_time_s"),
        sequence=reader.text("sequence", ""),
        voxel_mm=_voxel(reader),
        vendor=reader.text("vendor", ""),
        model=reader.text("model", ""),
        phase_cycle_steps=reader.integer("phase_cycle_steps", 1, default=1),
        voxel_place=_place(reader),
        inversion_time_s=reader.optional_number("inversion_time_s"),
    )


def _voxel(reader: Fields) -> Vector | None:
    if reader.values.get("voxel_mm") is None:
        return None
    edges = _three(reader, "voxel_mm", reader.values["voxel_mm"])
    x, y, z = (edges.positive(name) for name in edges.values)
    return x, y, z


def _three(reader: Fields, name: str, value: object) -> Fields:
    """The entries of a list of three, each with a name."""
    if not isinstance(value, list) or len(value) != 3:
        reader.refuse(f"has a {name} that is no list of three")
    return reader.among({f"{name}[{i}]": entry for i, entry in enumerate(value)})


def _place(reader: Fields) -> VoxelPlace | None:
    """Where the voxel lies."""
    name = "voxel_place"
    place = reader.values.get(name)
    if place is None:
        return None
    if not isinstance(place, dict):
        reader.refuse(f"has a {name} that is no JSON object")
    centre_mm = _vector(reader, f"{name}.centre_mm", place.get("centre_mm"))
    rows = _three(reader, f"{name}.axes", place.get("axes"))
    x, y, z = (_vector(reader, row, entry) for row, entry in rows.values.items())
    try:
        return VoxelPlace(centre_mm, (x, y, z))
    except InputError:
        reader.refuse(
            f"has a {name} whose centre is too far off, or whose axes are no "
            "perpendicular unit vectors"
        )


def _vector(reader: Fields, name: str, value: object) -> Vector:
    entries = _three(reader, name, value)
    x, y, z = (entries.number(entry) for entry in entries.values)
    return x, y, z


def _transient(reader: Fields, payload: bytes) -> Transient:
    kind = reader.text("kind", limit=16)
    if kind not in list(Kind):
        reader.refuse(f"is of unknown kind {kind!r}; known are {', '.join(Kind)}")
    count = reader.integer("count")
    return Transient(count, reader.number("time_s"), Kind(kind), _fid(reader, payload))


def _fid(reader: Fields, payload: bytes) -> ComplexFID:
    """(coils, points) complex64 from a payload whose length, CRC and values hold."""
    shape = reader.values.get("shape")
    if not isinstance(shape, list) or len(shape) != 2:
        reader.refuse("lacks its shape [coils, points]")
    sizes = reader_of("transient", {"coils": shape[0], "points": shape[1]})
    coils, points = sizes.integer("coils", 1), sizes.integer("points", 1)
    if reader.text("dtype", limit=16) != DTYPE:
        reader.refuse(f"is not of dtype {DTYPE!r}, little-endian complex64")
    expected, nbytes = 8 * coils * points, reader.integer("nbytes")
    if not len(payload) == nbytes == expected:
        reader.refuse(
            f"has {len(payload)} bytes of payload and announces {nbytes}, where its "
            f"shape needs {expected}"
        )
    if zlib.crc32(payload) != reader.integer("crc32"):
        reader.refuse("does not match its CRC-32: it was damaged on the way")
    fid = np.frombuffer(payload, DTYPE).reshape(coils, points)
    if not np.isfinite(fid.view("<f4")).all():
        reader.refuse(
            "holds values that are not finite (NaN or infinity): repair or leave out "
            "this transient at its source"
        )
    return fid.astype(np.complex64, copy=False)


def reader_of(topic: str, header: Mapping[str, Any]) -> Fields:
    """The fields of a header; a problem names the message as far as it is known."""
    return Fields(header, partial(_refuse, topic, header))


def _refuse(topic: str, header: Mapping[str, Any], problem: str) -> NoReturn:
    seq, count = _whole_number(header, "seq"), _whole_number(header, "count")
    if topic == "transient" and count is not None:
        where = "" if seq is None else f" (message {seq})"
        raise InputError(f"Transient {count}{where} {problem}.")
    where = "" if seq is None else f" {seq}"
    raise InputError(f"The {topic} message{where} {problem}.")


def _whole_number(header: Mapping[str, Any], name: str) -> int | None:
    """A whole number of the header, where it holds one."""
    value = header.get(name)
    return value if is_whole(value) and 0 <= value <= MAX_COUNT else None
