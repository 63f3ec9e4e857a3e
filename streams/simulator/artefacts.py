"""The artefacts of the virtual scanner, a table each; see `scenario` for the units."""

from __future__ import annotations

from dataclasses import dataclass, fields

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
class ResidualWater:
    """What water suppression leaves: a few lines near 4.65 ppm.

    `fluctuation_percent` and `phase_jitter_deg` are SDs from transient to transient.
    """

    height_over_naa: float
    fluctuation_percent: float
    phase_jitter_deg: float


@dataclass(frozen=True, slots=True)
class Lipids:
    """Lipid from outside the voxel: it has its own phase and a fluctuating height."""

    height_over_naa: float
    fluctuation_percent: float
    phase_deg: float
    offset_hz: float


@dataclass(frozen=True, slots=True)
class MobileProtein:
    """Mobile protein, as a soup of random-coil residues (`background`).

    `height_over_naa` is that of its tallest peak, the methyl groups near 0.92 ppm.
    """

    height_over_naa: float


@dataclass(frozen=True, slots=True)
class Hump:
    """A broad line that no fit has a component for: a Gaussian in frequency."""

    ppm: float
    fwhm_ppm: float
    height_over_naa: float
    phase_deg: float

    def __post_init__(self) -> None:
        above_zero("baseline.humps", fwhm_ppm=self.fwhm_ppm)


@dataclass(frozen=True, slots=True)
class WanderingBaseline:
    """Unmodelled broad humps; all wander together in 1/f fashion by so many percent."""

    humps: tuple[Hump, ...]
    wander_percent: float


@dataclass(frozen=True, slots=True)
class Burst:
    """Between start and stop each transient is corrupted with this probability."""

    start_s: float
    stop_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Motion:
    """Swallowing and movement: rare random events, and bursts at stated times.

    Each corrupted transient draws uniformly: a phase within +-`phase_deg`, a loss of
    amplitude within `loss`, a broadening within `broadening_hz`, a shift within
    +-`shift_hz`, lipid up to `lipid_over_naa`.  After an event the head lies
    elsewhere: phase and shift keep a step, normal of SD `lasting_*`.
    """

    events_per_hour: float
    transients_per_event: float
    phase_deg: float
    loss: tuple[float, float]
    broadening_hz: tuple[float, float]
    shift_hz: float
    lipid_over_naa: float
    lasting_shift_hz: float
    lasting_phase_deg: float
    bursts: tuple[Burst, ...] = ()

    def __post_init__(self) -> None:
        require(0 <= self.loss[0] <= self.loss[1] <= 1, "motion.loss lies in 0 to 1")
        require(self.events_per_hour >= 0, "motion.events_per_hour must be >= 0")
        require(self.transients_per_event >= 1, "motion.transients_per_event is >= 1")


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


@dataclass(frozen=True, slots=True)
class Transport:
    """What the scanner's network does: fractions of the metabolite transients.

    A missing one leaves a gap in the count, a duplicated one comes twice with the same
    bytes, an out-of-order one comes after its successor.
    """

    missing_fraction: float = 0.0
    duplicated_fraction: float = 0.0
    out_of_order_fraction: float = 0.0
    missing_counts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for item in fields(self)[:3]:
            fine = 0 <= getattr(self, item.name) < 1
            require(fine, f"transport.{item.name} must be from 0 to below 1")
        lowest = min(self.missing_counts, default=0)
        require(lowest >= 0, "transport.missing_counts must not be negative")


@dataclass(frozen=True, slots=True)
class Saturation:
    """From start to stop the receiver clips.

    Real and imaginary part are cut at `level` times the largest magnitude of the
    undisturbed transient over all coils.
    """

    start_s: float
    stop_s: float
    level: float

    def __post_init__(self) -> None:
        above_zero("saturation", level=self.level)


@dataclass(frozen=True, slots=True)
class CoilFailure:
    """One coil gives zeros from a time on."""

    coil: int
    from_s: float


@dataclass(frozen=True, slots=True)
class CoilArray:
    """Spread of sensitivities, unequal and correlated noise of the coils.

    `noise_correlation` is that of neighbours, falling off geometrically;
    the spreads are SDs of natural logarithms.
    """

    sensitivity_spread: float
    noise_spread: float
    noise_correlation: float

    def __post_init__(self) -> None:
        fine = 0 <= self.noise_correlation < 1
        require(fine, "coils.noise_correlation must be from 0 to below 1")


@dataclass(frozen=True, slots=True)
class PhaseCycle:
    """A cycle of transmit phases with residuals that only a whole cycle cancels.

    In step j an unwanted echo of `echo_over_naa` (peak over the first point of NAA's
    FID), centred at `echo_s` in the FID and at `echo_ppm`, is turned by
    360 j / steps degrees; the residual water likewise by `water_phase_deg` j.
    """

    steps: int
    echo_over_naa: float
    echo_s: float
    echo_width_s: float
    echo_ppm: float
    water_phase_deg: float

    def __post_init__(self) -> None:
        require(self.steps >= 2, "phase_cycle.steps must be at least 2")
        above_zero("phase_cycle", echo_width_s=self.echo_width_s)


@dataclass(frozen=True, slots=True)
class SteadyState:
    """The first transients of a series are not yet in the steady state.

    Longitudinal magnetisation after each excitation of `flip_angle_deg` follows T1;
    residual water is `water_excess` times larger in the first, dying out over
    `water_transients`.
    """

    flip_angle_deg: float
    water_excess: float
    water_transients: float

    def __post_init__(self) -> None:
        above_zero("steady_state", water_transients=self.water_transients)


@dataclass(frozen=True, slots=True)
class Wander:
    """Slow 1/f wander of all amplitudes, SD in percent."""

    amplitude_percent: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """From start to stop something is wrong, and then it is as before.

    Lipid and hump come at heights over NAA, the residual water is so many times larger,
    every line is broader by `broadening_hz` (Lorentzian), a share `loss` of what is in
    the voxel is lost.
    """

    start_s: float
    stop_s: float
    lipid_over_naa: float = 0.0
    water_times: float = 1.0
    broadening_hz: float = 0.0
    loss: float = 0.0
    hump_over_naa: float = 0.0

    def __post_init__(self) -> None:
        require(
            self.start_s < self.stop_s,
            "a stretch of contamination stops after it began",
        )
        require(0 <= self.loss < 1, "contamination.stretches.loss is below 1")


@dataclass(frozen=True, slots=True)
class Contamination:
    """Stretches in which transients are unlike the rest; `hump` steps in the baseline.

    The hump's own height is that of `hump_over_naa = 1`.
    """

    stretches: tuple[Stretch, ...]
    hump: Hump = Hump(2.5, 1.0, 1.0, 30.0)
