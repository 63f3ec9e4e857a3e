"""Settings: one frozen dataclass, validated once.

Everything an operator may change during a run is here, so that an operator's
change is one event in the recording: `Settings.with_changes(**fields)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from streams.errors import InputError
from streams.messages.fields import finite

T = TypeVar("T")

NEW_SERIES = ("measured", "same", "new")
MACROMOLECULES = ("auto", "none", "prior", "single", "five")
FITTED_PPM = (2.0, 3.0)
"""What a fitted range holds at least: NAA, glutamate, creatine."""
RULE = "rule"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the value of a field must be, in words, and whether one is."""

    words: str
    holds: Callable[[Any], bool]


NOT_NEGATIVE = Rule("must not be negative", lambda value: not value < 0)
"""A number from 0 on, or nan, which means no limit."""
SHARE = Rule(
    "must be between 0 and 100", lambda value: math.isnan(value) or 0 <= value <= 100
)
ABOVE_ZERO = Rule(
    "must be a number above 0",
    lambda value: value is None or (finite(value) or 0.0) > 0,
)
RANGE = Rule(
    "must be [start, end] in s, e.g. [0, 600]",
    lambda value: value is None or _is_range(value),
)

SPANS = Rule(
    "must be a list of [start, end] in s, e.g. [[140, 200]]",
    lambda value: all(map(_is_range, value)),
)


def _with_rule(rule: Rule, default: T) -> T:
    """A field with a rule; its default, for whoever checks the types."""
    ruled: T = field(default=default, metadata={RULE: rule})
    return ruled


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session is analysed and shown.

    Attributes
    ----------
    name, title : name of the protocol file, and what it is in words
    basis : path of the basis set or name of a bundled one ("press_3t_te30");
        empty: must be given
    metabolites : names to fit; empty: all in the basis set but `omit`
    omit : names in the basis set that are never fitted
    window, step : transients in a window and between windows
    ppm_low, ppm_high : fitted range
    reference_s, infusion_s : (start, end) in s where the recording has no events
    override : the two go before the recording's own events; not for a protocol file
    new_series : whether a further series is the same epoch: "measured" (if nothing has
        moved since), "same" or "new"
    settling : transients at the start of an epoch that get weight zero
    align, coil_combine, reject, eddy_current, water_removal : steps, each can be left
        out
    two_pass : align again at the end against the whole reference period: looks into
        the future, so that a live session and a protocol file cannot ask for it
    macromolecules : "auto" (the basis set's own; where it has none, "prior", or "five"
        from an echo time of 45 ms on), "none", "prior" (what is known of the human
        brain's, in the place of the basis set's own), "single" or "five"
    lipids : whether lipid components are fitted
    ratio_priors : soft ratio priors on weak metabolites (LCModel kind)
    outcome : what the headline shows
    rejected_epochs : epochs that the operator leaves out
    left_out_s, taken_in_s : spans that the operator leaves out, and spans in which he
        takes in again what is left out because it is unlike the rest; s
    phantom : what is measured is a sphere, and is judged as one
    golden : a recording of the site's best, which a window lays under its plots; no
        number depends on it
    outcome_hidden : blinded: no outcome is shown or written anywhere
    reference_target_percent : change that the protocol wants to be able to see
    infusion_length_s : planned length of an infusion that an event starts, s
    dose_mg_per_kg, weight_kg : of the infusion: the dose per kg scales its
        pharmacokinetic curve, with the weight it is stated in mg
    fwhm_limit_hz, snr_limit, drift_limit_hz_per_min, water_limit, lipid_limit : limits
        of quality; nan: no limit
    effective_limit_percent, missing_limit_percent, marker_limit_s : least share of
        effective transients, most missing, most that a marker may be late
    expect_* : what the protocol expects of the scanner; None: not checked
    """

    name: str = "default"
    title: str = ""
    basis: str = ""
    metabolites: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    window: int = 32
    step: int = 4
    ppm_low: float = 0.2
    ppm_high: float = 4.2
    reference_s: tuple[float, float] | None = _with_rule(RANGE, None)
    infusion_s: tuple[float, float] | None = _with_rule(RANGE, None)
    override: bool = False
    new_series: str = "measured"
    settling: int = _with_rule(NOT_NEGATIVE, 0)
    align: bool = True
    coil_combine: bool = True
    reject: bool = True
    eddy_current: bool = True
    water_removal: bool = True
    two_pass: bool = False
    macromolecules: str = "auto"
    lipids: bool = False
    ratio_priors: bool = True
    outcome: str = "Glx/tNAA"
    rejected_epochs: tuple[int, ...] = ()
    left_out_s: tuple[tuple[float, float], ...] = _with_rule(SPANS, ())
    taken_in_s: tuple[tuple[float, float], ...] = _with_rule(SPANS, ())
    phantom: bool = False
    golden: str = ""
    outcome_hidden: bool = False
    reference_target_percent: float = _with_rule(ABOVE_ZERO, 5.0)
    fwhm_limit_hz: float = _with_rule(NOT_NEGATIVE, 12.8)
    snr_limit: float = _with_rule(NOT_NEGATIVE, 3.0)
    drift_limit_hz_per_min: float = _with_rule(NOT_NEGATIVE, 1.79)
    water_limit: float = _with_rule(NOT_NEGATIVE, 10.0)
    lipid_limit: float = _with_rule(NOT_NEGATIVE, 1.0)
    effective_limit_percent: float = _with_rule(SHARE, 90.0)
    missing_limit_percent: float = _with_rule(SHARE, 1.0)
    marker_limit_s: float = _with_rule(NOT_NEGATIVE, 5.0)
    expect_frequency_mhz: float | None = _with_rule(ABOVE_ZERO, None)
    expect_nucleus: str = "1H"
    expect_echo_time_s: float | None = _with_rule(ABOVE_ZERO, None)
    expect_repetition_time_s: float | None = _with_rule(ABOVE_ZERO, None)
    expect_sequence: str = ""
    infusion_length_s: float | None = _with_rule(ABOVE_ZERO, None)
    dose_mg_per_kg: float | None = _with_rule(ABOVE_ZERO, None)
    weight_kg: float | None = _with_rule(ABOVE_ZERO, None)

    def __post_init__(self) -> None:
        wrong = problem(self)
        if wrong:
            raise InputError(f"protocol {self.name}: {wrong}.")

    def with_changes(self, **changes: Any) -> Settings:
        """Return new settings with some fields replaced, validated again."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Every field that a number depends on; a file without its folder."""
        table = asdict(self) | {"basis": Path(self.basis).name}
        del table["golden"]
        return table


def problem(settings: Settings) -> str:
    """The first thing that is wrong, without a full stop; empty if nothing is."""
    return next(_problems(settings), "")


def _problems(settings: Settings) -> Iterator[str]:
    """Every problem of the values; nan means no limit, None means not given."""
    if settings.window < 1:
        yield "window must be at least 1 transient"
    if settings.step < 1:
        yield "step must be at least 1 transient"
    if not settings.ppm_low < settings.ppm_high:
        yield "ppm_low must be below ppm_high"
    low, high = FITTED_PPM
    if settings.ppm_low > low or settings.ppm_high < high:
        yield (
            f"ppm_low = {settings.ppm_low:g} and ppm_high = {settings.ppm_high:g} must "
            f"hold {low:g} to {high:g} ppm, where NAA, glutamate and creatine are"
        )
    if settings.new_series not in NEW_SERIES:
        yield 'new_series must be "measured", "same" or "new"'
    if settings.macromolecules not in MACROMOLECULES:
        yield 'macromolecules must be "auto", "none", "prior", "single" or "five"'
    for item in fields(settings):
        rule, value = item.metadata.get(RULE), getattr(settings, item.name)
        if rule is not None and not rule.holds(value):
            shown = f"{value:g}" if isinstance(value, float) else value
            yield f"{item.name} = {shown} {rule.words}"


def _is_range(value: object) -> bool:
    if not (isinstance(value, tuple | list) and len(value) == 2):
        return False
    start, end = value
    return finite(start) is not None and finite(end) is not None and start < end
