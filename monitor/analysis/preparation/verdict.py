"""From a registration to what is judged, the weight with its reasons, the quality."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from monitor.analysis.preparation import measures as quality_measures
from monitor.analysis.preparation import weights
from monitor.analysis.preparation.epoch import NAN, Epoch, Place
from monitor.analysis.preparation.glance import Glance
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.registration import Registration
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.settings import Settings

PHASE_JUMP_RAD = math.radians(60.0)
LEAST = 1e-30
"""Of what is divided by, or has a logarithm."""
Verdict = tuple[float, tuple[str, ...]]
"""Weight, and the flags that say why it is not higher."""


def measures_of(found: Registration, axis: Axis) -> weights.Measures:
    """What the weight is judged by."""
    height = max(found.water_height, LEAST)
    band_points = axis.points * axis.dwell_time_s * axis.frequency_mhz * 2.4
    log_sd = 1.0 / math.sqrt(band_points)
    return weights.Measures(
        (
            math.log(max(found.misfit, LEAST)),
            math.log(max(found.lipid, LEAST)),
            math.log(height),
            found.amplitude,
            found.broadening_hz,
        ),
        (
            log_sd,
            log_sd * math.sqrt(2.1),
            found.noise_sd / height,
            found.amplitude_sd,
            found.broadening_sd_hz,
        ),
    )


def verdict_of(
    place: Place,
    found: Registration,
    judged: weights.Judgement,
    phases: Iterable[float],
    *,
    reject: bool,
) -> Verdict:
    """Weight and flags; settling and saturated transients never count.

    `phases` are those of the last transients that counted, rad.
    """
    flags = judged.flags
    recent = np.array(list(phases))
    if not judged.counts and recent.size:
        middle = np.angle(np.mean(np.exp(1j * recent)))
        if abs(np.angle(np.exp(1j * (found.phase_rad - middle)))) > PHASE_JUMP_RAD:
            flags = (*flags, "phase")
    weight = judged.weight if reject else 1.0
    if place.saturated:
        weight, flags = 0.0, (*flags, "saturated")
    if place.settling:
        weight, flags = 0.0, (*flags, "settling")
    return weight, flags


def quality_of(
    place: Place,
    lines: Complex,
    found: Registration,
    verdict: Verdict,
    state: Epoch,
) -> Quality:
    """Quality of one transient, by its spectrum, against the template's line."""
    height = state.line.height
    offset = state.absolute.shift_hz + found.shift_hz
    lipid = quality_measures.lipid_height(lines, state.axis, offset)
    return Quality(
        index=place.index,
        seq=place.seq,
        epoch=place.epoch,
        time_s=place.time_s,
        shift_hz=found.shift_hz,
        shift_sd_hz=found.shift_sd_hz,
        phase_rad=found.phase_rad,
        phase_sd_rad=found.phase_sd_rad,
        fwhm_hz=max(state.line.fwhm_hz + found.broadening_hz, 0.0),
        snr=height * found.amplitude / found.noise_sd if found.noise_sd else NAN,
        water=found.water_height / height,
        lipid=lipid / height,
        amplitude=found.amplitude,
        weight=verdict[0],
        flags=verdict[1],
    )


def prepared_of(
    place: Place,
    seen: Glance,
    found: Registration,
    judged: weights.Judgement,
    measured: weights.Measures,
    state: Epoch,
    settings: Settings,
) -> Prepared:
    """A transient and its quality, put together."""
    aligned = state.moved_back(seen.fid, found) if settings.align else seen.fid
    verdict = verdict_of(place, found, judged, state.phases, reject=settings.reject)
    quality = quality_of(place, seen.spectrum, found, verdict, state)
    width_hz = state.width_hz + found.broadening_hz
    return Prepared(
        place.index, aligned, seen.fid, seen.spectrum, quality, measured, width_hz
    )
