"""A scanner's side of the chain: sends frames, and takes apart what comes back."""

import struct
import threading
import time

import ismrmrd
import mrd_sender as mrd

from streams.sources.mrd.parser import Frame, Id, Parser
from streams.sources.mrd.writer import frame_bytes


class Exchanged:
    """What came back of a series, with when each frame came."""

    def __init__(self, port, *messages, close=True, read_while_sending=True, pace_s=0):
        self.frames: list[Frame] = []
        self.times: list[float] = []
        with mrd.connect(port) as connection:
            reader = threading.Thread(target=self._read, args=(connection,))
            if read_while_sending:
                reader.start()
            for message in messages:
                connection.sendall(message)
                time.sleep(pace_s)
            if close:
                connection.sendall(mrd.CLOSE)
            if not read_while_sending:
                reader.start()
            reader.join(90)
            assert not reader.is_alive(), "the chain did not close"

    def _read(self, connection):
        parser = Parser()
        while part := connection.recv(1 << 16):
            parser.feed(part)
            while (frame := parser.next_frame()) is not None:
                self.frames.append(frame)
                self.times.append(time.monotonic())

    def of(self, kind):
        return [frame for frame in self.frames if frame.id is kind]

    @property
    def closed(self):
        return [f.id for f in self.frames].count(Id.CLOSE) == 1 and (
            self.frames[-1].id is Id.CLOSE
        )

    @property
    def passed(self):
        """Acquisitions, bit by bit."""
        return [frame_bytes(frame) for frame in self.of(Id.ACQUISITION)]

    def texts(self):
        return [f.content[4:].rstrip(b"\0").decode() for f in self.of(Id.TEXT)]

    def images(self, series):
        """Images of one series, as the `ismrmrd` package reads them."""
        images = [image_of(frame) for frame in self.of(Id.IMAGE)]
        return [image for image in images if image.image_series_index == series]


def image_of(frame):
    """An image as the `ismrmrd` package reads it."""
    rest = memoryview(frame.content)
    place = 0

    def read(count):
        nonlocal place
        place += count
        return bytes(rest[place - count : place])

    return ismrmrd.Image.deserialize_from(read)


def comments(image):
    return ismrmrd.Meta.deserialize(image.attribute_string)["ImageComments"]


def card(**parameters):
    """Settings of a protocol card, as they follow the header."""
    import json

    return mrd.text_bytes(5, json.dumps({"parameters": parameters}))


def image_message(values):
    """An image that a scanner sends."""
    image = ismrmrd.Image.from_array(values, transpose=False)
    return mrd.framed(1022, image)


UNKNOWN = struct.pack("<H", 999) + bytes(100)
