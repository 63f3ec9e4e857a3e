"""MRD messages as bytes: frames as they came, texts, images with their attributes.

Image: a head of 198 bytes, the length of its attributes (64 bits), the attributes as
XML, then pixels, x running fastest.  Where an image lies is copied from an acquisition.

Source: ISMRMRD documentation, "image data", "meta attributes".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from streams.sources.mrd.messages import ACQUISITION_HEAD
from streams.sources.mrd.parser import Frame, Id

MAGNITUDE, COMPLEX = 1, 5
DATA_TYPES = {np.dtype(np.uint16): 1, np.dtype(np.complex64): 7}
Value = str | int | float | tuple[str, ...]
GEOMETRY = slice(182, 242)
"""Position, three directions and the table, in the head of an acquisition."""
NOWHERE = struct.pack("<15f", 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)
IMAGE_HEAD = struct.Struct("<HHQI3H3fH60s6HI3I3H8i8fI")


@dataclass(frozen=True, slots=True)
class Image:
    """An image of one series.

    Attributes
    ----------
    pixels : (y, x) uint16 magnitudes, or (1, points) complex64
    series, index : number of the series, and of the image in it from 1
    field_of_view_mm : along x, y, z
    head : of the acquisition whose place and time it has; empty: none
    attributes : by name; a tuple is several values
    """

    pixels: NDArray[np.uint16] | NDArray[np.complex64]
    series: int
    index: int
    field_of_view_mm: tuple[float, float, float]
    head: bytes = b""
    attributes: Mapping[str, Value] = field(default_factory=dict)


def frame_bytes(frame: Frame) -> bytes:
    """A message bit by bit as it came."""
    return struct.pack("<H", frame.id) + frame.content


def text_bytes(text: str) -> bytes:
    """A text for the scanner's log; FIRE flags DBG, WRN and ERR at its beginning."""
    content = text.encode("utf-8") + b"\0"
    return struct.pack("<HI", Id.TEXT, len(content)) + content


def feedback_bytes(name: str, content: bytes) -> bytes:
    """A message to the scanner itself (1028): a name, and content as it wants it."""
    named = name.encode("utf-8") + b"\0"
    lengths = struct.pack("<I", len(named)), struct.pack("<I", len(content))
    head = struct.pack("<H", Id.FEEDBACK)
    return head + lengths[0] + named + lengths[1] + content


def image_bytes(image: Image) -> bytes:
    """An image as a message."""
    attributes = attributes_xml(image.attributes)
    pixels = np.ascontiguousarray(image.pixels)
    head = struct.pack("<H", Id.IMAGE) + _head(image, len(attributes))
    length = struct.pack("<Q", len(attributes))
    return head + length + attributes + pixels.tobytes()


def attributes_xml(attributes: Mapping[str, Value]) -> bytes:
    """Attributes as the XML that `ismrmrd.Meta` reads."""
    root = ElementTree.Element("ismrmrdMeta")
    for name, value in attributes.items():
        meta = ElementTree.SubElement(root, "meta")
        ElementTree.SubElement(meta, "name").text = name
        for one in value if isinstance(value, tuple) else (value,):
            ElementTree.SubElement(meta, "value").text = str(one)
    text: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return text


def _head(image: Image, attributes: int) -> bytes:
    rows, columns = image.pixels.shape
    pixels = image.pixels.dtype
    given = len(image.head) >= ACQUISITION_HEAD.itemsize
    place = image.head[GEOMETRY] if given else NOWHERE
    uid, stamp, counters = 0, 0, (0,) * 6
    if given:
        (uid,) = struct.unpack_from("<I", image.head, 10)
        (stamp,) = struct.unpack_from("<I", image.head, 18)
        _, _, *found = struct.unpack_from("<8H", image.head, 242)
        average, at_slice, contrast, phase, repetition, at_set = found
        counters = (average, at_slice, contrast, phase, repetition, at_set)
    if not any(place[12:48]):  # no directions: a viewer would divide by nothing
        place = NOWHERE
    return IMAGE_HEAD.pack(
        1,
        DATA_TYPES[pixels],
        0,
        uid,
        columns,
        rows,
        1,
        *image.field_of_view_mm,
        1,
        place,
        *counters,
        stamp,
        0,
        0,
        0,
        MAGNITUDE if DATA_TYPES[pixels] == 1 else COMPLEX,
        image.index,
        image.series,
        *(0,) * 8,
        *(0.0,) * 8,
        attributes,
    )
