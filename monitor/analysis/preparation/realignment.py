"""Second pass: a recorded epoch aligned again, against all of its reference period.

The live path aligns each transient against the template of those before it.  Once a
session is complete the first ones can have what the last ones had: the template of the
whole reference period (of the whole epoch where that lies in another), the variation of
shape learned from every transient (`variation.py`), the water of those after them
(`navigator.py`).

    template <- weighted mean of the aligned reference; shape <- all transients
    shift, phase <- registration of every transient            (twice)

It looks into the future and is for `analyse --two-pass` alone.  Coil weights, eddy
phase, weights and flags stay what the first pass found.

It pays little, since the first pass makes its template from sixteen transients together
and learns on: measured in tests/acceptance/preparation.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.preparation import measures as quality_measures
from monitor.analysis.preparation.navigator import MEMORY, Navigator
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.registration import Registration, Shape, register
from monitor.analysis.preparation.template import Template
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import at_least_the_floor, noise_sd
from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import ComplexFID

PASSES = 2


@dataclass(frozen=True, slots=True)
class Realigned:
    """An epoch aligned again: FIDs (points,) complex128 and what they are worth."""

    fids: list[Complex]
    qualities: list[Quality]


def session_realigned(
    fids: Sequence[ComplexFID],
    qualities: Sequence[Quality],
    axes: Mapping[int, Axis],
    reference_s: tuple[float, float] | None,
    cycle_steps: int = 1,
) -> Realigned:
    """Align all epochs of a session again, each by itself.

    Parameters
    ----------
    fids : aligned ones (points,) of the first pass, each moved by its quality
    axes : what says the dwell time and frequency of each epoch
    reference_s : (start, end) of the reference period; None: the whole session
    cycle_steps : of the phase cycle
    """
    result = Realigned([np.asarray(f, complex) for f in fids], list(qualities))
    start, end = reference_s or (-np.inf, np.inf)
    for epoch, axis in axes.items():
        own = [i for i, q in enumerate(qualities) if q.epoch == epoch]
        if not own:
            continue
        inside = [k for k, i in enumerate(own) if start <= qualities[i].time_s < end]
        kept = replace(axis, points=fids[own[0]].size)
        again = realigned(
            [result.fids[i] for i in own],
            [qualities[i] for i in own],
            kept,
            inside,
            cycle_steps,
        )
        for i, fid, quality in zip(own, again.fids, again.qualities, strict=True):
            result.fids[i], result.qualities[i] = fid, quality
    return result


def realigned(
    fids: Sequence[Complex],
    qualities: Sequence[Quality],
    axis: Axis,
    reference: Sequence[int],
    cycle_steps: int = 1,
) -> Realigned:
    """Align the transients of one epoch again.

    Parameters
    ----------
    fids : aligned ones (points,) of the first pass, each moved by its quality
    reference : which of them make the template; all where none of them counts
    """
    raw = [
        spectrum.moved(fid, axis.dwell_time_s, q.shift_hz, q.phase_rad)
        for fid, q in zip(fids, qualities, strict=True)
    ]
    counts = [q.weight > 0.0 for q in qualities]
    if not any(counts):
        return Realigned([np.asarray(f, complex) for f in fids], list(qualities))
    inside = [i for i in reference if counts[i]]
    used = inside or [i for i, one in enumerate(counts) if one]
    aligned, now = [np.asarray(f, complex) for f in fids], list(qualities)
    shape = Shape.fixed()
    for _ in range(PASSES):
        template = Template.empty(axis)
        for i in used:
            template.push(aligned[i], now[i].weight)
        template.freeze()
        found = [_find(raw[i], template, axis, now[i], shape) for i in range(len(raw))]
        shape = _learn(shape, found, now)
        navigated = _navigate(found, now, cycle_steps)
        aligned, now = _moved(raw, navigated, template, axis, now)
    return Realigned(aligned, now)


def _find(
    raw: Complex, template: Template, axis: Axis, quality: Quality, shape: Shape
) -> Registration | None:
    """Registration of one transient; None for an empty one."""
    if not np.any(raw):
        return None
    sd = noise_sd(raw, axis.dwell_time_s, axis.frequency_mhz)
    sd = at_least_the_floor(sd, raw)
    return register(raw, template.model(sd), axis, sd, quality.shift_hz, shape)


def _learn(
    shape: Shape, found: Sequence[Registration | None], qualities: Sequence[Quality]
) -> Shape:
    """How the shape varies over all transients that count, for the design they take."""
    pairs = zip(found, qualities, strict=True)
    good = [f for f, q in pairs if f is not None and q.counts]
    if not good:
        return shape
    learned = shape.settled_on(good)
    for one in good:
        learned.push(one)
    return learned


def _navigate(
    found: Sequence[Registration | None],
    qualities: Sequence[Quality],
    cycle_steps: int,
) -> list[Registration | None]:
    """Registrations with the evidence of the water, in the order of time.

    The first ones have the water of those after them.  A transient that is missing
    upsets the count of the steps; the scatter that it brings keeps the water quiet.
    """
    navigator = Navigator(cycle_steps)
    good = [f is not None and q.counts for f, q in zip(found, qualities, strict=True)]
    first = [i for i, one in enumerate(good) if one][:MEMORY]
    for i in first:
        _push(navigator, i, found[i])
    navigated: list[Registration | None] = []
    for i, one in enumerate(found):
        if good[i] and i not in first:
            _push(navigator, i, one)
        navigated.append(None if one is None else navigator.corrected(i, one))
    return navigated


def _push(navigator: Navigator, step: int, found: Registration | None) -> None:
    if found is not None:
        navigator.push(step, found)


def _moved(
    raw: Sequence[Complex],
    found: Sequence[Registration | None],
    template: Template,
    axis: Axis,
    qualities: Sequence[Quality],
) -> tuple[list[Complex], list[Quality]]:
    """Every transient moved into the template's frame, and its quality anew."""
    line = quality_measures.NaaLine(np.nan, np.nan)
    if template.made is not None:
        absolute = template.made.absolute
        line = quality_measures.naa_line(template.made.metabolites, axis, absolute)
    aligned: list[Complex] = []
    now: list[Quality] = []
    for fid, one, quality in zip(raw, found, qualities, strict=True):
        if one is None:
            aligned.append(np.asarray(fid, complex))
            now.append(quality)
            continue
        aligned.append(
            spectrum.moved(fid, axis.dwell_time_s, -one.shift_hz, -one.phase_rad)
        )
        now.append(_quality(quality, one, line))
    return aligned, now


def _quality(
    before: Quality, one: Registration, line: quality_measures.NaaLine
) -> Quality:
    """Quality with what the registration says anew."""
    return replace(
        before,
        shift_hz=one.shift_hz,
        shift_sd_hz=one.shift_sd_hz,
        phase_rad=one.phase_rad,
        phase_sd_rad=one.phase_sd_rad,
        fwhm_hz=max(line.fwhm_hz + one.broadening_hz, 0.0),
        snr=line.height * one.amplitude / one.noise_sd,
        amplitude=one.amplitude,
    )
