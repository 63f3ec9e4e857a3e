"""Images as the `ismrmrd` package reads them."""

import chain_client
import ismrmrd
import mrd_sender as mrd
import numpy as np

from streams.sources.mrd.parser import Id, Parser
from streams.sources.mrd.writer import Image, frame_bytes, image_bytes, text_bytes


def read_back(image):
    parser = Parser()
    parser.feed(image_bytes(image))
    frame = parser.next_frame()
    parser.end()
    return chain_client.image_of(frame)


def test_a_magnitude_image_with_the_place_of_an_acquisition():
    made = mrd.acquisition(7, flags=(ismrmrd.ACQ_LAST_IN_SLICE,))
    made.position[:], made.read_dir[:] = (1.5, -2.0, 3.0), (0.0, 1.0, 0.0)
    made.measurement_uid, made.idx.repetition = 77, 9
    head = mrd.framed(1008, made)[2:342]
    pixels = np.arange(12, dtype=np.uint16).reshape(3, 4)
    attributes = {"DataRole": "Image", "Numbers": 5, "Words": ("ä < b", "c & d")}
    image = read_back(Image(pixels, 101, 3, (200.0, 100.0, 10.0), head, attributes))
    assert image.image_type == ismrmrd.IMTYPE_MAGNITUDE
    assert tuple(image.getHead().matrix_size) == (4, 3, 1)
    assert np.array_equal(np.squeeze(image.data), pixels)
    assert (image.image_series_index, image.image_index) == (101, 3)
    assert tuple(image.field_of_view) == (200.0, 100.0, 10.0)
    assert tuple(image.position) == (1.5, -2.0, 3.0)
    assert tuple(image.read_dir) == (0.0, 1.0, 0.0)
    assert image.measurement_uid == 77
    assert (image.average, image.repetition) == (7, 9)
    assert image.acquisition_time_stamp == made.acquisition_time_stamp
    meta = ismrmrd.Meta.deserialize(image.attribute_string)
    assert meta["DataRole"] == "Image"
    assert meta["Words"] == ["ä < b", "c & d"]


def test_a_complex_image_without_an_acquisition():
    points = (np.arange(5) + 1j).astype(np.complex64)[np.newaxis]
    image = read_back(Image(points, 102, 1, (1.0, 1.0, 1.0)))
    assert image.image_type == ismrmrd.IMTYPE_COMPLEX
    assert np.array_equal(np.squeeze(image.data), points[0])
    assert tuple(image.slice_dir) == (0.0, 0.0, 1.0)


def test_frames_and_texts_as_they_came():
    sent = mrd.acquisition_bytes(3) + text_bytes("WRN x")
    parser = Parser()
    parser.feed(sent)
    frames = [parser.next_frame(), parser.next_frame()]
    assert b"".join(map(frame_bytes, frames)) == sent
    assert frames[1].id is Id.TEXT
