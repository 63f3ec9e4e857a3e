"""Small sessions for the tests of streams."""

import numpy as np

from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
    number,
)

COILS, POINTS = 2, 16
ACQUISITION = Acquisition(
    spectrometer_frequency_mhz=123.25,
    nucleus="1H",
    dwell_time_s=2.5e-4,
    points=POINTS,
    coils=COILS,
    echo_time_s=0.03,
    repetition_time_s=2.0,
    voxel_mm=(20.0, 20.0, 30.0),
)


def fid(count, coils=COILS, points=POINTS):
    """A FID that no other transient has."""
    rng = np.random.default_rng(count)
    values = rng.normal(size=(coils, points, 2)).astype(np.float32)
    return np.ascontiguousarray(values).view(np.complex64)[..., 0]


def transient(count, **shape):
    return Transient(count, 2.0 * count, Kind.METABOLITE, fid(count, **shape))


def bodies(transients=6, end=True, **shape):
    """A session with an infusion in its middle and a re-shim near its end."""
    yield Start(ACQUISITION, "test")
    for count in range(transients):
        if count == transients // 2:
            yield Event(2.0 * count, "infusion_start", author="pump")
        if count == transients - 1:
            yield Event(2.0 * count, "re-shim")
        yield transient(count, **shape)
    if end:
        yield End(transients, "finished")


def messages(transients=6, session="abc", **options):
    return list(number(bodies(transients, **options), session))


def parts(message: Message):
    """All of a message as something that can be compared."""
    body = message.body
    if not isinstance(body, Transient):
        return message
    where = (message.session, message.seq, message.epoch)
    bits = (body.fid.shape, str(body.fid.dtype), body.fid.tobytes())
    return (*where, body.count, body.time_s, body.kind, *bits)


def all_parts(several):
    return [parts(message) for message in several]
