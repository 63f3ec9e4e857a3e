"""The protocol's criteria: what was measured, what the limit is, whether it is kept.

The one place where a limit of the protocol is compared with a session: `analyse` asks
`criteria_of`, a report `criteria`, which holds the same and what only a recording
tells. A verdict is about the measurement, never about the subject or the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.drift import DRIFT_TRANSIENTS, drift_hz_per_min
from monitor.analysis.preparation.quality import Quality, median_of
from monitor.judge.followed_session import Followed, PlacedEvent
from monitor.judge.line_width import LineWidthBias
from monitor.judge.phantom import (
    COOLEST_C,
    OFFSET_LIMIT_PPM,
    WARMEST_C,
    line_offsets_ppm,
    temperatures_c,
)
from monitor.run.result import Result
from streams.messages.marks import by_source

BIAS_SHARE = 0.2
"""Bias allowed from line width, as a share of the change that the protocol wants."""
TITLES = {
    "snr": ("SNR of one transient", ">=", ""),
    "fwhm_hz": ("Line width", "<=", "Hz"),
    "drift_hz_per_min": ("Drift of the field", "<=", "Hz/min"),
    "water": ("Residual water", "<=", "NAA heights"),
    "lipid": ("Lipid", "<=", "NAA heights"),
    "line_offset_ppm": ("Offset of the lines", "<=", "ppm"),
    "coolest_c": ("Temperature, lowest", ">=", "C"),
    "warmest_c": ("Temperature, highest", "<=", "C"),
    "effective_percent": ("Effective transients", ">=", "%"),
    "missing_percent": ("Missing transients", "<=", "%"),
    "marker_s": ("Timing of the markers", "<=", "s"),
    "detectable_percent": ("Detectable change", "<=", "%"),
    "line_width_bias_percent": ("Line-width bias", "<=", "%"),
}
"""By key, in the order of the report: title, sense of the limit, unit."""


class Verdict(StrEnum):
    """How a criterion came out."""

    KEPT = "kept"
    MISSED = "missed"
    NO_LIMIT = "no limit"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the protocol.

    Attributes
    ----------
    key : "snr", "fwhm_hz", ... ; the same in page, CSV and JSON
    title : in words
    measured : nan where it could not be measured
    sense : ">=" or "<=": how `measured` must stand to the limit
    limit : nan: the protocol sets none
    unit : of both
    definition : how it was measured, and where the limit stands
    """

    key: str
    title: str
    measured: float
    sense: str
    limit: float
    unit: str
    definition: str

    @property
    def verdict(self) -> Verdict:
        """Whether the limit is kept."""
        if not math.isfinite(self.measured):
            return Verdict.NOT_MEASURED
        if not math.isfinite(self.limit):
            return Verdict.NO_LIMIT
        above = self.measured >= self.limit
        below = self.measured <= self.limit
        return (
            Verdict.KEPT
            if (above if self.sense == ">=" else below)
            else (Verdict.MISSED)
        )


def _criterion(key: str, measured: float, limit: float, definition: str) -> Criterion:
    title, sense, unit = TITLES[key]
    return Criterion(key, title, measured, sense, limit, unit, definition)


def criteria_of(result: Result) -> tuple[Criterion, ...]:
    """The criteria that an analysis alone can judge, of a head or of a sphere."""
    of_its_kind = _of_sphere if result.settings.phantom else _of_head
    return (*_of_signal(result), *of_its_kind(result), _of_weights(result))


def _good(result: Result) -> Sequence[Quality]:
    return [q for q in result.qualities if q.counts] or result.qualities


def _of_signal(result: Result) -> tuple[Criterion, ...]:
    s = result.settings
    return (
        _criterion(
            "snr",
            _median(_good(result), "snr"),
            s.snr_limit,
            "median; height of the tNAA peak over the SD of the real noise, "
            "no apodisation (snr_limit)",
        ),
        _criterion(
            "fwhm_hz",
            _width(result),
            s.fwhm_limit_hz,
            "widest of the independent windows; FWHM of the fitted tNAA line "
            "(fwhm_limit_hz)",
        ),
        _criterion(
            "drift_hz_per_min",
            _drift(result.qualities),
            s.drift_limit_hz_per_min,
            "fastest over any 60 transients on end (all, where there are "
            "fewer), least squares, either direction (drift_limit_hz_per_min)",
        ),
    )


def _of_head(result: Result) -> tuple[Criterion, ...]:
    s, good = result.settings, _good(result)
    return (
        _criterion(
            "water",
            _median(good, "water"),
            s.water_limit,
            "median height over that of NAA (water_limit)",
        ),
        _criterion(
            "lipid",
            _median(good, "lipid"),
            s.lipid_limit,
            "median height at 0.8-1.5 ppm over that of NAA (lipid_limit)",
        ),
    )


def _of_sphere(result: Result) -> tuple[Criterion, ...]:
    offsets_ppm, found_c = line_offsets_ppm(result), temperatures_c(result)
    measured = "distance of its lines from its water (the water reference, else the "
    measured += "scanner's frequency), 96.9 C per ppm"
    return (
        _criterion(
            "line_offset_ppm",
            max(map(abs, offsets_ppm), default=math.nan),
            OFFSET_LIMIT_PPM,
            "lines of NAA, creatine and choline from their places at 37 C, by the "
            "scanner's frequency; farthest of the epochs, either direction",
        ),
        _criterion(
            "coolest_c",
            min(found_c, default=math.nan),
            COOLEST_C,
            f"of the epochs; {measured}",
        ),
        _criterion(
            "warmest_c",
            max(found_c, default=math.nan),
            WARMEST_C,
            f"of the epochs; {measured}",
        ),
    )


def _of_weights(result: Result) -> Criterion:
    return _criterion(
        "effective_percent",
        _effective(result.qualities),
        result.settings.effective_limit_percent,
        "(sum w)² / sum w² of the weights, of all that came (effective_limit_percent)",
    )


def criteria(
    followed: Followed, detectable: float, bias: LineWidthBias | None
) -> tuple[Criterion, ...]:
    """All criteria of a session, in the order of the report; a sphere has no course."""
    s = followed.result.settings
    missing = _criterion(
        "missing_percent",
        missing_percent(followed.result),
        s.missing_limit_percent,
        "gaps in the scanner's counter, which only a recording keeps "
        "(missing_limit_percent)",
    )
    of_infusion = () if s.phantom else _of_infusion(followed, detectable, bias)
    return (*criteria_of(followed.result), missing, *of_infusion)


def _of_infusion(
    followed: Followed, detectable: float, bias: LineWidthBias | None
) -> tuple[Criterion, ...]:
    s = followed.result.settings
    target = s.reference_target_percent
    return (
        _criterion(
            "marker_s",
            _late(followed),
            s.marker_limit_s,
            "largest distance of an infusion marker's stamp from the transients "
            "that it came between (marker_limit_s)",
        ),
        _criterion(
            "detectable_percent",
            detectable,
            target,
            f"mean {s.outcome} over the infusion against the reference "
            "period, 80 % power, two-sided 5 % (reference_target_percent)",
        ),
        _criterion(
            "line_width_bias_percent",
            abs(bias.bias_percent) if bias else math.nan,
            BIAS_SHARE * target,
            f"change of {s.outcome} that the measured change of line width "
            "within an epoch would fake; limit: a fifth of the target",
        ),
    )


def _median(qualities: Sequence[Quality], name: str) -> float:
    return median_of(np.array([getattr(q, name) for q in qualities], float))


def _width(result: Result) -> float:
    """Widest of the independent windows, Hz."""
    return max((e.fwhm_hz for e in independent_widths(result)), default=math.nan)


def independent_widths(result: Result) -> list[Estimate]:
    """The independent windows whose line width counts."""
    return [
        e
        for e in result.estimates
        if e.independent and e.converged and math.isfinite(e.fwhm_hz)
    ]


def _drift(qualities: Sequence[Quality]) -> float:
    """Fastest drift over `DRIFT_TRANSIENTS` of one epoch, Hz/min."""
    fastest = math.nan
    for epoch in sorted({q.epoch for q in qualities}):
        own = [q for q in qualities if q.epoch == epoch and q.counts]
        t = np.array([q.time_s for q in own])
        y = np.array([q.shift_hz for q in own])
        last = max(1, len(own) - DRIFT_TRANSIENTS + 1)
        for first in range(0, last, DRIFT_TRANSIENTS // 4):
            part = slice(first, first + DRIFT_TRANSIENTS)
            slope = abs(drift_hz_per_min(t[part], y[part]))
            fastest = float(np.fmax(fastest, slope))
    return fastest


def _effective(qualities: Sequence[Quality]) -> float:
    weights = np.array([q.weight for q in qualities])
    if not np.any(weights > 0):
        return 0.0
    return float(100 * weights.sum() ** 2 / (weights @ weights) / len(weights))


def missing_percent(result: Result) -> float:
    """Share of the scanner's transients that never came.

    nan where no gap could be seen.
    """
    lost, came = result.counts.missing, result.came
    if lost is None or came <= 0:
        return math.nan
    return 100 * lost / (lost + came)


def _late(followed: Followed) -> float:
    """Largest distance of a marker's stamp from where it came, s; nan without one.

    Of those that hold and that no operator typed, who gives a time on purpose.
    """
    held = followed.result.marks
    late = [
        lateness_s(placed)
        for placed in followed.placed
        if held.hold(placed.event) and by_source(placed.event)
    ]
    return max(late, default=math.nan)


def lateness_s(placed: PlacedEvent) -> float:
    """Distance of an event's stamp from the transients that it came between, s."""
    stamp = placed.event.time_s
    early = stamp - placed.after_s if placed.after_s is not None else 0.0
    late = placed.before_s - stamp if placed.before_s is not None else 0.0
    return max(0.0, early, late)


def missed_titles(criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """Titles of the criteria that were missed."""
    return tuple(c.title for c in criteria if c.verdict == Verdict.MISSED)
