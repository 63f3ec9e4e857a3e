"""One transient against the state of its epoch: registered, judged, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from monitor.analysis.preparation.epoch import Epoch, Place, quality_of_zeros
from monitor.analysis.preparation.glance import Glance, glance_of
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.preparation.registration import Registration
from monitor.analysis.preparation.verdict import measures_of, prepared_of
from monitor.analysis.signal.noise import Coils
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.settings import Settings
from streams.errors import InputError


def prepare(state: Epoch, settings: Settings, place: Place, fid: Coils) -> Prepared:
    """Prepare a transient (coils, points), or (points,); the epoch learns from it."""
    if not np.any(fid):
        return of_zeros(place, np.zeros(state.axis.points, complex))
    if fid.ndim == 1 or is_combined(state, fid):  # prepared once more
        combined = np.asarray(fid.reshape(-1), complex)
        return _prepare(state, settings, place, glance_of(combined, state.axis))
    return _prepare(state, settings, place, state.look(fid))


def place_in_frame(
    state: Epoch, settings: Settings, earlier: Sequence[tuple[Place, Complex]]
) -> dict[int, Prepared]:
    """Transients (points,) in the template's frame, by index; it learns nothing."""
    found = dict[int, Prepared]()
    for place, fid in earlier:
        if not np.any(fid):
            found[place.index] = of_zeros(place, fid)
            continue
        seen = glance_of(fid, state.axis)
        registered, _ = state.register(seen)
        measured = measures_of(registered, state.axis)
        judged = state.kind.judge(place.step, measured)
        found[place.index] = prepared_of(
            place, seen, registered, judged, measured, state, settings
        )
    return found


def of_zeros(place: Place, zeros: Complex) -> Prepared:
    """A transient of zeros (points,)."""
    return Prepared(place.index, zeros, zeros, zeros, quality_of_zeros(place))


def is_combined(state: Epoch, fid: Coils) -> bool:
    """Whether a FID is one that `worth_keeping` gave."""
    return state.combination.coil_count > 1 and fid.shape == (1, state.axis.points)


def worth_keeping(state: Epoch, fid: Coils, prepared: Prepared) -> Coils:
    """What must be kept of a transient (coils, points) to prepare it once more.

    Its combined FID (1, points) where that was made for good from several coils.
    """
    settled = state.first is None and not prepared.redone
    if not settled or state.combination.coil_count == 1 or not prepared.quality.snr > 0:
        return fid
    if "saturated" in prepared.quality.flags or not np.any(prepared.unaligned):
        return fid
    return prepared.unaligned[np.newaxis]


def check(state: Epoch, index: int, fid: Coils) -> None:
    """Refuse a transient of another shape.

    Raises
    ------
    InputError : it is one
    """
    expected = (state.combination.coil_count, state.axis.points)
    if fid.shape != expected and not is_combined(state, fid):
        raise InputError(
            f"Transient {index} has {fid.shape} (coils, points) where {expected} "
            "were announced: start a new series for another acquisition."
        )


def _prepare(state: Epoch, settings: Settings, place: Place, seen: Glance) -> Prepared:
    """Register, judge and remember one combined transient."""
    found, towered = _register(state, place, seen)
    found = state.navigator.corrected(place.step, found)
    measured = measures_of(found, state.axis)
    judged = state.kind.judge(place.step, measured)
    prepared = prepared_of(place, seen, found, judged, measured, state, settings)
    if not (place.settling or place.saturated):
        state.remember(prepared.aligned, prepared.quality, found)
        state.kind.push(place.step, measured, judged)
        if judged.counts and not towered:
            state.shape.push(found)
            state.navigator.push(place.step, found)
        if state.cycle.steps > 1:
            back = state.moved_back(seen.fid, found)
            state.cycle.push(place.step, back, judged.weight)
        if not towered:
            _follow(state, prepared)
    return prepared


def _register(state: Epoch, place: Place, seen: Glance) -> tuple[Registration, bool]:
    """Where a transient lies without what its step adds, and whether lipid towers.

    Under what towers it is first looked for where those before it lay, and once more
    where it is found then.
    """
    found, towered = state.register(seen)
    departure = state.cycle.departure(place.step, seen.noise_sd)
    if departure is None:
        return found, towered
    still = towered
    for _ in range(2 if towered else 1):
        moved = state.moved_to(departure, found)
        rest = glance_of(np.asarray(seen.fid - moved, complex), state.axis)
        found, still = state.register(replace(rest, noise_sd=seen.noise_sd))
    return found, still


def _follow(state: Epoch, prepared: Prepared) -> None:
    """Let template and search range follow a transient that counts."""
    quality = prepared.quality
    if quality.counts:
        state.near.append(quality.shift_hz)
        state.phases.append(quality.phase_rad)
    state.teach(prepared)
