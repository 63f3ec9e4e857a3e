"""Whether files can be one session: one nucleus, field, sequence and timing.

Other coils, points or dwell times make a new series, which has a line, a baseline and
coil weights of its own.  Another echo time or sequence changes the lines themselves,
another repetition time what is saturated: no change could be told across it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from streams.errors import InputError
from streams.messages.scanner_names import are_alike
from streams.messages.transient import Acquisition
from streams.sources.files.water_reference import FREQUENCY_TOLERANCE
from streams.sources.joining.contents import Contents
from streams.voxel.overlap import overlap_share

ECHO_TIME_S = 1e-3  # as `monitor.protocol.expectations` has it
REPETITION_TIME_PART = 0.02
LEAST_PERCENT = 95.0  # of a voxel in the first; a cube of 20 mm, moved by 1


def check_alike(files: Sequence[Contents]) -> None:
    """Refuse files that cannot be of one session; water references go with any.

    Raises
    ------
    InputError : two are the same, or differ in what must not; names both, and why
    """
    for one, other in combinations(files, 2):
        if one.sha256 == other.sha256 or one.mark == other.mark is not None:
            raise InputError(
                f"{other.path.name} holds the same transients as {one.path.name}: "
                "give each file once."
            )
    with_metabolites = [file for file in files if file.acquisitions]
    for other in with_metabolites[1:]:
        _check_pair(with_metabolites[0], other)


def moved_voxels(files: Sequence[Contents]) -> Iterator[str]:
    """A sentence for each file whose voxel does not lie in that of the first."""
    boxes = [
        file.acquisitions[0].voxel if file.acquisitions else None for file in files
    ]
    first = next((box for box in boxes if box is not None), None)
    for number, box in enumerate(boxes, 1):
        if box is None or first is None:
            continue
        percent = 100 * overlap_share(box, first)
        if percent < LEAST_PERCENT:
            yield (
                f"Of the voxel of file {number}, {percent:.0f} % lies in that of the "
                "first: what differs between them may be of another tissue."
            )


def _check_pair(first: Contents, other: Contents) -> None:
    ours = first.acquisitions[0]
    for theirs in other.acquisitions:
        for what in _differences(ours, theirs):
            raise InputError(
                f"{other.path.name} and {first.path.name} are not one session, since "
                f"{what}: leave one of them out, or leave --join out."
            )


def _differences(ours: Acquisition, theirs: Acquisition) -> Iterator[str]:
    """What differs and must not, in words."""
    a, b = theirs, ours
    if a.nucleus != b.nucleus:
        yield f"the nucleus is {a.nucleus} instead of {b.nucleus}"
    mhz, was_mhz = a.spectrometer_frequency_mhz, b.spectrometer_frequency_mhz
    if abs(mhz / was_mhz - 1) > FREQUENCY_TOLERANCE:
        yield f"the frequency is {mhz:.3f} MHz instead of {was_mhz:.3f} MHz"
    if a.sequence and b.sequence and not are_alike(a.sequence, b.sequence):
        yield f"the sequence is {a.sequence} instead of {b.sequence}"
    if abs(a.echo_time_s - b.echo_time_s) > ECHO_TIME_S:
        yield _times("echo time", a.echo_time_s, b.echo_time_s)
    if abs((a.mixing_time_s or 0.0) - (b.mixing_time_s or 0.0)) > ECHO_TIME_S:
        yield _times("mixing time", a.mixing_time_s, b.mixing_time_s)
    tr_s, was_s = a.repetition_time_s, b.repetition_time_s
    inverted = a.inversion_time_s is not None or b.inversion_time_s is not None
    if not inverted and tr_s and was_s and abs(tr_s / was_s - 1) > REPETITION_TIME_PART:
        yield _times("repetition time", tr_s, was_s)


def _times(what: str, is_s: float | None, was_s: float | None) -> str:
    is_ms, was_ms = 1e3 * (is_s or 0.0), 1e3 * (was_s or 0.0)
    return f"the {what} is {is_ms:g} ms instead of {was_ms:g} ms"
