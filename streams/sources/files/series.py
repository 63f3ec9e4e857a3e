"""A series read from a file, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.scanner_counter import AUTHOR, DROPPED
from streams.messages.transient import (
    Acquisition,
    ComplexFID,
    Event,
    Kind,
    Transient,
)
from streams.sources.files.clock_time import ClockTime

DWELL_TOLERANCE = 1e-5  # relative; NIfTI-1 keeps the dwell time with 24 bits
LOOKED_AT = 16  # transients of each file, for what is judged of it as a whole
SIZES = (1e-12, 1e12)  # squares of other numbers leave single precision


@dataclass(frozen=True, slots=True)
class Series:
    """One series of transients as it stands in a file.

    Attributes
    ----------
    name : of the file, for sentences
    origin : what kind of file it is, in words
    acquisition : how it was acquired
    fids : (transients, coils, points) complex of any width and byte order, read-only,
        in our sign convention; a view of the file where the format allows
    times_s : of each transient; None where the file does not say
    counts : the scanner's counter of each transient, where the file keeps it
    events : what happened, where the file keeps that, each with the index of the
        transient that it came before (None: to be placed by its time)
    notes : sentences about fields that are not quite valid and how they were read
    reference : the unsuppressed water reference that the same file holds
    unchosen : what an entry was asked for along, and the file does not have
    choices : what was chosen or changed in reading, in sentences; they are recorded
    begun : when the first transient was acquired, where the file says that
    """

    name: str
    origin: str
    acquisition: Acquisition
    fids: NDArray[np.complexfloating]
    times_s: tuple[float, ...] | None
    counts: tuple[int, ...] | None = None
    events: tuple[tuple[int | None, Event], ...] = ()
    notes: tuple[str, ...] = ()
    reference: Series | None = None
    unchosen: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    begun: ClockTime | None = None

    def fid(self, index: int) -> ComplexFID:
        """(coils, points) complex64 of one transient, whether finite or not."""
        with np.errstate(over="ignore", invalid="ignore"):
            fid: ComplexFID = np.array(self.fids[index], np.complex64, order="C")
        return fid

    def transient(
        self, index: int, count: int, time_s: float, kind: Kind
    ) -> Transient | Event:
        """A transient; an event that it was dropped where it is not finite."""
        fid = self.fid(index)
        if np.isfinite(fid).all():
            return Transient(count, time_s, kind, fid)
        text = (
            f"Transient {count} holds values that are not finite (NaN or infinity): it "
            f"is left out (number {index} of the file, counted from 0)."
        )
        return Event(time_s, DROPPED, text, AUTHOR)

    def __len__(self) -> int:
        return len(self.fids)


def check_size(series: Series) -> None:
    """Refuse numbers whose squares cannot be told from zero or infinity.

    Raises
    ------
    InputError : the largest of the first transients lies beyond `SIZES`
    """
    with np.errstate(over="ignore", invalid="ignore"):
        largest = float(np.abs(series.fids[:LOOKED_AT]).max())
    if largest == 0 or not np.isfinite(largest):
        return  # zeros and NaN are told of by whoever reads them
    if not SIZES[0] < largest < SIZES[1]:
        raise InputError(
            f"{series.name} holds numbers of {largest:.0e}, which cannot be right: "
            "scale them, or convert the file again."
        )
