"""Artefacts of the virtual scanner in field, phase and line shape; a table each.

Units: see `scenario`.
"""

from __future__ import annotations

from dataclasses import dataclass

from streams.simulator.courses import Course, Saturating
from streams.simulator.plan import above_zero, require


@dataclass(frozen=True, slots=True)
class ResidualField:
    """The residual field in the voxel, whose distribution is the line shape.

    `asymmetry` is the weight of its quadratic terms against the linear ones: 0 gives a
    symmetric line with a flat top, 1 one with a tail towards higher ppm.
    """

    asymmetry: float


@dataclass(frozen=True, slots=True)
class Jump:
    """The field jumps by `shift_hz` at `time_s`."""

    time_s: float
    shift_hz: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Field drift: linear, exponential (after gradient heating), jumps, jitter.

    shift(t) = linear t + exponential (1 - exp(-t / time constant)) + jumps up to t,
    and independently in each transient a normal deviate of SD `jitter_hz`.
    """

    linear_hz_per_min: float = 0.0
    exponential_hz: float = 0.0
    exponential_time_constant_s: float = 600.0
    jitter_hz: float = 0.0
    jumps: tuple[Jump, ...] = ()

    def __post_init__(self) -> None:
        constant = self.exponential_time_constant_s
        above_zero("drift", exponential_time_constant_s=constant)


@dataclass(frozen=True, slots=True)
class Phase:
    """Zero-order phase: start, independent jitter (SD), and a slow 1/f wander (SD)."""

    start_deg: float = 0.0
    jitter_deg: float = 0.0
    wander_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Breathing or heart beat: sine modulation of shift, phase and residual water.

    The period wanders: after one period its phase is off by `irregularity` of a cycle
    (SD).  `water_percent` modulates the amplitude of the residual water.
    """

    period_s: float
    shift_hz: float
    phase_deg: float
    water_percent: float
    irregularity: float

    def __post_init__(self) -> None:
        above_zero("breathing or heart", period_s=self.period_s)


@dataclass(frozen=True, slots=True)
class EddyCurrents:
    """Phase of eddy currents: sum of phase_rad exp(-t / time constant) over the FID."""

    phase_rad: tuple[float, ...]
    time_constant_s: tuple[float, ...]

    def __post_init__(self) -> None:
        same = len(self.phase_rad) == len(self.time_constant_s)
        require(same, "eddy_currents needs as many phases as time constants")
        for constant in self.time_constant_s:
            above_zero("eddy_currents", time_constant_s=constant)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """BOLD-like: R2* falls, every line narrows by up to `narrowing_hz` (Lorentzian).

    Follows the infusion as a saturating course with this time constant.
    """

    narrowing_hz: float
    time_constant_s: float

    def __post_init__(self) -> None:
        above_zero("narrowing", time_constant_s=self.time_constant_s)

    def course(self) -> Course:
        """The course that the narrowing follows, 1 at the end of the infusion."""
        return Saturating(change_percent=100.0, time_constant_s=self.time_constant_s)
