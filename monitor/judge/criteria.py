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

from monitor.analysis.preparation.quality import Quality
from monitor.judge.followed_session import Followed
from monitor.judge.line_width import LineWidthBias
from monitor.judge.phantom import (
    COOLEST_C,
    OFFSET_LIMIT_PPM,
    WARMEST_C,
    line_offsets_ppm,
    temperatures_c,
)
from monitor.judge.session_figures import (
    effective_percent,
    fastest_drift_hz_per_min,
    latest_marker_s,
    median_quality,
    missing_percent,
    widest_line_hz,
)
from monitor.run.result import Result

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
    "detectable_percent": ("Change seen in one look", "<=", "%"),
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
            median_quality(_good(result), "snr"),
            s.snr_limit,
            "median; height of the tNAA peak over the SD of the real noise, "
            "no apodisation (snr_limit)",
        ),
        _criterion(
            "fwhm_hz",
            widest_line_hz(result),
            s.fwhm_limit_hz,
            "widest of the independent windows; FWHM of the fitted tNAA line "
            "(fwhm_limit_hz)",
        ),
        _criterion(
            "drift_hz_per_min",
            fastest_drift_hz_per_min(result.qualities),
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
            median_quality(good, "water"),
            s.water_limit,
            "median height over that of NAA (water_limit)",
        ),
        _criterion(
            "lipid",
            median_quality(good, "lipid"),
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
        effective_percent(result.qualities),
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
            latest_marker_s(followed),
            s.marker_limit_s,
            "largest distance of an infusion marker's stamp from the transients "
            "that it came between (marker_limit_s)",
        ),
        _criterion(
            "detectable_percent",
            detectable,
            target,
            f"mean {s.outcome} over the infusion against the reference "
            "period, 80 % power, two-sided 5 %, in one look at the end; the window "
            "tells what is seen however often one looks, which is more "
            "(reference_target_percent)",
        ),
        _criterion(
            "line_width_bias_percent",
            abs(bias.bias_percent) if bias else math.nan,
            BIAS_SHARE * target,
            f"change of {s.outcome} that the measured change of line width "
            "within an epoch would fake; limit: a fifth of the target",
        ),
    )


def missed_titles(criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """Titles of the criteria that were missed."""
    return tuple(c.title for c in criteria if c.verdict == Verdict.MISSED)
