"""From an acquisition as the scanner sends it to the FID that is kept.

In this order, and nothing else: points to discard cut off; oversampling removed by
cropping the spectrum,

    x'_m = (1/k) IFFT_(n/k)( middle n/k frequencies of FFT_n(x) ),

in double precision, rounded to complex64 at the end, amplitudes kept; complex conjugate
where the rules say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.messages.transient import Acquisition, ComplexFID
from streams.sources.checks.filled_points import filled_points
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import Readout
from streams.sources.mrd.rules import MrdRules

MOST_SURPLUS = 0.05  # of SpecVectorSize: points that scanners send beyond it


@dataclass(frozen=True, slots=True)
class Layout:
    """How the acquisitions of a series become FIDs.

    Attributes
    ----------
    coils, received : shape of an acquisition as it arrives
    sample_time_us : its time between points, us
    start, stop : points that are kept before oversampling is removed
    oversampling : acquired points for one that is kept
    conjugate : whether complex conjugates are taken
    acquisition : what is announced
    skipped : points that the rules skip, behind those that the readout says
    """

    coils: int
    received: int
    sample_time_us: float
    start: int
    stop: int
    oversampling: int
    conjugate: bool
    acquisition: Acquisition
    skipped: int = 0

    def fits(self, readout: Readout) -> bool:
        """Whether an acquisition is of this kind."""
        start = readout.top + self.skipped
        available = readout.points.shape[1] - start - readout.discard_post
        return (
            readout.points.shape == (self.coils, self.received)
            and readout.sample_time_us == self.sample_time_us
            and start == self.start
            and available >= self.stop - self.start
        )

    def fid_of(self, readout: Readout) -> ComplexFID:
        """(coils, points) complex64 in our sign convention."""
        received = readout.points[:, self.start : self.stop]
        with np.errstate(over="ignore", invalid="ignore"):  # the relay refuses NaN
            more = self.oversampling > 1
            kept = cropped(received, self.oversampling) if more else received
            fid: ComplexFID = np.array(kept, np.complex64, order="C")
            return np.conjugate(fid, out=fid) if self.conjugate else fid


def layout_of(header: Header, readout: Readout, rules: MrdRules) -> Layout:
    """How a series is to be read, from its header and first acquisition.

    Raises
    ------
    InputError : a missing field, a contradiction, no points, several voxels
    """
    if header.voxels_of(readout.encoding) > 1 or any(readout.idx[:2]):
        raise InputError(
            f"{header.name} encodes several voxels or lines; only single-voxel "
            "spectroscopy is recorded."
        )
    coils, received = readout.points.shape
    start = readout.top + rules.skip_points
    available = received - start - readout.discard_post
    if coils < 1 or available < 2:
        raise InputError(f"{header.name} sends acquisitions without points.")
    before = start - readout.discard_pre
    oversampling, points = _oversampling(header, available, before, rules)
    if before:
        header.notes.append(
            f"{header.name}: {before} points before the top of the echo are cut off."
        )
    points -= (
        _count_filled(readout, start, oversampling * points, header) // oversampling
    )
    acquisition = header.acquisition(
        coils,
        points,
        readout.sample_time_us,
        oversampling=oversampling,
        echo_time_s=rules.echo_time_s or None,
        voxel_place=readout.voxel_place,
        encoding=readout.encoding,
    )
    acquisition = _as_averaged(acquisition, readout, header)
    stop = start + points * oversampling
    return Layout(
        coils,
        received,
        readout.sample_time_us,
        start,
        stop,
        oversampling,
        rules.conjugate,
        acquisition,
        rules.skip_points,
    )


def _as_averaged(
    acquisition: Acquisition, readout: Readout, header: Header
) -> Acquisition:
    """How averages of the vendor's chain follow each other, which is said."""
    if readout.thinned == readout.averaged == 1:
        return acquisition
    tr_s = acquisition.repetition_time_s
    header.notes.append(
        f"{header.name}: images that carry FIDs, averaged by the vendor's chain; each "
        f"is taken as a transient of {readout.averaged} averages."
    )
    return replace(
        acquisition,
        dwell_time_s=acquisition.dwell_time_s * readout.thinned,
        repetition_time_s=tr_s and tr_s * readout.averaged,
    )


def _count_filled(readout: Readout, start: int, length: int, header: Header) -> int:
    """Points behind the signal that are zeros which were filled in."""
    filled = filled_points(readout.points[:, start : start + length])
    if filled:
        header.notes.append(
            f"{header.name}: the last {filled} of {length} points are zeros that were "
            "filled in, and are left out."
        )
    return filled


def _oversampling(
    header: Header, available: int, before: int, rules: MrdRules
) -> tuple[int, int]:
    """Acquired points for one kept, and points kept; `before` the top are cut off."""
    stated = header.spectral_points
    if rules.oversampling:
        points = available // rules.oversampling
        if stated is not None and stated <= points <= stated * (1 + MOST_SURPLUS):
            points = stated
        return rules.oversampling, points
    if stated is None:
        header.notes.append(
            f"{header.name} does not say how many points are oversampled (no "
            "SpecVectorSize); kept as received, see oversampling in [mrd]."
        )
        return 1, available
    factor = (available + before) // stated
    if factor and available < factor * stated:  # they are missing at the end
        return factor, available // factor
    surplus = available - factor * stated
    if factor < 1 or surplus > MOST_SURPLUS * stated:
        raise InputError(
            f"{header.name}: {available} points are received and SpecVectorSize says "
            f"{stated}; give oversampling in [mrd] of the protocol."
        )
    if surplus:
        header.notes.append(
            f"{header.name}: {surplus} points beyond {factor} x {stated} were cut off."
        )
    return factor, stated


def cropped(points: NDArray[np.complex64], factor: int) -> NDArray[np.complex128]:
    """The middle 1/`factor` of the spectrum, as points again (n a multiple of it)."""
    length = points.shape[-1] // factor
    spectrum = np.fft.fft(points.astype(np.complex128), axis=-1)
    first = (length + 1) // 2
    middle = np.concatenate(
        [spectrum[..., :first], spectrum[..., spectrum.shape[-1] - (length - first) :]],
        axis=-1,
    )
    result: NDArray[np.complex128] = np.fft.ifft(middle, axis=-1) / factor
    return result
